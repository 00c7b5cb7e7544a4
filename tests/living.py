#!/usr/bin/env python3
# tests/living.py MARU: a living model, black box. Two tools deposit a film whose thickness is known to the test: it comes of temperature, time
# and the tool, with noise, and is measured later, twice, too early, or never. What happened becomes a dataset with its truths, the dataset a
# model whose interval holds the noise; the model answers the windows that come, a challenger in its shadow; it switches itself off where its
# inputs leave what it has seen, and where a truth no longer fits; a person switches it on again; a kill loses nothing and doubles nothing.
import csv, io, math, os, random, signal, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto, wait_for
from cloud import Server, at_least, check, finish, tell, temporary, within
from mes import Equipment, event
from postgres import store_of

MARU = sys.argv[1]
QUICK = "MARU_QUICK" in os.environ
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
        seconds, temp, flow, name = self.random.randint(16, 24), 350 + warmer + gauss(0, 2), 20 + gauss(0, 1), f"L{self.n}"
        events = [event("lot_started", begin, tool, "teos", "dep", name), event("lot_finished", begin + seconds, tool, "teos", "dep", name)]
        lines = [f"{tool} temp={temp + gauss(0, 0.3):.4f},flow={flow + gauss(0, 0.1):.4f} {int((begin + i + 0.5) * 1e6)}" for i in range(seconds)]
        self.thickness[name] = 100 + 8 * seconds + 2.5 * (temp - 350) + 6 * TOOLS.index(tool) + thicker + gauss(0, NOISE)
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


def main():
    if not find_mosquitto():
        print("skipped: no mosquitto")
        sys.exit(77)
    broker, folder = Broker(), temporary()
    cloud = Cloud(folder, broker)
    begin = math.floor(time.time()) - 12 * 3600
    mes, film = Equipment(broker.port), Film(11, begin)
    names, never = history(cloud, mes, film)
    data = dataset(cloud, film, names, never, begin)
    check("the program says nothing bad", [line for line in cloud.server.log if "error" in line], [])
    cloud.server.stop()
    finish()


main()
