#!/usr/bin/env python3
# tests/serve.py MARU: the cloud over HTTP as its users and its enemies meet it, black box: only the binary and sockets.
import atexit, base64, gzip, http.client, io, json, os, random, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time, urllib.parse, zipfile

from postgres import store_of

MARU = sys.argv[1]
failures = []


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f"FAIL {what}: got {got!r}, want {want!r}")


class Server:
    def __init__(self, folder, *options):
        self.process = subprocess.Popen([MARU, "serve", "--data", folder, *store_of(folder), "--listen", "127.0.0.1:0", "--lang", "en", *options],
                                        stderr=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        self.token = ""
        for line in self.process.stderr:
            event = json.loads(line)
            if event["event"] == "first token":
                self.token = open(event["file"]).read()
            if event["event"] == "start":
                self.port = int(event["url"].split(":")[2].strip("/"))
                self.log = [] # so that the pipe does not fill up
                threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
                return
        raise SystemExit(f"the server did not start: {self.process.wait()}")

    def ask(self, method, path, body=None, token=None, **headers):
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        if method == "HEAD":
            headers["Accept-Encoding"] = "gzip"
        if isinstance(body, dict):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while the body was still on its way: the answer is there all the same
        answer = connection.getresponse()
        content = answer.read()
        if answer.getheader("Content-Encoding") == "gzip" and content:
            content = gzip.decompress(content)
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(content) if "json" in kind and content else content, answer.headers

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=20)

    def wait_for(self, run, token=None):
        for _ in range(600):
            state = self.ask("GET", "/v1/runs/" + run, token=token)[1]
            if state["state"] not in ("waiting", "running"):
                return state
            time.sleep(0.05)
        raise SystemExit("a run does not end")


def zip_of(folder, **changed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                z.writestr("plant/" + name, changed.pop(name[:-4], None) or open(os.path.join(folder, name), "rb").read())
        for name, text in changed.items():
            z.writestr(f"plant/{name}.csv", text)
    return out.getvalue()


def main_job(s):
    status, plant, _ = s.ask("POST", "/v1/plants?name=line", zip_of("examples/line"))
    check("upload", (status, plant["sound"], plant["version"], plant["name"]), (201, True, 1, "line"))
    base = f"/v1/plants/{plant['plant']}"
    routes = open("examples/line/routes.csv", "rb").read()
    check("a table comes back", s.ask("GET", base + "/versions/1/tables/routes.csv")[1], routes)
    broken = routes.replace(b"min", b"mim", 1)
    form = (b'--B\r\nContent-Disposition: form-data; name="tables"; filename="routes.csv"\r\n\r\n' + broken + b"\r\n--B--\r\n")
    status, version, _ = s.ask("POST", base + "/versions?keep=true", form, Content_Type="multipart/form-data; boundary=B")
    check("a fault is kept to be mended", (status, version["sound"], version["version"]), (201, False, 2))
    check("the other tables stay", len(version["tables"]), len(plant["tables"]))
    fault = s.ask("GET", base + "/versions/2/check")[1]["faults"][0]
    check("the fault speaks Korean", (fault["wrong"], fault["wrong_ko"]), ("unknown unit of time", "모르는 시간 단위입니다"))
    check("the fault has its place", (fault["file"], fault["severity"], fault["row"] > 1), ("routes.csv", "fault", True))
    odd = '제품,유형\n'.encode("cp949")
    form = b'--B\r\nContent-Disposition: form-data; name="tables"; filename="notes.csv"\r\n\r\n' + odd + b"\r\n--B--\r\n"
    third = s.ask("POST", base + "/versions?keep=true", form, Content_Type="multipart/form-data; boundary=B")[1]
    check("bytes stay as they are", s.ask("GET", base + "/versions/3/tables/notes.csv")[1], odd)
    check("a plant tells the tables of its newest version", len(s.ask("GET", base)[1]["latest"]["tables"]), len(third["tables"]))
    diff = s.ask("GET", base + "/versions/2/diff?from=1")[1]["tables"]
    check("diff", [(t["name"], len(t["removed"]), len(t["added"])) for t in diff], [("routes.csv", 1, 1)])
    check("what has faults cannot run", s.ask("POST", "/v1/runs", {"plant": plant["plant"]})[0], 409)
    archive = s.ask("GET", base + "/versions/1/archive")[1]
    with zipfile.ZipFile(io.BytesIO(archive)) as z:
        check("archive", z.read("routes.csv"), routes)
    table = b"\r\n".join([b"--B", b'Content-Disposition: form-data; name="tables"; filename="routes.csv"', b"", routes, b"--B--", b""])
    match = lambda version: s.ask("POST", base + "/versions?keep=true", table, Content_Type="multipart/form-data; boundary=B", If_Match=version)
    check("somebody else was first", [match(v)[0] for v in ('"2"', '"4"', '"x"', "3", '"3"')], [412, 412, 400, 400, 201])
    check("nobody was", (match('"4"')[0], match("*")[0], s.ask("GET", base)[1]["versions"]), (201, 201, 6))
    status, renamed, _ = s.ask("PATCH", base, {"name": "line 2"})
    check("another name", (status, renamed["name"], s.ask("GET", base)[1]["name"]), (200, "line 2", "line 2"))
    for body in ("{}", '{"name":""}', '{"name":1}', '{"name":"a","x":1}', '{"name":"%s"}' % ("a" * 121), "[]", ""):
        check(f"no name: {body[:20]}", s.ask("PATCH", base, body)[0], 400)

    status, run, _ = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "days": 60, "warmup_days": 10, "replications": 3})
    check("a run is accepted", (status, run["kind"], run["version"]), (202, "simulate", 1))
    events = s.ask("GET", f"/v1/runs/{run['id']}/events")[1].decode()
    states = [json.loads(line[6:])["state"] for line in events.splitlines() if line.startswith("data: ")]
    check("events end with the run", states[-1], "done")
    result = s.ask("GET", f"/v1/runs/{run['id']}/result")[1]
    same = json.loads(subprocess.run([MARU, "sim", "examples/line", "--days", "60", "--warmup", "10", "--reps", "3", "--json"],
                                     capture_output=True).stdout)
    check("the server's digests are the command's", [r["digest"] for r in result["replications"]], [r["digest"] for r in same["replications"]])
    for most in (1, 2, 3, 100):
        check(f"{most} replications", s.ask("GET", f"/v1/runs/{run['id']}/result?replications={most}")[1],
              {**result, "replications": result["replications"][:most]})
    check("no such many", [s.ask("GET", f"/v1/runs/{run['id']}/result?replications={n}")[0] for n in ("0", "-1", "x", "1x", "99999999")], [400] * 5)
    done = s.ask("GET", f"/v1/runs/{run['id']}")[1]
    means = {name: result["aggregate"]["figures"][name] for name in ("cycle-time", "wip", "throughput", "on-time")}
    check("figures of a run", done["figures"], {**{name: {k: its[k] for k in ("mean", "half_width")} for name, its in means.items()},
                                                "bottleneck": result["replications"][0]["bottleneck"]})
    check("the name of its plant", (run["plant_name"], done["plant_name"]), ("line 2", "line 2"))
    check("its own name", (s.ask("PATCH", f"/v1/runs/{run['id']}", {"name": "first"})[1]["name"], s.ask("PATCH", "/v1/runs/x", {"name": "first"})[0]), ("first", 404))
    for lang in ("ko", "en"):
        status, page, headers = s.ask("GET", f"/v1/runs/{run['id']}/report?lang={lang}")
        check("report", (status, b"<html lang=\"" + lang.encode() in page), (200, True))
    status, run, _ = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "days": 60, "replications": 4,
                                                "variants": ["rule=fifo", "rule=spt"]})
    done = s.wait_for(run["id"])
    check("comparison", (done["kind"], done["state"], "ko" in done["sentence"]), ("compare", "done", True))
    what_if = ["", "tools:고속 마운터=+1"]
    run = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "days": 60, "replications": 5, "variants": what_if})[1]
    sentence = s.wait_for(run["id"])["sentence"]
    check("a what-if is answered in a sentence", (sentence["en"].startswith("one more tool in 고속 마운터 shortens the mean cycle time by "),
                                                 sentence["ko"].startswith("고속 마운터 설비 1대 추가는 평균 사이클 타임을 ")), (True, True))
    status, problem, _ = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "replications": 2, "variants": ["", "tools:none=+1"]})
    check("a what-if of nothing", (status, "no such tool group" in problem["detail"]), (422, True))
    status, run, _ = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "days": 36500, "replications": 100})
    check("a long one can be cancelled", s.ask("POST", f"/v1/runs/{run['id']}/cancel")[0], 202)
    check("and is", s.wait_for(run["id"])["state"], "cancelled")
    check("once", s.ask("POST", f"/v1/runs/{run['id']}/cancel")[0], 409)
    for query, want in (("kind=compare", {("compare", "done")}), ("state=cancelled", {("simulate", "cancelled")}), ("kind=simulate&state=done", {("simulate", "done")}),
                        ("state=never", set()), ("kind=x", set()), (f"state=done&limit=1&plant={plant['plant']}", {("compare", "done")})):
        check(f"runs with {query}", {(r["kind"], r["state"]) for r in s.ask("GET", "/v1/runs?" + query)[1]["items"]}, want)
    etag = s.ask("GET", base)[2]["ETag"]
    check("nothing new", s.ask("GET", base, If_None_Match=etag)[0], 304)
    check("gzip", s.ask("GET", f"/v1/openapi.json", Accept_Encoding="gzip")[2]["Content-Encoding"], "gzip")
    named = [s.ask("POST", "/v1/plants" + query, zip_of("examples/line", **changed))[1] for query, changed in (
        ("?name=own&file=x.zip", {}), ("?file=my%20line.zip", {"routes": broken}), ("?file=my%20line.zip", {"plant": b"start\n2024-01-01"}))]
    check("names", [p["name"] for p in named], ["own", "한빛전자 기판 조립 라인", "my line"])
    options = {o["name"]: o for o in s.ask("GET", "/v1/options")[1]["items"]}
    check("options", (options["rule"]["default"], options["load"]["highest"], options["min_run"]["choices"][0], options["min_run"]["default"]),
          ("plant", 1000, "hold", "hold"))
    for name, option in options.items():  # what it says may be set can be set
        settings = {name: str(value) for value in option.get("choices", [option.get("lowest"), option.get("highest")])[-1:]}
        if name != "rule:GROUP":
            asked = s.ask("POST", "/v1/runs", {"plant": plant["plant"], "version": 1, "days": 1, "options": settings})
            check(f"option {settings}", asked[0], 202)
            s.ask("DELETE", "/v1/runs/" + asked[1]["id"])
    examples = s.ask("GET", "/v1/examples")[1]["items"]
    check("examples", [e["id"] for e in examples], ["line", "minifab"])
    for example in examples:
        status, taken, _ = s.ask("POST", "/v1/plants", {"example": example["id"]}, Content_Type="application/json")
        check("an example is a plant", (status, taken["sound"], taken["name"], taken["tables"]), (201, True, example["name"], example["tables"]))
        table = s.ask("GET", f"/v1/plants/{taken['plant']}/versions/1/tables/routes.csv")[1]
        check("its tables are those of the tree", table, open(f"examples/{example['id']}/routes.csv", "rb").read())
        named.append(taken)
    for body in ("{}", "[]", "", '{"example":1}', '{"example":"lin"}', '{"example":"line/"}', '{"example":"line","name":"x"}'):
        check(f"no example: {body}", s.ask("POST", "/v1/plants", body, Content_Type="application/json")[0], 400)
    for one in named:
        s.ask("DELETE", "/v1/plants/" + one["plant"])
    check("delete", (s.ask("DELETE", base)[0], s.ask("GET", base)[0], s.ask("GET", "/v1/runs")[1]["items"]), (204, 404, []))


def numbers(message, at):  # LEB128 from there on
    while True:
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield value, at


class Floor:  # a listener to the stream of a twin, written from docs/TWIN.md
    def __init__(self):
        self.tools, self.lots = {}, {}

    def hear(self, m):
        length, kind, flags, zero, speed, self.time, self.end = struct.unpack_from("<IBBHfqq", m)
        check("a message is as long as it says", (len(m) - 4, zero), (length, 0))
        self.at, self.m, self.flags = 28, m, flags
        if kind == 1:
            self.tools, self.lots = {}, {}
        if kind < 3:
            self.each(lambda tool: self.tools.__setitem__(tool, self.byte()))
            self.each(lambda lot: self.lots.pop(lot))
            self.each(self.lot)
            check("nothing is left of a message", self.at, len(m))
        return kind

    def byte(self):
        self.at += 1
        return self.m[self.at - 1]

    def number(self):
        value, self.at = next(numbers(self.m, self.at))
        return value

    def each(self, see):
        number = 0
        for _ in range(self.number()):
            number += self.number()
            see(number)
            number += 1

    def lot(self, lot):
        what = self.byte()
        place, step = self.number(), self.number()
        details = (self.number(), self.number(), self.number()) if what & 4 else self.lots[lot][3]
        self.lots[lot] = (what & ~4, place, step, details)


def listen(s, twin, seconds, floor):
    """Follow a stream; gives how many messages of each kind, and all bytes."""
    connection = http.client.HTTPConnection("localhost", s.port, timeout=30)
    connection.request("GET", f"/v1/twins/{twin}/stream")
    answer = connection.getresponse()
    check("stream", (answer.status, answer.getheader("Content-Type")), (200, "application/vnd.maru.floor"))
    kinds, n_bytes, end = [0] * 4, 0, time.time() + seconds
    while time.time() < end:
        connection.sock.settimeout(max(end - time.time(), 0.01))
        try:
            head = answer.read(4)
            message = head + answer.read(struct.unpack("<I", head)[0])
        except (TimeoutError, struct.error):  # nothing new, or its end
            break
        n_bytes += len(message)
        kinds[floor.hear(message)] += 1
    connection.close()
    return kinds, n_bytes


def settle(s, twin):
    for _ in range(600):
        state = s.ask("GET", "/v1/twins/" + twin)[1]
        if state["state"] != "seeking":
            return state
        time.sleep(0.02)
    raise SystemExit("a twin does not arrive")


def twins(s, folder):
    plant = s.ask("POST", "/v1/plants?name=line", zip_of("examples/line"))[1]["plant"]
    layout = s.ask("GET", f"/v1/plants/{plant}/versions/latest/layout")[1]
    n_tool = sum(g["n_tool"] for g in layout["groups"])
    check("layout", (len(layout["tools"]["x"]), [g["name"] for g in layout["groups"]][0]), (n_tool, layout["groups"][0]["name"]))
    check("no rails", "rails" in layout or "rail" in layout["tools"], False)
    railed = s.ask("POST", "/v1/plants?name=railed", zip_of("examples/line", rail="x1,y1,x2,y2\n0,0,30,0\n30,0.0004,30,9 m\n30,9,0,0\n"))[1]["plant"]
    rails = s.ask("GET", f"/v1/plants/{railed}/versions/1/layout")[1]
    check("rails", rails["rails"], {"x": [0, 30, 30], "y": [0, 0, 9], "from": [0, 1, 2], "to": [1, 2, 0]})
    check("ports on rails", (len(rails["tools"]["rail"]), len(rails["tools"]["along"]), max(rails["tools"]["rail"]) <= 2), (n_tool, n_tool, True))
    for kind, start in (("usda", b"#usda 1.0"), ("usdz", b"PK"), ("glb", b"glTF")):
        check(kind, s.ask("GET", f"/v1/plants/{plant}/versions/1/scene/{kind}")[1][:len(start)], start)
    check("a film", b"timeSamples" in s.ask("GET", f"/v1/plants/{plant}/versions/1/scene/usda?time=3600")[1], True)
    check("no such scene", s.ask("GET", f"/v1/plants/{plant}/versions/1/scene/obj")[0], 404)

    status, twin, _ = s.ask("POST", "/v1/twins", {"plant": plant, "name": "t", "speed": 3600})
    id = twin["id"]
    check("a twin plays", (status, settle(s, id)["state"]), (201, "playing"))
    floor = Floor()
    kinds, n_bytes = listen(s, id, 1.2, floor)
    check("one whole, then changes, twenty a second at most", (kinds[1], 5 < sum(kinds) < 28), (1, True))
    check("all tools are told", len(floor.tools), n_tool)
    check("play is on", floor.flags & 1, 1)

    base = "/v1/twins/" + id
    check("seek ahead", s.ask("POST", base + "/seek", {"time": 30 * 86400})[0], 200)
    settle(s, id)
    s.ask("POST", base + "/pause")
    end = s.ask("GET", base)[1]["time"]
    digest = lambda t: s.ask("GET", f"{base}/history?time={t}")[1]["digest"]
    early, late = digest(10 * 86400), digest(30 * 86400)
    check("seek back", s.ask("POST", base + "/seek", {"time": 10 * 86400})[0], 200)
    settle(s, id)
    check("the past is the same", s.ask("GET", base + "/history")[1]["digest"], early)
    check("a look ahead of the present, up to the end", digest(30 * 86400), late)
    check("and not beyond", s.ask("GET", f"{base}/floor?time={end + 86400}")[0], 409)
    whole, told = Floor(), Floor()
    whole.hear(s.ask("GET", base + "/floor")[1])
    listen(s, id, 0.3, told)
    check("the stream tells the floor", (told.tools, told.lots, told.time), (whole.tools, whole.lots, whole.time))
    lots = s.ask("GET", base + "/lots?limit=5000")[1]["items"]
    check("so do the lots", [l["lot"] for l in lots], sorted(whole.lots))
    story = s.ask("GET", f"{base}/lots/{lots[-1]['lot']}")[1]
    check("a lot's way", [h["step"] for h in story["history"]], list(range(lots[-1]["step"] + (lots[-1]["where"] != "moving"))))
    groups = s.ask("GET", base + "/groups")[1]["groups"]
    check("groups", (sum(sum(g["tools"]) for g in groups), sum(g["queue"] for g in groups)),
          (n_tool, sum(l["where"] == "waiting" for l in lots)))

    a_saved_state(s, plant, base, digest(9 * 86400), folder)

    group = layout["groups"][0]["name"]
    tool = f"{base}/tools/{urllib.parse.quote(group)}/1"
    check("a tool", s.ask("GET", tool)[1]["stopped"], False)
    broken = s.ask("POST", base + "/events", {"kind": "down", "tool": group + "/1", "for": 86400 * 3})[1]
    check("it breaks", (s.ask("GET", tool)[1]["state"], broken["events"][0]["tool"]), ("unscheduled_down", group + "/1"))
    check("it breaks in the stream, too", (listen(s, id, 0.3, told)[0][1], told.tools[0]), (1, 5))
    status, run, _ = s.ask("POST", base + "/forecast", {"hours": 48, "replications": 40})
    check("forecast", (status, run["kind"], s.wait_for(run["id"])["state"]), (202, "forecast", "done"))
    forecast = s.ask("GET", f"/v1/runs/{run['id']}/result")[1]
    check("it is the next bottleneck", forecast["bottlenecks"][0]["group"], group)
    check("fans begin now", {forecast["wip"][p][0] for p in forecast["wip"]}, {len(lots)})
    check("each lot is told of", [l["lot"] for l in forecast["lots"]], [l["lot"] for l in lots])
    check("the twin knows its forecast", s.ask("GET", base)[1]["forecast"], run["id"])
    fork = s.ask("POST", base + "/fork", {"name": "fork", "seed": 9})[1]
    check("a fork", (fork["origin"]["twin"], len(fork["events"]), fork["events"][-1]["kind"]), (id, 2, "reseed"))
    for twin in (id, fork["id"]):
        s.ask("POST", f"/v1/twins/{twin}/seek", {"time": 15 * 86400})
        settle(s, twin)
    other = lambda twin: s.ask("GET", f"/v1/twins/{twin}/history")[1]["digest"]
    check("it has another future", other(id) == other(fork["id"]), False)
    check("mended", s.ask("POST", base + "/events", {"kind": "up", "tool": group + "/1"})[0], 200)
    day = s.ask("GET", base + "/day")[1]
    count = lambda what: sum(one[what] for one in day["products"])
    check("the day", (day["seconds"], count("released") > 0, count("done") > 0, count("on_time") <= count("due")), (86400, True, True, True))
    check("lots late are those of the floor", count("late"),
          sum(l["due"] is not None and l["due"] < day["time"] for l in s.ask("GET", base + "/lots?limit=5000")[1]["items"]))
    check("an earlier day", s.ask("GET", base + "/day?time=3600")[1]["seconds"], 3600)
    want = other(id), other(fork["id"]), s.ask("GET", base)[1]["time"], day
    s.ask("POST", f"/v1/twins/{fork['id']}/play", {"speed": 60})

    for path, body, pointer in TWIN_FAULTS:
        status, problem, _ = s.ask("POST", path.replace("ID", id), body)
        check(f"{path} {body!r}", (status, problem.get("pointer")), (400, pointer))
    check("no such tool", s.ask("GET", f"{base}/tools/{urllib.parse.quote(group)}/99")[0], 404)
    check("no such twin", [s.ask("GET", "/v1/twins/nobody" + p)[0] for p in ("", "/floor", "/stream", "/lots")], [404] * 4)
    return id, fork["id"], want, plant


def a_saved_state(s, plant, base, want, folder):
    """A state goes from a twin to the command, and from there to another twin: it is the same factory all along."""
    day = 86400
    saved, ahead = os.path.join(folder, "day5.maru"), os.path.join(folder, "day7.maru")
    status, state, headers = s.ask("GET", f"{base}/state?time={5 * day}")
    check("a state", (status, state[:8], "attachment" in headers["Content-Disposition"]), (200, b"MARUSAVE", True))
    with open(saved, "wb") as file:
        file.write(state)
    run = subprocess.run([MARU, "sim", "examples/line", "--from", saved, "--until", "7", "--save", ahead], capture_output=True)
    check("the command goes on with it", run.returncode, 0)
    with open(ahead, "rb") as file:
        state = file.read()
    coded = base64.b64encode(state).decode()
    status, twin, _ = s.ask("POST", "/v1/twins", {"plant": plant, "playing": False, "state": coded})
    check("a twin begins with it", (status, twin.get("begin"), twin.get("end")), (201, 7 * day, 7 * day))
    other = "/v1/twins/" + twin["id"]
    settle(s, twin["id"])
    check("seek ahead of it", s.ask("POST", other + "/seek", {"time": 9 * day})[0], 200)
    settle(s, twin["id"])
    check("it is the same factory", s.ask("GET", other + "/history")[1]["digest"], want)
    # Two hours after its beginning a tool group has been busy for a share of two hours, not of a day.
    shares = [g["utilization"] or 0 for g in s.ask("GET", f"{other}/groups?time={7 * day + 7200}")[1]["groups"]]
    check("busy since it began", (max(shares) > 0.3, all(0 <= share <= 1 for share in shares)), (True, True))
    check("nothing is before it", [s.ask(*what)[0] for what in (("GET", f"{other}/floor?time={6 * day}"), ("POST", other + "/seek", {"time": 6 * day}),
                                                                ("POST", other + "/fork", {"time": 6 * day}))], [409] * 3)
    lot = s.ask("GET", other + "/lots")[1]["items"][-1]["lot"]
    check("looks back stop there", [s.ask("GET", other + p)[0] for p in (f"/lots/{lot}", "/groups", "/history")], [200] * 3)
    fork = s.ask("POST", other + "/fork", {"time": 8 * day})[1]
    check("a fork has the same beginning", (fork["begin"], fork["time"]), (7 * day, 8 * day))
    settle(s, fork["id"])
    s.ask("POST", f"/v1/twins/{fork['id']}/seek", {"time": 9 * day})
    settle(s, fork["id"])
    check("and the same luck", s.ask("GET", f"/v1/twins/{fork['id']}/history")[1]["digest"], want)
    for what, bad, status in (("no base64", "!", 400), ("no state", base64.b64encode(b"x" * 100).decode(), 400), ("nothing", "", 400),
                              ("damaged", base64.b64encode(state[:-1] + bytes([state[-1] ^ 1])).decode(), 400),
                              ("cut off", base64.b64encode(state[:-9]).decode(), 400)):
        got, problem, _ = s.ask("POST", "/v1/twins", {"plant": plant, "state": bad})
        check(what, (got, problem.get("pointer")), (status, "/state"))
    small = s.ask("POST", "/v1/plants", zip_of("examples/minifab"))[1]["plant"]
    check("of another plant", s.ask("POST", "/v1/twins", {"plant": small, "state": coded})[0], 422)
    s.ask("DELETE", "/v1/plants/" + small)
    s.begun = twin["id"], fork["id"], want


def measured(s):
    """Files of measurements, as people have them."""
    file = "일시;온도 (°C);압력;비고\r\n2025-10-31 15:05:07;21,5;1013;\r\n2025-10-31 15:05:08;x;1014;늦음\r\n2025-10-31 15:05:09;21,7;;\r\n".encode("cp949")
    status, answer, _ = s.ask("POST", "/v1/samples?dry=1&source=oven", file, Content_Type="text/csv")
    one = answer["files"][0]
    guessed = one["guessed"]
    check("what is guessed is said", (status, guessed["charset"], guessed["separator"], guessed["decimal"], guessed["times"], guessed["ambiguous"]),
          (200, "CP949", ";", ",", "ymd", False))
    check("of the columns, too", [(c["name"], c["unit"], c["is"]) for c in guessed["columns"]],
          [("일시", "", "time"), ("온도", "°C", "number"), ("압력", "", "number"), ("비고", "", "text")])
    check("a refused cell has its place", [(c["row"], c["column"], c["why"]["en"]) for c in one["refusedCells"]], [(3, 2, "not a number")])
    check("and its reason in Korean", any(ord(c) >= 0xAC00 for c in one["refusedCells"][0]["why"]["ko"]), True)
    check("dry keeps nothing", (one["kept"], s.ask("GET", "/v1/signals?q=oven")[1]["items"]), (False, []))
    one = s.ask("POST", "/v1/samples?source=oven", file, Content_Type="text/csv")[1]["files"][0]
    check("the rest is kept", (one["rows"], one["samples"], one["empty"], one["refused"], one["kept"]), (3, 5, 3, 1, True))
    signals = {x["source"]: x for x in s.ask("GET", "/v1/signals?q=oven")[1]["items"]}
    check("as signals with units", sorted((x, y["unit"]) for x, y in signals.items()), [("oven/비고", ""), ("oven/압력", ""), ("oven/온도", "°C")])
    samples = s.ask("GET", f"/v1/signals/{signals['oven/온도']['id']}/samples?from=1761890000&to=1761900000")[1]["samples"]
    check("at Seoul's time", samples, [[1761890707.0, 21.5, 192], [1761890709.0, 21.7, 192]])
    again = s.ask("POST", "/v1/samples?source=oven", file, Content_Type="text/csv")[1]["files"][0]["samples"]
    check("twice is once", (again, s.ask("GET", f"/v1/signals/{signals['oven/온도']['id']}/samples?from=1761890000&to=1761900000")[1]["samples"]), (5, samples))

    vague = b"time,a\n3/4/2025,\"1,500\"\n3/5/2025,\"2,500\"\n"
    known = [s.ask("POST", "/v1/samples?dry=1" + more, vague)[1]["files"][0] for more in ("", "&times=dmy", "&times=dmy&decimal=comma&offsetMinutes=0")]
    check("two readings are said to be two", [x["guessed"]["ambiguous"] for x in known], [True, True, False])
    check("and he who asks knows better", [x["from"] for x in known], [1741014000.0, 1743606000.0, 1743638400.0])
    form = (b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n' + file +
            b'\r\n--B\r\nContent-Disposition: form-data; name="files"; filename="b.csv"\r\n\r\n' + vague + b"\r\n--B--\r\n")
    answer = s.ask("POST", "/v1/samples?source=two", form, Content_Type="multipart/form-data; boundary=B")[1]
    check("a form of files", [(x["name"], x["samples"]) for x in answer["files"]], [("a.csv", 5), ("b.csv", 2)])
    for what, path, body in (("no times", "", b"a,b\n1,2\n"), ("nothing", "", b""), ("no text", "", bytes(range(128, 256))), ("a word", "?times=abc", vague),
                             ("a source with /", "?source=a/b", vague), ("a column that is not there", "?timeColumn=9", vague)):
        status, problem, _ = s.ask("POST", "/v1/samples" + path, body)
        check(f"samples with {what}", (status, bool(problem.get("detail"))), (400, True))
    status, problem, _ = s.ask("POST", "/v1/samples?source=torn", b"time,a\n2025-10-31 15:05:07,1\n2025-10-31 15:05:08,2\n\"2025")
    check("a quote that is never closed", (status, "2 samples before it are kept" in problem["detail"]), (400, True))
    check("what stood before it is kept", len(s.ask("GET", "/v1/signals?q=torn")[1]["items"]), 1)


def begun_with_a_state(s):
    id, fork, want = s.begun
    check("after a kill it begins there again", [settle(s, i)["begin"] for i in (id, fork)], [7 * 86400] * 2)
    check("and is what it was", [s.ask("GET", f"/v1/twins/{i}/history")[1]["digest"] for i in (id, fork)], [want] * 2)


TWIN_FAULTS = [
    ("/v1/twins", b"{}", "/plant"), ("/v1/twins", b"[]", "/"), ("/v1/twins", b'{"plant":"x","speed":-1}', "/speed"),
    ("/v1/twins", b'{"plant":"x","speed":1e300}', "/speed"), ("/v1/twins", b'{"plant":"x","playing":1}', "/playing"),
    ("/v1/twins/ID/seek", b"{}", "/time"), ("/v1/twins/ID/seek", b'{"time":"1"}', "/time"), ("/v1/twins/ID/seek", b'{"time":1e11}', "/time"),
    ("/v1/twins/ID/play", b'{"speed":"fast"}', "/speed"), ("/v1/twins/ID/play", b'{"colour":1}', "/"),
    ("/v1/twins/ID/events", b'{"kind":"explode","tool":"x/1"}', "/kind"), ("/v1/twins/ID/events", b'{"kind":"down","tool":"x/1"}', "/tool"),
    ("/v1/twins/ID/events", b'{"kind":"down","tool":"x","for":-1}', "/for"), ("/v1/twins/ID/forecast", b'{"hours":0}', "/hours"),
    ("/v1/twins/ID/forecast", b'{"replications":1001}', "/replications"), ("/v1/twins/ID/fork", b'{"time":-1}', "/time"),
]


def after_a_kill(s, id, fork, want, plant):
    other = lambda twin: s.ask("GET", f"/v1/twins/{twin}/history?time={want[2]}")[1]["digest"]
    check("twins are what they were", (settle(s, id)["state"], settle(s, fork)["state"]), ("paused", "playing"))
    check("with the same past", (other(id), other(fork)), want[:2])
    check("and the same day", s.ask("GET", f"/v1/twins/{id}/day?time={want[2]}")[1], want[3])
    check("deleted", [s.ask("DELETE", "/v1/twins/" + twin)[0] for twin in (fork, fork)], [204, 404])
    check("with its plant the other goes, too", (s.ask("DELETE", "/v1/plants/" + plant)[0], s.ask("GET", "/v1/twins/" + id)[0]), (204, 404))


BAD_RUNS = [
    (b"", "/plant"), (b"[]", "/"), (b"{", "/"), (b'{"plant":1}', "/plant"), (b"{}", "/plant"), (b'{"plant":"x","days":-1}', "/days"),
    (b'{"plant":"x","days":1e99}', "/days"), (b'{"plant":"x","days":"1"}', "/days"), (b'{"plant":"x","replications":0}', "/replications"),
    (b'{"plant":"x","replications":1e3}', "/replications"), (b'{"plant":"x","seed":-1}', "/seed"), (b'{"plant":"x","colour":1}', "/"),
    (b'{"plant":"x","variants":["a"]}', "/variants"), (b'{"plant":"x","variants":[1,2],"replications":2}', "/variants"),
    (b'{"plant":"x","variants":["",""]}', "/replications"), (b'{"plant":"x","options":{"rule":1}}', "/options"),
    (b'{"plant":"x","plant":"y"}', "/"), (b'{"plant":"a\\u0000b"}', "/"), (b"\xff\xfe", "/"), (b"[" * 100000, "/"),
]


def hostile(s):
    for body, pointer in BAD_RUNS:
        status, problem, _ = s.ask("POST", "/v1/runs", body)
        check(f"bad run {body[:40]!r}", (status, problem.get("pointer")), (400, pointer))
    check("no such plant", s.ask("POST", "/v1/runs", {"plant": "x"})[0], 404)
    plant = s.ask("POST", "/v1/plants", zip_of("examples/minifab"))[1]["plant"]
    for options in ({"rule": "nonsense("}, {"no_such": "1"}, {"max_lot": "-3"}):
        status, problem, _ = s.ask("POST", "/v1/runs", {"plant": plant, "options": options})
        check(f"bad option {options}", (status, list(options)[0] in problem["detail"]), (422, True))
    check("another plant by the back door", s.ask("POST", "/v1/runs", {"plant": plant, "replications": 2, "variants": ["", "plant=/etc"]})[0], 422)
    for body in (b"", b"PK\x03\x04", b"\x00" * 1000, b"\x1f\x8b" + b"x" * 100, zip_of("examples/minifab")[:400]):
        check(f"bad archive {body[:8]!r}", s.ask("POST", "/v1/plants", body)[0], 400)
    check("too large is refused at the header", s.ask("POST", "/v1/runs", b" " * 300000)[0], 413)
    for path, status in (("/v1/plants?limit=0", 400), ("/v1/plants?limit=x", 400), ("/v1/plants?after=%27--", 400), ("/v1/runs/../plants", 404),
                         ("/v1/plants/%00", 400), ("/v1/nothing", 404), ("/../../etc/passwd", 404), ("/v1/plants/x/versions/0", 404),
                         ("/v1/plants/x/versions/99999999999999999999", 404)):
        check(path, s.ask("GET", path)[0], status)
    check("method", s.ask("PUT", "/v1/plants")[0], 405)
    # a page of somebody else in the same browser
    check("other host", s.ask("GET", "/v1/plants", Host="evil.example")[0], 403)
    check("other origin", s.ask("POST", "/v1/runs", "{}", Origin="http://evil.example")[0], 403)
    check("cross-site", s.ask("POST", "/v1/runs", "{}", Sec_Fetch_Site="cross-site")[0], 403)
    headers = s.ask("GET", "/v1/plants")[2]
    check("headers", (headers["X-Content-Type-Options"], "script-src 'self'" in headers["Content-Security-Policy"]), ("nosniff", True))
    check("a page has its address", s.ask("GET", "/plants/x")[0], s.ask("GET", "/")[0])
    spoken = [s.ask("GET", "/v1/plants/x" + query, **headers)[1]["detail"] for query, headers in (
        ("?lang=ko", {}), ("", {"Accept_Language": "ko-KR,ko;q=0.9,en;q=0.8"}), ("", {"Accept_Language": "en-US,ko;q=0.5"}), ("?lang=en", {"Accept_Language": "ko"}))]
    check("problems in two languages", [text == "그런 공장이나 버전이 없습니다" for text in spoken], [True, True, False, False])
    # noise on the wire; a fixed seed, so that a failure can be had again
    luck = random.Random(7)
    for i in range(300):
        with socket.create_connection(("127.0.0.1", s.port), timeout=5) as wire:
            start = luck.choice([b"", b"GET /v1/plants HTTP/1.1\r\nHost: localhost\r\n", b"POST /v1/plants HTTP/1.1\r\nContent-Length: 99\r\n\r\n"])
            try:
                wire.sendall(start + luck.randbytes(luck.randrange(300)))
            except OSError:
                pass
    check("it lives", s.ask("GET", "/healthz")[0], 200)


def tenants(s):
    status, acme, _ = s.ask("POST", "/v1/tenants", {"name": "acme"})
    check("a tenant", status, 201)
    check("from now on a token is needed", s.ask("GET", "/v1/plants")[0], 401)
    admin, theirs = s.token, acme["token"]
    check("twice", s.ask("POST", "/v1/tenants", {"name": "acme"}, admin)[0], 409)
    for name in ("", "A", "a/b", "..", "a" * 40, 3):
        check(f"tenant {name}", s.ask("POST", "/v1/tenants", {"name": name}, admin)[0], 400)
    plant = s.ask("POST", "/v1/plants", zip_of("examples/minifab"), admin)[1]["plant"]
    run = s.ask("POST", "/v1/runs", {"plant": plant, "days": 10}, admin)[1]["id"]
    twin = s.ask("POST", "/v1/twins", {"plant": plant}, admin)[1]["id"]
    for method, path in (("GET", f"/v1/twins/{twin}"), ("DELETE", f"/v1/twins/{twin}"), ("GET", f"/v1/twins/{twin}/stream"),
                         ("GET", f"/v1/twins/{twin}/floor"), ("POST", f"/v1/twins/{twin}/pause"), ("POST", f"/v1/twins/{twin}/forecast"),
                         ("GET", f"/v1/plants/{plant}/versions/1/layout"), ("GET", f"/v1/plants/{plant}"), ("DELETE", f"/v1/plants/{plant}"), ("GET", f"/v1/plants/{plant}/versions/1/archive"),
                         ("GET", f"/v1/runs/{run}"), ("GET", f"/v1/runs/{run}/events"), ("GET", f"/v1/runs/{run}/result"),
                         ("DELETE", f"/v1/runs/{run}")):
        check(f"acme: {method} {path}", s.ask(method, path, token=theirs)[0], 404)
    viewer = s.ask("POST", "/v1/tokens", {"role": "viewer", "name": "v", "expires_days": 1}, admin)[1]["token"]
    check("a viewer looks", [s.ask("GET", f"/v1/twins/{twin}" + p, token=viewer)[0] for p in ("", "/floor", "/lots", "/history")], [200] * 4)
    check("and only looks", [s.ask("POST", f"/v1/twins/{twin}/" + p, {}, viewer)[0] for p in ("play", "pause", "seek", "fork", "events", "forecast")],
          [403] * 6)
    check("acme may not run it", s.ask("POST", "/v1/runs", {"plant": plant}, theirs)[0], 404)
    check("acme is no admin of the server", [s.ask("GET", p, token=theirs)[0] for p in ("/v1/tenants", "/metrics")], [403, 403])
    rights = {"viewer": (200, 403, 403), "engineer": (200, 201, 403), "operator": (200, 201, 403), "admin": (200, 201, 200)}
    for role, want in rights.items():
        token = s.ask("POST", "/v1/tokens", {"role": role, "name": role, "expires_days": 1}, theirs)[1]
        got = (s.ask("GET", "/v1/plants", token=token["token"])[0], s.ask("POST", "/v1/plants", zip_of("examples/minifab"), token["token"])[0],
               s.ask("GET", "/v1/audit", token=token["token"])[0])
        check(f"rights of {role}", got, want)
        check("a token is taken back", s.ask("DELETE", "/v1/tokens/" + token["id"], token=theirs)[0], 204)
        check("and opens nothing", s.ask("GET", "/v1/plants", token=token["token"])[0], 401)
    listed = json.dumps(s.ask("GET", "/v1/tokens", token=theirs)[1])
    check("no secret in lists", theirs.split("_")[2] in listed, False)
    check("wrong token", s.ask("GET", "/v1/plants", token=theirs[:-1] + "x")[0], 401)
    check("a cookie from elsewhere", s.ask("GET", "/v1/plants", Cookie="maru_token=" + admin, Origin="http://evil.example")[0], 403)
    check("a cookie", s.ask("GET", "/v1/plants", Cookie="maru_token=" + admin)[0], 200)
    status, gone, _ = s.ask("DELETE", "/v1/tenants/acme", token=admin)
    check("a tenant goes with its file", (status, bool({"acme.db", "schema maru_t_acme"} & set(gone["removed"]))), (200, True))
    check("and its tokens", s.ask("GET", "/v1/plants", token=theirs)[0], 401)
    check("local stays", s.ask("DELETE", "/v1/tenants/local", token=admin)[0], 409)


def hard_days(folder):
    s = Server(folder)
    check("no second first token", s.token, "")
    plant = s.ask("POST", "/v1/plants", zip_of("examples/minifab"))[1]["plant"]
    runs = [s.ask("POST", "/v1/runs", {"plant": plant, "days": 3000, "replications": 5})[1]["id"] for _ in range(4)]
    s.stop(signal.SIGKILL)
    s = Server(folder)
    check("runs go on after a kill", [s.wait_for(run)["state"] for run in runs], ["done"] * 4)
    long_run = s.ask("POST", "/v1/runs", {"plant": plant, "days": 36500, "replications": 500})[1]["id"]
    stream = socket.create_connection(("127.0.0.1", s.port), timeout=20)
    stream.sendall(f"GET /v1/runs/{long_run}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    stream.recv(100)
    began = time.monotonic()
    check("a graceful stop", (s.stop(), time.monotonic() - began < 5), (0, True))
    s = Server(folder)
    check("what was stopped is open again", s.ask("GET", f"/v1/runs/{long_run}")[1]["state"] in ("waiting", "running"), True)
    check("and can be removed", s.ask("DELETE", f"/v1/runs/{long_run}")[0], 204)
    check("stop", s.stop(), 0)


def the_page(s):
    """In the program where it was built, else a word on how to build it; --page: of a folder."""
    status, page, headers = s.ask("GET", "/")
    assets = [part.split('"')[0] for part in page.decode().split('"/')[1:] if part.startswith("assets/")]
    if status == 404:
        check("no page: how to build it", (b"make web" in page, b"<html lang=\"ko" in s.ask("GET", "/", Accept_Language="ko-KR,en;q=0.8")[1]), (True, True))
        check("no page: nothing to load", s.ask("GET", "/assets/index.js")[0], 404)
    else:
        check("the page", (status, len(assets) > 1, "no-cache" in headers["Cache-Control"]), (200, True, True))
    for path in assets:
        status, whole, headers = s.ask("GET", "/" + path)
        check(path, (status, headers["Content-Encoding"], "immutable" in headers["Cache-Control"]), (200, None, True))
        status, unpacked, headers = s.ask("GET", "/" + path, Accept_Encoding="gzip")
        check(path + " packed", (unpacked == whole, headers["Content-Encoding"]), (True, "gzip"))
        check(path + " again", s.ask("GET", "/" + path, If_None_Match=headers["ETag"])[0], 304)
        check(path + " HEAD", (s.ask("HEAD", "/" + path)[:2]), (200, b""))
    folder, data = tempfile.mkdtemp(), tempfile.mkdtemp()
    with open(os.path.join(folder, "index.html"), "w") as file:
        file.write("another")
    other = Server(data, "--page", folder)
    check("another page", other.ask("GET", "/runs/1")[1], b"another")
    check("only what is in the folder", [other.ask("GET", p)[0] for p in ("/first.js", "/../x", "/" + (assets + ["a.js"])[0])], [404, 404, 404])
    check("stop", other.stop(), 0)
    shutil.rmtree(folder)
    shutil.rmtree(data)


def others_may_not_listen_in():
    folder = tempfile.mkdtemp()
    process = subprocess.run([MARU, "serve", "--data", folder, "--listen", "0.0.0.0:0", "--lang", "en"], capture_output=True, text=True, timeout=20)
    check("without TLS only loopback", (process.returncode, "--insecure" in process.stderr), (2, True))
    shutil.rmtree(folder)


folder = tempfile.mkdtemp()
server = Server(folder)
check("open on loopback", server.ask("GET", "/v1/me")[1]["open"], True)
the_page(server)
main_job(server)
measured(server)
known = twins(server, folder)
server.stop(signal.SIGKILL)
before, server = server, Server(folder)
server.token, server.begun = before.token, before.begun
begun_with_a_state(server)
after_a_kill(server, *known)
hostile(server)
tenants(server)
check("stop", server.stop(), 0)
hard_days(folder)
others_may_not_listen_in()
shutil.rmtree(folder)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
