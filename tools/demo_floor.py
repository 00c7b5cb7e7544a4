# The live floor of the demo: fake equipment of every protocol that can be had here, and what a user would make of it, over the same API
# and with the tables that `maru fake --tables` writes. A tool fails after FAIL_AFTER seconds; what follows is watched and told.
#
# Whatever is started here ends with the demo, however it ends (PR_SET_PDEATHSIG), and takes ports that are free.
import ctypes, os, random, shutil, signal, socket, subprocess, threading, time

SPEED = 60  # an hour of the plant is a minute
FAIL_AFTER = int(os.environ.get("FAIL_AFTER") or 60)
FAILS = "Litho/1"  # the one tool that every lot needs
FAIL_FOR, EVERY, TIMES = 180, 900, 100  # and again, for those who look later
BEGIN = 20  # days that the plant has run
PAST, LEAST_PAST = 14400, 600  # seconds that are told first: ten days of the plant; less than ten minutes are not worth it
FAILED_BEFORE = 2400  # seconds ago it has failed, too: what was learnt as usual lies before
DRIFTS, DRIFT_AFTER, FREEZE_BEFORE = "Diffusion/1", 10, 5
DRAWS = "Implant/1"  # more and more current
GRACE, ALARM_MOST = 30, float(os.environ.get("ALARM_MOST") or 1)
HOST_OF = {"sparkplug": "Sparkplug B", "modbus": "Modbus TCP", "secs": "SECS/GEM", "opcua": "OPC UA"}
PLANT = "examples/minifab"
HOST = "maru-demo"  # tools wait for it, so that nothing is told to nobody
TWIN, SOURCES = "MiniFab live", ["MiniFab/MES", "Diffusion/", "Litho/", "Implant/"]
AHEAD_H, FUTURES, FORECAST_BEFORE = 96, 50, 15
FORECAST_AFTER = int(os.environ.get("FORECAST_AFTER") or 45)


def with_us():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_ports(n):
    """n ports in a row that nobody has, below those that the system gives away by itself."""
    for _ in range(200):
        first = random.randrange(20000, 32000 - n)
        wires = []
        try:
            for port in range(first, first + n):
                wires.append(socket.socket())
                wires[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            pass
        finally:
            for wire in wires:
                wire.close()
    raise OSError("no free ports")


def listens(port):
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) == 0


def answers(port):
    """Has Modbus at this port values to tell? While a past is made it says that it is busy."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
            wire.sendall(bytes([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]))  # unit 1, function 3, register 0
            return wire.recv(64)[7:8] == b"\x03"
    except OSError:
        return False


class Floor:
    """cloud: the server; say(english, korean): a line for whoever looks; home: a folder to keep files in."""

    def __init__(self, cloud, say, home, maru):
        self.cloud, self.say, self.maru = cloud, say, maru
        self.home = os.path.join(home, "floor")
        self.children, self.plays, self.missing, self.wrong = [], [], [], []
        os.makedirs(self.home, exist_ok=True)

    # ---- children

    def start(self, name, *words, **options):
        with open(os.path.join(self.home, name + ".log"), "w") as log:
            child = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=with_us, start_new_session=True, **options)
        self.children.append(child)
        return child

    def end(self):
        for child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def last_line(self, name):
        lines = [line for line in self.read(name + ".log").splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def read(self, name):
        with open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as file:
            file.write(text)
        return os.path.join(self.home, name)

    # ---- what there is

    def broker(self):
        """The port of a mosquitto of our own; None: it is not installed, or does not start."""
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if not program:
            return None
        for _ in range(3):
            port = free_ports(1)
            # As root it would become another user, and then not end with us.
            settings = f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n" + ("user root\n" if os.getuid() == 0 else "")
            child = self.start("mosquitto", program, "-c", self.write("mosquitto.conf", settings))
            for _ in range(100):
                if child.poll() is not None:
                    break
                if listens(port):
                    return port
                time.sleep(0.05)
        return None

    def equip(self):
        """The equipment; again with other ports where somebody was quicker."""
        self.mqtt = self.broker()
        self.past = self.past_to_tell()
        for _ in range(3):
            self.play()
            for _ in range(600):
                if answers(self.ports["modbus"]) and self.fake.poll() is None:
                    return
                if self.fake.poll() is not None:
                    break
                time.sleep(0.05)
        raise OSError("maru fake: " + self.last_line("fake"))

    def play(self):
        """Its tables first, then the fake itself."""
        has_node = shutil.which("node") and os.path.exists("gateway/opcua/dist/src/main.js")
        first = free_ports(20)
        self.ports = {"modbus": first, "opcua": first + 1, "secs": first + 2}
        words = [self.maru, "fake", PLANT, "--secs", str(self.ports["secs"]), "--speed", str(SPEED), "--tables", self.home]
        done = subprocess.run([*words, "--list", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise OSError(done.stderr.strip())
        words += ["--modbus", str(self.ports["modbus"]), "--begin", str(BEGIN), "--faults", self.write("faults.csv", self.faults())]
        self.plays, self.missing = ["modbus", "secs"], []
        if self.mqtt:
            words += ["--sparkplug", f"mqtt://127.0.0.1:{self.mqtt}", "--host", HOST, "--past", f"{self.past} s", "--heartbeat", "1 s"]
            self.plays.insert(0, "sparkplug")
        else:
            self.missing.append(("Sparkplug B and OPC UA are left out: mosquitto is not installed.", "mosquitto가 없어 Sparkplug B와 OPC UA는 빼고 합니다."))
        if self.mqtt and has_node:
            words += ["--opcua", str(self.ports["opcua"])]
            self.plays.append("opcua")
        elif self.mqtt:
            self.missing.append(("OPC UA is left out: it needs Node.js and its gateway (tools/gateway).", "OPC UA는 뺍니다. Node.js와 게이트웨이(tools/gateway)가 있어야 합니다."))
        self.began = time.time()
        self.fake = self.start("fake", *words, "--quiet")

    def past_to_tell(self):
        """Not over what an earlier demo has told."""
        lasts = [one["last"]["at"] for one in self.signals("MiniFab/MES/Events") if one.get("last")]
        left = min([PAST, *(time.time() - at - 10 for at in lasts)])
        return int(left) if left >= LEAST_PAST else 0

    def signals(self, name):
        return [one for one in self.cloud.get("/v1/signals?limit=1000")["items"] if one["source"].endswith(name)]

    def has_told_past(self):
        """Of each edge node the last seconds before it began: they come in order."""
        names = [f"line/MiniFab/{node}/Process/Power" for node in ("Diffusion/Diffusion-1", "Litho/Litho-1", "Implant/Implant-1")]
        found = [one["id"] for one in self.signals("") if one["source"] in (*names, "line/MiniFab/MES/Plant/Time")]
        return len(found) == 4 and all(self.cloud.get(f"/v1/signals/{one}/samples?from={self.began - 5}&to={self.began - 1}&limit=1")["samples"] for one in found)

    def faults(self):
        rows = ["at,for,target,fault,value,share", f"{-FAILED_BEFORE} s,{FAIL_FOR} s,{FAILS},failure,,"]
        for n in range(TIMES):
            at = FAIL_AFTER + n * EVERY
            rows.append(f"{at} s,{FAIL_FOR} s,{FAILS},failure,,")
            rows.append(f"{at + DRIFT_AFTER} s,60 s,{DRIFTS}/Process/Coolant,drift,720,")
            rows.append(f"{at + FAIL_FOR + 60} s,5 s,modbus,drop,,")
            rows.append(f"{at + 30} s,240 s,{DRAWS}/Process/Current,drift,40,")  # seen by fault detection, run by run
        return "\n".join(rows) + "\n"

    # ---- what a user makes of it

    def connect(self):
        wanted = {"plc": ("modbus", {"url": f"modbus://127.0.0.1:{self.ports['modbus']}", "table": self.read("registers.csv")}),
                  "gem": ("hsms", {"mode": "active", "host": "127.0.0.1", "tools": self.read("secs_tools.csv"), "profile": self.read("secs_tool.csv")})}
        if self.mqtt:
            wanted["line"] = ("sparkplug", {"url": f"mqtt://127.0.0.1:{self.mqtt}", "group": "MiniFab", "hostId": HOST})
        if "opcua" in self.plays:
            wanted["opcua"] = ("sparkplug", {"url": f"mqtt://127.0.0.1:{self.mqtt}", "group": "OPC-UA", "hostId": "maru-opcua", "primary": False})
            self.start("gateway", "node", "gateway/opcua/dist/src/main.js", "run", "--trust", self.write(
                "gateway.toml", f'[opcua]\nendpoint = "opc.tcp://127.0.0.1:{self.ports["opcua"]}"\n[mqtt]\nurl = "mqtt://127.0.0.1:{self.mqtt}"\n'
                                '[sparkplug]\ngroup = "OPC-UA"\nnode = "MiniFab"\n[browse]\nexclude = ["MiniFab/MES/**"]\n'))
        kept = {one["name"]: one for one in self.cloud.get("/v1/connections?limit=200")["items"]}
        self.connections = {}
        for name, (kind, settings) in wanted.items():
            one = kept.get(name)
            if one and one["kind"] == kind:
                self.cloud.change("/v1/connections/" + one["id"], {"settings": settings, "on": True})
            else:
                one = self.cloud.post("/v1/connections", {"name": name, "kind": kind, "settings": settings})
            self.connections[name] = one["id"]
        for name in ("line", "opcua"):  # of an earlier start, when there was a broker
            if name not in wanted and name in kept and kept[name]["on"]:
                self.cloud.change("/v1/connections/" + kept[name]["id"], {"on": False})

    def put(self, name, variants, wanted):
        """Keep a table, but not over one that somebody else has written."""
        status, kept = self.cloud.ask("GET", "/v1/documents/" + name)
        if status == 404 or (kept["text"] != wanted and kept["text"] in variants):
            status, answer = self.cloud.ask("PUT", "/v1/documents/" + name, wanted.encode())
            if status not in (200, 201):
                raise OSError(f"{name}: {answer}")

    def describe(self):
        """Equipment, alarms and charts. Where there is no broker, the same by the names that Modbus gives."""
        equipment = self.read("equipment.csv")
        tools = sorted({line.split(",")[1] for line in equipment.splitlines()[1:]})

        def plain(text):  # MiniFab/Litho/Litho-1 is Litho-1
            for tool in tools:
                group, device = tool.split("/")[0], tool.replace("/", "-")
                text = text.replace(f"MiniFab/{group}/{device}", device)
            return text

        alarms = "alarm,condition,priority,text,operator\n"
        for tool in tools:
            group, device = tool.split("/")[0], tool.replace("/", "-")
            alarms += f"{tool} failed,MiniFab/{group}/{device}/StateCode = 5,critical,{tool}: call maintenance,MiniFab\n"
            alarms += f"{tool} coolant,MiniFab/{group}/{device}/Process/Coolant > 29 deadband 0.5,medium,{tool}: look at the coolant,MiniFab\n"
        device = DRIFTS.replace("/", "-")
        charts = f"chart,signal,kind,size\n{DRIFTS} coolant,plc/{device}/Process/Coolant,i-mr,\n{DRIFTS} leak,plc/{device}/Process/Leak,xbar-r,5\n"
        for name, table in (("equipment", equipment), ("alarms", alarms)):
            self.put(name, (table, plain(table)), table if self.mqtt else plain(table))
        self.put("charts", (charts,), charts)
        self.put("ideals", (), self.read("ideals.csv"))
        if self.mqtt:
            self.put("assets", (), self.read("assets.csv"))
        self.has_windows = self.mqtt and "/v1/windows" in self.cloud.get("/v1/openapi.json")["paths"]
        if self.has_windows:
            self.put("windows", (), self.read("windows.csv"))

    def freeze_windows(self):
        """Limits of fault detection from the part of the past that was good: beside whatever else is done meanwhile."""
        good = {"from": self.began - self.past, "to": self.began - FAILED_BEFORE}
        if not self.has_windows or good["to"] - good["from"] < LEAST_PAST:
            return

        def frozen():
            items = self.cloud.get("/v1/windows")["items"]
            for one in items:
                if one["measured"] and not one["frozen"]:
                    self.cloud.ask("POST", f"/v1/windows/{one['name']}/freeze", good)
            return all(one["frozen"] for one in items) and [one["frozen"] for one in items]
        try:
            found = self.wait(frozen, 60, 0.5)
            self.learnt = found and [sum(one[what] for one in found) for what in ("windows", "contexts")]
        except OSError:  # the demo ends
            pass

    def tell_windows(self):
        if self.has_windows and self.past and self.wait(lambda: self.learnt, GRACE):
            windows, contexts = self.learnt
            self.say(f"  Fault detection has learnt what is usual from {windows} runs, in {contexts} contexts of recipe, step and tool.",
                     f"  이상 감지가 가공 {windows}회에서 레시피·공정·설비 조합 {contexts}가지의 정상 범위를 배웠습니다.")

    def follow(self):
        """A twin that follows this floor, where the server can and its events come."""
        self.twin = None
        if "/v1/twins/{twin}/following" not in self.cloud.get("/v1/openapi.json")["paths"] or not self.mqtt:
            return
        plant = next((one["latest"]["plant"] for one in self.cloud.get("/v1/plants?limit=200")["items"] if one["name"] == "MiniFab"), None)
        for one in self.cloud.get("/v1/twins?limit=200")["items"]:
            if one["name"] == TWIN:  # it followed another life of the fake
                self.cloud.ask("DELETE", "/v1/twins/" + one["id"])
        status, one = self.cloud.ask("POST", "/v1/twins", {"plant": plant, "name": TWIN, "follows": {"sources": SOURCES, "speed": SPEED, "window": 60}})
        self.twin = one["id"] if status == 201 else None

    def believes(self):
        """Has the twin heard of this floor, and is it in its present?"""
        follows = self.cloud.get(f"/v1/twins/{self.twin}/following")
        return follows["state"] == "following" and follows["lots"] > 0 and follows["heard"] and abs(follows["time"] - follows["heard"]) < 7200

    def forecast(self):
        """When the live twin expects each lot on the floor to be done, in hours of the plant's time since the demo began."""
        now_h = (time.time() - self.began) * SPEED / 3600
        run = self.cloud.post(f"/v1/twins/{self.twin}/forecast", {"hours": AHEAD_H, "replications": FUTURES})
        while run["state"] in ("waiting", "running"):
            time.sleep(0.1)
            run = self.cloud.get("/v1/runs/" + run["id"])
        if run["state"] != "done":
            raise OSError(f"a forecast ended as {run['state']}: {run.get('problem')}")
        told = self.cloud.get(f"/v1/runs/{run['id']}/result")
        return {lot["lot"]: now_h + (lot["p50"] - told["time"]) / 3600 for lot in told["lots"] if lot["p50"] is not None}

    # ---- what is seen

    def wait(self, what, seconds, every=0.05):
        end = time.monotonic() + seconds
        while True:
            found = what()
            if found or time.monotonic() > end:
                return found
            if self.fake.poll() is not None:
                raise OSError("maru fake: " + self.last_line("fake"))
            time.sleep(every)

    def look(self):
        return {name: self.cloud.get("/v1/connections/" + one) for name, one in self.connections.items()}

    def fault(self, english):
        self.wrong.append(english)

    def tell_rate(self):
        looks = {}

        def all_up():
            looks.update(self.look())
            return all(one["state"] == "up" and one["samples"] > 100 for one in looks.values())
        if not self.wait(all_up, 60, 0.3):
            for name, one in looks.items():
                if one["state"] != "up" or one["samples"] <= 100:
                    why = (one["problem"] or {}).get("en") or one["state"]
                    self.fault(f"connection {name}: {why}")
                    self.say(f"  {name} brings nothing: {why}", f"  {name}에서 데이터가 오지 않습니다: {(one['problem'] or {}).get('ko') or one['state']}")
        before, begin = {name: one["samples"] for name, one in self.look().items()}, time.monotonic()
        time.sleep(3)
        after, seconds = {name: one["samples"] for name, one in self.look().items()}, time.monotonic() - begin
        self.rate = {name: (after[name] - before[name]) / seconds for name in after}
        told = ", ".join(f"{name} {rate:.0f}" for name, rate in self.rate.items())
        self.say(f"  {sum(self.rate.values()):.0f} values a second arrive and are kept ({told}).", f"  초당 값 {sum(self.rate.values()):.0f}개가 들어와 저장됩니다({told}).")
        return not self.wrong

    def freeze(self):
        """Limits from what has come so far, as an engineer would freeze them from a good week."""
        time.sleep(max(0, self.began + FAIL_AFTER - FREEZE_BEFORE - time.time()))
        for chart in self.cloud.get("/v1/charts")["items"]:
            if chart["chart"].startswith(DRIFTS + " "):
                self.cloud.ask("POST", f"/v1/charts/{chart['chart'].replace('/', '%2F').replace(' ', '%20')}/freeze", {"from": self.began, "to": time.time()})

    def await_alarm(self):
        """When the alarm of the tool that fails is seen: beside whatever else is done meanwhile."""
        time.sleep(max(0, self.began + FAIL_AFTER - 1 - time.time()))
        end = time.monotonic() + GRACE
        while not self.seen and time.monotonic() < end:
            try:
                status, its = self.cloud.ask("GET", "/v1/alarms?state=active")
            except OSError:  # the demo ends
                return
            for one in its["items"] if status == 200 else []:
                if one["alarm"] == f"{FAILS} failed" and (one["since"] or 0) > self.began:
                    self.seen = one, time.time()
            time.sleep(0.02)

    def tell_failure(self):
        left = max(0, self.began + FAIL_AFTER - time.time())
        self.say(f"  In {left:.0f} s {FAILS} fails: look at Data, Equipment and Alarms.", f"  {left:.0f}초 뒤에 {FAILS}이 고장 납니다. 데이터, 설비, 알람 화면을 보세요.")
        if self.twin:
            time.sleep(max(0, self.began + FAIL_AFTER - FORECAST_BEFORE - time.time()))
            self.expected = self.forecast() if self.wait(self.believes, GRACE) else {}
        self.freeze()
        if not self.wait(lambda: self.seen, max(0, self.began + FAIL_AFTER - time.time()) + GRACE):
            self.fault("the alarm did not come")
            self.say("  Its alarm did not come.", "  알람이 오지 않았습니다.")
            return
        alarm, seen = self.seen
        self.delay = seen - alarm["since"]
        self.say(f"  {FAILS} has failed. Its alarm was there {self.delay:.2f} s after the tool had said so: \"{alarm['text']}\".",
                 f"  {FAILS} 고장. 설비가 알린 지 {self.delay:.2f}초 만에 알람이 떴습니다: \"{alarm['text']}\".")
        if self.delay > ALARM_MOST:
            self.fault(f"the alarm took {self.delay:.2f} s")
        state = self.wait(lambda: next((t for t in self.cloud.get("/v1/equipment")["items"] if t["tool"] == FAILS and t["state"] == "unscheduled down"), None), GRACE)
        if not state:
            self.fault("the state of the tool does not follow")

    def drifts_at(self):
        return self.began + FAIL_AFTER + DRIFT_AFTER

    def tell_chart(self):
        def rings():
            return [e for e in self.cloud.get(f"/v1/events?kind=chart&limit=200&from={self.began}")["items"] if e["name"] == f"{DRIFTS} coolant"
                    and e["detail"].get("severity") == "violation" and e["at"] > self.drifts_at()]
        found = self.wait(rings, GRACE + DRIFT_AFTER, 0.2)
        if found:
            after = min(e["at"] for e in found) - self.drifts_at()
            self.say(f"  The coolant of {DRIFTS} drifts: its control chart says so after {after:.1f} s.", f"  {DRIFTS}의 냉각수 온도가 서서히 오릅니다. 관리도가 {after:.1f}초 만에 알렸습니다.")
        else:
            self.fault("the chart does not ring")

    def tell_forecast(self):
        if not self.twin:
            return
        time.sleep(max(0, self.began + FAIL_AFTER + FORECAST_AFTER - time.time()))
        now = self.forecast()
        later = sorted(now[lot] - when for lot, when in self.expected.items() if lot in now)
        middle_h = later[len(later) // 2] if later else 0
        follows = self.cloud.get(f"/v1/twins/{self.twin}/following")
        n, wrong = follows["lots"], follows["discrepancies"]["n"]
        self.say(f"  A twin follows this floor ({n} lots, {wrong} corrections).", f"  트윈이 현장을 따라갑니다(로트 {n}개, 바로잡은 곳 {wrong}군데).", end="")
        if middle_h >= AHEAD_H:  # without a past it is the first failure that it sees: no table tells how long a repair takes
            self.say(f" Without {FAILS} it expects most lots no more within {AHEAD_H} h: it has not seen a repair of it yet.",
                     f" 아직 {FAILS}의 수리를 본 적이 없어, 대부분의 로트가 {AHEAD_H}시간 안에 끝나지 못할 것으로 봅니다.")
        else:
            self.say(f" It expects the {len(later)} lots that were there before {middle_h:.1f} h later, in the middle.",
                     f" 고장 전에 있던 로트 {len(later)}개가 {middle_h:.1f}시간(중앙값) 늦게 끝날 것으로 봅니다.")
        if not middle_h > 0:
            self.fault("the forecast does not see the failure")

    # ---- all of it

    def open(self):
        self.equip()
        self.connect()
        if self.past and self.wait(self.has_told_past, 40, 0.3):  # what tables make of stored data is made in the order of time
            self.say(f"  It has told the last {self.past / 3600:.1f} h first: {self.past * SPEED / 86400:.1f} days of the plant.",
                     f"  먼저 지난 {self.past / 3600:.1f}시간(공장의 {self.past * SPEED / 86400:.1f}일)을 알렸습니다.")
        self.describe()
        self.follow()
        self.seen = self.learnt = None
        threading.Thread(target=self.await_alarm, daemon=True).start()
        threading.Thread(target=self.freeze_windows, daemon=True).start()
        names = [HOST_OF[name] for name in self.plays]
        self.say(f"  Fake equipment of MiniFab, an hour of the plant a minute: {', '.join(names)}.", f"  MiniFab의 가상 설비가 실제의 {SPEED}배 속도로 움직입니다: {', '.join(names)}.")
        for english, korean in self.missing:
            self.say("  " + english, "  " + korean)

    def tell_story(self):
        self.tell_failure()
        self.tell_chart()
        self.tell_windows()
        self.tell_forecast()
        return not self.wrong
