#!/usr/bin/env python3
# tests/fake_hosts.py MARU: fake equipment and maru's own host, black box: what `maru fake` plays in Sparkplug B, Modbus and SECS/GEM, `maru
# serve` takes in, by the tables that the fake has written; both ways of SECS, and lines that break.
import atexit, csv, json, os, shutil, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import with_us
from cloud import Server, check, finish, free_port, free_ports, temporary

MARU = sys.argv[1]


def until(what, ask, want, seconds=60):
    end = time.monotonic() + seconds
    got = ask()
    while got != want and time.monotonic() < end:
        time.sleep(0.1)
        got = ask()
    return check(what, got, want)


def connect(client, name, kind, settings):
    status, answer = client.post("/v1/connections", {"name": name, "kind": kind, "settings": settings})
    check(f"connection {name}", (status, answer if status != 201 else ""), (201, ""))
    return answer


def last(client, source):
    for one in client.get("/v1/signals?limit=1000")[1]["items"]:
        if one["source"] == source:
            return (one.get("last") or {}).get("value")


def events(client, **query):
    return client.get("/v1/events?limit=1000&" + "&".join(f"{k}={v}" for k, v in query.items()))[1]["items"]


def state(client, connection):
    return client.get("/v1/connections/" + connection["id"])[1]["state"]


def fake(*options):
    process = subprocess.Popen([MARU, "fake", "examples/minifab", "--json", "--quiet", "--lang", "en", *options], stdout=subprocess.PIPE, text=True,
                               preexec_fn=with_us)
    atexit.register(process.kill)
    return process


def end(process):
    process.terminate()
    return json.loads(process.communicate(timeout=60)[0])


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


folder = temporary()
ports = [free_port() for _ in range(20)]
first = free_ports(5)
done = subprocess.run([MARU, "fake", "examples/minifab", "--tables", folder, "--secs", str(first), "--list", "--json"], capture_output=True, text=True)
check("tables are written", (done.returncode, sorted(os.listdir(folder))), (0, ["assets.csv", "equipment.csv", "ideals.csv", "registers.csv", "secs_tool.csv", "secs_tools.csv", "windows.csv"]))
rows = list(csv.DictReader(read(folder, "registers.csv").splitlines()))
check("registers of five tools", len({r["name"].split("/")[0] for r in rows}), 5)

server = Server(MARU, temporary())
client = server.client(server.token)

known = client.get("/v1/openapi.json")[1]["paths"]
for name in ("assets", "equipment", "ideals", *(["windows"] if "/v1/windows" in known else [])):
    status, answer = client.ask("PUT", "/v1/documents/" + name, read(folder, name + ".csv").encode())
    check(f"the table {name} is one that maru takes", (status, answer if status != 201 else ""), (201, ""))

# ---- Modbus, and SECS with tools that listen
playing = fake("--modbus", str(ports[0]), "--secs", str(first), "--speed", "300", "--begin", "10", "--period", "0.2 s")
modbus = connect(client, "plc", "modbus", {"url": f"modbus://127.0.0.1:{ports[0]}", "table": read(folder, "registers.csv")})
secs = connect(client, "gem", "hsms", {"mode": "active", "host": "127.0.0.1", "tools": read(folder, "secs_tools.csv"), "profile": read(folder, "secs_tool.csv")})
until("Modbus is up", lambda: state(client, modbus), "up")
until("SECS is up", lambda: state(client, secs), "up")
until("a tool's state by Modbus", lambda: last(client, "plc/Litho-1/StateCode") in (0, 1, 2, 4, 5), True)
until("a measured value", lambda: isinstance(last(client, "plc/Litho-1/Process/Power"), float), True)
until("a text", lambda: last(client, "plc/Implant-1/State") in ("productive", "standby", "setup", "maintenance", "failed"), True)
until("lots by SECS", lambda: {"started", "finished"} <= {e["name"] for e in events(client, kind="lot") if e["source"] == "gem/Litho-1" and e["lot"]}, True)
told = [e for e in events(client, kind="lot") if e["source"].startswith("gem/") and e["name"] in ("started", "finished")]
check("with the recipe and step that it runs, also when it is over", [e for e in told if not e["lot"] or not e["step"] or e["recipe"] != f"{e['lot'].rsplit('-', 1)[0]}.{e['step']}"], [])
until("a trace", lambda: isinstance(last(client, "gem/Litho-1/Process/Power"), float) or
      [s["source"] for s in client.get("/v1/signals?limit=1000")[1]["items"] if s["source"].startswith("gem")][:5], True)


def ask(connection, **body):
    status, answer = client.post(f"/v1/connections/{connection['id']}/ask", body)
    return (status, answer) if status != 200 else answer


got = ask(secs, tool="Litho-1", ask="variables", ids=["1001", "1002"])
check("status variables", (got["function"], got["outcome"], got["value"][0] in ("productive", "standby", "setup", "maintenance", "failed"), got["value"][1] in (0, 1, 2, 4, 5)),
      (4, "answered", True, True))
check("as SECS is written", got["item"].startswith("<L"), True)
got = ask(secs, tool="Litho-1", ask="command", name="NO-SUCH", values={"PPID": "R 1", "N": 3, "X": {"item": "<U2 3>"}})
check("a command that it does not know", (got["function"], got["outcome"], got["code"], got["text"] != ""), (42, "answered", 1, True))
check("recipes", ask(secs, tool="Litho-1", ask="recipes")["outcome"] in ("answered", "aborted", "refused"), True)
for body, want in (({"tool": "Litho-9", "ask": "recipes"}, 400), ({"tool": "Litho-1", "ask": "dance"}, 400), ({"tool": "Litho-1", "ask": "command"}, 400),
                   ({"tool": "Litho-1", "ask": "command", "name": "X", "values": {"a": {"item": "<U2"}}}, 400), ({"tool": "Litho-1", "ask": "command", "name": "X", "values": {"a": None}}, 400),
                   ({"tool": "Litho-1", "ask": "variables", "ids": [1]}, 400), ({"tool": "Litho-1", "ask": "sendRecipe", "name": "X", "content": "%"}, 400),
                   ({"tool": "Litho-1", "ask": "variables", "more": 1}, 400), ({"tool": "Litho-1", "ask": "text"}, 400)):
    check(f"refused: {body}", ask(secs, **body)[0], want)
check("Modbus cannot be asked", ask(modbus, tool="Litho-1", ask="variables")[0], 409)
check("no such connection", ask({"id": "0" * len(secs["id"])}, tool="Litho-1", ask="variables")[0], 404)
asked = [(e["subject"], e["detail"]) for e in client.get("/v1/audit?limit=50")[1]["items"] if e["action"] == "ask equipment"]
check("what was asked is in the audit log", [s for s, d in asked if d.startswith("command NO-SUCH") and '"N":3' in d], ["gem/Litho-1"])
check("what was refused is not", len(asked), 3)
token = client.post("/v1/tokens", {"name": "an engineer", "role": "engineer"})[1]["token"]
engineer = server.client(token)
check("an engineer may look", engineer.post(f"/v1/connections/{secs['id']}/ask", {"tool": "Litho-1", "ask": "variables", "ids": ["1001"]})[0], 200)
check("and not command", engineer.post(f"/v1/connections/{secs['id']}/ask", {"tool": "Litho-1", "ask": "command", "name": "START"})[0], 403)
check("the events say what was asked and answered", {"S1F3", "S1F4", "S2F41", "S2F42"} <= {e["name"] for e in events(client, kind="command")}, True)
client.ask("PATCH", "/v1/connections/" + secs["id"], {"on": False})
check("switched off", ask(secs, tool="Litho-1", ask="variables")[0], 409)
client.ask("PATCH", "/v1/connections/" + secs["id"], {"on": True})
until("SECS is up again", lambda: state(client, secs), "up")
counts = end(playing)
check("Modbus was asked", counts["modbus"]["answers"] > 10 and counts["modbus"]["refused"] == 0, True)
check("five tools, each connected", (counts["secs"]["tools"], counts["secs"]["connections"] >= 5, counts["secs"]["lost"]), (5, True, 0))

# ---- the other way: tools that connect to one port of ours, over lines that repeat and break
for connection in (modbus, secs):
    client.ask("DELETE", "/v1/connections/" + connection["id"])
wrong = os.path.join(temporary(), "faults.csv")
with open(wrong, "w") as file:
    file.write("at,for,target,fault,value,share\n5 s,2 s,secs,drop,,\n0,,secs/Litho/1,delay,0.1 s,\n3 s,2 s,modbus,drop,,\n15 s,,Implant/1,failure,,\n")
done = subprocess.run([MARU, "fake", "examples/minifab", "--tables", folder, "--secs", f"127.0.0.1:{ports[2]}", "--list", "--json"], capture_output=True)
check("tables again", done.returncode, 0)
secs = connect(client, "fab", "hsms", {"mode": "passive", "host": "127.0.0.1", "port": ports[2], "tools": read(folder, "secs_tools.csv"), "profile": read(folder, "secs_tool.csv")})
modbus = connect(client, "lines", "modbus", {"url": f"modbus://127.0.0.1:{ports[1]}", "table": read(folder, "registers.csv")})
playing = fake("--modbus", str(ports[1]), "--secs", f"127.0.0.1:{ports[2]}", "--speed", "300", "--begin", "10", "--period", "0.2 s", "--faults", wrong)
until("a failed tool, by its alarm", lambda: any(e["source"] == "fab/Implant-1" for e in events(client, kind="alarm")) or events(client, kind="alarm")[:3], True)
until("by Modbus, too", lambda: last(client, "lines/Implant-1/StateCode"), 5)
until("lots by SECS", lambda: any(e["source"].startswith("fab/") for e in events(client, kind="lot")), True)
until("a gap, and an end of it", lambda: any(e["source"] == "lines" or e["source"].startswith("fab") for e in events(client, kind="gap")), True)
until("up again", lambda: state(client, modbus), "up")
counts = end(playing)
check("lines were cut", (counts["links"]["secs"]["cut"] >= 5, counts["links"]["modbus"]["cut"] >= 1), (True, True))
check("and made again", counts["secs"]["connections"] >= 10, True)
check("no event was lost", counts["secs"]["lost"], 0)

# ---- OPC UA: said plainly where the gateway is not built; where it is, what a client reads is what is played
done = subprocess.run([MARU, "fake", "examples/minifab", "--lang", "en", "--opcua", str(ports[3]), "--gateway", folder], capture_output=True, text=True)
check("no gateway", (done.returncode, "tools/gateway" in done.stderr), (3, True))
GATEWAY = os.environ.get("MARU_ROOT", ".") + "/gateway/opcua"
READ = """
const { OPCUAClient, AttributeIds } = require(process.argv[1] + '/node_modules/node-opcua-client')
const main = async () => {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 3 } })
  await client.connect('opc.tcp://127.0.0.1:' + process.argv[2])
  const session = await client.createSession()
  for (let i = 0; i < 2; i++) {
    const told = await session.read(process.argv.slice(3).map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })))
    console.log(JSON.stringify(told.map((v) => [v.value.value, v.statusCode.name, v.sourceTimestamp ? v.sourceTimestamp.getTime() : 0])))
    await new Promise((done) => setTimeout(done, 3000))
  }
  await session.close(); await client.disconnect()
}
main().then(() => process.exit(0), (e) => { console.log(JSON.stringify(e.message)); process.exit(1) })
"""
if shutil.which("node") and os.path.exists(GATEWAY + "/dist/src/fake_plant.js"):
    with open(wrong, "w") as file:
        file.write("at,for,target,fault,value\n0,,opcua,delay,0.05 s\n")
    for options in ([], ["--faults", wrong]):
        playing = fake("--opcua", str(ports[4]), "--gateway", GATEWAY, "--begin", "10", "--period", "0.5 s", *options)
        time.sleep(1)
        nodes = ["ns=1;s=Litho/Litho-1/Process/Power", "ns=1;s=Litho/Litho-1/State", "ns=1;s=Litho/Litho-1/StateCode", "ns=1;s=MES/Plant/Time"]
        end_at, lines = time.monotonic() + 150, []
        while len(lines) < 2 and time.monotonic() < end_at:
            told = subprocess.run(["node", "-e", READ, GATEWAY, str(ports[4]), *nodes], capture_output=True, text=True)
            lines = [json.loads(line) for line in told.stdout.splitlines() if line.startswith("[[")]
        check("two looks by OPC UA", len(lines), 2)
        if len(lines) == 2:
            check("good values", [v[1] for v in lines[1]], ["Good"] * 4)
            check("a state", lines[1][1][0] in ("productive", "standby", "setup", "maintenance", "failed"), True)
            check("its own times, of now", abs(lines[1][0][2] / 1000 - time.time()) < 30, True)
            check("the plant's time goes on", lines[1][3][0] > lines[0][3][0], True)
        counts = end(playing)
        check("counted", (counts["opcua"]["values"] > 20, counts["opcua"]["lost"]), (True, 0))
        check("through the relay where it is asked for", counts["links"]["opcua"]["delayed"] > 0, options != [])
else:
    print("note: the gateway is not built: OPC UA is not tried")
finish()
