# A broker of MQTT to be tried with (mosquitto), and a small client of MQTT 3.1.1 that knows what the broker has acknowledged: for the tests
# of connections. Nothing but Python is needed beside the broker. The broker ends when the test does, also when the test is killed.
import atexit, ctypes, os, shutil, signal, socket, struct, subprocess, threading, time

from cloud import free_port, temporary

PR_SET_PDEATHSIG = 1


def with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(what, so_long=20, every=0.02):
    """The first answer of what() that is true; at the end whatever it says."""
    end = time.monotonic() + so_long
    while time.monotonic() < end:
        answer = what()
        if answer:
            return answer
        time.sleep(every)
    return what()


def find_mosquitto():
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")


class Broker:
    """Its sessions and messages outlive it, as those of a plant's broker do."""

    def __init__(self, *lines, port=0):
        self.port, self.folder, self.process = port or free_port(), temporary(), None
        os.chmod(self.folder, 0o777)  # started by root it becomes mosquitto
        self.config = os.path.join(self.folder, "mosquitto.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write("\n".join([f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence true", f"persistence_location {self.folder}/",
                                 "autosave_interval 1", "max_queued_messages 0", *lines]) + "\n")
        self.start()
        atexit.register(self.stop)

    def start(self):
        self.process = subprocess.Popen([find_mosquitto(), "-c", self.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=with_us)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("mosquitto does not start")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def publish(self, topic, message, retain=False):
        wire = Wire(self.port)
        wire.publish(topic, message, retain=retain)
        wire.settle()
        wire.close()

    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"


def text(value):
    value = value.encode()
    return struct.pack(">H", len(value)) + value


def packet(kind, body):
    n, head = len(body), bytearray([kind])
    while True:
        head.append(n % 128 | (128 if n >= 128 else 0))
        n //= 128
        if n == 0:
            return bytes(head) + body


class Wire:
    """One connection to a broker."""

    def __init__(self, port, client="", timeout=20, keep=False):
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.bytes, self.number, self.waiting, self.n_acknowledged = b"", 0, set(), 0
        self.wire.sendall(packet(0x10, text("MQTT") + bytes([4, 0 if keep else 2, 0, 0]) + text(client)))
        kind, body = self.read()
        assert kind == 0x20 and body[1] == 0, (kind, body)

    def more(self, n):
        while len(self.bytes) < n:
            got = self.wire.recv(65536)
            if not got:
                raise ConnectionError("the broker has gone")
            self.bytes += got

    def read(self):
        self.more(2)
        at, n, shift = 1, 0, 0
        while True:
            self.more(at + 1)
            n |= (self.bytes[at] & 127) << shift
            shift += 7
            at += 1
            if self.bytes[at - 1] < 128:
                break
        self.more(at + n)
        kind, body, self.bytes = self.bytes[0], self.bytes[at:at + n], self.bytes[at + n:]
        return kind, body

    def publish(self, topic, message, qos=1, retain=False):
        """Returns when at most 100 messages are not acknowledged."""
        head = text(topic)
        if qos:
            self.number = self.number % 65535 + 1
            self.waiting.add(self.number)
            head += struct.pack(">H", self.number)
        self.wire.sendall(packet(0x30 | qos << 1 | retain, head + (message if isinstance(message, bytes) else message.encode())))
        self.settle(100)

    def settle(self, most=0):
        while len(self.waiting) > most:
            kind, body = self.read()
            if kind == 0x40:
                self.waiting.discard(struct.unpack(">H", body[:2])[0])
                self.n_acknowledged += 1

    def subscribe(self, topic, qos=1):
        self.wire.sendall(packet(0x82, struct.pack(">H", 1) + text(topic) + bytes([qos])))

    def message(self):
        """The next one: topic, bytes, is it retained."""
        while True:
            kind, body = self.read()
            if kind >> 4 == 3:
                n = struct.unpack(">H", body[:2])[0]
                topic, rest = body[2:2 + n].decode(), body[2 + n:]
                if kind >> 1 & 3:
                    self.wire.sendall(packet(0x40, rest[:2]))
                    rest = rest[2:]
                return topic, rest, bool(kind & 1)

    def close(self):
        self.wire.sendall(packet(0xE0, b""))
        self.wire.close()


class Listener:
    """All messages of the broker from now on, as (topic, bytes), until it or the broker ends. One with a name hears also what was said
    between its end and its next beginning."""

    def __init__(self, broker, name=""):
        self.messages = []
        self.wire = Wire(broker.port, client=name, timeout=None, keep=name != "")
        self.wire.subscribe("#")
        probe = os.urandom(8)
        broker.publish("probe", probe)
        while (message := self.wire.message()[:2]) != ("probe", probe):
            if message[0] != "probe":
                self.messages.append(message)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while True:
                self.messages.append(self.wire.message()[:2])
        except OSError:
            pass

    def of(self, kind):
        return [(topic, payload) for topic, payload in list(self.messages) if topic.split("/")[2:3] == [kind]]

    def close(self):
        self.wire.wire.shutdown(socket.SHUT_RDWR)
