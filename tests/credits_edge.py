#!/usr/bin/env python3
# tests/credits_edge.py MARU [TENANTS]: the last credit at its worst. Many tenants whose grants expire in the same moment, with a price that doubles before it;
# the server killed with -9 between the signal and the stop; a clock that is an hour back after a kill. Nothing is charged twice, nothing behind
# the end of a grant, what a budget ends is charged to the millionth by the prices of its time, and everything is over within 5 s of the last credit
# (of a machine that is not busy: more is told, not failed, up to half a minute).
import datetime, os, sqlite3, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, at_least, check, finish, temporary, until, want_bubblewrap, within

MARU = sys.argv[1]
TENANTS = int(sys.argv[2]) if len(sys.argv) > 2 else 16
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)


def operator():  # a connection that was quiet for long is cut off
    return server.client(server.token)


names = [f"t{i}" for i in range(TENANTS)]
secret = {name: operator().post("/v1/tenants", {"name": name})[1]["token"] for name in [*names, "gap", "back"]}


def restart(**env):
    global server
    token = server.token
    server.kill()
    server = Server(MARU, folder, env=env)
    server.token = token


def client(name):
    return server.client(secret[name])


def rows(who, sql):
    with sqlite3.connect(f"file:{folder}/tenants/{who}.db?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def submit(who, *command, **more):
    status, answer = client(who).post("/v1/jobs", {"command": list(command), "cpus": 0.01, "memory_mib": 16, **more})
    check(f"submit ({answer})", status, 201)
    return answer["jobs"][0]


def iso(at_us):
    return (datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=at_us)).isoformat()


# What an attempt has cost, and that its charges follow each other. `cost` of a span is in millionths, exactly; `lost` of them may be missing.
# Gives when it has ended.
def look_at(who, job, number, cost, last_us, lost):
    (started, ended), = rows(who, f"SELECT started_us, ended_us FROM attempt WHERE job = '{job}' AND number = {number}")
    charges = rows(who, f"SELECT from_us, until_us, credits FROM credit_charge WHERE job = '{job}' AND attempt = {number} ORDER BY from_us")
    (back,), = rows(who, f"SELECT coalesce(sum(credits), 0) FROM credit_entry WHERE job = '{job}' AND attempt = {number}")
    check(f"{who}: it was charged", len(charges) > 0, True)
    check(f"{who}: charges follow each other", [charges[0][0]] + [c[1] for c in charges[:-1]], [started] + [c[0] for c in charges[1:]])
    check(f"{who}: nothing behind the last credit", charges[-1][1] <= last_us, True)
    missing = cost(started, min(ended, last_us)) - (sum(c[2] for c in charges) - back)
    at_least(f"{who}: no more than it cost, in millionths", missing, 0)
    within(f"{who}: and no less", missing, lost)
    return ended


def overlaps(who):
    return rows(who, "SELECT count(*) FROM credit_charge AS a JOIN credit_charge AS b ON a.job = b.job AND a.attempt = b.attempt AND a.from_us < b.from_us AND a.until_us > b.from_us")[0][0]


# ---- a hundredth of a core is a credit a second, and two from shortly before the end on. Of every second tenant a grant expires, of the others a budget is spent
check("a price", operator().post("/v1/pool/prices", {"rows": [{"resource": "cpu", "credits": 360000, "krw": 0, "from": "2026-01-01"}]})[0], 200)
end_us = int((time.time() + 25 + 0.6 * TENANTS) * 1e6)
price_us = end_us - 3000000
for i, name in enumerate(names):
    check("a grant", operator().post("/v1/pool/grants", {"tenant": name, "id": "all", "credits": 1000000, "until": iso(end_us) if i % 2 else "2199-01-01"})[0], 200)
jobs = {name: submit(name, "sleep", "600", grace_s=1, can_stop=True) for name in names}
for name in names:
    until(f"{name} runs", lambda: rows(name, f"SELECT max(started_us) FROM attempt WHERE job = '{jobs[name]}'")[0][0] or 0, 120)
check("a price that doubles", operator().post("/v1/pool/prices", {"rows": [{"resource": "cpu", "credits": 720000, "krw": 0, "from": iso(price_us)}]})[0], 200)
for name in names[::2]:
    (started,), = rows(name, f"SELECT started_us FROM attempt WHERE job = '{jobs[name]}'")
    amount = (price_us - started) + 2 * (end_us - price_us)
    status, answer = client(name).post("/v1/credits/budgets", {"account": "default", "credits": amount / 1e6, "from": "2026-01-01", "until": "2199-01-01"})
    check(f"a budget ({answer})", status, 200)
at_least("time is left when all have it", end_us * 1e-6 - time.time(), 1, " s")
time.sleep(max(0, end_us * 1e-6 - time.time()))
for name in names:
    until(f"{name} is held", lambda: client(name).get("/v1/jobs/" + jobs[name])[1].get("waiting", {}).get("reason") == "held", 90)
# An end that is only heard of when its grant has expired is charged up to the last look, at most a minute before.
cost = lambda a, b: (min(b, price_us) - a) + 2 * max(0, b - price_us)
late = [(look_at(name, jobs[name], 1, cost, end_us, 120e6 if i % 2 else 0) - end_us) * 1e-6 for i, name in enumerate(names)]
print(f"{TENANTS} tenants, the last credit of all in one moment: over {min(late):.2f} to {max(late):.2f} s behind it")
within("over behind the last credit", max(late), 30, " s")
at_least("and not long before it", min(late), -10, " s")

# ---- killed between the signal and the stop: the job goes on while nobody is there, and is stopped by who comes
operator().post("/v1/pool/grants", {"tenant": "gap", "id": "few", "credits": 16, "until": "2199-01-01"})
job = submit("gap", "sh", "-c", "trap 'date +%s.%N >>signals' TERM; while :; do date +%s.%N >alive; sleep 0.1; done", grace_s=4, can_stop=True)
until("it is being stopped", lambda: client("gap").get("/v1/jobs/" + job)[1].get("stopping") == "budget", 40)
restart()
until("it is held", lambda: client("gap").get("/v1/jobs/" + job)[1].get("waiting", {}).get("reason") == "held", 40)
(spent,), = rows("gap", "SELECT coalesce(sum(credits), 0) FROM credit_charge")
(back,), = rows("gap", "SELECT coalesce(sum(credits), 0) FROM credit_entry WHERE kind <> 0 AND job <> ''")
within("never more than was granted", spent - back, 16000000)
check("nothing twice", overlaps("gap"), 0)

# ---- a clock that is an hour back: what was charged by the old one is not charged again, and the job still ends with its credits
operator().post("/v1/pool/grants", {"tenant": "back", "id": "few", "credits": 1000, "until": "2199-01-01"})
restart(MARU_CLOCK_SHIFT="3600")
job = submit("back", "sleep", "600", grace_s=1, can_stop=True)
until("it runs", lambda: client("back").get("/v1/jobs/" + job)[1]["state"] == "running", 40)
time.sleep(2)
check("a budget has it looked at", client("back").post("/v1/credits/budgets", {"account": "none", "credits": 5, "until": "2199-01-01"})[0], 200)
until("it is charged", lambda: rows("back", "SELECT count(*) FROM credit_charge")[0][0] > 0, 40)
restart()
until("it is found again", lambda: client("back").get("/v1/jobs/" + job)[1]["state"] in ("running", "waiting"), 40)
time.sleep(2)
check("cancelled", client("back").post(f"/v1/jobs/{job}/cancel")[0] in (200, 202), True)
until("over", lambda: client("back").get("/v1/jobs/" + job)[1]["state"] == "cancelled", 40)
check("nothing twice", overlaps("back"), 0)
told = client("back").get("/v1/credits")[1]
check("a balance that says what the ledger says", told["spent"] >= 0 and told["balance"] <= 1000, True)
finish()
