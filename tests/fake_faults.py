#!/usr/bin/env python3
# tests/fake_faults.py MARU: what goes wrong on a fake floor, and what maru finds of it, black box. The truth is what `maru fake --truth` says;
# a fault is found when an alarm, a control chart or fault detection says so of its tool after it began. Prints how long each took.
import atexit, json, os, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, find_mosquitto, wait_for, with_us
from cloud import Server, check, finish, temporary

MARU = sys.argv[1]
if not find_mosquitto():
    print("skipped: mosquitto is missing (tools/setup test)")
    sys.exit(77)
SPEED, PAST_S, MOST_S = 300, 2400, 120  # 8.3 days of the plant before, 10 h after it begins
JUDGED_S = 600  # of the past, by limits learnt from what was before
EARLY_S = 0.01  # Sparkplug tells milliseconds
FAULTS = """at,for,target,fault,value
12 s,,Diffusion/1/Process/Coolant,drift,7200
12 s,20 s,Diffusion/2,failure,
14 s,,Implant/1/Process/Current,drift,1800
14 s,,Litho/1/Process/Power,stuck,
"""


def tell(text):
    print(text, flush=True)


def read(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def put(name, text):
    status, answer = client.ask("PUT", "/v1/documents/" + name, text.encode())
    check(f"the table {name}", (status, answer if status not in (200, 201) else ""), (201, ""))


def events(kind, since):
    """All of this kind since then, oldest first."""
    return list(reversed(client.get(f"/v1/events?kind={kind}&from={since}&limit=1000")[1]["items"]))


def truths():
    return [json.loads(line) for line in read("truth.jsonl").splitlines() if line.endswith("}")]


def samples(source, since, until):
    for one in client.get("/v1/signals?limit=1000")[1]["items"]:
        if one["source"] == source:
            return client.get(f"/v1/signals/{one['id']}/samples?from={since}&to={until}&limit=10")[1]["samples"]
    return []


folder, broker = temporary(), Broker()
common = ["--speed", str(SPEED), "--begin", "20", "--past", f"{PAST_S} s"]
done = subprocess.run([MARU, "fake", "examples/minifab", "--quiet", "--tables", folder, *common], capture_output=True, text=True)
check("tables are written", (done.returncode, done.stderr), (0, ""))
server = Server(MARU, temporary())
client = server.client(server.token)
has_windows = "/v1/windows" in client.get("/v1/openapi.json")[1]["paths"]
check("a connection", client.post("/v1/connections", {"name": "line", "kind": "sparkplug", "settings": {"url": broker.url(), "hostId": "maru"}})[0], 201)
began = time.time()
playing = subprocess.Popen([MARU, "fake", "examples/minifab", "--json", "--quiet", "--lang", "en", "--sparkplug", broker.url(), "--host", "maru", "--period", "0.2 s",
                            "--heartbeat", "0.2 s", "--truth", os.path.join(folder, "truth.jsonl"), "--faults", write("faults.csv", FAULTS), *common],
                           stdout=subprocess.PIPE, text=True, preexec_fn=with_us)
atexit.register(playing.kill)
nodes = ("Diffusion/Diffusion-2", "Litho/Litho-1", "Implant/Implant-2")
check("the past is there", bool(wait_for(lambda: all(samples(f"line/MiniFab/{node}/Process/Power", began - 3, began - 1) for node in nodes), 60)), True)
tell(f"{PAST_S / 60:.0f} minutes of the past came within {time.time() - began:.1f} s")

# ---- what a user makes of it
put("equipment", read("equipment.csv"))
put("ideals", read("ideals.csv"))
put("assets", read("assets.csv"))
put("alarms", "alarm,condition,priority\nDiffusion/2 failed,MiniFab/Diffusion/Diffusion-2/StateCode = 5,critical\n")
put("charts", "chart,signal,kind\nDiffusion/1 coolant,line/MiniFab/Diffusion/Diffusion-1/Process/Coolant,i-mr\n")
if has_windows:
    put("windows", read("windows.csv"))
    rows = lambda: client.get("/v1/windows")[1]["items"]
    check("windows of the past", bool(wait_for(lambda: all(one["measured"] > 50 for one in rows()), 60)), True)
    for one in rows():
        status, answer = client.post(f"/v1/windows/{one['name']}/freeze", {"from": began - PAST_S, "to": began - JUDGED_S})
        check(f"{one['name']} is frozen", (status, answer if status != 200 else ""), (200, ""))
time.sleep(max(0, began + 11 - time.time()))
status, answer = client.post("/v1/charts/Diffusion%2F1%20coolant/freeze", {"from": began, "to": time.time()})
check("the chart is frozen", (status, answer if status != 200 else ""), (200, ""))

# ---- OEE: of lots of the past, all of them with their ideal times
for one in client.get("/v1/equipment/oee")[1]["items"]:
    if one["tool"] and one["known"] > 0:
        check(f"units of {one['tool']} have ideal times", one["units"]["withoutIdealTime"], 0)
        check(f"rate and quality of {one['tool']} are such as can be: {one['e79']}", (0.1 < one["e79"]["rate"] < 1, 0.97 < one["e79"]["quality"] < 1), (True, True))

# ---- what is found
FINDERS = {"Diffusion/1/Process/Coolant": ("chart", lambda e: e["name"] == "Diffusion/1 coolant" and e["detail"].get("severity") == "violation"),
           "Diffusion/2": ("alarm", lambda e: e["name"] == "Diffusion/2 failed"),
           "Implant/1/Process/Current": ("fault", lambda e: e["source"] == "Implant/1" and "Process/Current" in json.dumps(e["detail"]["blame"])),
           "Litho/1/Process/Power": ("fault", lambda e: e["source"] == "Litho/1" and "Process/Power" in json.dumps(e["detail"]["blame"]))}


def lasting(hits, of):
    """Those of a chart that go on: of five points a second one may lie outside by chance, not five in two seconds."""
    return [e for e in hits if of != "chart" or sum(e["at"] <= other["at"] < e["at"] + 2 for other in hits) >= 5]


def begun():
    """Target and kind of each fault that was there at some time, with its beginning."""
    return {(fault["target"], fault["fault"]): fault["from_us"] / 1e6 for line in truths() for fault in line["faults"]}


check("all faults begin", bool(wait_for(lambda: len(begun()) == 4, 60)), True)
check("which, and when", sorted((target, kind, round(at - began) in (12, 13, 14, 15, 16)) for (target, kind), at in begun().items()),
      [("Diffusion/1/Process/Coolant", "drift", True), ("Diffusion/2", "failure", True), ("Implant/1/Process/Current", "drift", True),
       ("Litho/1/Process/Power", "stuck", True)])
for (target, kind), at in sorted(begun().items(), key=lambda one: one[1]):
    of, is_it = FINDERS[target]
    if of == "fault" and not has_windows:
        tell(f"note: no fault detection in this server: {kind} of {target} is not looked for")
        continue
    if of != "fault":
        before = [e for e in events(of, began + 11.5) if is_it(e) and e["at"] < at - EARLY_S]
        check(f"silence before {kind} of {target}", [e["detail"] for e in lasting(before, of)], [])
    hit = wait_for(lambda: lasting([e for e in events(of, at - EARLY_S) if is_it(e)], of), MOST_S)
    check(f"{kind} of {target} is found", bool(hit), True)
    if hit:
        tell(f"{kind} of {target}: found by {'an ' if of == 'alarm' else 'a '}{'window' if of == 'fault' else of} after {max(0, hit[0]['at'] - at):.1f} s of real time")
check("a fault that is over is told no more", bool(wait_for(lambda: ("Diffusion/2", "failure") not in {(f["target"], f["fault"]) for f in truths()[-1]["faults"]}, 60)), True)
if has_windows:
    found = [w for one in rows() for w in client.get(f"/v1/windows/{one['name']}?from={began - JUDGED_S}&to={began + 12}&limit=2000")[1]["windows"]]
    judged = [w for w in found if w["severity"] != "unjudged"]
    wrong = [w for w in judged if w["severity"] == "violation"]
    tell(f"of {len(judged)} runs before the faults {len(wrong)} were called faulty (some are cut by a failure of their tool)")
    check("many runs, and hardly a false alarm", (len(judged) > 20, len(wrong) <= len(judged) // 10), (True, True))
playing.terminate()
counts = json.loads(playing.communicate(timeout=60)[0])
check("nothing was lost", counts["sparkplug"]["lost"], 0)
finish()
