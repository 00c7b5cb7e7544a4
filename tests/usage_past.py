#!/usr/bin/env python3
# tests/usage_past.py MARU LIBRARY: months that are over stay as they are, whatever is deleted, guaranteed, priced or bought afterwards; and what the pool
# cost whoever owns it, against what is worked out here. The past is written into the store while no server runs.
import csv, datetime, io, os, sqlite3, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, TrialGpus, at_least, check, finish, temporary, until, want_bubblewrap, within

MARU, LIBRARY = sys.argv[1:3]
want_bubblewrap()
folder, own = temporary(), temporary()
cards = TrialGpus(LIBRARY, own)
HOUR = 3600 * 1000000
SEOUL = datetime.timezone(datetime.timedelta(hours=9))


def month_start(back):  # of the month so many before that of now, in microseconds
    now = datetime.datetime.now(SEOUL)
    month = now.year * 12 + now.month - 1 - back
    return int(datetime.datetime(month // 12, month % 12 + 1, 1, tzinfo=SEOUL).timestamp()) * 1000000


def change(tenant, *statements):
    with sqlite3.connect(f"{folder}/tenants/{tenant}.db") as database:
        for sql, values in statements:
            database.execute(sql, values)


def start():
    server = Server(MARU, folder, env={"LD_LIBRARY_PATH": own})
    return server, server.client(token), server.client(acme_token)


def usage(who=None, months=3):
    status, told = (who or local).get(f"/v1/pool/usage?months={months}")
    check(f"usage is told ({str(told)[:200]})", status, 200)
    return told


def past(told):  # all that is said of the months that are over
    return {a["name"]: a["months"][:-1] for a in told["accounts"] if any(m["used_hours"] or m["guaranteed_hours"] or m["krw"] for m in a["months"][:-1])}


def run(who, *command, **needs):
    status, answer = who.post("/v1/jobs", {"command": list(command), "cpus": 0.1, "memory_mib": 32, **needs})
    check(f"submit ({answer})", status, 201)
    until(f"{command} ends", lambda: who.get("/v1/jobs/" + answer["jobs"][0])[1]["state"] in ("done", "failed"))
    return answer["jobs"][0]


cards.are(4)
server = Server(MARU, folder, env={"LD_LIBRARY_PATH": own})
token = server.token
local = server.client(token)
acme_token = local.post("/v1/tenants", {"name": "acme"})[1]["token"]
acme = server.client(acme_token)
local.post("/v1/pool/prices", {"rows": [{"resource": "h100", "credits": 2, "krw": 3000, "from": "2026-01-01"}]})
check("on credits", local.post("/v1/pool/grants", {"tenant": "acme", "id": "g1", "credits": 1000000})[0], 200)
gpus = lambda: local.get("/v1/pool")[1].get("gpus")
until("GPUs are seen", lambda: gpus() == 4)
job = run(acme, "true", gpus=2, project="vision")
kept = run(acme, "true", gpus=1, project="vision")
check("stop", server.stop(), 0)

# The first job ran for ten hours around the beginning of last month, on two of four GPUs; acme was guaranteed three, from that month's second day on one.
last, this = month_start(1), month_start(0)
begin, end = last - 4 * HOUR, last + 6 * HOUR
change("acme",
       ("UPDATE attempt SET begun_us = ?, started_us = ?, ended_us = ?, gpu_busy = -1, gpu_energy = -1 WHERE job = ?", (begin, begin, end, job)),
       ("UPDATE job SET created_us = ?, started_us = ?, ended_us = ? WHERE id = ?", (begin, begin, end, job)),
       ("INSERT INTO credit_charge VALUES(?, 1, ?, ?, 'vision', 16000000, 24000000, 0)", (job, begin, last)),
       ("INSERT INTO credit_charge VALUES(?, 1, ?, ?, 'vision', 24000000, 36000000, 0)", (job, last, last + 6 * HOUR)))
before = month_start(3)
change("local", *(("INSERT INTO pool_past VALUES(?, 'h100', ?, ?, ?, ?)", row) for row in
                  (("", before, 2, 60000, 700000), ("", last, 4, 60000, 700000), ("acme", before, 3, 0, 0), ("acme", last + 24 * HOUR, 1, 0, 0))))
server, local, acme = start()
until("GPUs are seen again", lambda: gpus() == 4)
first = usage()
hours = (this - last) / HOUR
vision = next(a for a in first["accounts"] if a["name"] == "acme/vision")["months"]
tenant = next(a for a in first["accounts"] if a["name"] == "acme")["months"]
check("hours of each month", (vision[0]["used_hours"], vision[1]["used_hours"]), (8, 12))
check("what was charged, by month", ((vision[0]["krw"], vision[1]["krw"]), (vision[0]["credits"], vision[1]["credits"])), ((24000, 36000), (16, 24)))
within("guaranteed as it was", abs(tenant[1]["guaranteed_hours"] - (3 * 24 + hours - 24)), 1e-6)
within("and unused", abs(tenant[1]["unused_hours"] - (3 * 24 - 12 + hours - 24)), 1e-6)
within("energy by what the cards drew then", abs(vision[1]["energy_kwh"] - 12 * 0.7), 1e-6)

# ---- what the pool costs
check("nobody has said yet", (local.get("/v1/pool/owned-cost")[1]["version"], "owned" in first), (0, False))
text = "years = 5\ncapital_krw = 73050000\npeople_krw = 87660000\nspace_krw = 8766000\npower_krw_per_mwh = 150000\nco2_g_per_kwh = 450\ngpu-H100 = 43830000\n"
for body, row in (("years = 5\nrent = 3\n", 2), ("years = 0\n", 1), ("people_krw = 3\n", None), ("years = \n", 1)):
    status, answer = local.ask("PUT", "/v1/pool/owned-cost", {"text": body})
    check(f"refused: {body!r} ({answer.get('detail')})", (status, answer.get("row")), (400, row))
check("nothing has changed", local.get("/v1/pool/owned-cost")[1]["version"], 0)
for who, code in ((acme, 403), (server.client(), 401)):
    check("for operators of the server alone", [who.get("/v1/pool/owned-cost")[0], who.ask("PUT", "/v1/pool/owned-cost", {"text": text})[0]], [code, code])
status, answer = local.ask("PUT", "/v1/pool/owned-cost", {"text": text, "version": 0})
check("is kept", (status, answer["version"], answer["holds"], "gpu-H100 = 43830000" in answer["text"]), (200, 1, 1, True))
check("two who change it at once", local.ask("PUT", "/v1/pool/owned-cost", {"text": text, "version": 7})[0], 409)
owned = usage()["owned"]
year = 365.25 * 24
want = {"capital_krw": hours / year * (73050000 + 4 * 43830000) / 5, "people_krw": hours / year * 87660000, "space_krw": hours / year * 8766000, "other_krw": 0,
        "offered_hours": 4 * hours, "used_hours": 12, "energy_kwh": 12 * 0.7 + (4 * hours - 12) * 0.06, "charged_krw": 36000}
want["power_krw"] = want["energy_kwh"] * 150
want["krw"] = sum(want[key] for key in ("capital_krw", "people_krw", "space_krw", "power_krw"))
want["krw_per_offered_hour"], want["krw_per_used_hour"] = want["krw"] / (4 * hours), want["krw"] / 12
want["co2_kg"] = want["energy_kwh"] * 0.45
for key, value in want.items():
    within(f"last month: {key} {owned['months'][1][key]}", abs(owned["months"][1][key] - value), 1e-6 * value + 0.01)
within("half the GPUs the month before", abs(owned["months"][0]["offered_hours"] - 2 * (last - month_start(2)) / HOUR), 1e-6)
spent = (time.time() * 1e6 - this) / HOUR
within("the month that runs, up to now", abs(owned["months"][2]["offered_hours"] - 4 * spent), 4 * 0.02)
for key in ("krw", "offered_hours", "used_hours", "energy_kwh", "charged_krw"):
    within(f"all months: {key}", abs(sum(m[key] for m in owned["months"]) - owned["total"][key]), 0.01)
within("by type", abs(sum(t["krw"] for t in owned["types"]) - owned["total"]["krw"]), 0.1)
check("a tenant is not told", "owned" in usage(acme), False)
rows = list(csv.DictReader(io.StringIO(local.get("/v1/pool/usage?months=3&format=csv")[1].decode())))
its = [r for r in rows if r["account"] == "all"]
within("in the table", abs(float(its[1]["owned_krw"]) - want["krw"]), 1)
check("of the whole pool alone", {r["owned_krw"] for r in rows if r["account"] != "all"}, {""})
check("not in a tenant's", b"owned_krw" in acme.get("/v1/pool/usage?format=csv")[1], False)
for who, lang, says, is_there in ((local, "ko", "풀을 갖고 운영하는 데 든 비용", True), (local, "en", "What the pool cost its owner", True), (acme, "en", "What the pool cost its owner", False)):
    check(f"on the page in {lang}", says in who.get(f"/v1/pool/usage?format=html&lang={lang}")[1].decode(), is_there)

# ---- what changes afterwards leaves months that are over as they are
told, bills = past(first), owned["months"][:-1]
check("deleted", acme.ask("DELETE", "/v1/jobs/" + job)[0], 204)
check("another guarantee", local.ask("PUT", "/v1/pool/accounts", {"text": "account,guarantee\nacme,h100:2\nlocal,h100:1\n"})[0], 200)
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
check("another price", local.post("/v1/pool/prices", {"rows": [{"resource": "h100", "credits": 9, "krw": 9000, "from": soon.isoformat()}]})[0], 200)
check("other costs", local.ask("PUT", "/v1/pool/owned-cost", {"text": text.replace("150000", "300000").replace("87660000", "97660000")})[0], 200)
guaranteed = lambda: next((a for a in local.get("/v1/pool")[1]["accounts"] if a["name"] == "local"), {}).get("guarantee")
until("the guarantee holds", lambda: guaranteed() == {"h100": 1})
time.sleep(max(0, (soon - datetime.datetime.now(datetime.timezone.utc)).total_seconds()))
again = usage()
check("the job is gone", acme.get("/v1/jobs/" + job)[0], 404)
check("the same months", past(again), told)
check("the same bills", again["owned"]["months"][:-1], bills)
check("but this month goes by the new ones", again["owned"]["months"][2]["people_krw"] > owned["months"][2]["people_krw"], True)
check("stop", server.stop(), 0)
cards.are(2)  # two GPUs are gone, and with them half of what the pool was
server, local, acme = start()
until("two GPUs are seen", lambda: gpus() == 2)
again = usage()
check("the same months with other GPUs", past(again), told)
check("the same bills with other GPUs", again["owned"]["months"][:-1], bills)

# ---- a tenant that is gone leaves its hours and its charges, and who comes with its name has nothing of them
check("gone", local.ask("DELETE", "/v1/tenants/acme")[0], 200)
until("its data too", lambda: not os.path.exists(f"{folder}/tenants/acme.db"))
check("the same months without the tenant", past(usage()), told)
check("the same bills without it", usage()["owned"]["months"][:-1], bills)
acme_token = local.post("/v1/tenants", {"name": "acme"})[1]["token"]
acme = server.client(acme_token)
check("the same months beside another of its name", past(usage()), told)
check("which is told of no hours but its own", {a["total"]["used_hours"] + a["total"]["krw"] for a in usage(acme)["accounts"]} - {0}, set())
check("stop", server.stop(), 0)
server, local, acme = start()
check("and behind a restart", past(usage()), told)
check("stop", server.stop(), 0)
with sqlite3.connect(f"file:{folder}/tenants/local.db?mode=ro", uri=True) as database:
    kept = database.execute("SELECT account, n FROM pool_past WHERE at_us > ? ORDER BY at_us, account", (this,)).fetchall()
check("guarantees and GPUs are kept by date", kept, [("", 4), ("acme", 0), ("acme", 2), ("local", 1), ("", 2), ("acme", 1), ("local", 0)])
finish()
