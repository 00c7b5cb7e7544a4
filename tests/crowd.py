#!/usr/bin/env python3
# tests/crowd.py MARU: eight clients ask for everything that a floor shows while it lives, its tables change and a twin follows it. Nobody may
# wait for ever: what is looked at from within a query must not wait for one that queries.
import atexit, os, subprocess, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import wait_for, with_us
from cloud import Lost, Server, at_least, check, finish, free_ports, temporary, zip_of

MARU = sys.argv[1]
SECONDS = 6 if "MARU_QUICK" in os.environ else 12
CHART = "chart,signal,kind,size\ncoolant,gem/Diffusion-1/Process/Coolant,i-mr,\n"
ALARM = "alarm,condition,priority,text,operator\nhot,gem/Diffusion-1/Process/Coolant > 20,high,look,shift\n"
WINDOWS = "window,tool,signals,by,features\nlot,gem/*,Process/Coolant,events,mean max\nsecond,gem/*,Process/Coolant,1 s,mean\n"
ASSETS = "asset,signals\nulsan/{1},gem/*/**\n"

folder = temporary()
first = free_ports(5)
playing = subprocess.Popen([MARU, "fake", "examples/minifab", "--quiet", "--tables", folder, "--secs", str(first), "--speed", "3600", "--begin", "10", "--period", "1 s"],
                           stdout=subprocess.DEVNULL, preexec_fn=with_us)
atexit.register(playing.kill)
tables = ["equipment.csv", "secs_tools.csv", "secs_tool.csv"]
wait_for(lambda: all(os.path.exists(os.path.join(folder, name)) for name in tables))
time.sleep(0.5)  # they are whole
equipment, tools, profile = (open(os.path.join(folder, name), encoding="utf-8").read() for name in tables)

server = Server(MARU, temporary())
client = server.client(server.token)
status, plant = client.post("/v1/plants?name=floor", zip_of("examples/minifab"))
check("the plant", status, 201)
settings = {"mode": "active", "host": "127.0.0.1", "tools": tools, "profile": profile}
check("the tools", client.post("/v1/connections", {"name": "gem", "kind": "hsms", "settings": settings})[0], 201)
status, twin = client.post("/v1/twins", {"plant": plant["plant"], "follows": {"speed": 3600, "window": 3600}})
check("a twin that follows", status, 201)
for name, table in (("equipment", equipment), ("charts", CHART), ("alarms", ALARM), ("windows", WINDOWS), ("assets", ASSETS)):
    check("the table " + name, client.ask("PUT", "/v1/documents/" + name, table.encode())[0], 201)
of_twin = "/v1/twins/" + twin["id"]
paths = ["/v1/twins", "/v1/connections", "/v1/equipment", "/v1/alarms", "/v1/assets", "/v1/charts", "/v1/charts/coolant", "/v1/windows", "/v1/windows/lot?limit=20", "/v1/signals?limit=1000", "/v1/events?limit=100",
         "/v1/equipment/oee", "/v1/series?q=Coolant", of_twin, of_twin + "/following", of_twin + "/floor"]
answers, until = {}, time.monotonic() + SECONDS


def ask_on(k):
    mine, n = server.client(server.token, timeout=20), 0
    while time.monotonic() < until:
        path = paths[k] if k < 4 else paths[(k + n) % len(paths)]  # four each the same, four all of them
        try:
            answer = mine.get(path)[0]
        except Lost as why:
            answer = str(why)
        answers[path, answer] = answers.get((path, answer), 0) + 1
        n += 1


crowd = [threading.Thread(target=ask_on, args=(k,)) for k in range(8)]
for one in crowd:
    one.start()
n = 0
while time.monotonic() < until:
    n += 1
    check("a new version", client.ask("PUT", "/v1/documents/equipment", (equipment + "\n" * (n % 2)).encode())[0], 200)
    frozen = client.post("/v1/windows/second/freeze", {"from": time.time() - 3600})[0]
    check("frozen, or nothing is there yet", frozen in (200, 422), True)
    time.sleep(0.3)
for one in crowd:
    one.join()
check("all were answered", {path: answer for path, answer in answers if answer != 200}, {})
check("everything was asked for", {path for path, _ in answers}, set(paths))
rows = {row["name"]: row for row in client.get("/v1/windows")[1]["items"]}
at_least("windows of lots", rows["lot"]["measured"], 1)
at_least("windows by time", rows["second"]["measured"], 5)
check("learnt from", rows["second"]["frozen"] and rows["second"]["frozen"]["version"] > 0, True)
at_least("answers", sum(answers.values()), 200)
check("it ends in order", server.stop(), 0)
finish()
