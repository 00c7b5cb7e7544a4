#!/usr/bin/env python3
# tests/links.py MARU: connections to other machines over real ones: a broker that goes and comes, maru killed in the middle. What was
# acknowledged is counted at both ends. Without mosquitto it is skipped.
import json, os, signal, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, Wire, find_mosquitto
from cloud import Server, check, finish, free_port, temporary

MARU = sys.argv[1]
QUICK = "MARU_QUICK" in os.environ
if not find_mosquitto():
    print("skipped: mosquitto is missing (tools/setup test)")
    sys.exit(77)


def until(what, ask, want, seconds=60):
    end = time.monotonic() + seconds
    got = ask()
    while got != want and time.monotonic() < end:
        time.sleep(0.1)
        got = ask()
    return check(what, got, want)


def connect(client, name, kind, settings, want=201):
    status, answer = client.post("/v1/connections", {"name": name, "kind": kind, "settings": settings})
    check(f"connection {name}", (status, answer if status != want else ""), (want, ""))
    return answer


def state(client, connection):
    return client.get("/v1/connections/" + connection["id"])[1]


def signals(client):
    return {one["source"]: one for one in client.get("/v1/signals?limit=1000")[1]["items"]}


def samples(client, source, start=0, end=4e9):
    known = signals(client)
    if source not in known:
        return []
    return client.get(f"/v1/signals/{known[source]['id']}/samples?from={start}&to={end}&limit=100000")[1]["samples"]


# ---- JSON over MQTT

TABLE = """topic,value,time,quality,name,type,time_format
line/+/temp,/v,/ts,,{2}/temperature,double,ms
plc/#,/tags/*/value,/time,/tags/*/q,{#}/{key},,s
now/+,/v,,,{2}/now,,
"""


def json_over_mqtt():
    broker, folder, port = Broker(), temporary(), free_port()
    server = Server(MARU, folder, port=port)
    client = server.client(server.token)
    check("a table without its columns is refused", client.post("/v1/connections", {"name": "x", "kind": "json", "settings": {
        "url": broker.url(), "table": "topic,name\na,b\n"}})[0] in (400, 422), True)
    status, answer = client.post("/v1/connections", {"name": "x", "kind": "json", "settings": {"url": broker.url(), "table": "topic,value,name\na,b,c\n"}})
    check("a bad row is refused with its place", (status, "/table" in json.dumps(answer)), (400, True))
    one = connect(client, "mes", "json", {"url": broker.url(), "table": TABLE})
    check("it has an id of its own at the broker", one["settings"]["clientId"].startswith("maru-"), True)
    until("it is up", lambda: state(client, one)["state"], "up")

    wire = Wire(broker.port)
    wire.publish("plc/press/2", json.dumps({"time": 1700000000, "tags": {"force": {"value": 12.5, "q": 192}, "open": {"value": True, "q": 64}}}))
    wire.publish("plc/press/2", "no json")
    wire.publish("now/a", '{"v": 7}', retain=True)
    for i in range(50):  # in one moment: each has a time of its own
        wire.publish("now/b", json.dumps({"v": i}))
    wire.settle()
    until("values by table", lambda: samples(client, "mes/press/2/force"), [[1700000000.0, 12.5, 192]])
    check("quality by table", samples(client, "mes/press/2/open"), [[1700000000.0, True, 64]])
    until("no message of a moment replaces another", lambda: [v for _, v, _ in samples(client, "mes/b/now")], list(range(50)))
    until("what is no JSON is counted", lambda: state(client, one)["refused"], 1)
    check("and named", "plc/press/2" in (state(client, one)["lastRefused"] or {}).get("en", ""), True)
    check("in Korean, too", any(ord(c) > 0xAC00 for c in state(client, one)["lastRefused"]["ko"]), True)

    # A publisher goes on, whatever happens to maru; at the end everything that it got an answer for is there, once.
    n, done = 2000 if QUICK else 20000, threading.Event()

    def publish():
        for i in range(n):
            wire.publish(f"line/p{i % 4}/temp", json.dumps({"v": i, "ts": 1700000000000 + i}))
            if i % 100 == 0:
                time.sleep(0.01)  # so that it lasts longer than a kill
        wire.settle()
        done.set()

    threading.Thread(target=publish, daemon=True).start()
    n_kill = 0
    while not done.is_set() or n_kill < 3:
        time.sleep(0.3)
        server.stop(signal.SIGKILL)
        n_kill += 1
        time.sleep(0.3)
        server = Server(MARU, folder, port=port, log_level="error")
        client = server.client(open(os.path.join(folder, "first-admin-token")).read() if os.path.exists(os.path.join(folder, "first-admin-token")) else client.token)
        if n_kill >= 6:
            done.wait(60)
    until("after kills nothing that was acknowledged is missing",
          lambda: sorted(v for k in range(4) for _, v, _ in samples(client, f"mes/p{k}/temperature")), list(range(n)))
    print(f"     {wire.n_acknowledged} messages acknowledged, {n_kill} kills")

    # While it is stopped, and over a restart of the broker.
    server.stop()
    wire.publish("line/late/temp", json.dumps({"v": 1, "ts": 1700000000000}))
    wire.settle()
    wire.close()
    broker.stop()
    broker.start()
    wire = Wire(broker.port)
    wire.publish("line/late/temp", json.dumps({"v": 2, "ts": 1700000001000}))
    wire.settle()
    server = Server(MARU, folder, port=port, log_level="error")
    client = server.client(client.token)
    until("what came while it was down is fetched", lambda: [v for _, v, _ in samples(client, "mes/late/temperature")], [1, 2])
    broker.stop()
    until("a broker that is gone is told", lambda: state(client, one)["state"] in ("waiting", "trying"), True)
    until("with what to do", lambda: "is the program there running?" in (state(client, one)["problem"] or {}).get("en", ""), True)
    broker.start()
    until("and it comes back by itself", lambda: state(client, one)["state"], "up")
    check("the id at the broker stays", client.ask("PATCH", "/v1/connections/" + one["id"], {"settings": {"url": broker.url(), "table": TABLE}})[1]
          ["settings"]["clientId"], one["settings"]["clientId"])
    check("deleted", client.ask("DELETE", "/v1/connections/" + one["id"])[0], 204)
    server.stop()


json_over_mqtt()
finish()
