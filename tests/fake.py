#!/usr/bin/env python3
# tests/fake.py MARU: fake equipment as a host meets it, black box: the binary and a mosquitto of its own.
import json, os, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker, Listener, find_mosquitto, wait_for, with_us
from cloud import check, finish
from sparkplug_peer import heard, rebirth

MARU = sys.argv[1]
QUICK = "MARU_QUICK" in os.environ
PAST_S = 600 if QUICK else 7200
if not find_mosquitto():
    print("skipped: mosquitto is missing (tools/setup test)")
    sys.exit(77)


class Fake:
    def __init__(self, *options, plant="examples/minifab"):
        self.process = subprocess.Popen([MARU, "fake", plant, "--json", "--quiet", "--lang", "en", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, preexec_fn=with_us)

    def end(self, with_signal=signal.SIGTERM):
        if with_signal:
            self.process.send_signal(with_signal)
        out, err = self.process.communicate(timeout=60)
        self.err = err
        return json.loads(out) if out else {}


def listed():
    done = subprocess.run([MARU, "fake", "examples/minifab", "--list", "--json"], capture_output=True, text=True)
    check("list succeeds", done.returncode, 0)
    told = json.loads(done.stdout)
    check("devices", [d["tool"] for d in told["devices"]], ["Diffusion/1", "Diffusion/2", "Litho/1", "Implant/1", "Implant/2", ""])
    check("tags", "Process/Vibration" in [t["name"] for t in told["tags"]], True)
    done = subprocess.run([MARU, "fake", "examples/minifab", "--tools", "2", "--list", "--json"], capture_output=True, text=True)
    check("two tools", len(json.loads(done.stdout)["devices"]), 3)


def refusals():
    for options, word in [(["--sparkplug", "http://x"], "mqtt://"), ([], "nothing to play"), (["--sparkplug", "mqtt://x", "--clock", "sun"], "--clock"),
                          (["--flood", "10"], "--flood"), (["--sparkplug", "mqtt://x", "--scale", "1000"], "--scale"),
                          (["--sparkplug", "mqtt://x", "--speed", "1e9"], "--speed"), (["--sparkplug", "mqtt://x", "--period", "0.001 s"], "--period"),
                          (["--sparkplug", "mqtt://x", "--host", "a/b"], "names"), (["--modbus", "1502", "--begin", "1", "--past", "1 h"], "--past"),
                          (["--sparkplug", "mqtt://x", "--speed", "60", "--begin", "1", "--past", "25 min"], "--past")]:
        done = subprocess.run([MARU, "fake", "examples/minifab", "--lang", "en", *options], capture_output=True, text=True)
        check(f"{options} is refused", (done.returncode, word in done.stderr), (2, True))


def births_data_deaths(broker):
    listener = Listener(broker)
    fake = Fake("--sparkplug", broker.url(), "--speed", "600", "--begin", "10", "--period", "0.2 s")
    nodes = ["Diffusion", "Implant", "Litho", "MES"]
    check("all are born", wait_for(lambda: sorted(heard(listener.messages).online) == nodes), True)
    n_before = heard(listener.messages).n_birth["Litho"]
    broker.publish("spBv1.0/MiniFab/NCMD/Litho", rebirth())
    check("a rebirth on command", wait_for(lambda: heard(listener.messages).n_birth["Litho"] > n_before), True)
    broker.publish("spBv1.0/MiniFab/NCMD/Litho", b"\xff\xff rubbish")
    wait_for(lambda: any("lot_finished" in str(v) for v in heard(listener.messages).values.get("MES/Event", [])))
    time.sleep(0.5)
    counts = fake.end()
    wait_for(lambda: len(listener.of("NDEATH")) >= 4)
    host = heard(listener.messages)
    check("nothing is wrong with the order", host.wrong[:5], [])
    check("deaths at the end", [host.online[n] for n in nodes], [False] * 4)
    check("nothing is left", (counts["sparkplug"]["kept"], counts["sparkplug"]["lost"]), (0, 0))
    check("every value came", sum(len(v) for v in host.values.values()), counts["sparkplug"]["values"])
    events = [json.loads(v) for _, v, _ in host.values["MES/Event"]]
    check("events are numbered", [e["n"] for e in events], list(range(1, counts["events"] + 1)))
    stamps = [t for t, _, _ in host.values["MES/Event"]]
    check("each has its own time", stamps, sorted(set(stamps)))
    check("and lots are named", {"lot_released", "lot_arrived", "lot_started", "lot_finished"} <= {e["event"] for e in events}, True)
    started = [e for e in events if e["event"] == "lot_started"]
    check("with all that a follower needs", all({"lot", "product", "route", "step", "recipe", "group", "tool", "wafers", "at_us"} <= set(e) for e in started), True)
    told = {}
    for e in events:
        if e["event"] == "tool_state":
            told.setdefault(e["tool"].replace("/", "-"), []).append(e["state"])
    for tool, states in told.items():
        check(f"states of {tool}", [v for _, v, _ in host.values.get(f"{tool.split('-')[0]}/{tool}/State", [])], states)
    listener.close()


def the_past_first(broker):
    """What was before it began comes late, whole and in order, as a node that had been away would tell it; then it goes on.
    Hours of it, so that it is made while nodes might come already, and more messages than a broker keeps would be too many."""
    listener, began = Listener(broker), time.time()
    fake = Fake("--sparkplug", broker.url(), "--speed", "60", "--begin", "10", "--past", f"{PAST_S} s", "--heartbeat", "1 s")
    wait_for(lambda: sum(topic.endswith("DDATA/Litho/Litho-1") for topic, _ in list(listener.messages)) > 8, 60)
    time.sleep(3)
    counts = fake.end()
    wait_for(lambda: sum(map(len, heard(listener.messages).values.values())) >= counts["sparkplug"]["values"])
    host = heard(listener.messages)
    check("nothing is wrong with the order", host.wrong[:5], [])
    events = sorted((json.loads(v)["n"], t / 1000) for t, v, _ in host.values["MES/Event"])
    check("no event is missing", [n for n, _ in events], list(range(1, counts["events"] + 1)))
    check("they begin so long ago", -PAST_S - 3 < events[0][1] - began < -PAST_S + 10, True)
    power = sorted((t / 1000 - began, late) for t, _, late in host.values["Litho/Litho-1/Process/Power"])
    check("a sensor second by second", (-PAST_S - 3 < power[0][0] < -PAST_S + 10, PAST_S - 10 < sum(late for _, late in power) < PAST_S + 5), (True, True))
    check("with no gap before the present", max(b[0] - a[0] for a, b in zip(power, power[1:])) < 5, True)
    for name, values in host.values.items():  # a birth tells the present, not some moment of the past
        counts_of = [v for _, v, _ in sorted(values)] if "/Count/" in name else []
        check(f"{name} goes up", counts_of, sorted(counts_of))
    states = [v for _, v, _ in sorted(host.values["Litho/Litho-1/State"])]
    check("tools change their states in it", len(states) > 5, True)
    listener.close()


def the_same_again(broker):
    """By the plant's clock two runs of one seed tell the same events at the same times; another seed tells others."""
    def events(seed):
        listener = Listener(broker)
        fake = Fake("--sparkplug", broker.url(), "--speed", "20000", "--clock", "plant", "--seed", seed, "--period", "1 h")
        wait_for(lambda: len(heard(listener.messages).values.get("MES/Event", [])) > 150)
        fake.end()
        listener.close()
        return [v for _, v, _ in heard(listener.messages).values["MES/Event"]][:150]
    first = events("3")
    check("the same seed, the same events", events("3") == first, True)
    check("another seed, others", events("4") == first, False)


def nothing_is_lost_while_the_host_is_away(broker):
    """A load test whose primary host comes, goes, and comes back: each counter has every number, once."""
    def state(online):
        broker.publish("spBv1.0/STATE/plant-host", json.dumps({"online": online, "timestamp": int(time.time() * 1000)}).encode(), retain=True)
    state(False)
    listener = Listener(broker)
    fake = Fake("--sparkplug", broker.url(), "--host", "plant-host", "--flood", "2000" if QUICK else "20000", "--tools", "1")
    time.sleep(1)
    check("no birth without the host", listener.of("NBIRTH"), [])
    state(True)
    check("births with it", wait_for(lambda: len(heard(listener.messages).values.get("Flood/Source-1/Counter-1", [])) > 20), True)
    state(False)
    wait_for(lambda: len(listener.of("NDEATH")) >= 3)
    n_away = len(heard(listener.messages).values["Flood/Source-1/Counter-1"])
    time.sleep(1)
    check("silence while it is away", len(heard(listener.messages).values["Flood/Source-1/Counter-1"]), n_away)
    state(True)
    wait_for(lambda: any(h for _, _, h in heard(listener.messages).values["Flood/Source-1/Counter-1"]))
    time.sleep(0.5)
    counts = fake.end()
    rounds = counts["flood"]["rounds"]
    wait_for(lambda: sum(map(len, heard(listener.messages).values.values())) >= counts["sparkplug"]["values"])
    host = heard(listener.messages)
    counters = {name: values for name, values in host.values.items() if name.startswith("Flood/")}
    check("counters", len(counters), counts["flood"]["tags"])
    check("more than a hundred rounds", rounds > 100, True)
    for name, values in counters.items():
        if sorted(v for _, v, _ in values) != list(range(1, rounds + 1)):
            check(f"each number of {name} once", len(values), rounds)
            break
    check("some of them late", counts["sparkplug"]["historical"] > 0 and any(h for values in counters.values() for _, _, h in values), True)
    check("nothing is wrong with the order", host.wrong[:5], [])
    broker.publish("spBv1.0/STATE/plant-host", b"", retain=True)
    listener.close()


def it_comes_back(broker):
    """The broker is killed; the fake waits, keeps, and is born again with the next bdSeq."""
    fake = Fake("--sparkplug", broker.url(), "--tools", "1", "--period", "0.1 s")
    listener = Listener(broker, "witness")
    wait_for(lambda: listener.of("DDATA"))
    time.sleep(2.5)  # the broker writes down who listens every second
    broker.kill()
    time.sleep(0.5)
    broker.start()
    listener = Listener(broker, "witness")
    check("born again", wait_for(lambda: listener.of("NBIRTH"), 40) != [], True)
    check("with what it had kept", bool(wait_for(lambda: any(h for v in heard(listener.messages).values.values() for _, _, h in v))), True)
    fake.process.kill()  # the will speaks for it
    fake.process.wait()
    check("a death by its will", bool(wait_for(lambda: listener.of("NDEATH"))), True)
    check("nothing is wrong with the order", heard(listener.messages).wrong[:5], [])
    listener.close()


def faults_that_are_wrong():
    path = os.path.join(broker.folder, "wrong.csv")
    with open(path, "w") as file:
        file.write("at,for,target,fault,value\n0,,Litho/9,stuck,\nsoon,,sparkplug,drop,\n0,,sparkplug,explode,\n")
    done = subprocess.run([MARU, "fake", "examples/minifab", "--lang", "en", "--faults", path, "--sparkplug", broker.url()], capture_output=True, text=True)
    check("a table that is wrong", done.returncode, 3)
    for place in (":2:3", ":3:1", ":4:4"):
        check(f"is told {place}", place in done.stderr, True)
    done = subprocess.run([MARU, "fake", "examples/minifab", "--faults", path + "x", "--sparkplug", broker.url()], capture_output=True, text=True)
    check("a table that is not there", done.returncode, 3)


def faults_of_sensors_and_tools(broker):
    """What the table says is what a host sees: a stuck sensor, a wrong clock, a failed tool, and nothing else."""
    path = os.path.join(broker.folder, "sensors.csv")
    with open(path, "w") as file:
        file.write("at,for,target,fault,value\n1 s,,Litho/1/Process/Power,stuck,\n0,,Implant/1,clock,-1 h\n1 s,,Diffusion/1,failure,\n"
                   "0,,Diffusion/2/Process/Coolant,drift,3600000\n")
    listener = Listener(broker)
    fake = Fake("--sparkplug", broker.url(), "--faults", path, "--period", "0.1 s", "--heartbeat", "0.1 s")
    wait_for(lambda: len(heard(listener.messages).values.get("Litho/Litho-1/Process/Power", [])) > 40)
    fake.end()
    host = heard(listener.messages)
    def last(name, n=15):
        return [v for _, v, _ in host.values[name]][-n:]
    check("a stuck sensor", len(set(last("Litho/Litho-1/Process/Power"))), 1)
    check("others are not", len(set(last("Litho/Litho-1/Process/Current"))) > 1, True)
    check("a failed tool", last("Diffusion/Diffusion-1/State", 1), ["failed"])
    drift = last("Diffusion/Diffusion-2/Process/Coolant")
    check("a drift of a thousand a second", 80 < (drift[-1] - drift[0]) / 14 < 120, True)
    behind = host.values["Litho/Litho-1/Process/Flow"][-1][0] - host.values["Implant/Implant-1/Process/Flow"][-1][0]
    check("a clock an hour behind", 3595000 < behind < 3605000, True)
    listener.close()


def faults_of_the_line(broker):
    """One node is cut for two seconds, another repeats and swaps messages; the third knows nothing of it."""
    path = os.path.join(broker.folder, "line.csv")
    with open(path, "w") as file:
        file.write("at,for,target,fault,value,share\n2 s,2 s,sparkplug/Litho,drop,,\n1 s,,sparkplug/Implant,repeat,,0.3\n1 s,,sparkplug/Implant,reorder,,0.3\n"
                   "0,,sparkplug/Implant,delay,0.2 s,\n")
    listener = Listener(broker)
    fake = Fake("--sparkplug", broker.url(), "--faults", path, "--period", "0.1 s")
    wait_for(lambda: heard(listener.messages).n_birth.get("Litho", 0) >= 2)
    time.sleep(1)
    counts = fake.end()
    host = heard(listener.messages)
    check("a node that was cut is born again", host.n_birth["Litho"], 2)
    check("and tells what it has kept", any(h for name, v in host.values.items() if name.startswith("Litho/") for _, _, h in v), True)
    check("its death was told by its will", sum(topic.endswith("NDEATH/Litho") for topic, _ in listener.of("NDEATH")), 2)
    wrong = {w.split("/")[3].split(":")[0] for w in host.wrong}
    check("order is wrong where it is meant to be", wrong, {"Implant"})
    link = counts["links"]["sparkplug"]
    check("counted", (link["cut"], link["repeated"] > 0, link["swapped"] > 0, link["delayed"] > 5, link["spoilt"]), (1, True, True, True, 0))
    listener.close()


broker = Broker("queue_qos0_messages true")
faults_that_are_wrong()
faults_of_sensors_and_tools(broker)
faults_of_the_line(broker)
listed()
refusals()
births_data_deaths(broker)
the_past_first(broker)
the_same_again(broker)
nothing_is_lost_while_the_host_is_away(broker)
it_comes_back(broker)
finish()
