#!/usr/bin/env python3
# tests/jobs.py MARU: jobs on the pool of one machine, through the command and over HTTP. What is handed in runs once, also when the server
# is killed with -9 three times meanwhile and when a client asks again with its key. Order (after, array), limits (time, memory), cancelling,
# trying again, files in and out; a tenant neither sees nor reaches the jobs of another.
import json, os, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, tell, temporary, until, want_bubblewrap, within

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)
ENV = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", LANG="C.UTF-8")


def maru(*words, token=None, status=0, stdin=None):
    env = dict(ENV, MARU_TOKEN=token) if token else ENV
    done = subprocess.run([MARU, "job", *words], env=env, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)
    if status is not None:
        check(f"exit status of {' '.join(words)[:60]} ({done.stderr.strip()[:200]})", done.returncode, status)
    return done


def submit(*words, **options):
    return maru("submit", *words, **options).stdout.strip()


def job(id, **options):
    return json.loads(maru("show", id, "--json", **options).stdout)


def ended(id, **options):
    until(f"job {id} ends", lambda: job(id, **options)["state"] not in ("waiting", "running"))
    return job(id, **options)


# ---- one job, as a newcomer hands it in
first = maru("submit", "-f", "--", "sh", "-c", "echo hello; echo oops >&2; cat in.txt && echo made >out.bin", status=1)
check("a job without its file fails", "hello" in first.stdout and "oops" in first.stderr, True)
own = os.path.join(folder, "in.txt")
open(own, "w").write("from outside\n")
id = submit("--file", own, "--name", "with file", "--", "sh", "-c", "cat in.txt; echo $MARU_ARRAY_INDEX >out.bin")
check("it is done", ended(id)["state"], "done")
check("its log", maru("logs", id).stdout, "from outside\n")
check("what it made", maru("get", id, "out.bin").stdout, "0\n")
check("its files", sorted(f["name"] for f in json.loads(maru("get", id, "--json").stdout)["items"]), ["in.txt", "out.bin"])
check("a path out of its folder", maru("get", id, "../../first-admin-token", status=None).returncode, 2)
script = os.path.join(folder, "train.sh")
open(script, "w").write("#!/bin/sh\necho script $1\n")
id = submit("--script", script)
check("a script", (ended(id)["state"], maru("logs", id).stdout), ("done", "script\n"))

# ---- what cannot be is refused with what would be right
for words, says in (
    (["--gpus", "4", "--", "true"], "no GPUs"),
    (["--project", "No Such", "--", "true"], "lower case"),
    (["--after", "00000000000000000000zz", "--", "true"], "not there"),
    ([], "command or a script"),
    (["--memory", "lots", "--", "true"], "such as 8G"),
):
    done = maru("submit", *words, status=None)
    check(f"{words} is refused ({done.stderr.strip()})", (done.returncode != 0, says in done.stderr), (True, True))
check("a fault is named once", maru("submit", "--project", "P", "--", "true", status=None).stderr.count("/project"), 1)
check("in Korean too", "GPU가 없습니다" in maru("submit", "--lang", "ko", "--gpus", "4", "--", "true", status=None).stderr, True)

# ---- the same key is the same job
ids = {submit("--key", "once-and-only", "--", "sh", "-c", "date +%N >>stamps") for _ in range(3)}
check("three submissions with one key", len(ids), 1)
id = ids.pop()
ended(id)
check("it ran once", (job(id)["attempts"], len(maru("get", id, "stamps").stdout.split())), (1, 1))

# ---- what jobs leave in their folders has a quota
full = Server(MARU, temporary(), "--quota", "8")
its = full.client()
filling = its.post("/v1/jobs", {"command": ["sh", "-c", "mkdir -p $(printf 'a/%.0s' $(seq 20)); head -c 9000000 /dev/urandom >$(printf 'a/%.0s' $(seq 20))x"], "cpus": 0.1, "memory_mib": 64})[1]["jobs"][0]
until("it is full", lambda: its.get("/v1/jobs/" + filling)[1]["state"] == "done")
status, answer = its.post("/v1/jobs", {"command": ["true"]})
check(f"no more jobs ({answer.get('detail')})", status, 507)
check("deleting one makes room", (its.ask("DELETE", "/v1/jobs/" + filling)[0], its.post("/v1/jobs", {"command": ["true"]})[0]), (204, 201))
full.stop()

# ---- limits, cancelling, trying again
id = submit("--time", "1 s", "--grace", "1 s", "--", "sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60")
done = ended(id)
check("over its time", (done["state"], done["reason"]), ("failed", "time"))
id = submit("--memory", "64M", "--", "/usr/bin/python3", "-c", "x = 'x' * 400000000; import time; time.sleep(5)")
done = ended(id)
check("over its memory", (done["state"], done["reason"]), ("failed", "memory"))
id = submit("--", "sleep", "60")
until("it runs", lambda: job(id)["state"] == "running")
maru("cancel", id)
check("cancelled", ended(id)["state"], "cancelled")
id = submit("--retries", "2", "--", "sh", "-c", "echo x >>tries; test $(wc -l <tries) = 3")
check("tried three times, in the same folder", (ended(id)["state"], job(id)["attempts"]), ("done", 3))
id = submit("--", "sh", "-c", "echo x >>tries; test $(wc -l <tries) = 2")
check("fails once", ended(id)["state"], "failed")
maru("retry", id)
until("it is done when it is tried again", lambda: job(id)["state"] == "done")

# ---- order
a = submit("--", "sh", "-c", "sleep 1; exit 3")
b, c = submit("--after", a, "--", "true"), submit("--after", a + ":end", "--", "true")
check("after its failure", (ended(b)["state"], job(b)["reason"], ended(c)["state"]), ("failed", "after", "done"))
batch = json.loads(maru("submit", "--json", "--array", "5", "--", "sh", "-c", "echo $MARU_ARRAY_INDEX of $MARU_ARRAY_COUNT").stdout)["jobs"]
check("an array", sorted(maru("logs", one).stdout for one in batch if ended(one)), [f"{i} of 5\n" for i in range(5)])

# ---- kill -9 of the server, three times: each job ends once
count = temporary()
many = json.loads(maru("submit", "--json", "--array", "24", "--cpus", "0.1", "--memory", "32M", "--", "sh", "-c",
                       "echo began >>ran; sleep 1; echo ended >>ran").stdout)["jobs"]
for _ in range(3):
    time.sleep(0.8)
    server.kill()
    server = Server(MARU, folder)
    ENV["MARU_URL"] = f"http://127.0.0.1:{server.port}"
for one in many:
    done = ended(one)
    check(f"{one} after kills", (done["state"], done["attempts"], maru("get", one, "ran").stdout), ("done", 1, "began\nended\n"))

# ---- tenants do not meet
tokens = {}
for tenant in ("acme", "beta"):
    subprocess.run([MARU, "tenant", "add", tenant, "--data", folder, "-q"], check=True, capture_output=True)
    made = subprocess.run([MARU, "token", "new", "--tenant", tenant, "--role", "engineer", "--data", folder, "--json"], check=True, capture_output=True, text=True)
    tokens[tenant] = json.loads(made.stdout)["token"]
secret = submit("--", "sh", "-c", "echo recipe >secret", token=tokens["acme"])
check("acme's job", ended(secret, token=tokens["acme"])["state"], "done")
for what in (["show", secret], ["logs", secret], ["get", secret, "secret"], ["cancel", secret], ["retry", secret]):
    done = maru(*what, token=tokens["beta"], status=None)
    check(f"beta asks to {what[0]}", (done.returncode != 0, "recipe" in done.stdout), (True, False))
check("beta's list", json.loads(maru("list", "--json", token=tokens["beta"]).stdout)["items"], [])
spy = submit("--", "sh", "-c", f"ls -R / 2>/dev/null | grep -c {secret}; cat {folder}/jobs/acme/{secret}/work/secret; ps ax | grep -c maru", token=tokens["beta"])
ended(spy, token=tokens["beta"])
check("a job of beta sees nothing of acme", "recipe" in maru("logs", spy, token=tokens["beta"]).stdout, False)
check("without a token", maru("list", status=None).returncode != 0, True)
tell("jobs of two tenants stayed apart")
server.stop()
finish()
