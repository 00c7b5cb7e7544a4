#!/usr/bin/env python3
# tests/reservations.py MARU: nodes that are kept free for an account for a time. Others wait while it lasts, its jobs do not; when it is over all are
# equal, also those that were handed in for it. It is kept over kill -9; other tenants neither see nor change it.
import datetime, os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary, until, want_bubblewrap

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder)
client = server.client(server.token)
acme = server.client(client.post("/v1/tenants", {"name": "acme"})[1]["token"])
bora = server.client(client.post("/v1/tenants", {"name": "bora"})[1]["token"])
node = client.get("/v1/pool")[1]["nodes"][0]["name"]


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


def reserve(*rows, version=0):
    return client.ask("PUT", "/v1/pool/reservations", {"rows": list(rows), "version": version})


def row(name, since, until, account="acme/course", nodes=(node,)):
    return {"name": name, "account": account, "nodes": list(nodes), "from": at(since), "until": at(until)}


def hand_in(who, *command, **needs):
    return who.post("/v1/jobs", {"command": list(command), "cpus": 0.1, "memory_mib": 32, "time_s": 5, **needs})


def job(who, id):
    return who.get("/v1/jobs/" + id)[1]


check("there are none", client.get("/v1/pool/reservations")[1]["rows"], [])
for body, status in (({"rows": 3}, 400), ({}, 400), ({"rows": [{}]}, 400), ({"rows": [row("a b", 0, 9)]}, 400), ({"rows": [row("a", 9, 0)]}, 400), ({"rows": [row("a", 0, 9, "a/b/c")]}, 400),
                     ({"rows": [row("a", 0, 9, nodes=())]}, 400), ({"rows": [row("a", 0, 9, nodes=("x y",))]}, 400), ({"rows": [row("a", 0, 9), row("b", 8, 10)]}, 400), ({"rows": [], "version": 7}, 409)):
    check(f"{body} is refused", client.ask("PUT", "/v1/pool/reservations", body)[0], status)
check("it is not for other tenants", acme.ask("PUT", "/v1/pool/reservations", {"rows": []})[0], 403)

status, answer = reserve(row("lecture", -1, 14))
check(f"a reservation is kept ({answer})", (status, answer["version"], [(r["name"], r["state"], r["nodes"]) for r in answer["rows"]]), (200, 1, [("lecture", "now", [node])]))
check("its tenant sees it", [r["name"] for r in acme.get("/v1/pool/reservations")[1]["rows"]], ["lecture"])
check("another does not", bora.get("/v1/pool/reservations")[1]["rows"], [])
for who, project, name in ((acme, "default", "lecture"), (bora, "course", "lecture"), (acme, "course", "other")):
    check(f"'{name}' is not of {project}", hand_in(who, "true", project=project, reservation=name)[0], 422)
outside = hand_in(bora, "true")[1]["jobs"][0]
status, answer = hand_in(acme, "true", project="course", reservation="lecture")
check(f"a job for it ({answer})", status, 201)
until("its job runs", lambda: job(acme, answer["jobs"][0])["state"] == "done", 10)
check("others wait for its end", (job(bora, outside)["state"], job(bora, outside)["waiting"]["reason"]), ("waiting", "reserved"))
late = hand_in(acme, "sleep", "0.2", project="course", reservation="lecture", time_s=3600)[1]["jobs"][0]  # it would not end in time
server.kill()
server = Server(MARU, folder)
client, acme, bora = (server.client(who.token) for who in (client, acme, bora))
check("after kill -9 it is there", [r["name"] for r in client.get("/v1/pool/reservations")[1]["rows"]], ["lecture"])
until("when it is over others run", lambda: job(bora, outside)["state"] == "done", 30)
until("and what waited for it", lambda: job(acme, late)["state"] == "done")
check("it is over", client.get("/v1/pool/reservations")[1]["rows"][0]["state"], "over")
check("nothing more is handed in for it", hand_in(acme, "true", project="course", reservation="lecture")[0], 422)
finish()
