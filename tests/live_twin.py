#!/usr/bin/env python3
# tests/live_twin.py MARU [long]: a twin that follows a floor, black box. `maru fake` plays a plant with another seed and 5 % slower tools, and writes
# where its lots really are; `maru serve` hears it over a broker (events late, repeated, swapped) or as GEM tools, is killed on the way, and its twin has the
# lots of every tool group where they are at each moment that can be looked at.
import atexit, json, os, subprocess, sys, time, uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto, wait_for, with_us
from cloud import Server, at_least, check, finish, free_port, free_ports, tell, temporary, zip_of
from postgres import store_of

MARU = sys.argv[1]
LONG = "long" in sys.argv
QUICK = "MARU_QUICK" in os.environ
SPEED = 3600  # an hour of the floor a second
if not find_mosquitto():
    print("skipped: there is no mosquitto")
    sys.exit(77)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def post(client, path, body):
    return client.post(path, body, {"Idempotency-Key": str(uuid.uuid4())})


def new_plant(client, folder):
    status, plant = client.post("/v1/plants?name=floor", zip_of(folder))
    check("the plant is kept", status, 201)
    return plant["plant"]


def fake(plant, truth, *options):
    process = subprocess.Popen([MARU, "fake", plant, "--json", "--quiet", "--lang", "en", "--seed", "77", "--scale", "1.05", "--truth", truth, *options],
                               stdout=subprocess.PIPE, text=True, preexec_fn=with_us)
    atexit.register(process.kill)
    return process


def end(process):
    process.terminate()
    return json.loads(process.communicate(timeout=60)[0])


def truth_of(path):
    lines = read(path).splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def following(client, twin):
    return client.get(f"/v1/twins/{twin}/following")[1]


def wip(client, twin, at_us):
    status, answer = client.get(f"/v1/twins/{twin}/lots?limit=5000&time={at_us / 1e6:.6f}")
    if status != 200:
        return status
    groups = {}
    for lot in answer["items"]:
        groups[lot["group"]] = groups.get(lot["group"], 0) + 1
    return groups


def compare(client, twin, lines, what):
    """At every moment of the window: the lots of each group are the floor's. How many moments were compared."""
    now = following(client, twin)
    first, last = (now["time"] - now["follows"]["window"] + 60) * 1e6, now["heard"] * 1e6
    told = [line for line in lines if first < line["plant_us"] <= last]
    step = max(1, len(told) // (200 if LONG else 60))
    wrong = []
    for line in told[::step]:
        want = {group: n for group, n in line["wip"].items() if n}
        got = wip(client, twin, line["plant_us"])
        if got != want:
            wrong.append((line["plant_us"] / 3.6e9, got, want))
    check(f"{what}: lots by tool group, at {len(told[::step])} moments", wrong[:3], [])
    return len(told[::step])


def caught_up(client, twin, lines):
    """All that the fake has told is believed: its last event is heard."""
    return wait_for(lambda: following(client, twin)["state"] == "following" and (following(client, twin)["heard"] or 0) * 1e6 >= lines[-1]["plant_us"] - 8 * 3.6e9 and
                    following(client, twin)["silent_seconds"] > 1.5, 60)


def over_a_broker(plant_folder, hours, speed=SPEED):
    """Sparkplug B, with delays, repeats and swaps on the line, and the server killed in the middle."""
    broker, folder, data = Broker(), temporary(), temporary()
    faults, truth = os.path.join(folder, "faults.csv"), os.path.join(folder, "truth.jsonl")
    with open(faults, "w", encoding="utf-8") as out:
        out.write("at,for,target,fault,value,share\n2 s,,sparkplug/MES,repeat,,10 %\n2 s,,sparkplug/MES,reorder,,5 %\n3 s,2 s,sparkplug/MES,delay,0.1 s,\n")
    port = free_port()
    server = Server(MARU, data, *store_of(data), port=port)
    client = server.client(server.token)
    plant = new_plant(client, plant_folder)
    check("a connection", post(client, "/v1/connections", {"name": "floor", "kind": "sparkplug", "settings": {"url": broker.url(), "hostId": "maru"}})[0], 201)
    status, twin = post(client, "/v1/twins", {"plant": plant, "name": "live", "follows": {"window": 86400, "forecast_every": 7200, "forecast_hours": 12, "replications": 49}})
    check("a twin that follows", (status, twin.get("state")), (201, "following"))
    twin = twin["id"]
    playing = fake(plant_folder, truth, "--sparkplug", broker.url(), "--host", "maru", "--speed", str(speed), "--begin", "10", "--period", "1 s", "--faults", faults)
    seconds = hours * 3600 / speed
    time.sleep(seconds / 2)
    server.kill()  # -9, in the middle
    time.sleep(0.5)
    token, server = server.token, Server(MARU, data, *store_of(data), port=port)
    server.token = token
    client = server.client(token)
    time.sleep(seconds / 2)
    counts = end(playing)
    lines = truth_of(truth)
    check("what was told is heard", bool(caught_up(client, twin, lines)), True)
    now = following(client, twin)
    tell(f"{counts['events']} events told, {now['counts']}")
    tell(f"untied: {json.dumps(now['untied'])[:600]}")
    check("nothing is untied", now["untied"]["n"], 0)
    check("nothing does not fit", now["discrepancies"]["n"], 0)
    check("and nothing was missed", (now["counts"]["caught_up"], now["counts"]["steps_missed"]), (0, 0))
    at_least("moments compared", compare(client, twin, lines, "after a kill"), 20)
    tell(f"validity: {json.dumps(now['validity'])}")
    tell(f"pace: {now['pace']}")
    at_least("forecasts made by themselves", now["forecast"]["made"], 2 if hours < 200 else 20)
    return server, client, plant, twin, now


def what_else_can_be_asked(client, plant, twin, now):
    def code(path, body=None, method="POST"):
        return client.ask(method, path, body, {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else None)
    for verb, body in [("play", {"speed": 10}), ("pause", {}), ("seek", {"time": 5}), ("events", {"kind": "down", "tool": "Litho/1"})]:
        status, answer = code(f"/v1/twins/{twin}/{verb}", body)
        check(f"{verb} is refused plainly", (status, "fork it" in answer.get("detail", "")), (409, True))
    status, lots = client.get(f"/v1/twins/{twin}/lots?limit=5000")
    check("lots have the floor's names", status == 200 and all(lot.get("name", "").startswith("P") or lot.get("name") for lot in lots["items"]) and len(lots["items"]) > 0, True)
    one = lots["items"][0]
    check("a lot by its number", client.get(f"/v1/twins/{twin}/lots/{one['lot']}")[1]["name"], one["name"])
    check("a lot by its name", [lot["lot"] for lot in client.get(f"/v1/twins/{twin}/lots?search={one['name']}")[1]["items"]].count(one["lot"]), 1)
    check("groups", client.get(f"/v1/twins/{twin}/groups")[0], 200)
    group = one["group"]
    check("a tool", client.get(f"/v1/twins/{twin}/tools/{group}/1")[0], 200)
    day = client.get(f"/v1/twins/{twin}/day")[1]
    check("lots done in the last day", sum(p["done"] for p in day["products"]) > 0, True)
    history = client.get(f"/v1/twins/{twin}/history")[1]
    check("a series", (history["n"] > 5, len(history["wip"]) == history["n"], max(history["wip"]) > 0), (True, True, True))
    status, floor, headers = client.raw("GET", f"/v1/twins/{twin}/floor")
    check("the floor as bytes", (status, headers["Content-Type"], len(floor) > 20), (200, "application/vnd.maru.floor", True))
    check("what is too long ago", client.get(f"/v1/twins/{twin}/groups?time={now['time'] - 90000:.0f}")[0], 409)
    check("what has not been", client.get(f"/v1/twins/{twin}/groups?time={now['time'] + 90000:.0f}")[0], 409)
    status, fork = code(f"/v1/twins/{twin}/fork", {"name": "what if", "playing": False, "seed": 5})
    check("a fork plays from the present", (status, fork.get("state") in ("paused", "seeking"), "follows" in fork), (201, True, False))
    fork = client.settle(fork["id"])
    check("with the lots of the floor", len(client.get(f"/v1/twins/{fork['id']}/lots?limit=5000")[1]["items"]), len(lots["items"]))
    check("and has a future", code(f"/v1/twins/{fork['id']}/seek", {"time": fork["time"] + 3600})[0], 200)
    status, run = code(f"/v1/twins/{twin}/forecast", {"hours": 6, "replications": 20})
    check("a forecast is asked for", status, 202)
    check("and is done", client.wait_for(run["id"])["state"], "done")
    result = client.get(f"/v1/runs/{run['id']}/result")[1]
    check("by product", sorted(p["product"] for p in result["products"]), sorted(p["product"] for p in day["products"]))
    check("a twin that plays follows nothing", client.get(f"/v1/twins/{fork['id']}/following")[0], 409)
    check("what makes no sense", [code("/v1/twins", {"plant": plant, "follows": f})[0] for f in (1, {"x": 1}, {"window": -1}, {"clock": "sun"}, {"zero": "soon"})], [400] * 5)
    check("following and playing at once", code("/v1/twins", {"plant": plant, "follows": {}, "speed": 5})[0], 400)


def names_change(client, twin):
    """By another table of names the twin is made again of what is stored; how forecasts held stays."""
    before = following(client, twin)

    def put(text):
        return client.ask("PUT", "/v1/documents/follow", text.encode(), {"Content-Type": "text/csv", "Idempotency-Key": str(uuid.uuid4())})
    status, answer = put("what,name,means\nevent,lot/done,sleeps\n")
    check("a table with a fault", (status, [f["column"] for f in answer["faults"]]), (422, [3]))
    check("a table", put("what,name,means\nevent,lot/arrived,nothing\ntool,X,Nowhere/1\n")[0], 201)

    def when(is_so):  # one look that is so
        return wait_for(lambda: next((one for one in [following(client, twin)] if is_so(one)), None), 20)
    now = when(lambda one: "table_problem" in one and one["state"] == "following")
    check("arrivals need nothing now", bool(now) and now["counts"]["not_needed"] > before["counts"]["not_needed"], True)
    check("what the plant does not have is said", "Nowhere/1" in (now or {}).get("table_problem", {}).get("en", ""), True)
    check("forecasts stay", (now["forecast"]["made"] >= before["forecast"]["made"], now["validity"]["all"]["claims"] >= before["validity"]["all"]["claims"]), (True, True))
    check("and back", put("what,name,means\nevent,nobody/says,nothing\n")[0], 200)
    again = when(lambda one: "table_problem" not in one and one["counts"]["told"] == before["counts"]["told"])
    check("what is believed is what it was", again and [again[k] for k in ("lots", "held", "heard")], [before[k] for k in ("lots", "held", "heard")])
    check("no problem is left", again and "table_problem" in again, False)


def a_stream(server, twin):
    """The first message of the binary stream is the whole floor, a second one follows within seconds."""
    import http.client
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    wire.request("GET", f"/v1/twins/{twin}/stream", headers={"Authorization": "Bearer " + server.token} if server.token else {})
    answer = wire.getresponse()

    def message():
        n = int.from_bytes(answer.read(4), "little")
        return answer.read(n)
    first, second = message(), message()
    check("the stream begins with everything", (answer.status, first[0], len(first) > 20), (200, 1, True))
    check("and goes on", (second[0] in (2, 3), int.from_bytes(second[8:16], "little") >= int.from_bytes(first[8:16], "little")), (True, True))
    wire.close()


def as_gem_tools():
    """The same plant as SECS/GEM tools alone: no releases, no arrivals; what starts and ends is where it is."""
    folder, data = temporary(), temporary()
    truth = os.path.join(folder, "truth.jsonl")
    first = free_ports(5)
    server = Server(MARU, data, *store_of(data))
    client = server.client(server.token)
    plant = new_plant(client, "examples/minifab")
    begin = time.time()
    playing = fake("examples/minifab", truth, "--tables", folder, "--secs", str(first), "--speed", "900", "--begin", "10", "--period", "1 s")
    wait_for(lambda: os.path.exists(os.path.join(folder, "secs_tools.csv")))
    lines = wait_for(lambda: truth_of(truth)[:1] if os.path.exists(truth) else [])
    zero = lines[0]["at_us"] / 1e6 - lines[0]["plant_us"] / 1e6 / 900
    zero_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(zero)) + f".{int(zero % 1 * 1000):03d}Z"
    settings = {"mode": "active", "host": "127.0.0.1", "tools": read(os.path.join(folder, "secs_tools.csv")), "profile": read(os.path.join(folder, "secs_tool.csv"))}
    check("a connection to GEM tools", post(client, "/v1/connections", {"name": "gem", "kind": "hsms", "settings": settings})[0], 201)
    status, twin = post(client, "/v1/twins", {"plant": plant, "follows": {"zero": zero_text, "speed": 900, "window": 3600, "forecast_every": 0}})
    check("a twin that follows GEM tools", status, 201)
    impatient, asked, until = server.client(server.token, timeout=20), 0, time.monotonic() + 12
    while time.monotonic() < until:  # who looks at the list of twins must not wait for one that reads, nor it for them
        asked += impatient.get("/v1/twins")[0] == 200
    at_least("answers while it follows", asked, 100)
    end(playing)
    now = wait_for(lambda: following(client, twin["id"]) if following(client, twin["id"])["silent_seconds"] else None)
    tell(f"GEM: {now['counts']}, untied {json.dumps(now['untied'])[:400]}")
    check("GEM: lots are believed to be somewhere", now["lots"] > 5, True)
    # of lots that were in a tool before anybody listened a tool tells the end without a step
    check("GEM: what is untied", {u["reason"]["en"] for u in now["untied"]["last"]} - {"the event does not say at which step the lot is"}, set())
    tell(f"GEM after {time.time() - begin:.0f} s: {now['lots']} lots, the floor has {sum(truth_of(truth)[-1]['wip'].values())}; discrepancies {now['discrepancies']['kinds']}")
    server.stop()


server, client, plant, twin, now = over_a_broker("examples/minifab", 24 * 12 if LONG else 30, SPEED if not QUICK else 1200)
what_else_can_be_asked(client, plant, twin, now)
a_stream(server, twin)
names_change(client, twin)
check("it ends in order", server.stop(), 0)
if not QUICK:
    as_gem_tools()
if LONG:
    over_a_broker("examples/line", 24 * 8)
finish()
