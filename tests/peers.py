#!/usr/bin/env python3
# tests/peers.py MARU: programs of others against maru: npm's sparkplug-client as an edge node over a real broker. Births, data, a rebirth after a
# lost message, a broker that is killed and started again; values are counted at both ends. Without Node.js, mosquitto or what
# tools/packages tests/peers installs it is skipped.
import atexit, json, os, shutil, subprocess, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto
from cloud import Server, check, finish, temporary

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
for missing, what in ((not find_mosquitto(), "mosquitto is missing (tools/setup test)"), (not shutil.which("node"), "Node.js is missing (tools/setup test)"),
                      (not os.path.exists(os.path.join(HERE, "node_modules", "sparkplug-client")), "the peers are not installed (tools/packages tests/peers)")):
    if missing:
        print("skipped: " + what)
        sys.exit(77)


class Edge:
    def __init__(self, port):
        self.process = subprocess.Popen(["node", os.path.join(HERE, "edge.js"), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        self.seen = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.seen.append(json.loads(line))

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def count(self, what):
        return sum(what in one for one in list(self.seen))


def until(what, ask, want, seconds=30):
    end = time.monotonic() + seconds
    got = ask()
    while got != want and time.monotonic() < end:
        time.sleep(0.1)
        got = ask()
    return check(what, got, want)


BEGIN = time.time() - 60
broker = Broker()
server = Server(sys.argv[1], temporary())
client = server.client(server.token)
status, one = client.post("/v1/connections", {"name": "hall", "kind": "sparkplug", "settings": {"url": broker.url()}})
check("made", status, 201)


def signals():
    return {x["source"]: x for x in client.get("/v1/signals?limit=1000")[1]["items"]}


def counted():
    known = signals().get("hall/plant/edge/press/count")
    if not known:
        return []
    got = client.get(f"/v1/signals/{known['id']}/samples?from={BEGIN}&to={time.time() + 60}&limit=100000")[1]["samples"]
    return sorted({value for _, value, quality in got if quality == 192})  # a birth says the newest again


def state():
    return client.get("/v1/connections/" + one["id"])[1]


until("maru is up", lambda: state()["state"], "up")
edge = Edge(broker.port)
until("a birth gives signals with values", lambda: {x: y["last"]["value"] for x, y in signals().items() if y["last"] and "Rebirth" not in x and "bdSeq" not in x},
      {"hall/plant/edge/temperature": 21.5, "hall/plant/edge/press/count": 0, "hall/plant/edge/press/Motor/Speed": 3})
check("where they stand, and their units", {x: (y["asset"], y["name"], y["unit"]) for x, y in signals().items()},
      {"hall/plant/edge/temperature": ("plant/edge", "temperature", "K"), "hall/plant/edge/press/count": ("plant/edge/press", "count", ""),
       "hall/plant/edge/press/Motor/Speed": ("plant/edge/press", "Motor/Speed", "rpm")})
edge.tell("send 1000")
until("all data is there", counted, list(range(1001)))

n_before = edge.count("rebirth")
edge.tell("unit °C")
edge.tell("lose")
edge.tell("send 10")
until("after a lost message the node is asked for a rebirth", lambda: edge.count("rebirth") > n_before, True)
until("what came behind it is taken", counted, list(range(1011)))
until("the unit is that of the newest birth", lambda: signals()["hall/plant/edge/temperature"]["unit"], "°C")
gaps = [e for e in client.get("/v1/events?kind=gap")[1]["items"] if e["source"].startswith("hall/plant")]
check("the gap is a record with its count", [e["detail"]["missing"] for e in gaps], [1])

n_born = edge.count("born")
broker.process.kill()
broker.process.wait()
until("the broker is gone", lambda: state()["state"] != "up", True)
until("what is not known any more is bad", lambda: signals()["hall/plant/edge/press/count"]["last"]["quality"] < 64, True)
broker.start()
until("maru comes back", lambda: state()["state"], "up")
until("the node, too, with a birth", lambda: edge.count("born") > n_born, True)
until("which makes it good", lambda: signals()["hall/plant/edge/press/count"]["last"]["quality"], 192)
edge.tell("send 500")
until("and its data goes on", counted, list(range(1511)))  # those before its birth may be lost: there were none
edge.process.kill()  # without a word: the broker publishes its will
until("a node that is gone makes its signals bad", lambda: signals()["hall/plant/edge/press/count"]["last"]["quality"] < 64, True)
server.stop()
finish()
