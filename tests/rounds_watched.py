#!/usr/bin/env python3
# tests/rounds_watched.py MARU LIBRARY: leases of a round are watched by the server itself, over days that pass by MARU_CLOCK_SHIFT. GPUs are those
# of a library of the tests (src/io/executor/trial_nvml.h), use is that of a job that runs through all of it. One tenant uses what it has, one does
# not: the latter is warned, has the days of the rules since then, and loses its lease; each once, with kill -9 before, in and behind each look.
import os, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, TrialGpus, check, finish, temporary, until, want_bubblewrap

MARU, LIBRARY = sys.argv[1:3]
want_bubblewrap()
folder, own = temporary(), temporary()
TrialGpus(LIBRARY, own, "NVIDIA H100 80GB HBM3").are(4)
TYPE, DAY = "h100-80gb-hbm3", 86400
server = None


def day(n):
    """That many days later: another server, the one before is killed wherever it is."""
    global server, client
    if server:
        server.kill()
    server = Server(MARU, folder, env={"LD_LIBRARY_PATH": own, "MARU_CLOCK_SHIFT": str(n * DAY)})
    client = server.client(admin if n else server.token)


def looked(n):
    """The server has looked, on that day."""
    day(n)
    until(f"day {n} is looked at", lambda: "watched" in client.get("/v1/rounds/r")[1])
    return client.get("/v1/rounds/r")[1]


def told(round):
    return [(event["what"], event["institution"], event["idle_days"], event["gpus"], event["kept"]) for event in round["events"]]


def stands(round):
    return {lease["institution"]: (lease["gpus"], lease["idle_days"], "reclaim_on" in lease) for lease in round["watched"]["leases"]}


def guarantees():
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + shift * DAY + 9 * 3600))
    rows = client.get("/v1/pool/accounts")[1]["rows"]
    return {row["account"]: sum(row["guarantee"].values()) for row in rows if row.get("lease") and row["from"] <= now < row["until"]}


shift = 0
day(0)
admin = server.token
tokens = {name: client.post("/v1/tenants", {"name": name})[1]["token"] for name in ("busy", "idle", "nobody")}
here = time.gmtime(time.time() + 9 * 3600)
first = here.tm_year * 4 + (here.tm_mon - 1) // 3
name = lambda quarter: f"{quarter // 4}Q{quarter % 4 + 1}"
rules = f'title = "Watched"\nfirst_quarter = "{name(first)}"\nlast_quarter = "{name(first + 4)}"\nweight_priority = 1\nwarn_days = 2\nreclaim_days = 2\nidle_percent = 10\n'
files = {"round.toml": rules, "supply.csv": f"site,type,quarter,gpus\nHere,{TYPE},{name(first)},4\n", "types.csv": f"type,watts,credits\n{TYPE},1000,1\n",
         "sites.csv": "site,pue\nHere,1.2\n", "regions.csv": "region,bonus,floor_percent,ceiling_percent\ncapital,0,,\n", "classes.csv": "class,bonus,floor_percent,ceiling_percent\nfirm,0,,\n"}
status, made = client.post("/v1/rounds", {"round": "r", "title": "Watched", "files": files})
check(f"a round ({made})", status, 201)
for who in ("busy", "idle"):
    plan = {"title": "x", "region": "capital", "class": "firm", "priority": 3, "readiness": 3, "lines": [{"type": TYPE, "from": name(first), "until": name(first + 4), "gpus": 2, "least": 2}]}
    check("a plan", server.client(tokens[who]).post("/v1/rounds/r/applications", plan)[0], 201)
client.post("/v1/rounds/r/award", {})
until("awarded", lambda: client.get("/v1/rounds/r")[1]["state"] == "awarded")
check("leased", client.post("/v1/rounds/r/lease", {})[0], 200)
check("two guarantees", guarantees(), {"busy": 2, "idle": 2})
env = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", MARU_TOKEN=tokens["busy"], LANG="C.UTF-8")
job = subprocess.run([MARU, "job", "submit", "--gpus", "2", "--time", "20d", "--", "sleep", "3000"], env=env, capture_output=True, text=True, timeout=90).stdout.strip()
until("it runs", lambda: server.client(tokens["busy"]).get("/v1/jobs/" + job)[1]["state"] == "running")

# ---- the days: the first that counts is the one after the lease
shift = 2
check("one idle day", told(looked(2)), [])
shift = 3
warned = ("warn", "idle", 2, 2, 2)
for delay in (0, 2):  # killed when it has looked, and about in the next look
    round = looked(3)
    check("who is idle is warned, once", told(round), [warned])
    check("how they stand", stands(round), {"busy": (2, 0, False), "idle": (2, 2, True)})
    day(3)
    time.sleep(delay)
round = looked(3)
check("the tenant is told", told(server.client(tokens["idle"]).get("/v1/rounds/r")[1]), [warned])
check("and of when", [lease["reclaim_on"] for lease in server.client(tokens["idle"]).get("/v1/rounds/r")[1]["watched"]["leases"]],
      [time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 3600 + 5 * DAY))])
for other in ("busy", "nobody"):
    seen = server.client(tokens[other]).get("/v1/rounds/r")[1]
    check(f"{other} is told nothing of others", (seen["events"], [lease["institution"] for lease in seen["watched"]["leases"]]), ([], ["busy"] if other == "busy" else []))
check("a warning takes nothing", guarantees(), {"busy": 2, "idle": 2})
shift = 4
check("the days of the rules since then", told(looked(4)), [warned])
before = server.client(tokens["idle"]).get("/v1/credits")[1]["balance"]
shift = 5
for delay in (1.9, 2, 2.05):
    day(5)
    time.sleep(delay)
round = looked(5)
check("then it is taken back", told(round), [warned, ("reclaim", "idle", 4, 2, 0)])
until("carried out", lambda: client.get("/v1/rounds/r")[1]["applied"])
check("who uses it keeps it", guarantees(), {"busy": 2})
balance = server.client(tokens["idle"]).get("/v1/credits")[1]["balance"]
check("its credits go with it", (balance < before / 2, round["record_whole"]), (True, True))
shift = 8
round = looked(8)
check("once", (told(round)[2:], stands(round), guarantees(), server.client(tokens["idle"]).get("/v1/credits")[1]["balance"]), ([], {"busy": (2, 0, False)}, {"busy": 2}, balance))
check("the record", [row.split(",")[2] for row in round["record"]], ["award", "lease", "warn", "reclaim"])
check("the job runs on", server.client(tokens["busy"]).get("/v1/jobs/" + job)[1]["state"], "running")

# ---- it ends, and the server is away for long: a warning first, and nothing is taken back on the same day
server.client(tokens["busy"]).post(f"/v1/jobs/{job}/cancel", {})
until("it ends", lambda: server.client(tokens["busy"]).get("/v1/jobs/" + job)[1]["state"] == "cancelled")
shift = 20
round = looked(20)
check("a warning that is late", told(round)[2:], [("warn", "busy", 2, 2, 2)])
check("and says at once from when on", stands(round)["busy"][2], True)
check("takes nothing for as many days as any other", (told(looked(21))[3:], guarantees()), ([], {"busy": 2}))
server.stop()
finish()
