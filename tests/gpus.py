#!/usr/bin/env python3
# tests/gpus.py MARU LIBRARY: a server on a machine with GPUs, which a library of the tests describes (src/io/executor/trial_nvml.h): they are
# in the pool, jobs get theirs, and a card that becomes unwell takes the node out until it is mended, with its reason; what ran there goes on.
import os, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, TrialGpus, check, finish, temporary, until, want_bubblewrap

MARU, LIBRARY = sys.argv[1:3]
want_bubblewrap()
folder, own = temporary(), temporary()
gpus = TrialGpus(LIBRARY, own, "NVIDIA H100 80GB HBM3")
gpus.are(4)
server = Server(MARU, folder, env={"LD_LIBRARY_PATH": own})
client = server.client()
ENV = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", LANG="C.UTF-8")


def maru(*words):
    return subprocess.run([MARU, "job", *words], env=ENV, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL).stdout.strip()


def node():
    return client.get("/v1/pool")[1]["nodes"][0]


def state(id):
    return client.get("/v1/jobs/" + id)[1]["state"]


check("the node", (node()["type"], len(node()["gpus"]), node()["state"]), ("h100-80gb-hbm3", 4, "up"))
two = maru("submit", "--gpus", "2", "--", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES $MARU_GPUS $MARU_GPU_SHARE; sleep 2")
other = maru("submit", "--gpus", "2", "--", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES; sleep 2")
until("both end", lambda: state(two) == state(other) == "done")
cards = maru("logs", two).split()
check("two jobs have four cards", (sorted((cards[0] + "," + maru("logs", other)).split(",")), cards[1:]), (["GPU-0", "GPU-1", "GPU-2", "GPU-3"], ["2", "1"]))
half = maru("submit", "--gpus", "1", "--gpu-share", "0.25", "--", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES $MARU_GPU_SHARE")
until("it ends", lambda: state(half) == "done")
check("a share knows its card and itself", (maru("logs", half).split()[0][:4], maru("logs", half).split()[1]), ("GPU-", "0.25"))
runs = maru("submit", "--gpus", "1", "--", "sh", "-c", "sleep 40; echo well")
until("it runs", lambda: state(runs) == "running")
gpus.are(4, errors={2})
until("the node is out", lambda: node()["state"] != "up")
check("why", node().get("reason"), "GPU 2 has 3 memory errors that were not corrected")
waits = maru("submit", "--gpus", "1", "--", "true")
time.sleep(2)
check("nothing starts there", state(waits), "waiting")
gpus.are(4)
until("it is mended", lambda: node()["state"] == "up")
until("what waited is done", lambda: state(waits) == "done")

# What the pool refuses as things are is said with its reason, in both languages, and begins when things have changed.
rows = [{"account": "others", "weight": 1, "guarantee": {"h100-80gb-hbm3": 3}}]
check("three are guaranteed", client.ask("PUT", "/v1/pool/accounts", {"rows": rows})[0], 200)
large = maru("submit", "--gpus", "2", "--", "true")
until("it is refused", lambda: client.get("/v1/jobs/" + large)[1].get("waiting", {}).get("reason") == "refused")
sentence = client.get("/v1/jobs/" + large)[1]["waiting"]["sentence"]
check("why", ("more than its guarantee" in sentence["en"], "보장량" in sentence["ko"]), (True, True))
check("the forecast says the same", client.get(f"/v1/jobs/{large}/forecast")[1]["sentence"], sentence)
check("nothing is guaranteed", client.ask("PUT", "/v1/pool/accounts", {"rows": []})[0], 200)
until("it begins", lambda: state(large) == "done")
maru("cancel", runs)
server.stop()
finish()
