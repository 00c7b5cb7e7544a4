# A server to be tried, and clients of it: for the Python programs of tests/ that look at load and bad days.
import atexit, gzip, http.client, io, json, os, random, resource, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time, zipfile

failures = []


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f"FAIL {what}: got {got!r}, want {want!r}", flush=True)
    return got == want


def within(what, got, most, unit=""):
    """A measured number that must not be more than `most`."""
    good = got <= most
    if not good:
        failures.append(what)
    print(f"{'    ' if good else 'FAIL'} {what}: {got:.6g}{unit}, at most {most:.6g}{unit}", flush=True)
    return good


def at_least(what, got, least, unit=""):
    good = got >= least
    if not good:
        failures.append(what)
    print(f"{'    ' if good else 'FAIL'} {what}: {got:.6g}{unit}, at least {least:.6g}{unit}", flush=True)
    return good


def until(what, test, seconds=60):
    """Wait for a condition; True when it holds in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if test():
            return True
        time.sleep(0.1)
    return check(what, "not within %g s" % seconds, "soon")


def want_bubblewrap():
    """Jobs are isolated by it: without it the test is skipped."""
    if not shutil.which("bwrap"):
        print("skipped: bubblewrap is not here")
        sys.exit(77)


class TrialGpus:
    """GPUs of a library of the tests (src/io/executor/trial_nvml.h) in a folder that a server has as LD_LIBRARY_PATH."""

    def __init__(self, library, folder, name="NVIDIA H100"):
        self.path, self.name = os.path.join(folder, "libnvidia-ml.so.1"), name.encode()
        shutil.copy(library, self.path)

    def are(self, n, errors=()):  # n cards, of which some have 3 memory errors that were not corrected: struct trial_gpus, at once
        cards = b"".join(struct.pack("64s64s6Q10I", self.name * (i < n), f"GPU-{i}".encode() * (i < n), 80 << 30, 0, 3 * (i in errors), 0, 0, 0,
                                     i, 50, 300000, 40, 0, 0, 0, 0, 0, 0) for i in range(8))
        with open(self.path + ".new", "wb") as file:
            file.write(struct.pack("4I", n, 0, 0, 0) + cards)
        os.rename(self.path + ".new", self.path + ".state")


def tell(what):
    print("     " + what, flush=True)


def finish():
    print(f"{len(failures)} failures", flush=True)
    sys.exit(1 if failures else 0)


def temporary(**options):
    folder = tempfile.mkdtemp(prefix="maru-test-", **options)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def zip_of(folder, **changed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                z.writestr(name, changed.get(name[:-4]) or open(os.path.join(folder, name), "rb").read())
    return out.getvalue()


def form_of(name, content):
    head = f'--B\r\nContent-Disposition: form-data; name="tables"; filename="{name}"\r\n\r\n'.encode()
    return head + content + b"\r\n--B--\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=B"}


class Lost(Exception):
    """The connection ended before the answer was there."""


class Client:
    """One connection that is kept; a token, or none."""

    def __init__(self, server, token=None, timeout=60):
        self.server, self.token, self.timeout, self.connection = server, token, timeout, None

    def raw(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if isinstance(body, dict):
            body = json.dumps(body)
        for attempt in (0, 1):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.timeout)
            try:
                try:
                    self.connection.request(method, path, body, headers)
                except (BrokenPipeError, ConnectionResetError):
                    if not fresh:
                        raise  # an idle one that the server had closed
                answer = self.connection.getresponse()
                return answer.status, answer.read(), answer.headers
            except (OSError, http.client.HTTPException, AttributeError) as why:  # the last: it ended while it was written
                self.close()
                if fresh or method != "GET":
                    raise Lost(str(why)) from why
        raise Lost("twice")

    def ask(self, method, path, body=None, headers=None):
        status, content, its = self.raw(method, path, body, headers)
        if its.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return status, json.loads(content) if "json" in its.get("Content-Type", "") and content else content

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None, headers=None):
        return self.ask("POST", path, body, headers)

    def wait_for(self, run, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.get("/v1/runs/" + run)[1]
            if state["state"] not in ("waiting", "running"):
                return state
            time.sleep(0.02)
        raise SystemExit("a run does not end")

    def settle(self, twin, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.get("/v1/twins/" + twin)[1]
            if state.get("state") != "seeking":
                return state
            time.sleep(0.02)
        raise SystemExit("a twin does not arrive")

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Server:
    def __init__(self, maru, folder, *options, before=None, env=None, log_level="info", port=0):
        self.maru, self.folder = maru, folder
        self.process = subprocess.Popen([maru, "serve", "--data", folder, "--listen", f"127.0.0.1:{port}", "--lang", "en", "--log-level", log_level, *options],
                                        stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=before, env={**os.environ, **(env or {})})
        atexit.register(self.kill)
        self.token, self.port, self.log = "", 0, []
        if log_level != "info":  # then it does not say where it is
            self.wait_for_port(port)
        for line in self.process.stderr if not self.port else ():
            self.log.append(line)
            event = json.loads(line) if line.startswith("{") else {"event": ""}
            if event["event"] == "first token":
                self.token = open(event["file"]).read()
            if event["event"] == "start":
                self.port = int(event["url"].split(":")[2].strip("/"))
                break
        if not self.port:
            raise SystemExit(f"the server did not start: {self.process.wait()}\n{''.join(self.log)}")
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()

    def wait_for_port(self, port):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                self.port = port
                break
            except OSError:
                time.sleep(0.02)
        path = os.path.join(self.folder, "first-admin-token")
        for _ in range(100):  # it is written right after the port is open
            self.token = open(path).read() if os.path.exists(path) else ""
            if self.token:
                return
            time.sleep(0.02)

    def read_log(self):  # so that the pipe does not fill up; what is no line of JSON, or an error, is kept
        for line in self.process.stderr:
            if not line.startswith("{") or '"level": "error"' in line:
                self.log.append(line)

    def client(self, token=None, timeout=60):
        return Client(self, token, timeout)

    def stop(self, how=signal.SIGTERM, timeout=60):
        self.process.send_signal(how)
        status = self.process.wait(timeout=timeout)
        self.reader.join(5)
        return status

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def is_alive(self):
        return self.process.poll() is None

    def status(self, key):  # of /proc: kB
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(key + ":"):
                return int(line.split()[1])
        return 0

    def rss_mb(self):
        return self.status("VmRSS") / 1024

    def cpu_s(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def many_files():
    """Let this program have thousands of connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard) if hard > 0 else 8192, hard))


def free_ports(n):
    """The first of n free ports in a row, below those that the system gives to whoever connects: tests run side by side."""
    def is_free(port):
        with socket.socket() as wire:
            try:
                wire.bind(("127.0.0.1", port))
                return True
            except OSError:
                return False

    while True:
        first = random.randrange(10000, 32768 - n)
        if all(is_free(first + i) for i in range(n)):
            return first


def free_port():
    return free_ports(1)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")
