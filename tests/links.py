#!/usr/bin/env python3
# tests/links.py MARU: connections to other machines over real ones: a broker that goes and comes, maru killed in the middle. What was
# acknowledged is counted at both ends. Without mosquitto it is skipped.
import atexit, json, os, shutil, signal, subprocess, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, Listener, Wire, find_mosquitto, with_us
from cloud import Server, check, finish, free_port, temporary
from sparkplug_peer import payload

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
    gaps = client.get("/v1/events?kind=gap&limit=1000&source=mes")[1]["items"]
    codes = [g["detail"]["code"] for g in gaps]
    check("in Korean, too", [g for g in gaps if g.get("cause_ko", g["detail"]["cause"]) == g["detail"]["cause"]], [])
    check("the time in which it was dead is a gap", (codes.count("not_running") >= 1, codes.count("not_connected_before")), (True, 1))

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


# ---- folders

def put(folder, name, content, slowly=0.0):
    with open(os.path.join(folder, name), "wb") as out:
        for at in range(0, len(content), max(1, len(content) // 5)):
            out.write(content[at:at + max(1, len(content) // 5)])
            out.flush()
            time.sleep(slowly)


def folders():
    folder, root, port = temporary(), temporary(), free_port()
    inbox = os.path.join(root, "aoi")
    os.mkdir(inbox)
    os.symlink("/etc", os.path.join(root, "out"))
    server = Server(MARU, folder, "--folders", root, port=port)
    client = server.client(server.token)
    for what, path in (("absolute", "/etc"), ("upwards", "aoi/../../etc"), ("empty", "")):
        status, answer = client.post("/v1/connections", {"name": "x", "kind": "folder", "settings": {"path": path}})
        check(f"a folder that is {what}", (status, "--folders" in answer["detail"]), (422, True))
    check("the root is not to be set", client.post("/v1/connections", {"name": "x", "kind": "folder", "settings": {"path": "etc", "root": "/"}})[0], 400)
    out = connect(client, "out", "folder", {"path": "out"})
    until("a link does not lead out", lambda: "leads out" in (state(client, out)["problem"] or {}).get("en", ""), True)
    check("another is deleted", client.ask("DELETE", "/v1/connections/" + out["id"])[0], 204)

    one = connect(client, "aoi", "folder", {"path": "aoi", "settleSeconds": 1})
    until("it is watched", lambda: state(client, one)["state"], "up")
    put(inbox, "느림.csv", "시간,온도 (°C)\r\n2025-10-31 15:05:07,21.5\r\n2025-10-31 15:05:08,21.6\r\n".encode("cp949"), slowly=0.4)
    until("a file that grew slowly", lambda: [v for _, v, _ in samples(client, "aoi/온도", 1761890000)], [21.5, 21.6])
    until("it is moved", lambda: os.listdir(os.path.join(inbox, "done")), ["느림.csv"])
    with open(os.path.join(root, "b"), "wb") as file:
        file.write(b"time,v\n2025-10-31 15:05:07,1\n2025-10-31 15:05:07.5,2\n2025-10-31 15:05:08,x\n")
    os.rename(os.path.join(root, "b"), os.path.join(inbox, "b.csv"))
    until("a file that was renamed in", lambda: sorted(os.listdir(os.path.join(inbox, "done"))), ["b.csv", "b.csv.txt", "느림.csv"])
    why = open(os.path.join(inbox, "done", "b.csv.txt"), encoding="utf-8-sig").read()
    check("its bad cell is told in both languages", ("(4, 2) not a number" in why, any(ord(c) >= 0xAC00 for c in why)), (True, True))
    put(inbox, "bad.csv", b"no times here,at all\n1,2\n")
    os.symlink("/etc/hostname", os.path.join(inbox, "link.csv"))
    put(inbox, ".hidden.csv", b"time,v\n2025-10-31 15:05:07,9\n")
    put(inbox, "b.csv", b"time,v\n2025-10-31 15:05:09,3\n")
    until("what is no table is refused with its reason", lambda: sorted(os.listdir(os.path.join(inbox, "refused"))), ["bad.csv", "bad.csv.txt"])
    why = open(os.path.join(inbox, "refused", "bad.csv.txt"), encoding="utf-8-sig").read()
    check("in both languages", ("no column of times" in why, any(ord(c) >= 0xAC00 for c in why)), (True, True))
    until("a second file of a name has its own", lambda: sorted(os.listdir(os.path.join(inbox, "done"))), ["b.2.csv", "b.csv", "b.csv.txt", "느림.csv"])
    check("links and hidden files stay", sorted(x for x in os.listdir(inbox) if x.endswith(".csv")), [".hidden.csv", "link.csv"])
    until("each is told as an event", lambda: sorted((e["name"], e["detail"]["file"]) for e in client.get("/v1/events?kind=file")[1]["items"]),
          [("refused", "bad.csv"), ("taken", "b.csv"), ("taken", "b.csv"), ("taken", "느림.csv")])

    n_file, n_row, n_kill = (30, 200, 3) if QUICK else (200, 500, 5)
    for i in range(n_file):
        rows = "".join(f"{1700000000 + i * n_row + k},{i * n_row + k}\n" for k in range(n_row))
        with open(os.path.join(root, "x"), "w", encoding="ascii") as file:
            file.write("time,count\n" + rows)
        os.rename(os.path.join(root, "x"), os.path.join(inbox, f"run{i:04}.csv"))
        if i % (n_file // n_kill) == n_file // n_kill - 1:
            server.stop(signal.SIGKILL)
            server = Server(MARU, folder, "--folders", root, port=port, log_level="error")
            client = server.client(client.token)
    until("after kills all files are done", lambda: len([x for x in os.listdir(os.path.join(inbox, "done")) if x.startswith("run")]), n_file)
    got = samples(client, "aoi/count", 1699999999)
    check("nothing is lost, nothing is twice", [v for _, v, _ in got], list(range(n_file * n_row)))
    os.rename(inbox, inbox + "2")
    until("a folder that goes away is told", lambda: state(client, one)["state"] in ("waiting", "trying") or shutil.rmtree(inbox + "2", ignore_errors=True), True)
    os.mkdir(inbox)
    until("and found again", lambda: state(client, one)["state"], "up")
    server.stop()


# ---- Modbus

REGISTERS = """name,unit_id,kind,address,type,order,scale,offset,unit,period_ms
press/force,1,holding,100,i32,CDAB,0.01,0,kN,100
press/speed,1,holding,102,u16,,,,1/min,100
press/open,1,coil,7,bool,,,,,100
press/door,1,discrete,8,bool,,,,,100
press/alarm,1,input,20,bit 3,,,,,100
press/none,1,holding,5000,u16,,,,,100
silent/x,7,holding,0,u16,,,,,100
"""


def modbus():
    port, server = free_port(), None

    def start():
        device = subprocess.Popen([os.path.join(os.environ["MARU_BUILD"], "tests", "modbus_device"), str(port)], stdin=subprocess.PIPE, text=True)
        atexit.register(device.kill)
        return device

    def tell(*lines):
        device.stdin.write("".join(line + "\n" for line in lines))
        device.stdin.flush()

    def last(name):
        one = signals(client).get("plc/" + name, {}).get("last") or {}
        return one.get("value"), one.get("quality")

    device = start()
    tell("holding 100 64536", "holding 101 65535", "holding 102 1500", "coil 7 1", "input 20 8")  # -1000: the low word first
    server = Server(MARU, temporary())
    client = server.client(server.token)
    for what, settings in (("an address", {"url": "http://x", "table": REGISTERS}), ("a table", {"url": "modbus://x", "table": ""}),
                           ("a row", {"url": "modbus://x", "table": REGISTERS + "y,1,holding,70000,u16,,,,,\n"}),
                           ("a unit", {"url": "modbus://x", "table": REGISTERS + "y,250,holding,1,u16,,,,,\n"})):
        check(f"{what} that cannot be", client.post("/v1/connections", {"name": "x", "kind": "modbus", "settings": settings})[0] in (400, 422), True)
    one = connect(client, "plc", "modbus", {"url": f"modbus://127.0.0.1:{port}", "table": REGISTERS, "timeoutMs": 300})
    until("it is up", lambda: state(client, one)["state"], "up")
    until("values by table", lambda: [last("press/" + x) for x in ("force", "speed", "open", "door", "alarm")],
          [(-10, 192), (1500, 192), (True, 192), (False, 192), (True, 192)])
    check("with units", signals(client)["plc/press/force"]["unit"], "kN")
    until("a register that is not there is bad, and a unit that is silent", lambda: (last("press/none")[1], last("silent/x")[1]), (0, 0))
    told = {(e["source"], e["detail"]["text"]) for e in client.get("/v1/events?kind=connection")[1]["items"]}
    check("both are told in words", sorted(told), [
        ("plc/unit 1", "unit 1, holding registers 5000 to 5000: the device has no such address: look at its manual, and count from 0"),
        ("plc/unit 7", "unit 7, holding registers 0 to 0: no answer in time")])
    check("in Korean, too", "유닛" in state(client, one)["lastRefused"]["ko"], True)
    tell("holding 102 1600")
    until("a change", lambda: last("press/speed"), (1600, 192))
    begin = time.time()
    time.sleep(3)
    n = len(samples(client, "plc/press/speed", begin, begin + 3))
    check(f"the silent unit does not hold up the others ({n} of 30)", n > (10 if QUICK else 18), True)
    device.kill()
    device.wait()
    until("a device that is gone makes its values bad", lambda: {last("press/" + x)[1] for x in ("force", "speed", "open", "door", "alarm")}, {0})
    until("and is told", lambda: state(client, one)["state"] in ("waiting", "trying"), True)
    device = start()
    tell("holding 102 1700")
    until("it comes back by itself", lambda: last("press/speed"), (1700, 192))
    check("with a gap", state(client, one)["gaps"] >= 2, True)
    server.stop()
    device.kill()


# ---- out

def write_metrics():
    """What somebody writes by HTTP goes out as NCMD and DCMD, and is on record."""
    broker, server = Broker(), Server(MARU, temporary())
    client = server.client(server.token)
    line = connect(client, "line", "sparkplug", {"url": broker.url()})
    until("it is up", lambda: state(client, line)["state"], "up")
    fake = subprocess.Popen([MARU, "fake", "examples/minifab", "--sparkplug", broker.url(), "--tools", "1", "--quiet"], stdout=subprocess.DEVNULL, preexec_fn=with_us)
    until("it is heard", lambda: "line/MiniFab/Diffusion/Diffusion-1/Process/Coolant" in signals(client), True)
    listener = Listener(broker)

    def write(tool, values, **more):
        status, answer = client.post(f"/v1/connections/{line['id']}/ask", {"tool": tool, "ask": "write", "values": values, **more})
        return (status, answer["outcome"]) if status == 200 else (status, json.dumps(answer))
    check("a whole number for a Double", write("MiniFab/Diffusion/Diffusion-1", {"Process/Coolant": 5}), (200, "sent"))
    until("a DCMD", lambda: [topic for topic, _ in listener.of("DCMD")], ["spBv1.0/MiniFab/DCMD/Diffusion/Diffusion-1"])
    told = payload(listener.of("DCMD")[0][1])["metrics"][0]
    check("its value, by the alias of the birth", (told["value"], "alias" in told), (5.0, True))
    command = client.get("/v1/events?kind=command")[1]["items"]
    check("an event", [(e["source"], e["name"], e["detail"]) for e in command], [("line/MiniFab/Diffusion/Diffusion-1", "Process/Coolant", {"value": 5})])
    check("a rebirth", write("MiniFab/Diffusion", {"Node Control/Rebirth": True}), (200, "sent"))
    until("which the node does", lambda: "spBv1.0/MiniFab/NBIRTH/Diffusion" in [topic for topic, _ in listener.of("NBIRTH")], True)
    for tool, values, word in (("MiniFab/Diffusion/Diffusion-1", {"Process/Cool": 5}, "/values/Process/Cool"), ("MiniFab/Diffusion/Diffusion-1", {"Process/Coolant": "much"}, "/values"),
                               ("MiniFab/Diffusion/Diffusion-1", {}, "/values"), ("MiniFab/Diffusion/Diffusion-1", {"Process/Coolant": None}, "/values"), ("MiniFab", {"a": 1}, "/tool"),
                               ("MiniFab//x", {"a": 1}, "/tool"), ("a/b/c/d", {"a": 1}, "/tool"), ("MiniFab/Nobody", {"a": 1}, "not online")):
        status, text_ = write(tool, values)
        check(f"refused: {tool} {values}", (status, word in text_), (400, True))
    check("no command but the two left", len(listener.of("DCMD") + listener.of("NCMD")), 2)
    broker.kill()
    until("it is down", lambda: state(client, line)["state"] != "up", True)
    check("nothing can be written", write("MiniFab/Diffusion", {"Node Control/Rebirth": True})[0], 409)
    fake.terminate()
    fake.wait()
    server.stop()


def give_away():
    broker, folder, port = Broker(), temporary(), free_port()
    server = Server(MARU, folder, port=port)
    client = server.client(server.token)
    for what, settings in (("no signals", {"url": broker.url()}), ("a filter as topic", {"url": broker.url(), "signals": ["a/"], "topic": "a/#"})):
        check(f"giving away with {what}", client.post("/v1/connections", {"name": "x", "kind": "mqtt_out", "settings": settings})[0], 422)
    got, seen = {}, []
    listener = Wire(broker.port, "listener", keep=True)
    listener.subscribe("up/#")

    def listen(wire):
        try:
            while True:
                topic, message, _ = wire.message()
                one = json.loads(message)
                got.setdefault(topic, {})[one["time"]] = one["value"]
                seen.append(one)
        except OSError:
            pass

    threading.Thread(target=listen, args=(listener,), daemon=True).start()

    def write(lines):
        check("written", client.ask("POST", "/api/v2/write?precision=ms&bucket=oven", "\n".join(lines).encode())[0], 204)

    now = int(time.time() * 1000)
    write([f"a t=0 {now - 1}"])
    one = connect(client, "out", "mqtt_out", {"url": broker.url(), "signals": ["oven/"], "topic": "up/{asset}/{name}"})
    until("it is up", lambda: state(client, one)["state"], "up")
    n = 500 if QUICK else 5000
    write([f"a t={i} {now + i}" for i in range(n)] + [f'b+c s="가나",ok=true {now}'])
    write_other = client.ask("POST", "/api/v2/write?bucket=other", "a t=1")[0]
    check("another source", write_other, 204)
    until("all is published", lambda: sorted(got.get("up/a/t", {}).values()), list(range(n)))
    until("texts and truths, and a topic without +", lambda: (list(got.get("up/b_c/s", {}).values()), list(got.get("up/b_c/ok", {}).values())), (["가나"], [True]))
    check("nothing else", sorted(got), ["up/a/t", "up/b_c/ok", "up/b_c/s"])
    check("with quality", seen[-1]["quality"], 192)
    until("it counts what the broker has", lambda: state(client, one)["samples"] >= n + 2, True)

    broker.stop()  # what comes meanwhile waits
    until("the broker is gone", lambda: state(client, one)["state"] != "up", True)
    write([f"a t={n + i} {now + n + i}" for i in range(n)])
    broker.start()
    listener = Wire(broker.port, "listener", keep=True)
    listener.subscribe("up/#")
    threading.Thread(target=listen, args=(listener,), daemon=True).start()
    until("after a break of the broker", lambda: sorted(got["up/a/t"].values()), list(range(2 * n)))

    client.ask("PATCH", "/v1/connections/" + one["id"], {"on": False})  # nobody follows: it has to be read back
    write([f"a t={2 * n + i} {now + 2 * n + i}" for i in range(n)])
    server.stop(signal.SIGKILL)
    server = Server(MARU, folder, port=port, log_level="error")
    client = server.client(client.token)
    client.ask("PATCH", "/v1/connections/" + one["id"], {"on": True})
    until("after a kill it is read back from the store", lambda: sorted(set(got["up/a/t"].values())), list(range(3 * n)))
    check("the connection's own position is not given away", [x for x in got if "sent until" in x], [])
    check("people say where it stands", client.ask("PUT", "/v1/documents/assets", b"asset,signals\nulsan/{1},oven/*/t\n")[0], 201)
    write([f"a t=-1 {now + 3 * n}"])
    until("and it goes out from there", lambda: list(got.get("up/ulsan/a/t", {}).values()), [-1])
    server.stop()


if sys.argv[2:] in ([], ["json"]):
    json_over_mqtt()
if sys.argv[2:] in ([], ["folders"]):
    folders()
if sys.argv[2:] in ([], ["modbus"]):
    modbus()
if sys.argv[2:] in ([], ["out"]):
    give_away()
if sys.argv[2:] in ([], ["write"]):
    write_metrics()
finish()
