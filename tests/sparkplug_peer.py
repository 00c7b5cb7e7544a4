# A mosquitto of one's own for tests, and what it carries: messages as (topic, bytes), payloads of Sparkplug B taken apart
# by a reader that shares nothing with the program's. It ends when the test ends, also when the test is killed.
import atexit, ctypes, os, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time

PR_SET_PDEATHSIG = 1


def with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, so_long=20, every=0.02):
    """The first answer of what() that is true; at the end whatever it says."""
    end = time.monotonic() + so_long
    while time.monotonic() < end:
        answer = what()
        if answer:
            return answer
        time.sleep(every)
    return what()


class Broker:
    def __init__(self):
        self.program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not self.program or not shutil.which("mosquitto_sub"):
            print("mosquitto is not installed: skipped")
            sys.exit(77)
        self.folder = tempfile.mkdtemp(prefix="maru-broker-")
        self.port = free_port()
        self.file = os.path.join(self.folder, "mosquitto.conf")
        with open(self.file, "w") as file:
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence false\n")
        self.process = None
        atexit.register(self.end)
        self.start()

    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen([self.program, "-c", self.file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=with_us)

        def is_up():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        if not wait_for(is_up):
            raise SystemExit("mosquitto does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def publish(self, topic, payload, retain=False):
        subprocess.run(["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-s" if payload else "-n", *(["-r"] if retain else [])],
                       input=payload, check=True)


class Listener:
    """All messages of the broker from now on, as (topic, payload)."""

    def __init__(self, broker):
        self.messages = []
        self.process = subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-q", "1", "-t", "#", "-F", "%t %x"], stdout=subprocess.PIPE, text=True,
                                        preexec_fn=with_us)
        atexit.register(self.process.kill)
        threading.Thread(target=self.read, daemon=True).start()
        probe = os.urandom(8).hex()
        if not wait_for(lambda: broker.publish("probe", probe.encode()) or any(t == "probe" for t, _ in self.messages), every=0.1):
            raise SystemExit("mosquitto_sub does not listen")
        self.messages = [m for m in self.messages if m[0] != "probe"]

    def read(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").rpartition(" ")
            self.messages.append((topic, bytes.fromhex(payload)))

    def of(self, kind):
        return [(topic, payload) for topic, payload in list(self.messages) if topic.split("/")[2:3] == [kind]]


# ---- Sparkplug B, by its specification: https://sparkplug.eclipse.org, clause 6.4


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 1:
            yield tag >> 3, data[at:at + 8]
            at += 8
        elif tag & 7 == 2:
            n = varint()
            yield tag >> 3, data[at:at + n]
            at += n
        else:
            yield tag >> 3, data[at:at + 4]
            at += 4


METRIC = {1: "name", 2: "alias", 3: "timestamp", 4: "type", 5: "historical", 7: "null", 10: "value", 11: "value", 12: "value", 13: "value", 14: "value",
          15: "value"}


def metric(data):
    found = {}
    for number, value in fields(data):
        if number in (1, 15):
            value = value.decode()
        elif number == 13:
            value = struct.unpack("<d", value)[0]
        found[METRIC.get(number, number)] = value
    return found


def payload(data):
    found = {"metrics": []}
    for number, value in fields(data):
        if number == 2:
            found["metrics"].append(metric(value))
        else:
            found[{1: "timestamp", 3: "seq"}.get(number, number)] = value
    return found


class Host:
    """What a host application knows from messages: births, values by name, what is wrong with their order."""

    def __init__(self):
        self.names, self.values, self.online, self.seq, self.bdseq, self.wrong, self.n_birth = {}, {}, {}, {}, {}, [], {}

    def take(self, topic, data):
        parts = topic.split("/")
        if parts[:1] != ["spBv1.0"] or parts[1] == "STATE":
            return
        kind, node = parts[2], parts[3]
        device = parts[4] if len(parts) > 4 else ""
        told = payload(data)
        if kind == "NDEATH":
            if told["metrics"][0]["value"] == self.bdseq.get(node):
                self.online[node] = False
            return
        if kind in ("NCMD", "DCMD"):
            return
        if kind == "NBIRTH":
            self.names[node], self.online[node], self.n_birth[node] = {}, True, self.n_birth.get(node, 0) + 1
            self.bdseq[node] = next(m["value"] for m in told["metrics"] if m["name"] == "bdSeq")
            want = 0
        else:
            want = (self.seq.get(node, 0) + 1) % 256
            if not self.online.get(node):
                self.wrong.append(f"{topic} before its birth")
        if told.get("seq") != want:
            self.wrong.append(f"{topic}: seq {told.get('seq')}, want {want}")
        self.seq[node] = told.get("seq")
        names = self.names.get(node, {})
        for m in told["metrics"]:
            if kind in ("NBIRTH", "DBIRTH"):
                if "alias" in m:
                    if m["alias"] in names:
                        self.wrong.append(f"{topic}: alias {m['alias']} twice")
                    names[m["alias"]] = f"{node}/{device}/{m['name']}" if device else f"{node}/{m['name']}"
                continue
            name = names.get(m.get("alias"))
            if not name:
                self.wrong.append(f"{topic}: alias {m.get('alias')} is not known")
                continue
            self.values.setdefault(name, []).append((m["timestamp"], m.get("value"), m.get("historical", 0)))


def heard(messages):
    host = Host()
    for topic, data in messages:
        host.take(topic, data)
    return host


def rebirth():
    """The payload that asks a node for its births."""
    m = b"\x0a\x14Node Control/Rebirth" + b"\x20\x0b" + b"\x70\x01"
    return b"\x12" + bytes([len(m)]) + m
