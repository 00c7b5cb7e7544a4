#!/usr/bin/env python3
# tests/flood.py MARU [long]: samples of fake equipment through mosquitto into the store, counted at both ends. First quietly: all
# arrive, memory stays flat. Then with bad days: the broker is killed again and again, and maru is killed with -9; what a reader has
# seen once is there for good, and what never came lies in a gap that is on record. docs/RELIABILITY.md has what was measured.
import json, os, re, signal, subprocess, sys, time

from broker import Broker, find_mosquitto
from cloud import Server, at_least, check, finish, tell, temporary, within

MARU = sys.argv[1]
LONG = "long" in sys.argv[2:]
QUICK = "MARU_QUICK" in os.environ
RATE = 5000 if QUICK else 100000 if LONG else 20000
SECONDS = 600 if LONG else 5 if QUICK else 12
N_LOOKED_AT = 20  # counters whose every sample is read

if not find_mosquitto():
    print("mosquitto is not installed: skipped")
    sys.exit(77)


class Fake:
    def __init__(self, url, rate, seconds):
        self.process = subprocess.Popen([MARU, "fake", "examples/minifab", "--sparkplug", url, "--host", "maru", "--flood", str(rate), "--tools", "1",
                                         "--for", f"{seconds}s", "--json", "--quiet"], stdout=subprocess.PIPE, text=True)

    def end(self):
        return json.loads(self.process.communicate(timeout=SECONDS + 200)[0])


def rss_mib(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        at = file.read().rsplit(")", 1)[1].split()
    return (int(at[11]) + int(at[12])) / os.sysconf("SC_CLK_TCK")


def begin(broker, folder, port=0):
    server = Server(MARU, folder, "--quota", "1000000", port=port)
    return server, server.client(server.token)


def connect(client, broker):
    status, made = client.post("/v1/connections", {"name": "flood", "kind": "sparkplug", "settings": {"url": broker.url(), "hostId": "maru"}})
    check("the connection is made", status, 201)
    for _ in range(200):
        if client.get("/v1/connections/" + made["id"])[1]["state"] == "up":
            return made["id"]
        time.sleep(0.05)
    raise SystemExit("the connection does not come up")


def counters(client):
    """Their ids: all have been born with the node."""
    found, after = [], ""
    while True:
        page = client.get(f"/v1/signals?limit=1000&q=Counter-{after}")[1]
        found += [s["id"] for s in page["items"]]
        if "next" not in page:
            return found
        after = "&after=" + page["next"]


def numbers(client, signal):
    """Every number of a counter that is there, good or late, in the order of time."""
    status, text = client.ask("GET", f"/v1/signals/{signal}/samples?from=0&to=4000000000&format=csv&limit=10000000")
    check("samples are read", status, 200)
    rows = [line.split(",") for line in text.decode().splitlines()[1:]]
    return [(int(value), float(at)) for at, value, quality in rows if int(quality) >= 64 and int(value) > 0]


def gaps(client):
    found, before = [], ""
    while True:
        page = client.get("/v1/events?kind=gap&limit=1000" + before)[1]
        found += page["items"]
        if "next" not in page:
            return found
        before = "&before=" + page["next"]


def joined(spans):
    """Spans that touch are one."""
    out = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


# ---- quietly


def quietly():
    broker, folder = Broker(), temporary()
    server, client = begin(broker, folder)
    try:
        connect(client, broker)
        fake = Fake(broker.url(), RATE, SECONDS)
        time.sleep(SECONDS / 3)
        early, began, cpu = rss_mib(server.process.pid), time.monotonic(), cpu_s(server.process.pid)
        time.sleep(SECONDS / 2)
        late = rss_mib(server.process.pid)
        share = (cpu_s(server.process.pid) - cpu) / (time.monotonic() - began)
        told = fake.end()
        rounds, tags = told["flood"]["rounds"], told["flood"]["tags"]
        ids = wait_for_counters(client, tags)
        check("counters", len(ids), tags)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and last_of(client, ids[-1]) < rounds:
            time.sleep(0.2)
        lost = 0
        for signal in ids:
            column = client.get(f"/v1/signals/{signal}/chart?from=0&to=4000000000&columns=1")[1]["columns"][0]
            # n counts the stale mark at the end, too; each number once has this mean
            lost += not (column[3] <= 1 and column[4] == rounds and abs(column[5] - (rounds + 1) / 2) < 0.51 * rounds / max(rounds, 1))
        check("counters that are not whole by their mean", lost, 0)
        for signal in ids[:: max(1, len(ids) // N_LOOKED_AT)]:
            got = numbers(client, signal)
            check(f"counter {signal}: each number, and in order", [n for n, _ in got], list(range(1, rounds + 1)))
        tell(f"{told['flood']['values']} samples at {RATE}/s: {share * 100:.0f} % of a core, {early:.0f} MiB after a third, {late:.0f} MiB at the end")
        within("memory grows", late / early, 1.6 if LONG else 3)
        check("only the gaps before the beginning and behind the end", [g["detail"]["code"] for g in gaps(client) if g["detail"]["code"] != "node_died"], ["not_connected_before"])
    finally:
        server.kill()
        broker.stop()


def wait_for_counters(client, tags):
    for _ in range(100):
        ids = counters(client)
        if len(ids) >= tags:
            break
        time.sleep(0.2)
    return ids


def last_of(client, signal):
    newest = client.get(f"/v1/signals?limit=1&after={signal - 1}")[1]["items"][0]["last"]
    return newest["value"] if newest else 0


# ---- bad days


def bad_days():
    broker, folder = Broker(), temporary()
    server, client = begin(broker, folder)
    port, n_kill, n_broker = server.port, 0, 0
    began_at = time.time()
    seen = {}  # what a reader has seen: it was acknowledged
    try:
        connect(client, broker)
        fake = Fake(broker.url(), RATE // 2, SECONDS)
        ids = []
        began = time.monotonic()
        every, kills = (20, 5) if LONG else (4, 2)
        while time.monotonic() - began < SECONDS:
            time.sleep(every / 2)
            ids = ids or counters(client)[:N_LOOKED_AT]
            for signal in ids:
                seen[signal] = numbers(client, signal)
            broker.process.kill()
            broker.process.wait()
            n_broker += 1
            time.sleep(0.5)
            broker.start()
            time.sleep(every / 2)
            if n_kill < kills and time.monotonic() - began > SECONDS / kills * n_kill:
                ids = ids or counters(client)[:N_LOOKED_AT]
                for signal in ids:
                    seen[signal] = numbers(client, signal)
                server.process.send_signal(signal_kill)
                server.process.wait()
                n_kill += 1
                server, client = begin(broker, folder, port)
        told = fake.end()
        time.sleep(3)
        gone, missing, n, spans = 0, 0, 0, []
        for signal in ids:
            got = sorted(numbers(client, signal))
            gone += len(set(seen[signal]) - set(got))
            for (before, at), (after, until) in zip([(0, began_at)] + got, got + [(told["flood"]["rounds"] + 1, time.time())]):
                if after > before + 1:
                    missing += after - before - 1
                    spans.append((at, until if after <= told["flood"]["rounds"] else at))  # a node that never came back has no end of its gap
            n += told["flood"]["rounds"]
        check("samples that were there and are not any more", gone, 0)
        found = gaps(client)
        causes = sorted({g["detail"]["cause"] for g in found})
        check("gaps without a code", [g["detail"] for g in found if not g["detail"].get("code")], [])
        recorded = joined([(g["detail"]["from_us"] * 1e-6 - 0.5, g["detail"]["until_us"] * 1e-6 + 0.5) for g in found])
        outside = sorted({s for s in spans if not any(a <= s[0] and s[1] <= b for a, b in recorded)})
        near = [(g["source"], g["detail"]) for g in found for s in outside if g["detail"]["from_us"] * 1e-6 < s[1] + 60 and g["detail"]["until_us"] * 1e-6 > s[0] - 60]
        check("spans without samples that do not lie in a gap, and the gaps about them", (outside, near), ([], []))
        tell(f"broker killed {n_broker} times, maru {n_kill} times: {missing} of {n} samples never came, {len(found)} gaps on record: {', '.join(causes)}")
        at_least("what came", (n - missing) / max(1, n), 0.2)
    finally:
        server.kill()
        broker.stop()


signal_kill = signal.SIGKILL
quietly()
bad_days()
finish()
