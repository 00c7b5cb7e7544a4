#!/usr/bin/env python3
# tests/replays.py MARU: policies tried on the server: on traces that are sent, whose waits are known by hand, and on the jobs that really ran
# here. What makes no sense is refused at once with its place; nobody but an operator of the server asks or looks; the command says the same.
import json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary, until, want_bubblewrap

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)
client = server.client(server.token)
made = client.post("/v1/tenants", {"name": "acme"})[1]
acme = server.client(made["token"])
EASY = {"name": "easy", "text": 'backfill = "easy"\n'}
STRICT = {"name": "strict", "text": 'backfill = "none"\n'}


def play(body):
    status, answer = client.post("/v1/pool/replays", body)
    check(f"taken ({answer})", status, 202)
    path = "/v1/pool/replays/" + answer["id"]
    until("it ends", lambda: client.get(path)[1]["state"] != "running")
    return path, client.get(path)[1]


# ---- a trace that is sent: this machine's CPUs taken as one, so that jobs come one after the other
node = client.get("/v1/pool")[1]["nodes"][0]
cpus = int(node["cpus"])
trace = f"account,submit,duration,limit,gpus,cpus\nacme,0,1h,1h,0,{cpus}\nacme,600,2h,2h,0,{cpus}\n\"<i>b\",1200,1h,1h,0,{cpus}\n"
body = {"policies": [EASY, STRICT], "trace": "plain", "text": trace}
path, told = play(body)
check("done", (told["state"], told["progress"]), ("done", 1))
result = told["result"]
check("jobs", (result["trace"]["jobs"], result["trace"]["nodes"], result["trace"]["passed_over"]), (3, 1, 0))
# The second waits 50 minutes, or, where fair share lets the other tenant past it, an hour and 50: the sum is one of two.
total_min = round(result["policies"][0]["wait"]["mean_h"] * 180, 6)
check("waits", total_min in (50 + 160, 40 + 110), True)
check("both alike", (result["difference"][0]["mean_wait_h"]["mean"], result["difference"][0]["jobs"]), (0, 3))
check("tenants", sorted(t["name"] for t in result["policies"][0]["by_tenant"]), ["<i>b", "acme"])
series = result["policies"][0]["series"]
check("series", (len(series["at_h"]), len(series["busy"]), len(series["waiting"]) <= 200), (len(series["waiting"]),) * 2 + (True,))
for lang, says in (("en", "Policies side by side"), ("ko", "정책 비교")):
    status, page = client.raw("GET", path + f"?format=html&lang={lang}")[:2]
    page = page.decode()
    check(f"the report in {lang}", (status, says in page, f'<html lang="{lang}">' in page, "<i>b" in page, "&lt;i&gt;b" in page), (200, True, True, False, True))

# ---- the command says the same of the same tables
nodes, jobs, policy = (os.path.join(folder, name) for name in ("nodes.csv", "jobs.csv", "easy.toml"))
open(nodes, "w").write(f"name,gpu_type,gpus,cpus,memory\n{node['name']},,,{cpus},{node['memory_mib'] / 1024}\n")
open(jobs, "w").write(trace)
open(policy, "w").write(EASY["text"])
said = subprocess.run([MARU, "pool", "replay", jobs, "--nodes", nodes, "--policy", policy, "--json"], capture_output=True, text=True)
check("the command's status " + said.stderr[:200] + said.stdout[:200], said.returncode, 0)
if said.returncode == 0:
    check("the same waits", json.loads(said.stdout)["policies"][0]["wait"], result["policies"][0]["wait"])

# ---- the pool's own jobs
check("nothing has run yet", client.post("/v1/pool/replays", {"policies": [EASY]})[0], 400)
ids = [c.post("/v1/jobs", {"command": ["sleep", "0.3"], "cpus": 0.1, "memory_mib": 32})[1]["jobs"][0] for c in (client, acme) for _ in range(2)]
for c, id in zip((client, client, acme, acme), ids):
    until("jobs end", lambda: c.get("/v1/jobs/" + id)[1]["state"] == "done")
path, told = play({"policies": [EASY]})
check("own jobs", (told["state"], told["result"]["trace"]["jobs"], told["result"]["trace"]["tenants"]), ("done", 4, 2))
check("they all fit", told["result"]["policies"][0]["wait"]["mean_h"], 0)

# ---- with prices it tells what it cost: nothing here, where no job has a GPU
check("without prices nobody knows the cost", told["result"]["policies"][0]["cost_krw"], None)
check("a price", client.post("/v1/pool/prices", {"rows": [{"from": "2026-01-01T00:00:00Z", "resource": "h100", "credits": 1.2, "krw": 3100}]})[0] < 300, True)
check("with prices it is known", play({"policies": [EASY]})[1]["result"]["policies"][0]["cost_krw"], 0)

# ---- outages: the node goes at 30 minutes for an hour, so the first job begins again behind it, or where its checkpoint is
down = f"time,kind,node,until\n1800,down,{node['name']},+1h\n"
for more in ({}, {"checkpoint_every": "20m"}):
    policy = play({**body, "events": down, **more})[1]["result"]["policies"][0]
    told = policy["outages"]
    check(f"a failed node {more}", (told["failures"], told["lost_runs"], told["lost_gpu_hours"], told["calm_mean_wait_h"]), (1, 1, 0, result["policies"][0]["wait"]["mean_h"]))
    check("what it makes of waits", abs(told["mean_wait_h"]["mean"] - (policy["wait"]["mean_h"] - told["calm_mean_wait_h"])) < 1e-9, True)
    check("nobody had the node for an hour", policy["waited_h"] > 1, True)
told = play({**body, "failures": "mtbf=20m,repair=30m"})[1]["result"]["policies"][0]
check("failures by chance", (told["outages"]["failures"] > 0, len(told["series"]["out"])), (True, len(told["series"]["busy"])))

# ---- refusals
for body, status, says in (
    ({"policies": []}, 400, "1 to 4"),
    ({"policies": [EASY] * 5}, 400, "1 to 4"),
    ({"policies": [{"name": "x", "text": 'backfill = "some"'}]}, 400, "backfill"),
    ({"policies": [{"name": "x"}]}, 400, "name and a text"),
    ({"policies": [EASY], "trace": "openb"}, 400, "own, plain or sacct"),
    ({"policies": [EASY], "trace": "plain"}, 400, "as a text"),
    ({"policies": [EASY], "trace": "own", "text": "x"}, 400, "as a text"),
    ({"policies": [EASY], "trace": "sacct", "text": trace}, 400, "form 'plain'"),
    ({"policies": [EASY], "trace": "plain", "text": "gpus,duration\n1,soon\n"}, 400, "span of time"),
    ({"policies": [EASY], "trace": "plain", "text": "cpus,gpus,duration\n1,0,1h\n"}, 400, "inflated"),
    ({"policies": [EASY], "trace": "plain", "text": ""}, 400, "empty"),
    ({**body, "events": "time,kind,node\n+1h,down,nobody\n"}, 400, "no node of the table"),
    ({**body, "events": ""}, 400, "empty"),
    ({**body, "failures": "often"}, 400, "mtbf=150d"),
    ({**body, "failures": 3}, 400, ""),
    ({**body, "checkpoint_every": "never"}, 400, "30m"),
    ({"policies": [EASY], "inflate": 0}, 400, ""),
    ({"policies": [EASY], "more": 1}, 400, ""),
):
    got, answer = client.post("/v1/pool/replays", body)
    check(f"{str(body)[:70]} is refused ({answer})", (got, says in answer.get("detail", "")), (status, True))
check("a job that cannot run here", play({"policies": [EASY], "trace": "plain", "text": "submit,cpus,gpus,duration\n0,1000000,0,1h\n"})[1]["state"], "failed")
check("no such replay", client.get("/v1/pool/replays/00000000000000000000")[0], 404)
check("no such format", client.get(path + "?format=pdf")[0], 400)
check("others ask in vain", acme.post("/v1/pool/replays", {"policies": [EASY]})[0], 403)
check("others look in vain", acme.get(path)[0], 403)
viewer = client.post("/v1/tokens", {"name": "v", "role": "engineer"})[1]["token"]
check("an engineer of the server asks in vain", server.client(viewer).post("/v1/pool/replays", {"policies": [EASY]})[0], 403)
server.stop()
finish()
