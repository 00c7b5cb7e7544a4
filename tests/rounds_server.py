#!/usr/bin/env python3
# tests/rounds_server.py MARU: an allocation round over HTTP, from the application to the reclaim. Three tenants hand in demand plans, the
# operator of the server awards, leases, watches and reclaims; leases are guarantees of the accounts and grants of credits at once, once, also
# where the server is killed with -9 between them. Nobody sees what others ask for, nobody else decides.
import os, sqlite3, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Lost, Server, check, finish, temporary, tell, until

MARU = sys.argv[1]
folder = temporary()
server = Server(MARU, folder)
admin = server.token
client = server.client(admin)
tenants = ["atom", "beta", "city"]
tokens = {name: client.post("/v1/tenants", {"name": name})[1]["token"] for name in tenants}
who = {name: server.client(tokens[name]) for name in tenants}
year = time.gmtime().tm_year
quarter = f"{year}Q{(time.gmtime().tm_mon + 2) // 3}"
later = f"{year + 1}Q4"


def restart():
    global server, client, who
    server.kill()
    server = Server(MARU, folder)
    client = server.client(admin)
    who = {name: server.client(tokens[name]) for name in tenants}


def ask(gpus, least=0, **other):
    return {"title": "Model", "purpose": "language", "region": "capital", "class": "start-up", "priority": 3, "readiness": 4,
            "lines": [{"type": "H200", "from": quarter, "until": later, "gpus": gpus, "least": least or gpus // 2}], **other}


def awarded(seconds=60, **body):
    check("the award is taken", client.post("/v1/rounds/2026-1/award", body)[0], 202)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = client.get("/v1/rounds/2026-1/award")[1]
        if answer["state"] != "running":
            return answer
        time.sleep(0.05)
    return check("the award", "runs", "done")


# ---- made
rules = f'title = "x"\nseed = 7\nfirst_quarter = "{quarter}"\nlast_quarter = "{later}"\nweight_readiness = 50\nweight_priority = 50\nwarn_days = 3\nreclaim_days = 2\nidle_percent = 5\n'
files = {"round.toml": rules, "supply.csv": f"site,type,quarter,gpus\nEast,H200,{quarter},64\n", "sites.csv": "site,pue\nEast,1.2\n",
         "regions.csv": "region,bonus,floor_percent,ceiling_percent\ncapital,0,,\n", "classes.csv": "class,bonus,floor_percent,ceiling_percent\nstart-up,0,,\nuniversity,0,,\n"}
status, made = client.post("/v1/rounds", {"round": "2026-1", "title": "First round", "files": files})
check(f"a round is made ({made})", (status, made.get("state"), made.get("title")), (201, "open", "First round"))
check("once", client.post("/v1/rounds", {"round": "2026-1", "files": files})[0], 409)
check("a bad name", client.post("/v1/rounds", {"round": "../x"})[0] in (400, 422), True)
status, wrong = client.post("/v1/rounds", {"round": "bad", "files": {**files, "supply.csv": "site,type,quarter,gpus\nNowhere,H200,2026Q9,-4\n"}})
check("a bad table is refused with all faults", (status, len(wrong.get("faults", [])) >= 2), (422, True))
check("nothing is kept of it", client.get("/v1/rounds/bad")[0], 404)
check("a tenant makes none", who["atom"].post("/v1/rounds", {"round": "own"})[0], 403)
check("who asks sees it", [r["round"] for r in who["atom"].get("/v1/rounds")[1]["items"]], ["2026-1"])
check("and not the tables", (who["atom"].get("/v1/rounds/2026-1/files/applications.csv")[0], "record" in who["atom"].get("/v1/rounds/2026-1")[1]), (403, False))

# ---- handed in, all at once
answers = {}


def hand_in(name, gpus):
    answers[name] = who[name].post("/v1/rounds/2026-1/applications", ask(gpus))


threads = [threading.Thread(target=hand_in, args=(name, gpus)) for name, gpus in (("atom", 16), ("beta", 32), ("city", 48))]
[t.start() for t in threads]
[t.join() for t in threads]
check(f"three applications ({answers})", [answers[name][0] for name in tenants], [201] * 3)
check("one is replaced", who["atom"].post("/v1/rounds/2026-1/applications", ask(24, priority=5))[0], 201)
own = who["atom"].get("/v1/rounds/2026-1/applications")[1]["items"]
check("own ones alone", [(a["application"], a["asked"], a["purpose"]) for a in own], [("atom", 24, "Model: language")])
check("no points before the award", ["points" in a or "scores" in a for a in own], [False])
check("the operator sees all", len(client.get("/v1/rounds/2026-1/applications")[1]["items"]), 3)
status, wrong = who["beta"].post("/v1/rounds/2026-1/applications", ask(8, region="", **{"class": "none such"}))
check("a class that is not there", (status, bool(wrong.get("faults"))), (422, True))
check("and the one before stands", who["beta"].get("/v1/rounds/2026-1/applications")[1]["items"][0]["asked"], 32)
check("no lines", who["beta"].post("/v1/rounds/2026-1/applications", {**ask(8), "lines": []})[0] in (400, 422), True)
check("quotes and commas of a title stay what they are", who["beta"].post("/v1/rounds/2026-1/applications", ask(32, title='a "b", c'))[0], 201)
check("as they were", who["beta"].get("/v1/rounds/2026-1/applications")[1]["items"][0]["purpose"], 'a "b", c: language')

# ---- awarded
check("no award yet", client.get("/v1/rounds/2026-1/award")[0], 404)
check("no lease before the award", client.post("/v1/rounds/2026-1/lease", {})[0], 409)
check("a tenant awards nothing", who["atom"].post("/v1/rounds/2026-1/award", {})[0], 403)
answer = awarded(rules=rules.replace("seed = 7", "seed = 8\ninstitution_percent = 30"), keep=False)
check(f"what if: compared, nothing kept ({answer.get('problem')})", (answer["state"], "changes" in answer, client.get("/v1/rounds/2026-1")[1]["state"]), ("done", True, "open"))
changed = answer["changes"]["applications"]
check("who gains and who loses, one by one", (len(changed), sum(one["gpu_quarters"] > 0 for one in changed), sum(one["gpu_quarters"] for one in changed if one["gpu_quarters"] > 0)),
      (answer["changes"]["n_gain"] + answer["changes"]["n_lose"], answer["changes"]["n_gain"], answer["changes"]["moved"]))
check("some lose", answer["changes"]["n_lose"] > 0, True)
for one in client.get("/v1/rounds/2026-1/applications")[1]["items"]:
    check("points are the sum of their parts", (len(one["scores"]), abs(sum(part["adds"] for part in one["scores"]) + one["bonus"] - one["points"]) < 0.002), (2, True))
answer = awarded(rules=rules + "institution_percent = 10\n", keep=False)
check("floors that are reached are not short", (answer["state"], answer.get("short")), ("done", []))
answer = awarded(rules="nonsense = 1\n", keep=False)
check("bad rules", (answer["state"], answer["problem"]["row"]), ("failed", 1))
answer = awarded()
check("awarded", (answer["state"], answer["proven"], answer["awarded_gpus"], answer["n_awarded"], answer["gap"]), ("done", True, 64, 3, 0))
item = client.get("/v1/rounds")[1]["items"][0]
check("the item", (item["state"], item["applications"], item["asked_gpus"], item["awarded_gpus"]), ("awarded", 3, 104, 64))
own = who["atom"].get("/v1/rounds/2026-1/applications")[1]["items"][0]
check("with its points", (own["points"], len(own["scores"])), (90, 2))
check("the decision is explained", (own["awarded"], own["rank"], "24" in own["sentence"]["en"], "24" in own["sentence"]["ko"]), (24, 1, True, True))
check("none are handed in any more", who["atom"].post("/v1/rounds/2026-1/applications", ask(1))[0], 409)
check("tables stand", client.ask("PUT", "/v1/rounds/2026-1/files/supply.csv", {"text": files["supply.csv"]})[0], 409)
first = client.get("/v1/rounds/2026-1/files/awards.csv")[1]
again = awarded()
check("two awards are the same bytes", client.get("/v1/rounds/2026-1/files/awards.csv")[1], first)
status, page = client.get("/v1/rounds/2026-1/report?lang=ko")
check("the report", (status, b"<svg" in page, b"atom" in page), (200, True, True))
check("is the operator's", who["atom"].get("/v1/rounds/2026-1/report")[0], 403)


# ---- a large one, given up; the server ends without waiting for it
applications = ["application,institution,class,region,readiness,priority,type,from,until,gpus,least"]
applications += [f"p{i},i{i % 90},{'start-up' if i % 3 else 'university'},capital,{i * 7 % 6},{i * 5 % 6},H200,{quarter},{later},{4 + i * 13 % 17},{2 + i * 11 % 3}" for i in range(1200)]
large = {**files, "round.toml": rules + "nodes = 10000000\n", "applications.csv": "\n".join(applications) + "\n",
         "supply.csv": "site,type,quarter,gpus\n" + "".join(f"{site},H200,{quarter},{gpus}\n" for site, gpus in (("East", 977), ("West", 1013))),
         "sites.csv": f"site,pue,quarter,power_mw\nEast,1.2,{quarter},0.791\nWest,1.31,{quarter},0.633\n",
         "classes.csv": "class,bonus,floor_percent,ceiling_percent\nstart-up,0,61,\nuniversity,0,,44\n"}
status, made = client.post("/v1/rounds", {"round": "large", "title": "Large", "files": large})
check(f"a large round ({str(made)[:300]})", status, 201)
check("nothing to give up", client.post("/v1/rounds/large/award/cancel", {})[0], 409)
check("a tenant gives up nothing", who["atom"].post("/v1/rounds/large/award/cancel", {})[0], 403)
check("it begins", client.post("/v1/rounds/large/award", {})[0], 202)
seen = []
until("it moves", lambda: seen.append(client.get("/v1/rounds/large/award")[1]) or seen[-1]["progress"] > 0 or seen[-1]["state"] != "running")
if check("it is at work", seen[-1]["state"], "running"):
    check("given up", client.post("/v1/rounds/large/award/cancel", {})[0], 200)
    until("it ends", lambda: client.get("/v1/rounds/large/award")[1]["state"] == "cancelled", 20)
check("nothing is kept", client.get("/v1/rounds/large")[1]["state"], "open")
check("it begins again", client.post("/v1/rounds/large/award", {})[0], 202)
began = time.monotonic()
check("the server ends", server.stop(), 0)
tell(f"the server ended {time.monotonic() - began:.1f} s after it was asked, in the middle of an award")
server = Server(MARU, folder)
client = server.client(admin)
who = {name: server.client(tokens[name]) for name in tenants}


# ---- leased, with a kill at any moment
def guarantees():
    rows = client.get("/v1/pool/accounts")[1]["rows"]
    return sorted((row["account"], sum(row["guarantee"].values())) for row in rows if row.get("lease", "").startswith("2026-1/"))


def granted(name):
    return round(who[name].get("/v1/credits")[1]["granted"])


def lose(delay):
    other = server.client(admin)
    thread = threading.Thread(target=lambda: (time.sleep(delay), server.process.kill()))
    thread.start()
    try:
        other.post("/v1/rounds/2026-1/lease", {})
    except Lost:
        pass
    thread.join()
    restart()


before = [client.get("/v1/rounds/2026-1")[1]["state"], guarantees(), [granted(name) for name in tenants]]
check("before: nothing", before, ["awarded", [], [0, 0, 0]])
for delay in (0.001, 0.004, 0.008, 0.012, 0.02, 0.03):
    lose(delay)
    state = client.get("/v1/rounds/2026-1")[1]["state"]
    if state == "awarded":
        check("killed before: nothing has changed", (guarantees(), [granted(name) for name in tenants]), ([], [0, 0, 0]))
    else:
        break
if state == "awarded":
    check("leased", client.post("/v1/rounds/2026-1/lease", {})[0], 200)
got = {a["institution"]: a["awarded"] for a in client.get("/v1/rounds/2026-1/applications")[1]["items"]}
check("all or nothing: each guarantee is there", guarantees(), sorted(got.items()))
check("each has credits", all(granted(name) > 0 for name in tenants), True)
credits = [granted(name) for name in tenants]
check("leased once", client.post("/v1/rounds/2026-1/lease", {})[0], 409)
restart()
check("the same after another kill", (guarantees(), [granted(name) for name in tenants]), (sorted(got.items()), credits))

# A kill between the round and what follows from it: the round says what is missing, and the next server does it.
server.kill()
base = sqlite3.connect(os.path.join(folder, "tenants", "local.db"))
base.execute("DELETE FROM document WHERE name = 'pool accounts' OR (name = 'round 2026-1' AND number = (SELECT max(number) FROM document WHERE name = 'round 2026-1'))")
names = [row[0] for row in base.execute("SELECT DISTINCT name FROM document")]
base.execute("DELETE FROM document WHERE name LIKE '%accounts%'")
base.commit()
base.close()
server = Server(MARU, folder)
client = server.client(admin)
who = {name: server.client(tokens[name]) for name in tenants}
check(f"what a kill left undone is done ({names})", (guarantees(), [granted(name) for name in tenants], client.get("/v1/rounds/2026-1")[1]["applied"]), (sorted(got.items()), credits, True))

# ---- watched: use that others bring counts, days without use are idle
day = lambda back: time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 3600 - back * 86400))
rows = [f"{name},{day(back)},H200,{0 if name == 'city' else 24 * 16}" for name in tenants for back in range(1, 6)]
status, wrong = client.ask("PUT", "/v1/rounds/2026-1/files/usage.csv", {"text": "institution,day,type,gpu_hours\nnobody,2026-99-99,H999,x\n"})
check("use that makes no sense", (status, len(wrong.get("faults", [])) >= 2), (422, True))
turned = [",".join(reversed(row.split(","))) for row in rows]  # columns in any order
check("use is brought", client.ask("PUT", "/v1/rounds/2026-1/files/usage.csv", {"text": "gpu_hours,type,day,institution\n" + "\n".join(turned)})[0], 200)
status, seen = client.post("/v1/rounds/2026-1/watch", {})
check(f"city is warned ({seen})", (status, seen["n_warned"], seen["n_due"], seen["events"][0]["subject"]), (200, 1, 1, "city"))
check("once", client.post("/v1/rounds/2026-1/watch", {})[1]["n_warned"], 0)
check("a warning takes nothing", guarantees(), sorted(got.items()))
status, seen = client.post("/v1/rounds/2026-1/reclaim", {})
check("reclaimed", (status, seen["n_due"], seen["gpus"]), (200, 1, got["city"]))
check("the guarantee ends with the day", [a for a in guarantees() if a[0] != "city"], sorted((n, g) for n, g in got.items() if n != "city"))
ends = [row["until"] for row in client.get("/v1/pool/accounts")[1]["rows"] if row["account"] == "city"]
check("city's lease ends today", [end[:10] for end in ends], [day(0)] if ends and "+09" in ends[0] else [day(1)])
money = who["city"].get("/v1/credits")[1]
check("its credits went with it, up to the used-up days", money["balance"] < credits[2] / 2, True)
check("others keep theirs", [granted(name) for name in tenants[:2]], credits[:2])
record = client.get("/v1/rounds/2026-1")[1]["record"]
check("the record", [row.split(",")[2] for row in record], ["award", "award", "lease", "warn", "reclaim"])
restart()
check("all of it after a kill", [a for a in guarantees() if a[0] != "city"], sorted((n, g) for n, g in got.items() if n != "city"))
finish()
