#!/usr/bin/env python3
# tests/usage.py MARU LIBRARY: what is told of the use of a pool with GPUs, which a library of the tests describes (src/io/executor/trial_nvml.h):
# guarantees as accounts have them, hours by account and month as the attempts say, as JSON, as a table and as a page in both
# languages; a tenant sees his own.
import csv, io, os, sqlite3, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, TrialGpus, at_least, check, finish, temporary, until, want_bubblewrap, within

MARU, LIBRARY = sys.argv[1:3]
want_bubblewrap()
folder, own = temporary(), temporary()
TrialGpus(LIBRARY, own).are(4)
server = Server(MARU, folder, env={"LD_LIBRARY_PATH": own})
local = server.client(server.token)
acme = server.client(local.post("/v1/tenants", {"name": "acme"})[1]["token"])
local.post("/v1/pool/prices", {"rows": [{"resource": "h100", "credits": 3600, "krw": 7200, "from": "2026-01-01"}]})
check("acme is on credits", local.post("/v1/pool/grants", {"tenant": "acme", "id": "g1", "credits": 1000000})[0], 200)


def run(who, *command, **needs):
    status, answer = who.post("/v1/jobs", {"command": list(command), "cpus": 0.1, "memory_mib": 32, **needs})
    check(f"submit ({answer})", status, 201)
    until(f"{command} ends", lambda: who.get("/v1/jobs/" + answer["jobs"][0])[1]["state"] in ("done", "failed"))
    return answer["jobs"][0]


def account(name):
    return next((a for a in local.get("/v1/pool")[1]["accounts"] if a["name"] == name), {})


check("accounts", local.ask("PUT", "/v1/pool/accounts", {"text": "account,guarantee,limit\nacme,h100:3,h100:4\nacme/vision,h100:2,\n"})[0], 200)
until("guarantees are told", lambda: (account("acme").get("guarantee"), account("acme").get("limit"), account("acme/vision").get("guarantee")) == ({"h100": 3}, {"h100": 4}, {"h100": 2}))
check("nothing is promised that is not there", local.get("/v1/pool")[1]["problems"], [])
local.ask("PUT", "/v1/pool/accounts", {"text": "account,guarantee\nacme,h100:6\nlocal,h100:2\n"})
until("cut in proportion", lambda: (account("acme").get("guarantee"), account("local").get("guarantee")) == ({"h100": 3}, {"h100": 1}))
check("and told", [p["about"] for p in local.get("/v1/pool")[1]["problems"]], ["guarantees"])
local.ask("PUT", "/v1/pool/accounts", {"text": "account,guarantee\nacme,h100:3\nacme/vision,h100:2\n"})
ids = [run(acme, "sleep", "2", gpus=2, project="vision"), run(acme, "false", gpus=1, project="speech"), run(local, "sleep", "0.5")]
its = acme.get("/v1/jobs/" + ids[0])[1]["tries"][0]
check("which GPUs", (its["parts"][0]["type"], its["parts"][0]["gpus"]), ("h100", 3))
check("no line breaks inside", b"\n" in acme.raw("GET", "/v1/jobs/" + ids[0])[1].split(b'"parts":')[1].split(b"]")[0], False)

status, told = local.get("/v1/pool/usage?months=2")
check(f"usage is told ({str(told)[:200]})", (status, told["has_prices"], len(told["months"])), (200, True, 2))
rows = {a["name"]: a for a in told["accounts"]}
check("accounts in order", list(rows), ["all", "acme", "acme/speech", "acme/vision", "local", "local/default"])
with sqlite3.connect(f"file:{folder}/tenants/acme.db?mode=ro", uri=True) as database:
    spans = dict(database.execute("SELECT job, (ended_us - started_us) * 1e-6 FROM attempt").fetchall())
vision = rows["acme/vision"]["total"]
within("hours of two GPUs", abs(vision["used_hours"] * 3600 - 2 * spans[ids[0]]), 0.01, " s")
within("and their cost", abs(vision["credits"] - 2 * spans[ids[0]]), 0.01)
within("in won", abs(vision["krw"] - 4 * spans[ids[0]]), 0.02)
within("as by the prices", abs(vision["krw"] - vision["priced_krw"]), 0.02)
check("who is not on credits is not charged, though it has a price", (rows["local"]["total"]["krw"], rows["local"]["total"]["priced_krw"] > 0), (0, False))
check("measured by the library that the server found", (round(its.get("gpu_busy", -1), 2), vision["unknown_hours"]), (0.5, 0))
within("so half of it was idle", abs(vision["idle_hours"] * 2 - vision["used_hours"]), 1e-6)
within("energy as the cards told", abs(vision["energy_kwh"] - its.get("gpu_kwh", -1)), 1e-6)
within("which is said to be measured", abs(vision["energy_kwh"] - vision["measured_kwh"]), 1e-9)
check("how it ended", (vision["runs"], vision["ends"], rows["acme/speech"]["total"]["ends"]), (1, {"done": 1}, {"failed": 1}))
within("the whole pool tells the guarantees of its tenants", abs(rows["all"]["total"]["guaranteed_hours"] - sum(rows[a]["total"]["guaranteed_hours"] for a in ("acme", "local"))), 1e-6)
for key in ("used_hours", "waited_hours", "energy_kwh", "credits", "krw", "runs"):
    within(f"{key}: a tenant is the sum of its projects", abs(rows["acme"]["total"][key] - vision[key] - rows["acme/speech"]["total"][key]), 1e-5)
    within(f"{key}: and all of the tenants", abs(rows["all"]["total"][key] - rows["acme"]["total"][key] - rows["local"]["total"][key]), 1e-5)
    within(f"{key}: all months", abs(sum(m[key] for m in rows["acme"]["months"]) - rows["acme"]["total"][key]), 1e-6)
within("what was measured and what was not", vision["idle_hours"] + vision["unknown_hours"], vision["used_hours"])
at_least("guaranteed and unused", vision["unused_hours"], 0.0001)
within("not what was used", vision["unused_hours"] + vision["used_hours"], vision["guaranteed_hours"] + 1e-4)
mine = acme.get("/v1/pool/usage")[1]
check("a tenant sees his own", ([a["name"] for a in mine["accounts"]], mine["accounts"][0]["total"]["runs"]), (["acme", "acme/speech", "acme/vision"], 2))
table = list(csv.DictReader(io.StringIO(local.get("/v1/pool/usage?months=2&format=csv")[1].decode())))
check("as a table", (len(table), {r["account"] for r in table} == set(rows)), (2 * len(rows), True))
within("with the same figures", abs(sum(float(r["used_hours"]) for r in table if r["account"] == "acme/vision") - vision["used_hours"]), 1e-5)
for lang, says in (("ko", "보장받고 쓰지 않음"), ("en", "guaranteed and unused")):
    status, page = acme.get(f"/v1/pool/usage?format=html&lang={lang}")
    page = page.decode()
    check(f"as a page in {lang}", (status, says in page, f'lang="{lang}"' in page, "acme/vision" in page, "local" in page.split("<body")[1]), (200, True, True, True, False))
for bad in ("months=0", "months=37", "months=x", "format=pdf"):
    check(f"{bad} is refused", local.get("/v1/pool/usage?" + bad)[0], 400)
if len(sys.argv) > 3:  # to look at
    open(sys.argv[3], "wb").write(local.get("/v1/pool/usage?format=html&lang=ko")[1])
finish()
