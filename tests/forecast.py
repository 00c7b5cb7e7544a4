#!/usr/bin/env python3
# tests/forecast.py MARU: when a job that waits will start, over HTTP and by `maru job why`: with a band, in both languages, from what such jobs
# did before, which is still known after kill -9; of a job that is not handed in yet the same, and nothing of it is kept.
import os, re, subprocess, sys
from datetime import datetime

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary, until, want_bubblewrap

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)
client = server.client(server.token)
made = client.post("/v1/tenants", {"name": "acme"})[1]
acme = server.client(made["token"])
LIMIT_S = 1000


def needs(**more):
    return {"cpus": cpus, "memory_mib": 32, "time_s": LIMIT_S, "project": "vision", **more}


def submit(*command, **more):
    status, answer = acme.post("/v1/jobs", {"command": list(command), **needs(**more)})
    check(f"submit {command} ({answer})", status, 201)
    return answer["jobs"][0]


def state(id):
    return acme.get("/v1/jobs/" + id)[1]["state"]


def forecast(id, who=None):
    return (who or acme).get(f"/v1/jobs/{id}/forecast")


def seconds_ahead(answer, at="p50"):
    then = [datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (answer["start"][at], answer["at"])]
    return (then[0] - then[1]).total_seconds()


def good(what, answer):
    check(f"{what} has a middle and a band", answer["start"]["p10"] <= answer["start"]["p50"] <= answer["start"]["p90"], True)
    check(f"{what} was played", 1 <= answer["futures"] <= 64, True)
    check(f"{what} in English ({answer['sentence']})", bool(re.search(r"\d\d:\d\d|within a minute", answer["sentence"]["en"])), True)
    check(f"{what} in Korean", bool(re.search("[가-힣]", answer["sentence"]["ko"])), True)


cpus = client.get("/v1/pool")[1]["nodes"][0]["cpus"]["all"] if isinstance(client.get("/v1/pool")[1]["nodes"][0]["cpus"], dict) else client.get("/v1/pool")[1]["nodes"][0]["cpus"]

# ---- without a past the limit is all that is known
runs = submit("sleep", "100")
until("it runs", lambda: state(runs) == "running")
waits = submit("true")
until("it waits", lambda: acme.get("/v1/jobs/" + waits)[1].get("phase") == "queued")
status, answer = forecast(waits)
check("a forecast", status, 200)
good("without a past", answer)
check(f"anything up to the limit ({answer['start']})", 200 < seconds_ahead(answer) < 800, True)
acme.post(f"/v1/jobs/{runs}/cancel", {})
until("it is done", lambda: state(waits) == "done")
check("of one that has ended", forecast(waits)[1]["start"], None)

# ---- a past of short runs
for i in range(12):
    last = submit("true")
until("all are done", lambda: state(last) == "done", 60)
runs = submit("sleep", "100")
until("it runs", lambda: state(runs) == "running")
check("of one that runs", (forecast(runs)[1]["start"], forecast(runs)[1]["sentence"]["en"]), (None, "it has begun"))
first, waits = submit("true"), submit("true")
until("it waits", lambda: acme.get("/v1/jobs/" + waits)[1].get("phase") == "queued")
third = forecast(waits)[1]
good("behind another", third)
check("of another tenant's job nothing is said", forecast(waits, client)[0], 404)

# ---- one that is not handed in
n = len(acme.get("/v1/jobs")[1]["items"])
status, answer = acme.post("/v1/jobs/forecast", {"command": ["true"], **needs()})
check(f"of a new one ({answer})", status, 200)
good("a new one", answer)
check("it would be behind those", seconds_ahead(answer) >= 0, True)
check("nothing is kept", len(acme.get("/v1/jobs")[1]["items"]), n)
check("what could never run", acme.post("/v1/jobs/forecast", {"command": ["true"], **needs(cpus=100000)})[0], 422)
check("what is no job", acme.post("/v1/jobs/forecast", {"cpus": "many"})[0], 400)
check("of a project that is new", acme.post("/v1/jobs/forecast", {"command": ["true"], **needs(project="unheard")})[0], 200)

# ---- the command
for language, word in (("en", "until about|starts"), ("ko", "기다립니다|시작합니다")):
    said = subprocess.run([MARU, "job", "why", waits, "--url", f"http://127.0.0.1:{server.port}", "--token", made["token"], "--lang", language], capture_output=True, text=True)
    check(f"maru job why, {language} ({said.stdout}{said.stderr})", (said.returncode, bool(re.search(word, said.stdout))), (0, True))

# ---- a kill
server.kill()
server = Server(MARU, folder)
acme = server.client(made["token"])
until("it waits again", lambda: acme.get("/v1/jobs/" + waits)[1].get("phase") == "queued")
good("after a kill", forecast(waits)[1])
acme.post(f"/v1/jobs/{runs}/cancel", {})
until("all run in the end", lambda: state(waits) == "done", 30)
finish()
