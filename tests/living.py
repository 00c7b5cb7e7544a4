#!/usr/bin/env python3
# tests/living.py MARU [long]: a living model, black box. Two tools deposit a film whose thickness is known to the test: it comes of temperature, time
# and the tool, with noise, and is measured later, twice, too early, or never. What happened becomes a dataset with its truths, the dataset a
# model whose interval holds the noise; the model answers the windows that come, a challenger in its shadow; it switches itself off where its
# inputs leave what it has seen, and where a truth no longer fits; a person switches it on again; a kill loses nothing and doubles nothing.
import csv, io, json, math, os, random, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto, wait_for
from cloud import Server, at_least, check, finish, tell, temporary, within
from mes import Equipment, event
from postgres import store_of

MARU = sys.argv[1]
QUICK = "long" not in sys.argv[2:]
TOOLS, LEARNT, FRESH = ("dep-1", "dep-2"), 150, 100 if QUICK else 200  # windows of each tool
NOISE, LATER = 2.0, 1800  # sd of the thickness; s after which it is measured
WINDOWS = "window,tool,signals,by,features\ndep,dep-*,temp flow,events,mean sd count\n"
ASSETS = "asset,level,signals\nfab/dep/dep-1,tool,dep-1/**\nfab/dep/dep-2,tool,dep-2/**\n"
TRUTH = {"event": "thickness", "value": "nm", "within_h": 24}
FEED = {"window": "dep", "truth": TRUTH}


class Film:
    """What sensors show of a lot, and how thick its film becomes."""

    def __init__(self, seed, begin):
        self.random, self.at, self.n = random.Random(seed), {tool: begin for tool in TOOLS}, 0
        self.thickness, self.end = {}, {}  # of each lot

    def lot(self, tool, warmer=0.0, thicker=0.0):
        """Events and samples of one lot, and where its window ends."""
        gauss, begin, self.n = self.random.gauss, self.at[tool], self.n + 1
        seconds, temp, flow, name = self.random.randint(18, 22), 350 + warmer + gauss(0, 2), 20 + gauss(0, 1), f"L{self.n}"
        events = [event("lot_started", begin, tool, "teos", "dep", name), event("lot_finished", begin + seconds, tool, "teos", "dep", name)]
        lines = [f"{tool} temp={temp + gauss(0, 0.3):.4f},flow={flow + gauss(0, 0.1):.4f} {int((begin + i + 0.5) * 1e6)}" for i in range(seconds)]
        self.thickness[name] = 100 + 8 * seconds + 5 * (temp - 350) + 6 * TOOLS.index(tool) + thicker + gauss(0, NOISE)
        self.end[name], self.at[tool] = begin + seconds, begin + seconds + 5
        return name, events, lines

    def measured(self, lot, after=LATER, wrong=0.0):
        return {**event("measured_thickness", self.end[lot] + after, "cd-1", "", "", lot), "nm": round(self.thickness[lot] + wrong, 3)}

    def lots(self, n, **how):
        names, events, lines = [], [], []
        for _ in range(n):
            for tool in TOOLS:
                name, its, samples = self.lot(tool, **how)
                names, events, lines = names + [name], events + its, lines + samples
        return names, events, lines


class Cloud:
    def __init__(self, folder, broker=None):
        self.server = Server(MARU, folder, *store_of(folder))
        self.client = self.server.client(self.server.token)
        if broker:
            check("a connection", self.client.post("/v1/connections", {"name": "mes", "kind": "sparkplug", "settings": {"url": broker.url()}})[0], 201)
        wait_for(lambda: all(c["state"] == "up" for c in self.get("/v1/connections")["items"]), 30)

    def get(self, path):
        return self.client.get(path)[1]

    def put(self, name, table):
        status = self.client.ask("PUT", "/v1/documents/" + name, table.encode())[0]
        check(f"the table of {name}", status in (200, 201), True)

    def write(self, lines):
        for i in range(0, len(lines), 5000):
            check("written", self.client.post("/api/v2/write?bucket=fab&precision=us", "\n".join(lines[i:i + 5000]))[0], 204)

    def measured(self):
        return wait_for(lambda: [row for row in self.get("/v1/windows")["items"] if row["name"] == "dep"])[0]["measured"]

    def events(self, **asked):
        items, before = [], ""
        while True:
            page = self.get("/v1/events?" + "&".join(f"{key}={value}" for key, value in {"limit": 1000, **asked}.items()) + before)
            items += page["items"]
            if "next" not in page:
                return items
            before = "&before=" + page["next"]

    def predictions(self, model, **asked):
        items, after = [], ""
        while True:
            page = self.get(f"/v1/models/{model}/predictions?" + "&".join(f"{key}={value}" for key, value in {"limit": 150, **asked}.items()) + after)
            items += page["items"]
            if "next" not in page:
                return items
            after = "&after=" + page["next"]

    def model(self, model):
        return self.get("/v1/models/" + model)


def history(cloud, mes, film):
    """What happened before anybody thought of models."""
    names, events, lines = film.lots(LEARNT)
    never = set(names[::10])
    for i, name in enumerate(names):
        if name not in never:
            events.append(film.measured(name))
        if i % 7 == 0:
            events.append(film.measured(name, after=-3600, wrong=70))  # of another step, before this one
        if i % 11 == 0 and name not in never:
            events.append(film.measured(name, after=LATER + 60, wrong=50))  # measured again: the first one counts
        if name in never and i % 20 == 0:
            events.append(film.measured(name, after=25 * 3600, wrong=-90))  # later than a truth may come
    cloud.put("assets", ASSETS)
    cloud.put("windows", WINDOWS)
    cloud.write(lines)
    mes.tell(events)
    wait_for(lambda: cloud.measured() >= len(names), 60)
    return names, never


def dataset(cloud, film, names, never, begin):
    asked = {"name": "film", "window": "dep", "from": begin, "to": max(film.end.values()), "truth": TRUTH}
    for what, wrong, want in (("no window of this name", {"window": "none"}, 404), ("no window in that time", {"from": 5, "to": 6}, 422), ("no time", {"from": None}, 400),
                              ("a time that ends before it begins", {"to": begin - 1}, 400), ("a truth without a value", {"truth": {"event": "e"}}, 400),
                              ("a truth within no time", {"truth": {**TRUTH, "within_h": 0}}, 400), ("what is not known", {"rows": 3}, 400)):
        check(what, cloud.client.post("/v1/datasets/from-windows", {key: value for key, value in {**asked, **wrong}.items() if value is not None})[0], want)
    began = time.monotonic()
    status, kept = cloud.client.post("/v1/datasets/from-windows", asked)
    check("a dataset from windows", (status, kept["name"], kept["source"], kept["rows"]), (201, "film", "windows", len(names)))
    check("that tells what it was made from", (kept["made_from"]["window"], kept["made_from"]["truth"], kept["made_from"]["truths"]), ("dep", TRUTH, len(names) - len(never)))
    tell(f"{len(names)} windows with truths in {time.monotonic() - began:.2f} s")
    check("the same windows, the same dataset", (lambda status, again: (status, again["id"]))(*cloud.client.post("/v1/datasets/from-windows", asked)), (200, kept["id"]))
    table = cloud.client.raw("GET", f"/v1/datasets/{kept['id']}/file")[1].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    values = [f"{sensor}.{feature}" for sensor in ("temp", "flow") for feature in ("mean", "sd", "count")]
    check("its columns", list(rows[0]), ["time", "tool", "recipe", "step", "lot", "wafer", *values, "nm"])
    check("in the order of time", [row["time"] for row in rows], sorted(row["time"] for row in rows))
    check("each lot once", sorted(row["lot"] for row in rows), sorted(names))
    truth = {row["lot"]: row["nm"] for row in rows}
    check("the first truth behind its window", {lot: float(nm) for lot, nm in truth.items() if nm}, {lot: round(film.thickness[lot], 3) for lot in names if lot not in never})
    check("without one the cell is empty", {lot for lot, nm in truth.items() if not nm}, never)
    check("a row as it was", [(row["tool"], row["recipe"], row["step"], row["wafer"]) for row in rows if row["lot"] == names[0]], [("dep-1", "teos", "dep", "")])
    status, bare = cloud.client.post("/v1/datasets/from-windows", {"window": "dep", "from": begin, "to": max(film.end.values())})
    check("without a truth", (status, bare["name"], "truth" in bare["made_from"], bare["rows"]), (201, "dep", False, len(names)))
    check("which goes", cloud.client.ask("DELETE", "/v1/datasets/" + bare["id"])[0], 204)
    return kept["id"]


def train(cloud, data):
    """The first version leads by itself, since it is surely better than a constant."""
    check("no such dataset", cloud.client.post("/v1/models", {"dataset": "none", "target": "nm", "name": "film"})[0], 422)
    status, answer = cloud.client.post("/v1/models", {"dataset": data, "target": "nm", "goal": "number", "kind": "linear", "seed": 7, "name": "film", "feed": FEED})
    check("a training", (status, answer["run"]["kind"], answer["model"]["champion"], answer["model"]["feed"]), (201, "train", None, FEED))
    model, run = answer["model"]["id"], cloud.client.wait_for(answer["run"]["id"])
    check("that ends", run["state"], "done")
    its = cloud.model(model)
    check("and leads", (its["champion"], its["challenger"], its["goal"], its["target"], its["use"]["is_on"]), (1, None, "number", "nm", True))
    version = cloud.get(f"/v1/models/{model}/versions/1")
    line = version["headline"]
    tell(f"{line['name']} {line['value']:.2f}, 95 % {line['low']:.2f} to {line['high']:.2f}; a constant {line['constant']:.2f}")
    at_least("its noise lies within the interval of its error", line["high"], NOISE)
    within("on both sides", line["low"], NOISE)
    check("and a constant is far behind", line["constant"] > 5 * line["high"], True)
    return model


def comes_live(cloud, mes, film, model, n, **how):
    """Lots that come now: a prediction of each window."""
    names, events, lines = film.lots(n, **how)
    span = {"from": min(film.end[name] for name in names), "to": max(film.end[name] for name in names) + 1}
    cloud.write(lines)
    mes.tell(events)
    wait_for(lambda: len(cloud.predictions(model, **span)) >= len(names), 60, 0.1)
    return names


def becomes_true(cloud, mes, film, model, names, wrong=0.0):
    before = cloud.model(model)["live"]["truths"]
    mes.tell([film.measured(name, wrong=wrong) for name in names])
    wait_for(lambda: cloud.model(model)["live"]["truths"] >= before + len(names), 60)


def said_of(cloud, model, names):
    """Each lot's prediction; one each."""
    said = [p for p in cloud.predictions(model) if p["lot"] in set(names)]
    check("one prediction a window", sorted(p["lot"] for p in said), sorted(names))
    return {p["lot"]: p for p in said}


def lives(cloud, mes, film, model):
    """New windows are answered as they come, and the intervals hold as often as they say."""
    names, rounds = [], 2 if QUICK else 8
    for _ in range(rounds):
        new = comes_live(cloud, mes, film, model, FRESH // rounds)
        becomes_true(cloud, mes, film, model, new)
        names += new
    said = said_of(cloud, model, names)
    check("all used, by the champion", {(p["version"], p["is_used"], "challenger" in p) for p in said.values()}, {(1, True, False)})
    check("with their truths", {lot: p["truth"] for lot, p in said.items()}, {lot: round(film.thickness[lot], 3) for lot in names})
    share = sum(p["low"] <= p["truth"] <= p["high"] for p in said.values()) / len(said)
    at_least(f"of {len(said)} intervals of 80 % hold", share, 0.75)
    within("and no more than they say", share, 0.85)
    error = math.sqrt(sum((p["value"] - p["truth"]) ** 2 for p in said.values()) / len(said))
    within("error of new windows where the noise is 2.0", error, 2.3)
    live = cloud.model(model)["live"]
    check("what it knows of itself", (live["predicted"], live["truths"], live["errors"]["verdict"], live["coverage"]["n"], live["challenger"]), (len(names), len(names), "usual", len(names), None))
    check("coverage as counted here", abs(live["coverage"]["held"] - share) < 1e-9, True)
    check("inputs as they were", live["inputs"]["verdict"] in ("none", "some"), True)
    return names


def is_told(cloud, film, model, names):
    """As events, and as signals that charts and alarms take."""
    told = cloud.events(kind="prediction")
    check("as events", sorted(e["lot"] for e in told), sorted(names))
    one = told[0]
    check("of the tool at the window's end", (one["source"] in TOOLS, one["name"], one["recipe"], one["step"], one["at"], one["detail"]["model"], one["detail"]["version"], one["detail"]["is_used"]),
          (True, "film", "teos", "dep", film.end[one["lot"]], model, 1, True))
    page = cloud.get(f"/v1/models/{model}/predictions?tool=dep-1&limit=7")
    check("a page of one tool", ([p["tool"] for p in page["items"]], "next" in page), (["dep-1"] * 7, True))
    check("by lot", [p["lot"] for p in cloud.predictions(model, lot=names[3])], [names[3]])
    for asked, want in (("limit=0", 400), ("limit=2001", 400), ("after=x", 400), ("from=x", 400), ("tool=none", 200)):
        check(f"predictions of {asked}", cloud.client.get(f"/v1/models/{model}/predictions?{asked}")[0], want)
    check("of no model", cloud.client.get("/v1/models/none/predictions")[0], 404)
    span = (film.end[names[10]], film.end[names[20]])
    check("by time", sorted(p["lot"] for p in cloud.predictions(model, **{"from": span[0], "to": span[1]})), sorted(n for n in names if span[0] <= film.end[n] < span[1]))
    signals = {row["source"]: row["id"] for row in cloud.get("/v1/signals?q=film.prediction&limit=100")["items"]}
    check("as signals", sorted(signals), sorted(f"maru/{tool}/film.prediction{end}" for tool in TOOLS for end in ("", ".high", ".low")))
    samples = cloud.get(f"/v1/signals/{signals['maru/dep-1/film.prediction']}/samples?from={min(film.end.values())}&to={max(film.end.values()) + 1}&limit=10000")
    check("a sample a window", len(samples["samples"]), len(names) // 2)
    cloud.put("charts", "chart,signal,kind\npredicted,maru/dep-1/film.prediction,i-mr\n")
    check("a chart of them", cloud.client.post("/v1/charts/predicted/freeze", {"from": film.end[names[0]] - 1, "to": film.end[names[-1]] + 1})[0], 200)


def rivals(cloud, mes, film, data, model):
    """A second version answers in the shadow of the first, takes its place, and gives it back."""
    status, answer = cloud.client.post(f"/v1/models/{model}/versions", {"dataset": data, "target": "nm", "goal": "number", "kind": "trees", "seed": 7})
    check("another training", (status, cloud.client.wait_for(answer["run"]["id"])["state"]), (202, "done"))
    check("is a candidate", cloud.get(f"/v1/models/{model}/versions/2")["role"], "candidate")
    status, its = cloud.client.post(f"/v1/models/{model}/versions/2/promote", {"as": "challenger"})
    check("then a challenger", (status, its["champion"], its["challenger"]), (200, 1, 2))
    names = comes_live(cloud, mes, film, model, 20)
    becomes_true(cloud, mes, film, model, names)
    said = said_of(cloud, model, names)
    check("both answer", {(p["version"], p["challenger"]["version"], p["challenger"]["value"] != p["value"]) for p in said.values()}, {(1, 2, True)})
    score = cloud.model(model)["live"]["challenger"]
    mean = lambda of: sum(abs(of(p) - p["truth"]) for p in said.values()) / len(said)
    check("and are compared", (score["n"], abs(score["champion_error"] - mean(lambda p: p["value"])) < 1e-6, abs(score["challenger_error"] - mean(lambda p: p["challenger"]["value"])) < 1e-6), (40, True, True))
    check("trees are not surely better at what is a sum", score["better"], None)
    tell(f"mean errors: champion {score['champion_error']:.2f}, challenger {score['challenger_error']:.2f}")
    check("promoted", (lambda status, its: (status, its["champion"], its["challenger"]))(*cloud.client.post(f"/v1/models/{model}/versions/2/promote", {"as": "champion"})), (200, 2, None))
    check("the one before retires", cloud.get(f"/v1/models/{model}/versions/1")["role"], "retired")
    names = comes_live(cloud, mes, film, model, 5)
    check("it answers", {p["version"] for p in said_of(cloud, model, names).values()}, {2})
    check("rolled back", (lambda status, its: (status, its["champion"]))(*cloud.client.post(f"/v1/models/{model}/rollback", {})), (200, 1))
    names = comes_live(cloud, mes, film, model, 5)
    check("the first one answers again", {p["version"] for p in said_of(cloud, model, names).values()}, {1})
    acts = [e["action"] for e in cloud.get("/v1/audit?limit=50")["items"]]
    tell("audit: " + ", ".join(sorted({a for a in acts if "model" in a or "version" in a})))


def killed(folder, cloud, mes, film, model):
    """A kill in the middle: nothing is lost, nothing is there twice."""
    predicted, truths = (cloud.model(model)["live"][key] for key in ("predicted", "truths"))
    names, events, lines = film.lots(30)
    half = len(lines) // 2
    cloud.write(lines[:half])
    mes.tell(events[:60])
    time.sleep(1.5 + random.random())  # some are made, some wait
    cloud.server.stop(signal.SIGKILL)
    cloud = Cloud(folder)
    mes.birth()
    cloud.write(lines[half:])
    mes.tell(events[60:])
    wait_for(lambda: len([p for p in cloud.predictions(model) if p["lot"] in set(names)]) >= len(names), 60)
    said_of(cloud, model, names)
    check("counted once", cloud.model(model)["live"]["predicted"], predicted + len(names))
    becomes_true(cloud, mes, film, model, names[:20])
    cloud.server.stop(signal.SIGKILL)
    cloud = Cloud(folder)
    mes.birth()
    becomes_true(cloud, mes, film, model, names[20:])
    check("truths count once, too", cloud.model(model)["live"]["truths"], truths + len(names))
    check("still in use", cloud.model(model)["use"]["is_on"], True)
    return cloud


def off(cloud, model, reason):
    use = cloud.model(model)["use"]
    return not use["is_on"] and use["reason"] == reason


def tells_why(cloud, model, reason):
    told = [e for e in cloud.events(kind="model") if e["detail"]["state"] == "off" and e["detail"]["reason"] == reason]
    check(f"an event tells that {reason} switched it off", ([e["source"] for e in told], [e["name"] for e in told], [sorted(e["detail"]["words"]) for e in told]), (["maru"], ["film"], [["en", "ko"]]))
    tell(told[0]["detail"]["words"]["en"])


def turned_on(cloud, model):
    status, its = cloud.client.ask("PATCH", f"/v1/models/{model}", '{"is_on": true}')
    check("a person turns it on", (status, its["use"]["is_on"]), (200, True))


def settled(cloud, model):
    """After a kill, windows since the last state that was kept are made again: until that is over."""
    before = -1
    while before != (before := cloud.model(model)["live"]["inputs"]["rows"]) or before == 0:
        time.sleep(1)


def drifts(cloud, mes, film, model):
    """The process runs 40 degrees too hot: the inputs are far from what the model knows."""
    settled(cloud, model)
    hot = []
    while len(hot) < 480 and not off(cloud, model, "inputs"):
        hot += comes_live(cloud, mes, film, model, 25, warmer=40)
    tell(f"{len(hot)} windows until it is switched off")
    check("switched off by its inputs", off(cloud, model, "inputs"), True)
    live = cloud.model(model)["live"]
    check("which have changed much", (live["inputs"]["verdict"], live["inputs"]["worst"][0]["feature"], live["inputs"]["worst"][0]["verdict"]), ("much", "temp.mean", "much"))
    names = comes_live(cloud, mes, film, model, 5, warmer=40)
    said = said_of(cloud, model, names)
    check("it goes on to answer, unused", {(p["is_used"], p["outside"]) for p in said.values()}, {(False, "temp.mean")})
    tells_why(cloud, model, "inputs")
    turned_on(cloud, model)
    names = comes_live(cloud, mes, film, model, 5)
    check("used again", {p["is_used"] for p in said_of(cloud, model, names).values()}, {True})


def lies(cloud, mes, film, model):
    """All sensors show what they did, but the film is thicker: only the errors tell."""
    lots = []
    while len(lots) < 200 and not off(cloud, model, "errors"):
        lots += comes_live(cloud, mes, film, model, 10, thicker=6)
        becomes_true(cloud, mes, film, model, lots[-20:])
    tell(f"{len(lots)} truths until it is switched off")
    check("switched off by its errors", off(cloud, model, "errors"), True)
    check("which are worse", cloud.model(model)["live"]["errors"]["verdict"], "worse")
    tells_why(cloud, model, "errors")
    turned_on(cloud, model)
    names = comes_live(cloud, mes, film, model, 5)
    becomes_true(cloud, mes, film, model, names)
    check("used again", ({p["is_used"] for p in said_of(cloud, model, names).values()}, cloud.model(model)["use"]["is_on"]), ({True}, True))


def alarms(cloud, mes, film, model):
    """Now, not hours ago: a prediction above its limit raises an alarm, and so does a model that is not used."""
    film.at = {tool: math.floor(time.time()) - 300 for tool in TOOLS}
    comes_live(cloud, mes, film, model, 1, warmer=-8)  # thin ones are the last that the alarm meets
    cloud.put("alarms", "alarm,condition,priority\nTHICK,'maru/dep-2/film.prediction' > 270,high\nOFF,maru/models/film.used = 0,high\n")
    told = lambda name: [e for e in cloud.events(kind="alarm") if e["name"] == name and e["at"] > film.at["dep-1"] - 1200]
    check("nothing is too thick yet", told("THICK"), [])
    comes_live(cloud, mes, film, model, 3, warmer=25)
    check("a prediction above its limit raises the alarm", bool(wait_for(lambda: told("THICK"))), True)
    check("a person switches it off", cloud.client.ask("PATCH", f"/v1/models/{model}", '{"is_on": false}')[0], 200)
    comes_live(cloud, mes, film, model, 9)  # what it does is told every 20 windows
    check("which raises the other one", bool(wait_for(lambda: told("OFF"))), True)
    turned_on(cloud, model)


def tennessee(cloud, mes):
    """Virtual metrology on real data: component H in the purge gas, which an analyzer tells each 6 minutes, from 22 sensors over 15 minutes."""
    folder = os.path.join(os.environ.get("MARU_DATA", "../shared/data"), "tep")
    if not os.path.exists(folder):
        tell(f"skipped: no {folder} (set MARU_DATA)")
        return
    def read(name):
        rows = [[float(x) for x in line.split()] for line in open(os.path.join(folder, name)) if line.strip()]
        return [list(x) for x in zip(*rows)] if name == "d00.dat" else rows
    faults = ("d01", "d02", "d08", "d13") if QUICK else ("d01", "d02", "d04", "d05", "d06", "d07", "d08", "d10", "d11", "d12", "d13", "d14")
    learnt, fresh, at_once = ["d00.dat", *(f"{fault}.dat" for fault in faults)], ["d00_te.dat", "d08_te.dat"] if QUICK else ["d00_te.dat", "d01_te.dat", "d08_te.dat", "d13_te.dat"], 200 if QUICK else 64
    names = [f"x{i + 1}" for i in range(22)]
    n = sum(len(read(name)) + 5 for name in learnt + fresh)
    at = begin = (math.floor(time.time()) // 900 - n // 5) * 900
    lines, events, spans, truth, now = {}, {}, {}, {}, at
    for name in learnt + fresh:
        rows, first = read(name), now
        lines[name], events[name] = [], []
        for k in range(0, len(rows) - 5, 5):
            lines[name] += [f"te {','.join(f'{x}={value}' for x, value in zip(names, row))} {(now + 180 * j + 90) * 1000000}" for j, row in enumerate(rows[k:k + 5])]
            now += 900
            truth[now] = rows[k + 5][35]
            events[name].append({**event("measured_purge", now, "te", "", "", ""), "H": truth[now]})
        spans[name], now = (first, now), now + 900
    cloud.put("windows", WINDOWS + f"tep,te,{' '.join(names)},15 min,mean sd\n")
    row = lambda: next(row for row in cloud.get("/v1/windows")["items"] if row["name"] == "tep")["measured"]
    for name in learnt:
        cloud.write(lines[name])
        mes.tell(events[name])
    n_learnt = sum(len(events[name]) for name in learnt)
    wait_for(lambda: row() >= n_learnt, 120)
    wanted = {"event": "purge", "value": "H", "within_h": 0.1}
    status, data = cloud.client.post("/v1/datasets/from-windows", {"name": "tep", "window": "tep", "from": begin, "to": spans[learnt[-1]][1] + 300 * 86400, "truth": wanted})
    check("the runs that are learnt from", (status, data["rows"], data["made_from"]["truths"]), (201, n_learnt, n_learnt))
    began = time.monotonic()
    answer = cloud.client.post("/v1/models", {"dataset": data["id"], "target": "H", "goal": "number", "kind": "linear", "name": "purge H", "feed": {"window": "tep", "truth": wanted}})[1]
    check("trained", cloud.client.wait_for(answer["run"]["id"])["state"], "done")
    model = answer["model"]["id"]
    tell(f"{n_learnt} windows of 22 sensors, trained in {time.monotonic() - began:.1f} s")
    mean = sum(truth[at] for at in range(begin + 900, spans[learnt[-1]][1] + 1, 900) if at in truth) / n_learnt
    told = {}
    for name in fresh:
        for k in range(0, len(events[name]), at_once):
            its, live = events[name][k:k + at_once], cloud.model(model)["live"] or {"predicted": 0, "truths": 0}
            cloud.write(lines[name][5 * k:5 * (k + at_once)])
            wait_for(lambda: cloud.model(model)["live"]["predicted"] >= live["predicted"] + len(its), 60)
            mes.tell(its)
            wait_for(lambda: cloud.model(model)["live"]["truths"] >= live["truths"] + len(its), 60)
        told[name] = cloud.predictions(model, **{"from": spans[name][0], "to": spans[name][1] + 1})
        check(f"each window of {name}, with its truth", sorted((p["at"], p["truth"]) for p in told[name]), sorted((at, truth[at]) for at in range(spans[name][0] + 900, spans[name][1] + 1, 900)))
    rmse = lambda errors: math.sqrt(sum(e * e for e in errors) / len(errors))
    for name, said in told.items():
        said.sort(key=lambda p: p["at"])
        tell(f"{name}: error {rmse([p['value'] - p['truth'] for p in said]):.4f}; the mean {rmse([p['truth'] - mean for p in said]):.4f}; the measurement before "
             f"{rmse([b['truth'] - a['truth'] for a, b in zip(said, said[1:])]):.4f}; {sum(p['low'] <= p['truth'] <= p['high'] for p in said) / len(said):.3f} held")
    every = [p for said in told.values() for p in said]
    error, last = rmse([p["value"] - p["truth"] for p in every]), rmse([b["truth"] - a["truth"] for said in told.values() for a, b in zip(said, said[1:])])
    within("error of all, beside that of the measurement before", error / last, 0.9)
    share = sum(p["low"] <= p["truth"] <= p["high"] for p in every) / len(every)
    at_least(f"of {len(every)} intervals of 80 % hold", share, 0.75)


PUMPS, PUMP_COLUMNS = ("pump-1", "pump-2", "pump-3"), "pump,cycle,vib.mean,vib.sd,oil.mean"


class Pumps:
    """Pumps that wear: what their sensors show each minute rises as a life goes on."""

    def __init__(self, seed, begin):
        self.random, self.at, self.begin = random.Random(seed), begin, begin
        self.age, self.life = {pump: 0 for pump in PUMPS}, {pump: 60 + 20 * i for i, pump in enumerate(PUMPS)}

    def wear(self, share):
        return 2 + 3 * share * share + self.random.gauss(0, 0.15), 40 + 10 * share + self.random.gauss(0, 0.6)

    def table(self, n):
        """Lives that ended, as a spreadsheet."""
        lines = [PUMP_COLUMNS]
        for unit in range(n):
            life = self.random.randint(50, 110)
            for cycle in range(life):
                vib, oil = self.wear(cycle / life)
                lines.append(f"P{unit},{cycle + 1},{vib:.4f},{abs(self.random.gauss(0.1, 0.02)):.4f},{oil:.3f}")
        return "\n".join(lines) + "\n"

    def minutes(self, n, scale=1.0):
        """Samples of all pumps over n minutes."""
        lines = []
        for _ in range(n):
            for pump in PUMPS:
                vib, oil = self.wear(self.age[pump] / self.life[pump])
                lines += [f"{pump} vib={scale * vib + self.random.gauss(0, 0.1):.4f},oil={scale * oil:.3f} {int((self.at + 5 + 10 * i) * 1e6)}" for i in range(6)]
                self.age[pump] += 1
            self.at += 60
        return lines

    def replaced(self, pump):
        self.age[pump] = 0
        return event("pump_replaced", self.at, pump, "", "", "")


def answered(cloud, model, want):
    """All windows that are wanted of each pump, newest last, once it has answered so many."""
    wait_for(lambda: len(cloud.predictions(model)) >= want, 60, 0.2)
    said = sorted(cloud.predictions(model), key=lambda p: p["at"])
    check("each window answered once", len({(p["tool"], p["at"]) for p in said}), len(said))
    return {pump: [p for p in said if p["tool"] == pump] for pump in PUMPS}


def rows_of_windows(cloud, since):
    """The windows of the pumps as the server keeps them: tool, time and values."""
    kept = cloud.client.post("/v1/datasets/from-windows", {"name": "pumps", "window": "pump", "from": since, "to": since + 86400})[1]
    rows = list(csv.DictReader(io.StringIO(cloud.client.raw("GET", f"/v1/datasets/{kept['id']}/file")[1].decode())))
    check("goes", cloud.client.ask("DELETE", "/v1/datasets/" + kept["id"])[0], 204)
    return rows


def asked_of_file(folder, cloud, model, rows, columns):
    """What `maru predict` says of them with the version as it is downloaded."""
    model_file, table = os.path.join(folder, "kind.maru"), os.path.join(folder, "kind.csv")
    open(model_file, "wb").write(cloud.client.raw("GET", f"/v1/models/{model}/versions/1/file")[1])
    with open(table, "w", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    told = subprocess.run([MARU, "predict", model_file, table, "--json"], capture_output=True, text=True)
    check("maru predict", (told.returncode, told.stderr[:200]), (0, ""))
    return json.loads(told.stdout)


def numbered(rows, pump, since):
    its = [row for row in rows if row["tool"] == pump and row["time"] > since]
    return [{"pump": pump, "cycle": i + 1, **{key: row[key] for key in ("vib.mean", "vib.sd", "oil.mean")}} for i, row in enumerate(its)]


def as_a_file_says(folder, cloud, model, said, since):
    """The last answer of each pump is that of `maru predict` on all windows of its life."""
    rows = rows_of_windows(cloud, pumps_begin(said))
    table = [row for pump in PUMPS for row in numbered(rows, pump, since.get(pump, ""))]
    told = {one["unit"]: one for one in asked_of_file(folder, cloud, model, table, PUMP_COLUMNS.split(","))["units"]}
    for pump in PUMPS:
        last, want = said[pump][-1], told[pump]
        check(f"the last answer of {pump} is that of maru predict", [last["value"], last["low"], last["high"]], [want["remaining"], want["low"], want["high"]])


def pumps_begin(said):
    return min(p["at"] for its in said.values() for p in its) - 120


def moment(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".000000Z"


def wears(folder, cloud, mes, pumps):
    """A model of remaining life, live: three pumps as units, one of which is replaced."""
    data = cloud.client.post("/v1/datasets?file=pumps.csv", pumps.table(16))[1]["id"]
    feed = {"window": "pump", "end": {"event": "pump_replaced"}}
    asked = {"dataset": data, "goal": "life", "unit": "pump", "order": "cycle", "seed": 3, "name": "pump life", "feed": feed}
    check("an end without a name", cloud.client.post("/v1/models", {**asked, "feed": {**feed, "end": {}}})[0], 400)
    status, answer = cloud.client.post("/v1/models", asked)
    check("a training of lives", (status, answer["model"]["feed"]), (201, feed))
    model = answer["model"]["id"]
    check("that ends", cloud.client.wait_for(answer["run"]["id"])["state"], "done")
    its = cloud.model(model)
    check("and leads", (its["goal"], its["champion"], its["use"]["is_on"]), ("life", 1, True))
    cloud.write(pumps.minutes(40))
    said = answered(cloud, model, 3 * 39)
    check("an interval around each", [p for its in said.values() for p in its if not p["low"] <= p["value"] <= p["high"]], [])
    as_a_file_says(folder, cloud, model, said, {})
    left = {unit["name"]: unit for unit in cloud.model(model)["live"]["units"]}
    check("each pump is told with what it has left", {pump: left[pump]["value"] for pump in PUMPS}, {pump: said[pump][-1]["value"] for pump in PUMPS})
    check("the one that has least first", [unit["name"] for unit in cloud.model(model)["live"]["units"]], sorted(PUMPS, key=lambda pump: said[pump][-1]["value"]))
    check("with its last answers", left["pump-1"]["recent"], [p["value"] for p in said["pump-1"]][-32:])
    half = pumps.minutes(20)
    cloud.write(half[:len(half) // 2])
    time.sleep(1.5 + random.random())
    cloud.server.stop(signal.SIGKILL)  # some windows are made, some wait
    cloud = Cloud(folder)
    mes.birth()
    cloud.write(half[len(half) // 2:])
    said = answered(cloud, model, 3 * 59)
    as_a_file_says(folder, cloud, model, said, {})
    check("a kill loses nothing", (cloud.model(model)["live"]["predicted"], cloud.model(model)["live"]["lives"]), (sum(map(len, said.values())), 0))
    replaced = pumps.at
    mes.tell([pumps.replaced("pump-1")])
    cloud.write(pumps.minutes(20))
    said = answered(cloud, model, 3 * 79)
    wait_for(lambda: cloud.model(model)["live"]["lives"] == 1, 30)
    as_a_file_says(folder, cloud, model, said, {"pump-1": moment(replaced)})
    live = cloud.model(model)["live"]
    check("a life that has ended is compared with what was said", (live["lives"], live["truths"], live["errors"]["verdict"], live["coverage"]["n"]), (1, 60, "usual", 60))
    unit = next(unit for unit in live["units"] if unit["name"] == "pump-1")
    at_least("a new pump has longer to live", said["pump-1"][-1]["value"], said["pump-1"][59]["value"])
    within("and its history has begun anew", unit["windows"], 20)
    tell(f"lives: error {live['errors']['mean']:.3g} where training had {live['errors']['usual']:.3g}, {live['coverage']['held']:.2f} of intervals of {live['coverage']['level']:.2f} hold")
    return cloud, model


def odd_ones(folder, cloud, mes, pumps):
    """A model of odd rows, live: nobody says what is odd."""
    rows = rows_of_windows(cloud, pumps.begin)
    columns = ("vib.mean", "vib.sd", "oil.mean")
    good = "\n".join([",".join(columns)] + [",".join(row[key] for key in columns) for row in rows]) + "\n"
    data = cloud.client.post("/v1/datasets?file=good.csv", good)[1]["id"]
    status, answer = cloud.client.post("/v1/models", {"dataset": data, "goal": "odd", "level": 0.98, "name": "odd pumps", "feed": {"window": "pump"}})
    check("a training of odd rows", (status, cloud.client.wait_for(answer["run"]["id"])["state"]), (201, "done"))
    model = answer["model"]["id"]
    if cloud.model(model)["champion"] is None:
        check("promoted", cloud.client.post(f"/v1/models/{model}/versions/1/promote", {"as": "champion"})[0], 200)
    since = pumps.at
    cloud.write(pumps.minutes(10) + pumps.minutes(4, scale=3.0) + pumps.minutes(10))
    said = answered(cloud, model, 3 * 23)
    every = [p for its in said.values() for p in its]
    strange = [p for p in every if since + 600 < p["at"] <= since + 840]
    check("what is strange is odd, with the columns that make it so", {(p["is_alarm"], p["score"] > p["limit"], p["why"][0]["feature"] in columns) for p in strange}, {(True, True, True)})
    check("an alarm is a score above its limit", [p for p in every if p["is_alarm"] != (p["score"] > p["limit"]) or p["is_alarm"] != ("why" in p)], [])
    rows = [row for row in rows_of_windows(cloud, pumps.begin) if row["time"] >= moment(since)]
    told = asked_of_file(folder, cloud, model, [{key: row[key] for key in columns} for row in rows], columns)["predictions"]
    want = {(row["tool"], row["time"]): one for row, one in zip(rows, told)}
    for p in every:
        one = want[(p["tool"], moment(p["at"]))]
        check("as maru predict says", (p["value"], p["score"], p["is_alarm"]), (one["value"], one["score"], one["is_alarm"]))
    names = {row["source"] for row in cloud.get("/v1/signals?q=odd%20pumps&limit=100")["items"]}
    check("as signals", {f"maru/{pump}/odd pumps.{what}" for pump in PUMPS for what in ("score", "limit")} <= names, True)
    live = cloud.model(model)["live"]
    check("what it knows of itself", (live["predicted"], live["truths"], live["inputs"]["promised"] >= 0.02, cloud.model(model)["use"]["is_on"]), (len(every), 0, True, True))
    n = 0
    while n < 15 and not off(cloud, model, "inputs"):
        before = len(cloud.predictions(model))
        cloud.write(pumps.minutes(10, scale=2.0))
        wait_for(lambda: len(cloud.predictions(model)) >= before + 27, 60, 0.2)
        n += 1
    tell(f"{30 * n} odd windows until it is switched off")
    check("where most windows are odd it is switched off", off(cloud, model, "inputs"), True)
    told = [e for e in cloud.events(kind="model") if e["name"] == "odd pumps"]
    check("an event tells why", [sorted(e["detail"]["words"]) for e in told], [["en", "ko"]])
    tell(told[0]["detail"]["words"]["en"])


def units(folder, broker):
    """Models that are not of single rows with a truth: remaining life, and odd rows."""
    cloud = Cloud(folder, broker)
    mes = Equipment(broker.port)
    pumps = Pumps(5, (math.floor(time.time()) - 12 * 3600) // 60 * 60)
    cloud.put("assets", "asset,level,signals\n" + "".join(f"fab/{pump},tool,{pump}/**\n" for pump in PUMPS))
    cloud.put("windows", "window,tool,signals,by,features\npump,pump-*,vib oil,60 s,mean sd\n")
    cloud, model = wears(folder, cloud, mes, pumps)
    odd_ones(folder, cloud, mes, pumps)
    check("the program says nothing bad", [line for line in cloud.server.log if "error" in line], [])
    cloud.server.stop()


def main():
    if not find_mosquitto():
        print("skipped: no mosquitto")
        sys.exit(77)
    broker, folder = Broker(), temporary()
    if "units" in sys.argv[2:]:
        units(folder, broker)
        finish()
    cloud = Cloud(folder, broker)
    begin = math.floor(time.time()) - 12 * 3600
    mes, film = Equipment(broker.port), Film(11, begin)
    names, never = history(cloud, mes, film)
    data = dataset(cloud, film, names, never, begin)
    model = train(cloud, data)
    names = lives(cloud, mes, film, model)
    is_told(cloud, film, model, names)
    rivals(cloud, mes, film, data, model)
    cloud = killed(folder, cloud, mes, film, model)
    drifts(cloud, mes, film, model)
    lies(cloud, mes, film, model)
    alarms(cloud, mes, film, model)
    tennessee(cloud, mes)
    check("the program says nothing bad", [line for line in cloud.server.log if "error" in line], [])
    cloud.server.stop()
    units(temporary(), broker)
    finish()


main()
