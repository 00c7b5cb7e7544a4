#!/usr/bin/env python3
# tests/windows.py MARU: fault detection, black box. Three tools, two recipes of three steps and four sensors with ramps: what happened before
# there was a table becomes windows, a reference is frozen from it, good windows stay silent, and faults are found with the right sensor blamed:
# one that drifts, one that is stuck, and two that only together are wrong. Events come over a broker, samples by line protocol.
import math, os, random, signal, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto, wait_for
from cloud import Server, at_least, check, failures, finish, tell, temporary, within
from mes import Equipment, event
from postgres import store_of

MARU = sys.argv[1]
QUICK = "MARU_QUICK" in os.environ
TOOLS, RECIPES, STEPS, REFERENCE, FRESH, SAMPLES = ("etch-1", "etch-2", "etch-3"), ("ox", "poly"), ("strike", "main", "over"), 60, 10 if QUICK else 25, 20
TABLE = "구간,설비,신호,기준,앞,오경보율\nstep,etch-*,temp flow power current,events,25 %,1 %\n"


class Process:
    """What sensors show. Power and current move together from window to window."""
    SD = {"temp": 0.6, "flow": 0.4, "power": 1.0, "current": 1.0}

    def __init__(self, seed):
        self.random = random.Random(seed)

    def window(self, tool, recipe, step, start, shift=(), stuck=()):
        gauss, k = self.random.gauss, 10 * RECIPES.index(recipe) + 3 * STEPS.index(step) + TOOLS.index(tool)
        shift, load = dict(shift), gauss(0, 1)
        level = {"temp": 60 + k + gauss(0, 0.6), "flow": 20 + k + gauss(0, 0.4), "power": 300 + k + load + gauss(0, 0.15), "current": 9 + k + load + gauss(0, 0.15)}
        lines = []
        for i in range(SAMPLES):
            ramp = min(1, (i + 1) / 4)
            values = {name: (mean + shift.get(name, 0) * self.SD[name]) * ramp + gauss(0, 0.3) for name, mean in level.items()}
            values.update({name: level[name] for name in stuck})
            lines.append(f"{tool} {','.join(f'{name}={value:.6f}' for name, value in values.items())} {int((start + i + 0.5) * 1e6)}")
        return lines


class Cloud:
    def __init__(self, folder, port):
        self.server = Server(MARU, folder, *store_of(folder), port=port)
        self.client = self.server.client(self.server.token)

    def write(self, lines):
        for i in range(0, len(lines), 5000):
            check("written", self.client.post("/api/v2/write?bucket=fab&precision=us", "\n".join(lines[i:i + 5000]))[0], 204)

    def get(self, path):
        return self.client.get(path)[1]

    def row(self, name):  # after a start it takes a moment until the tables are read
        return wait_for(lambda: [row for row in self.get("/v1/windows")["items"] if row["name"] == name])[0]

    def windows(self, name, **asked):
        return self.get(f"/v1/windows/{name}?" + "&".join(f"{key}={value}" for key, value in {"limit": 2000, **asked}.items()))["windows"]


def make(process, begin, n, tools=TOOLS, **faults):
    """n lots on each tool through each recipe and step: events, lines of samples, and when the last one ends."""
    events, lines, end = [], [], begin
    for tool in tools:
        at = begin
        for lot in range(n):
            for recipe in RECIPES:
                for step in STEPS:
                    name = f"{tool}-{int(begin)}-{lot}"
                    events += [event("lot_started", at, tool, recipe, step, name), event("lot_finished", at + SAMPLES, tool, recipe, step, name)]
                    lines += process.window(tool, recipe, step, at, **faults)
                    at += SAMPLES + 1
        end = max(end, at)
    return events, lines, end


def history(cloud, equipment, process, begin):
    """Everything happens before anybody thinks of windows."""
    events, lines, end = make(process, begin, REFERENCE)
    cloud.write(lines)
    equipment.tell(events)
    check("nothing is watched yet", (cloud.get("/v1/windows"), cloud.client.get("/v1/windows/step")[0]), ({"items": []}, 404))
    status, answer = cloud.client.ask("PUT", "/v1/documents/windows", "window,signals,by\nA,temp 'gas,events\n".encode())
    check("a table with a fault", (status, [(f["row"], f["column"]) for f in answer["faults"] if f["severity"] == "fault"]), (422, [(2, 2)]))
    check("in Korean, too", all(f["wrong_ko"] != f["wrong"] for f in answer["faults"]), True)
    check("the table", cloud.client.ask("PUT", "/v1/documents/windows", TABLE.encode())[0], 201)
    n = REFERENCE * len(TOOLS) * len(RECIPES) * len(STEPS)
    began = time.monotonic()
    wait_for(lambda: cloud.row("step")["measured"] >= n, 120)
    row = cloud.row("step")
    check("the past becomes windows", (row["measured"], row["faults"], row["unended"], row["dropped"], row["frozen"]), (n, 0, 0, 0, None))
    tell(f"{n} windows of the past in {time.monotonic() - began:.1f} s")
    return end


def freeze(cloud, begin, end):
    check("a time without windows", cloud.client.post("/v1/windows/step/freeze", {"from": 5, "to": 6})[0], 422)
    check("no such window", cloud.client.post("/v1/windows/none/freeze", {"from": begin, "to": end})[0], 404)
    began = time.monotonic()
    status, answer = cloud.client.post("/v1/windows/step/freeze", {"from": begin, "to": end})
    frozen = answer["frozen"]
    check("frozen", (status, frozen["version"], frozen["windows"], frozen["contexts"], frozen["by"] != ""), (200, 1, 1080, 18, True))
    tell(f"frozen in {time.monotonic() - began:.1f} s")
    check("who and when is in the audit log", [e["subject"] for e in cloud.get("/v1/audit?limit=20")["items"] if e["action"] == "freeze windows"], ["step"])
    one = cloud.get(f"/v1/windows/step?from={begin}&to={end}&tool=etch-2&recipe=ox&step=main")
    context = one["contexts"]
    check("its context", [(c["tool"], c["recipe"], c["step"], c["windows"], c["source"], len(c["limits"]), c["t2"] > 0, c["spe"] > 0) for c in context],
          [("etch-2", "ox", "main", REFERENCE, "own", 20, True, True)])
    means = [w["values"]["temp.mean"] for w in one["windows"]]
    limit = context[0]["limits"]["temp.mean"]
    check("as many windows", len(means), REFERENCE)
    mean = sum(means) / len(means)
    sd = math.sqrt(sum((x - mean) ** 2 for x in means) / (len(means) - 1))
    check("the center is their mean", abs(limit["center"] - mean) < 1e-9, True)
    # Student's t for 59 degrees and 1 % / 2 / 20 on both sides: 3.898 (R: qt(1 - 0.00025 / 2, 59))
    check("limits hold the next window", abs((limit["upper"] - mean) / (sd * math.sqrt(1 + 1 / 60)) - 3.898) < 0.01, True)
    check("whose signals they are", sorted(one["tools"][0]["signals"]), ["current", "flow", "power", "temp"])


def good(cloud, equipment, process, begin):
    events, lines, end = make(process, begin, FRESH)
    before, n = cloud.row("step"), FRESH * 18
    cloud.write(lines)
    equipment.tell(events)
    wait_for(lambda: cloud.row("step")["measured"] >= before["measured"] + n, 60)
    after = cloud.row("step")
    share = (after["faults"] - before["faults"]) / n
    check("all of them", after["measured"] - before["measured"], n)
    within(f"false alarms of {n} good windows where 1 % is promised", share, 0.025)
    return end


def faulty(cloud, equipment, process, begin, what, of, blamed, **faults):
    """Lots with a fault on one tool; the others are not touched."""
    events, lines, end = make(process, begin, of, tools=["etch-2"], **faults)
    before = cloud.row("step")
    cloud.write(lines)
    equipment.tell(events)
    n = of * 6
    wait_for(lambda: cloud.row("step")["measured"] >= before["measured"] + n, 30)
    windows = cloud.windows("step", **{"from": begin, "to": end + 1})
    found = [w for w in windows if w["severity"] == "violation"]
    right = [w for w in found if w["blame"][0]["feature"].split(".")[0] in blamed]
    tell(f"{what}: {len(found)} of {len(windows)} found, {len(right)} blame {' or '.join(blamed)}, {sum(1 for w in found if not w['outside'])} by T2 or SPE alone")
    return end, windows, found, right


def fault_events(cloud, begin, end):
    return cloud.get(f"/v1/events?kind=fault&from={begin}&to={end}&limit=1000")["items"]


def faults(cloud, equipment, process, begin):
    drifted, windows, found, right = faulty(cloud, equipment, process, begin, "a drift of 4 sd", 5, ["temp"], shift={"temp": 4}.items())
    at_least("found, of single windows, where limits stand at 3.9 sd", len(found) / len(windows), 0.4)
    at_least("and rightly", len(right) / max(1, len(found)), 0.9)
    stuck, windows, found, right = faulty(cloud, equipment, process, drifted, "a sensor that is stuck", 2, ["flow"], stuck=["flow"])
    check("each is found, and blamed", (len(found), len(right)), (len(windows),) * 2)
    check("by its spread", all("flow.sd" in w["outside"] for w in found), True)
    pair, windows, found, right = faulty(cloud, equipment, process, stuck, "two against each other", 3, ["power", "current"], shift={"power": 1.5, "current": -1.5}.items())
    at_least("found", len(found) / len(windows), 0.9)
    at_least("and rightly", len(right) / max(1, len(found)), 0.9)
    alone = [w for w in found if not w["outside"]]
    at_least("by T2 or SPE alone", len(alone) / len(windows), 0.5)
    check("whose limit it is beyond", all(w["t2"] > w["t2Limit"] or w["spe"] > w["speLimit"] for w in alone), True)
    told = fault_events(cloud, stuck, pair + 1)
    check("as events", sorted((e["source"], e["recipe"], e["step"], e["lot"]) for e in told), sorted((w["tool"], w["recipe"], w["step"], w["lot"]) for w in found))
    detail = next(e["detail"] for e in told if not e["detail"]["outside"])
    check("with what they were judged by", (detail["version"], len(detail["blame"]), detail["blame"][0]["feature"].split(".")[0] in ("power", "current"), "withdrawn" in detail), (1, 5, True, False))
    return pair


def signals(cloud, begin, end):
    """What windows say is a signal, too: a control chart takes it."""
    made = next(t for t in cloud.get("/v1/windows/step?tool=etch-2")["tools"] if t["tool"] == "etch-2")["made"]
    check("signals of values", len(made), 23)
    windows = cloud.windows("step", **{"from": begin, "to": end, "tool": "etch-2"})
    samples = cloud.get(f"/v1/signals/{made['temp.mean']}/samples?from={begin}&to={end}&limit=10000")
    rows = samples["samples"] if isinstance(samples, dict) and "samples" in samples else samples["items"]
    check("a sample a window", len(rows), len(windows))
    check("a chart of it", cloud.client.ask("PUT", "/v1/documents/charts", "chart,signal,kind\nout,etch-2/step.temp.mean,i-mr\n".encode())[0], 201)
    check("which has a signal", wait_for(lambda: cloud.get("/v1/charts")["items"][0]["signalId"]), made["temp.mean"])
    status, answer = cloud.client.post("/v1/charts/out/freeze", {"from": begin, "to": end})
    check("and limits", (status, answer["limits"]["points"] > 300), (200, True))


def batches(cloud, equipment, process, begin):
    """Lots that a tool works on together are windows of one run, which a reference counts once."""
    runs, events, lines = 30, [], []
    for i in range(runs):
        at = begin + i * (SAMPLES + 1)
        lots = [f"{lot}{i}" for lot in "abc"]
        events += [event(what, at + after, "oven-1", "ox", "main", lot) for what, after in (("lot_started", 0), ("lot_finished", SAMPLES)) for lot in lots]
        level = process.random.gauss(800, 3)
        lines += [f"oven-1 temp={level + process.random.gauss(0, 1):.3f} {int((at + n + 0.5) * 1e6)}" for n in range(SAMPLES)]
    cloud.write(lines)
    equipment.tell(events)
    check("a row for ovens", cloud.client.ask("PUT", "/v1/documents/windows", (TABLE + "oven,oven-*,temp,events,,\n").encode())[0], 200)
    wait_for(lambda: cloud.row("oven")["measured"] >= 3 * runs, 60)
    status, answer = cloud.client.post("/v1/windows/oven/freeze", {"from": begin, "to": begin + runs * (SAMPLES + 1)})
    check("a window of each lot, learnt from by run", (status, cloud.row("oven")["measured"], answer["frozen"]["windows"]), (200, 3 * runs, runs))


def live(cloud, equipment, process, folder, port):
    """A kill in the middle of a window, samples that come late, and one that comes after all was told."""
    lines = process.window("etch-1", "ox", "main", math.floor(time.time()) - SAMPLES - 5)
    begin = math.floor(time.time()) - SAMPLES - 5
    first = [line for line in lines[:8]]
    cloud.write(first)
    equipment.tell([event("lot_started", begin, "etch-1", "ox", "main", "killed")])
    wait_for(lambda: any(e["name"] == "started" and e["lot"] == "killed" for e in cloud.get(f"/v1/events?lot=killed")["items"]))
    time.sleep(0.3)
    cloud.server.stop(signal.SIGKILL)
    cloud = Cloud(folder, port)
    before = cloud.row("step")
    check("what was frozen is there", before["frozen"]["version"], 1)
    wait_for(lambda: all(c["state"] == "up" for c in cloud.get("/v1/connections")["items"]), 30)
    equipment.birth()
    equipment.tell([event("lot_finished", begin + SAMPLES, "etch-1", "ox", "main", "killed")])
    time.sleep(0.5)
    cloud.write(lines[8:18])  # late, but before all has settled
    mine = wait_for(lambda: [w for w in cloud.windows("step", tool="etch-1", **{"from": begin}) if w["lot"] == "killed"], 20)
    check("the window is whole", [(w["from"], w["until"], w["recipe"], w["step"]) for w in mine], [(begin, begin + SAMPLES, "ox", "main")])
    mean = lambda lines: sum(float(line.split("temp=")[1].split(",")[0]) for line in lines[5:]) / len(lines[5:])
    check("with what came late", abs(mine[0]["values"]["temp.mean"] - mean(lines[:18])) < 1e-9, True)
    cloud.write(lines[18:])
    again = wait_for(lambda: [w for w in cloud.windows("step", tool="etch-1", **{"from": begin}) if abs(w["values"]["temp.mean"] - mean(lines)) < 1e-9], 20)
    check("what comes later still replaces it", len(again), 1)
    check("once", len([w for w in cloud.windows("step", tool="etch-1", **{"from": begin}) if w["lot"] == "killed"]), 1)
    return cloud


def steps(cloud, equipment, folder):
    """Each stretch of one value of a signal is a window of the lot that the tool worked on; what goes on when the program is killed is whole afterwards."""
    begin = math.floor(time.time()) - 400
    table = TABLE + "phase,line-*,temp,phase,,\n"
    check("another table", cloud.client.ask("PUT", "/v1/documents/windows", table.encode())[0], 200)
    check("what was frozen stays", cloud.row("step")["frozen"]["version"], 1)
    words = ["idle", "heat", "soak", "cool"]
    lines = [f'line-1 phase="{words[i // 50 % 4]}",temp={100 * (i // 50) + i % 50} {(begin + i) * 1000000}' for i in range(400)]
    equipment.tell([event("lot_started", begin + 100, "line-1", "ox", "", "L1"), event("lot_finished", begin + 200, "line-1", "ox", "", "L1"),
                    event("lot_started", begin + 210, "line-1", "poly", "", "L2")])
    cloud.write(lines[:220])
    wait_for(lambda: cloud.row("phase")["measured"] == 3)
    cloud.server.stop(signal.SIGKILL)
    cloud = Cloud(folder, 0)
    check("no window is lost", wait_for(lambda: cloud.row("phase")["measured"] == 3), True)
    cloud.write(lines[220:])
    wait_for(lambda: cloud.row("phase")["measured"] == 6)
    windows = cloud.windows("phase", **{"from": begin})
    # The first value may have been there for long, and the last one goes on.
    check("steps by their value", [(w["from"] - begin, w["until"] - begin, w["step"], w["recipe"], w["lot"], round(w["values"]["temp.mean"], 6)) for w in windows],
          [(50.0 * k, 50.0 * k + 50, words[k % 4], *(("", ""), ("ox", "L1"), ("poly", "L2"))[(k > 1) + (k > 3)], 100 * k + 24.5) for k in range(1, 7)])
    check("unjudged", [w["severity"] for w in windows], ["unjudged"] * 6)
    cloud.write([f'line-1 phase="heat" {(begin + 100) * 1000000}'])
    check("a step that comes too late is counted", wait_for(lambda: cloud.row("phase")["late"]), 1)
    return cloud


def tennessee(cloud):
    """A continuous process, one window of three minutes after the other: real data (docs/QUALITY.md), from HTTP to the verdict."""
    folder = os.path.join(os.environ.get("MARU_DATA", "../shared/data"), "tep")
    if not os.path.exists(folder):
        tell(f"skipped: no {folder} (set MARU_DATA)")
        return
    def read(name):
        rows = [[float(x) for x in line.split()] for line in open(os.path.join(folder, name)) if line.strip()]
        return [list(x) for x in zip(*rows)] if name == "d00.dat" else rows
    n = 200 if QUICK else 480
    parts = {"d00.dat": read("d00.dat"), "d00_te.dat": read("d00_te.dat")[:n]}
    parts.update({f"{fault}_te.dat": read(f"{fault}_te.dat")[160:160 + n // 4] for fault in ("d01", "d04", "d05")})
    names = [f"x{i + 1}" for i in range(52)]
    at = (math.floor(time.time()) // 180 - sum(len(rows) + 10 for rows in parts.values())) * 180
    spans, lines = {}, []
    for name, rows in parts.items():
        spans[name] = (at, at + 180 * len(rows))
        for row in rows:
            lines.append(f"te {','.join(f'{x}={value}' for x, value in zip(names, row))} {(at + 90) * 1000000}")
            at += 180
        at += 1800
    table = TABLE + f"tep,te,{' '.join(names)},3 min,,1 %\n"
    table = table.replace("오경보율\n", "오경보율,특징\n").replace("1 %\ntep", "1 %,\ntep").replace("3 min,,1 %", "3 min,,1 %,mean")
    check("the table of the process", cloud.client.ask("PUT", "/v1/documents/windows", table.encode())[0], 200)
    began = time.monotonic()
    cloud.write(lines)
    wait_for(lambda: cloud.row("tep")["measured"] >= len(lines), 120)
    tell(f"{len(lines)} windows of 52 signals in {time.monotonic() - began:.1f} s")
    check("each of them once", cloud.row("tep")["measured"], len(lines))
    begin, end = spans["d00.dat"]
    status, answer = cloud.client.post("/v1/windows/tep/freeze", {"from": begin, "to": end})
    check("the reference", (status, answer["frozen"]["windows"], answer["frozen"]["contexts"]), (200, 500, 1))
    share = {}
    for name, (begin, end) in spans.items():
        windows = cloud.windows("tep", **{"from": begin, "to": end + 1})
        check(f"all of {name}", len(windows), len(parts[name]))
        share[name] = sum(w["severity"] == "violation" for w in windows) / len(windows)
        tell(f"{name}: {100 * share[name]:.1f} % of {len(windows)} windows")
    within("false alarms of d00_te", share.pop("d00_te.dat"), 0.02)
    share.pop("d00.dat")
    at_least("found of each fault", min(share.values()), 0.9)


def main():
    if not find_mosquitto():
        print("skipped: no mosquitto")
        sys.exit(77)
    broker, folder = Broker(), temporary()
    cloud = Cloud(folder, 0)
    check("a connection", cloud.client.post("/v1/connections", {"name": "gem", "kind": "sparkplug", "settings": {"url": broker.url()}})[0], 201)
    wait_for(lambda: cloud.get("/v1/connections")["items"][0]["state"] == "up")
    equipment, process = Equipment(broker.port), Process(7)
    begin = math.floor(time.time()) - 6 * 3600
    end = history(cloud, equipment, process, begin)
    freeze(cloud, begin, end)
    fresh = good(cloud, equipment, process, end)
    last = faults(cloud, equipment, process, fresh)
    signals(cloud, begin, end)
    batches(cloud, equipment, process, begin)
    cloud = live(cloud, equipment, process, folder, 0)
    cloud = steps(cloud, equipment, folder)
    tennessee(cloud)
    check("the program says nothing bad", [line for line in cloud.server.log if "error" in line], [])
    cloud.server.stop()
    finish()


main()
