#!/usr/bin/env python3
# tests/sparkplug_out.py MARU: signals given away as a Sparkplug edge node, from one maru to another over a real broker. Everything that was
# written in the one has to be in the other, also when the broker is killed, the giver is killed, or the host is away for a while.
# Without mosquitto it is skipped.
import os, signal, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto
from cloud import Server, check, finish, free_port, temporary

MARU = sys.argv[1]
N = 300 if "MARU_QUICK" in os.environ else 2000
if not find_mosquitto():
    print("skipped: mosquitto is missing (tools/setup test)")
    sys.exit(77)

TABLE = "asset,level,tool,signals,unit\nulsan,site,,,\nulsan/press,tool,Press/1,oven/a/**,\nulsan/furnace,tool,F/1,oven/b/**,°C\n".encode()
NOW = int(time.time() * 1000) - 30000  # ms


def until(what, ask, want, seconds=90):
    end = time.monotonic() + seconds
    got = ask()
    while got != want and time.monotonic() < end:
        time.sleep(0.1)
        got = ask()
    return check(what, got, want)


def signals(client):
    return {one["source"]: one for one in client.get("/v1/signals?limit=1000")[1]["items"]}


def values(client, source):
    """The good ones, each once: a birth says the newest again."""
    known = signals(client).get(source)
    if not known:
        return []
    got = client.get(f"/v1/signals/{known['id']}/samples?from=0&to=4e9&limit=100000")[1]["samples"]
    return list(dict.fromkeys(value for _, value, quality in got if quality == 192))


def state(client, connection):
    return client.get("/v1/connections/" + connection["id"])[1]


def write(client, lines):
    client.close()  # an idle connection may have ended
    check("written", client.ask("POST", "/api/v2/write?precision=ms&bucket=oven", "\n".join(lines).encode())[0], 204)


def connect(client, name, kind, settings):
    status, answer = client.post("/v1/connections", {"name": name, "kind": kind, "settings": settings})
    check(f"connection {name}", (status, answer if status != 201 else ""), (201, ""))
    return answer


class Count:
    """Values of one signal that are written one after another."""

    def __init__(self):
        self.n = self.ms = 0

    def write(self, client, n):
        self.ms = max(self.ms, int(time.time() * 1000) - n)
        write(client, [f"a t={self.n + i} {self.ms + i}" for i in range(n)])
        self.n += n
        self.ms += n

    def lacks(self, client, source):
        """How many are not there, and the first of them."""
        there = set(values(client, source))
        missing = [n for n in range(self.n) if n not in there]
        return len(missing), missing[:3]


NOTHING = (0, [])


def main():
    broker, folder, port = Broker(), temporary(), free_port()
    giver, host = Server(MARU, folder, port=port), Server(MARU, temporary())
    client, other = giver.client(giver.token), host.client(host.token)
    url = broker.url()
    for what, settings in (("nothing", {"url": url}), ("a group with a slash", {"url": url, "group": "a/b", "assets": ["ulsan"]}),
                           ("a number as asset", {"url": url, "assets": [1]}), ("too many", {"url": url, "signals": ["a"] * 101})):
        check(f"giving away {what}", client.post("/v1/connections", {"name": "x", "kind": "sparkplug_out", "settings": settings})[0] in (400, 422), True)

    count = Count()
    hall = connect(other, "hall", "sparkplug", {"url": url, "hostId": "hall"})
    until("the host is up", lambda: state(other, hall)["state"], "up")
    check("a table", client.ask("PUT", "/v1/documents/assets", TABLE)[0], 201)
    count.write(client, 2)
    write(client, [f'b temp=850.5,door=true,recipe="R1",n=7i {NOW}', f"c t=1 {NOW}"])
    out = connect(client, "mes", "sparkplug_out", {"url": url, "group": "maru", "node": "line", "assets": ["ulsan"], "hostId": "hall"})
    until("it is up", lambda: state(client, out)["state"], "up")
    press, furnace = "hall/maru/line/ulsan:press/", "hall/maru/line/ulsan:furnace/"
    until("births tell names, types, units and the newest values",
          lambda: {source: (one["asset"], one["type"], one["unit"], (one["last"] or {}).get("value")) for source, one in signals(other).items() if "ulsan" in source},
          {press + "t": ("maru/line/ulsan:press", "double", "", 1), furnace + "temp": ("maru/line/ulsan:furnace", "double", "°C", 850.5),
           furnace + "door": ("maru/line/ulsan:furnace", "bool", "°C", True), furnace + "recipe": ("maru/line/ulsan:furnace", "text", "°C", "R1"),
           furnace + "n": ("maru/line/ulsan:furnace", "integer", "°C", 7)})
    count.write(client, N)
    until("all data is there, the last minute before it as well", lambda: count.lacks(other, press + "t"), NOTHING)
    until("it counts what the broker has", lambda: state(client, out)["samples"] >= N, True)

    write(client, [f"b fan=3 {NOW}", f'b n=2.5 {NOW + 1}', f'b temp="broken" {NOW + 2}'])
    until("a new signal is born", lambda: values(other, furnace + "fan"), [3])
    until("an integer that becomes a fraction", lambda: values(other, furnace + "n")[-1:], [2.5])
    until("a number that becomes a text", lambda: values(other, furnace + "temp")[-1:], ["broken"])

    client.close()
    check("people say otherwise", client.ask("PUT", "/v1/documents/assets", TABLE + b"ulsan/other/{1},,,oven/c/*,\n")[0], 200)
    until("and the node is born anew", lambda: values(other, "hall/maru/line/ulsan:other:t/t"), [1])

    broker.process.kill()  # in the middle, without a word; a second behind it nobody has noticed what was lost
    count.write(client, N)
    broker.process.wait()
    until("the broker is gone", lambda: state(client, out)["state"] != "up", True)
    count.write(client, N)
    broker.start()
    until("after a kill of the broker", lambda: count.lacks(other, press + "t"), NOTHING)

    stop = threading.Event()
    writer = threading.Thread(target=lambda: [(count.write(server_client(giver), 50), time.sleep(0.02)) for _ in range(100) if not stop.is_set()])
    writer.start()
    for _ in range(3):  # while it sends
        time.sleep(0.4)
        broker.process.kill()
        broker.process.wait()
        time.sleep(0.2)
        broker.start()
    writer.join()
    until("and of killing it again and again while data goes out", lambda: count.lacks(other, press + "t"), NOTHING)

    giver.stop(signal.SIGKILL)
    giver = Server(MARU, folder, port=port, log_level="error")
    client = giver.client(client.token)
    count.write(client, N)
    until("after a kill of the giver", lambda: count.lacks(other, press + "t"), NOTHING)

    other.close()
    other.ask("PATCH", "/v1/connections/" + hall["id"], {"on": False})
    count.write(client, N)
    time.sleep(1)
    other.ask("PATCH", "/v1/connections/" + hall["id"], {"on": True})
    until("after the host was away", lambda: count.lacks(other, press + "t"), NOTHING)

    client.close()
    client.ask("PATCH", "/v1/connections/" + out["id"], {"settings": {"url": url, "group": "maru", "node": "line", "assets": ["ulsan"]}})
    until("it waits for no host", lambda: state(client, out)["state"], "up")
    other.close()
    other.ask("PATCH", "/v1/connections/" + hall["id"], {"on": False})
    broker.process.kill()
    broker.process.wait()
    until("the broker is gone", lambda: state(client, out)["state"] != "up", True)
    count.write(client, N)
    broker.start()
    until("the node is back before the host", lambda: state(client, out)["state"], "up")
    time.sleep(1)  # and has sent all of it to nobody
    other.ask("PATCH", "/v1/connections/" + hall["id"], {"on": True})
    count.write(client, 1)
    until("after a host that was late", lambda: count.lacks(other, press + "t"), NOTHING)

    time.sleep(max(0, count.ms / 1000 - time.time()))  # a death is now, and values of a while ago are older
    client.close()
    client.ask("PATCH", "/v1/connections/" + out["id"], {"on": False})
    until("switched off, its signals go bad", lambda: (signals(other)[press + "t"]["last"] or {})["quality"] < 64, True)
    count.write(client, N)
    client.close()
    client.ask("PATCH", "/v1/connections/" + out["id"], {"on": True})
    until("and on, what came meanwhile follows", lambda: count.lacks(other, press + "t"), NOTHING)
    given = [source for source in signals(other) if source.startswith("hall/maru/line")]
    check("nothing of its own, and nothing else", [s for s in given if "ulsan" not in s and "bdSeq" not in s and "Control" not in s], [])
    sessions = values(client, "mes/session")
    check("each session has the next number", all((b - a) % 256 >= 1 for a, b in zip(sessions, sessions[1:])), True)
    check("it ends well", (giver.stop(), host.stop()), (0, 0))
    finish()


def server_client(server):
    if not hasattr(server, "own_client"):
        server.own_client = server.client(server.token)
    return server.own_client


main()
