#!/usr/bin/env python3
# tests/credits.py MARU: jobs that cost, black box. Without prices or a grant a tenant runs free. With them a job has its signal before the last
# credit and is over within 5 s of it; it says why, waits, and goes on with the next grant. A budget stops its project and nothing else.
# The server is killed with -9 while it charges: each attempt has cost exactly what its time costs, in charges without a gap or an
# overlap. Two tenants stay apart.
import json, os, sqlite3, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, at_least, check, finish, temporary, until, want_bubblewrap, within

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)
secret = {"local": server.token}
for name in ("acme", "bolt"):
    secret[name] = server.client(server.token).post("/v1/tenants", {"name": name})[1]["token"]
clients = {}


def connect():
    for name, its in secret.items():
        clients[name] = server.client(its)


connect()


def submit(who, *command, **needs):
    status, answer = clients[who].post("/v1/jobs", {"command": list(command), "cpus": 0.1, "memory_mib": 32, **needs})
    check(f"submit {command} ({answer})", status, 201)
    return answer["jobs"][0]


def job(who, id):
    return clients[who].get("/v1/jobs/" + id)[1]


def credits(who):
    return clients[who].get("/v1/credits")[1]


def grant(who, id, amount, **more):
    return clients["local"].post("/v1/pool/grants", {"tenant": who, "id": id, "credits": amount, **more})


def rows(who, sql):
    with sqlite3.connect(f"file:{folder}/tenants/{who}.db?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


# ---- without a price, and without a grant
free = submit("acme", "sleep", "0.2")
until("it is done", lambda: job("acme", free)["state"] == "done")
check("nobody has a price", (credits("acme")["has_prices"], "credits" in job("acme", free)["tries"][0]), (False, False))
# a core costs 36000 credits an hour: a tenth of one, a credit a second
status, answer = clients["local"].post("/v1/pool/prices", {"rows": [{"resource": "cpu", "credits": 36000, "krw": 360000, "from": "2026-01-01"}]})
check(f"a price ({answer})", (status, [(r["resource"], r["credits"], r["krw"]) for r in answer["rows"]]), (200, [("cpu", 36000, 360000)]))
for body, code in (({"rows": [{"resource": "cpu", "credits": 1, "from": "2026-02-01"}]}, 409), ({"rows": [{"resource": "cpu"}]}, 400), ({"text": "from,resource\n"}, 400), ({}, 400),
                   ({"rows": [{"resource": "cpu", "credits": -1}]}, 400), ({"rows": [{"resource": "x", "credits": 1, "from": "soon"}]}, 400)):
    check(f"prices {body} are refused", clients["local"].post("/v1/pool/prices", body)[0], code)
for path, body in (("/v1/pool/prices", {"rows": []}), ("/v1/pool/grants", {"tenant": "acme", "id": "x", "credits": 1})):
    check(f"{path} is the operator's", clients["acme"].post(path, body)[0], 403)
free = submit("acme", "sleep", "0.2")
until("it is done", lambda: job("acme", free)["state"] == "done")
check("without a grant it is free", (credits("acme")["has_prices"], credits("acme")["spent"], rows("acme", "SELECT count(*) FROM credit_charge")), (True, 0, [(0,)]))

# ---- grants
AMOUNT = 10
status, answer = grant("acme", "spring", AMOUNT, note="봄", until="2199-01-01")
check(f"a grant ({answer})", (status, answer["balance"], [(g["id"], g["left"], g["note"]) for g in answer["grants"]]), (200, AMOUNT, [("spring", AMOUNT, "봄")]))
check("the same again", (grant("acme", "spring", AMOUNT, until="2199-01-01")[0], credits("acme")["granted"]), (200, AMOUNT))
check("the same name, another amount", grant("acme", "spring", 11, until="2199-01-01")[0], 409)
for body in ({"tenant": "acme", "credits": 1}, {"tenant": "acme", "id": "y", "credits": -1}, {"tenant": "acme", "id": "y"}, {"tenant": "acme", "id": "y", "credits": 1, "until": "2020-01-01"}):
    check(f"{body} is refused", clients["local"].post("/v1/pool/grants", body)[0] in (400, 409), True)
check("of nobody", grant("nobody", "x", 1)[0], 404)
check("the operator sees it", clients["local"].get("/v1/credits?tenant=acme")[1]["granted"], AMOUNT)
check("another tenant does not", (clients["bolt"].get("/v1/credits?tenant=acme")[0], credits("bolt")["granted"]), (403, 0))

# ---- the last credit: the signal first, over within 5 s of it, and it says why
GRACE = 4
script = "#!/bin/sh\ntrap 'date +%s.%N >>signals' TERM\nwhile :; do date +%s.%N >alive; sleep 0.1; done\n"
stubborn = clients["acme"].post("/v1/jobs", {"script": script, "cpus": 0.1, "memory_mib": 32, "grace_s": GRACE, "checkpoints": True, "can_stop": True})[1]["jobs"][0]
other = submit("bolt", "sleep", "14")
until("it runs", lambda: job("acme", stubborn)["state"] == "running", 10)
until("a forecast", lambda: credits("acme")["empty_at"] is not None, 5)
until("it is being stopped", lambda: job("acme", stubborn).get("stopping") == "budget", 2 * AMOUNT)
until("then it waits, held", lambda: job("acme", stubborn).get("waiting", {}).get("reason") == "held", 2 * AMOUNT)
its = job("acme", stubborn)
check("why", (its["state"], its["attempts"], its["tries"][0]["stopped_for"], its["tries"][0]["end"]), ("waiting", 1, "budget", "stopped"))
(started, ended), = rows("acme", f"SELECT started_us, ended_us FROM attempt WHERE job = '{stubborn}'")
empty = started + AMOUNT * 1000000
signals = [float(s) for s in clients["acme"].raw("GET", f"/v1/jobs/{stubborn}/files/signals")[1].split()]
alive = float(clients["acme"].raw("GET", f"/v1/jobs/{stubborn}/files/alive")[1])
check("one signal", len(signals), 1)
at_least("the signal before the last credit", empty * 1e-6 - signals[0], GRACE - 1.6, " s")
within("over after the last credit", alive - empty * 1e-6, 5, " s")
within("it ran until nearly the last credit", (empty - ended) * 1e-6, 1.5, " s")
now = credits("acme")
within("spent", now["spent"], AMOUNT)
at_least("spent", now["spent"], AMOUNT - 1.5)
check("held, and warned", (now["held"], now["warning"] >= 80), (True, True))
check("nothing new starts", (lambda id: (time.sleep(2), job("acme", id)["waiting"]["reason"])[1])(submit("acme", "true")), "held")
check("the other tenant goes on", job("bolt", other)["state"], "running")

# ---- the next grant lets it go on
grant("acme", "summer", 1000)
until("it goes on", lambda: job("acme", stubborn)["attempts"] == 2 and job("acme", stubborn)["state"] == "running", 10)
check("no longer held", credits("acme")["held"], False)

# ---- a budget: its project stops, the others go on
status, answer = clients["acme"].post("/v1/credits/budgets", {"account": "small", "credits": 3, "until": "2199-01-01"})
check(f"a budget ({answer})", (status, [(b["account"], b["credits"], b["spent"]) for b in answer["budgets"]]), (200, [("small", 3, 0)]))
for body in ({"account": "x"}, {"account": "x", "credits": -1}, {"account": "x", "credits": 1, "until": "2020-01-01"}):
    check(f"budget {body} is refused", clients["acme"].post("/v1/credits/budgets", body)[0] in (400, 409), True)
small = submit("acme", "sleep", "60", project="small", grace_s=1, can_stop=True)
until("the budget stops it", lambda: job("acme", small).get("waiting", {}).get("reason") == "held", 15)
(cost,), = rows("acme", f"SELECT sum(credits) FROM credit_charge WHERE job = '{small}'")
within("what the budget let it spend", cost * 1e-6, 3)
check("the others go on", (job("acme", stubborn)["state"], credits("acme")["held"]), ("running", False))
begun = credits("acme")["budgets"][0]["from"]
check("the budget goes", clients["acme"].ask("DELETE", f"/v1/credits/budgets?account=small&from={begun}")[0], 204)
until("and the job goes on", lambda: job("acme", small)["state"] == "running", 10)
clients["acme"].post(f"/v1/jobs/{small}/cancel")
clients["acme"].post(f"/v1/jobs/{stubborn}/cancel")

# ---- kill -9 while it is charged
check("kept apart", rows("bolt", "SELECT count(*) FROM credit_charge"), [(0,)])
grant("bolt", "all", 100000, **{"from": "2026-01-01"})
many = []
for turn in range(5):
    many += [submit("bolt", "sleep", str(0.4 + 0.3 * (turn + i) % 2)) for i in range(4)]
    time.sleep(0.5 + 0.13 * turn)
    server.kill()
    server = Server(MARU, folder)
    connect()
for id in many:
    until(f"{id} ends", lambda: job("bolt", id)["state"] == "done")
    check(f"{id} ran once", job("bolt", id)["attempts"], 1)
until(f"{stubborn} ends", lambda: job("acme", stubborn)["state"] == "cancelled")
n = 0
for who in ("acme", "bolt"):
    first = rows(who, "SELECT min(at_us) FROM credit_entry WHERE until_us > at_us")[0][0]
    for its, number, started, ended in rows(who, "SELECT job, number, started_us, ended_us FROM attempt WHERE state = 2 AND stop <> 'budget'"):
        if its == other:  # it ended before the grant
            continue
        charges = rows(who, f"SELECT from_us, until_us, credits FROM credit_charge WHERE job = '{its}' AND attempt = {number} ORDER BY from_us")
        begin = max(started, first)
        (back,), = rows(who, f"SELECT coalesce(sum(credits), 0) FROM credit_entry WHERE job = '{its}' AND attempt = {number}")
        if ended > begin:
            check(f"{its} {number}: the charges follow each other", ([charges[0][0]] + [c[1] for c in charges[:-1]], charges[-1][1] >= ended), ([begin] + [c[0] for c in charges[1:]], True))
        check(f"{its} {number}: what it cost, to the millionth", sum(c[2] for c in charges) - back, max(0, ended - begin))
        n += len(charges)
at_least("charges looked at", n, 22)
told = job("bolt", many[0])["tries"][0]
check("the job tells", (told["credits"] > 0.3, abs(told["krw"] - 10 * told["credits"]) < 0.01), (True, True))
entries = clients["bolt"].get("/v1/credits/entries")[1]["items"]
check("and the entries", {e["kind"] for e in entries} - {"refund"}, {"charge", "grant"})
check("as many as there are", abs(sum({"charge": 1, "refund": -1, "grant": 0}[e["kind"]] * e["credits"] for e in entries) - credits("bolt")["spent"]) < 1e-5, True)


# ---- the command
def maru(who, *words, status=0):
    env = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", MARU_TOKEN=secret[who], LANG="C.UTF-8")
    done = subprocess.run([MARU, "credits", *words], env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    check(f"maru credits {words} ({done.stderr.strip()[:200]})", done.returncode, status)
    return done.stdout


check("grants by the command", json.loads(maru("local", "grant", "bolt", "12.5", "--id", "more", "--note", "thanks", "--json"))["granted"], 100012.5)
check("shown", all(word in maru("bolt", "show") for word in ("bolt", "more", "12.50")), True)
check("in Korean", "남은 크레딧" in maru("bolt", "show", "--lang", "ko"), True)
check("another's, for the operator", "bolt: " in maru("local", "show", "bolt"), True)
maru("acme", "show", "bolt", status=3)
check("a budget", "training" in maru("bolt", "budget", "training", "5", "--until", "2199-01-01"), True)
check("entries", maru("bolt", "entries").count("charge") >= 20, True)
check("prices", maru("bolt", "price").split("\n")[1].split(",")[1:], ["cpu", "36000", "360000"])
table = os.path.join(folder, "prices.csv")
open(table, "w").write("시작,자원,크레딧,원\n2199-01-01,H100,2.5,3500\n")
check("a table of prices", "h100,2.5,3500" in maru("local", "price", table), True)
maru("bolt", "price", table, status=3)
check("usage", ("bolt/default" in maru("bolt", "usage"), maru("bolt", "usage", "--format", "csv").startswith("account,month,")), (True, True))
maru("bolt", "budget", "training", "lots", status=2)
maru("bolt", "spend", status=2)
finish()
