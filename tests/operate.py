#!/usr/bin/env python3
# tests/operate.py MARU: what an operator does beside and around a running server: settings, tenants, tokens, audit, backups.
import json, os, shutil, signal, socket, sqlite3, stat, subprocess, sys, tempfile, threading, time, http.client

MARU = sys.argv[1]
failures = []
at = tempfile.mkdtemp()


def check(what, got, want):
    if got != want:
        failures.append(what)
        print(f"FAIL {what}: got {got!r}, want {want!r}")


def maru(*words, env=None, status=0):
    done = subprocess.run([MARU, *words, "--json"], capture_output=True, text=True, timeout=120, env={**os.environ, "LANG": "C", **(env or {})})
    check(" ".join(words) + " " + done.stdout[:300], done.returncode, status)
    return json.loads(done.stdout) if done.stdout else {}


def say(*words, env=None): # for people: exit status, stdout, stderr
    done = subprocess.run([MARU, *words, "--lang", "en"], capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


class Server:
    living = []

    def __init__(self, *options, env=None):
        self.process = subprocess.Popen([MARU, "serve", "--lang", "en", *options], stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        Server.living.append(self.process)
        self.token, self.lines = "", []
        for line in self.process.stderr:
            self.lines.append(line)
            event = json.loads(line)
            if event["event"] == "first token":
                self.token = open(event["file"]).read()
            if event["event"] == "start":
                self.port = int(event["url"].split(":")[2].strip("/"))
                break
        else:
            raise SystemExit(f"the server did not start: {self.process.wait()} {self.lines}")
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def ask(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + token
        connection.request(method, path, json.dumps(body) if isinstance(body, dict) else body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if "json" in answer.getheader("Content-Type", "") and content else content

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=20)
        self.reader.join(5)
        return status


def settings():
    data, other = os.path.join(at, "settings"), os.path.join(at, "other")
    file = os.path.join(at, "maru.toml")

    def write(text):
        with open(file, "w") as out:
            out.write(text)

    write(f'# ours\ndata = "{data}"\nlisten = "127.0.0.1:0"\nworkers = 1\ninsecure = false\n')
    s = Server("--config", file)
    check("data of the file", os.path.exists(data + "/server.db"), True)
    s.stop()
    s = Server(env={"MARU_CONFIG": file, "MARU_DIR": other})
    check("the environment wins over the file", os.path.exists(other + "/server.db"), True)
    s.stop()
    shutil.rmtree(other)
    third = os.path.join(at, "third")
    s = Server("--data", third, env={"MARU_CONFIG": file, "MARU_DIR": other})
    check("the command line wins", (os.path.exists(third + "/server.db"), os.path.exists(other)), (True, False))
    s.stop()
    check("other verbs read the same file", [t["name"] for t in maru("tenant", "list", "--config", file)["items"]], ["local"])
    for text, line, words in (("data = 1\n", 1, "a text in quotes"), ("\nworkers = \"2\"\n", 2, "a whole number"), ("insecure = 1\n", 1, "true or false"),
                              ("workers = 0\n", 1, "1 … 64"), ("lisen = \"x\"\n", 1, "did you mean 'listen'"), ("config = \"x\"\n", 1, "no setting"),
                              ("data = \"a\"\ndata = \"b\"\n", 2, "already"), ("[serve]\n", 1, "tables"), ("a b\n", 1, "="), ("data = \"x\n", 1, "does not end")):
        write(text)
        status, _, said = say("serve", "--config", file)
        check(f"settings {text!r} {said}", (status, f"{file}:{line}:" in said, words in said), (3, True, True))
    check("no such file", say("serve", "--config", file + "x")[0], 3)
    check("a bad variable", say("serve", env={"MARU_WORKERS": "many"})[0], 2)
    check("nothing of maru there", (say("tenant", "list", "--data", at + "/nowhere")[0], os.path.exists(at + "/nowhere")), (3, False))
    installed = open("packaging/maru.toml").read() # each line that shows what holds without it is right, too
    write("\n".join(line[1:] if line.startswith("#") and " = " in line and not line.startswith("# ") else line for line in installed.splitlines()
                    if not line.startswith(("data", "#store", "#tls", "#page", "#listen"))) + f'\ndata = "{data}"\nlisten = "127.0.0.1:0"\n')
    Server("--config", file).stop()


def tenants(s, data):
    made = maru("tenant", "add", "acme", "--data", data)
    check("a running server knows the tenant", s.ask("GET", "/v1/me", token=made["token"])[1].get("tenant"), "acme")
    check("and is no longer open", s.ask("GET", "/v1/me")[0], 401)
    check("listed", [t["name"] for t in maru("tenant", "list", "--data", data)["items"]], ["acme", "local"])
    for words, status in ((["add", "acme"], 3), (["add", "Bad"], 3), (["remove", "nobody"], 3), (["remove", "local"], 3), (["add"], 2), (["list", "x"], 2), (["x"], 2)):
        check(f"tenant {words}", say("tenant", *words, "--data", data)[0], status)
    token = maru("token", "new", "--tenant", "acme", "--role", "engineer", "--expires", "90d", "--name", "line 3", "--data", data)
    who = s.ask("GET", "/v1/me", token=token["token"])[1]
    check("a new token", (who["role"], who["name"], "expires" in token), ("engineer", "line 3", True))
    short = maru("token", "new", "--tenant", "acme", "--role", "viewer", "--expires", "1s", "--data", data)
    check("a short one", s.ask("GET", "/v1/me", token=short["token"])[0], 200)
    time.sleep(1.2)
    check("expires", s.ask("GET", "/v1/me", token=short["token"])[0], 401)
    listed = maru("token", "list", "--tenant", "acme", "--data", data)
    check("tokens", sorted(t["name"] for t in listed["items"]), ["", "first admin", "line 3"])
    check("without secrets", "maru_" in json.dumps(listed), False)
    check("revoked", maru("token", "revoke", token["id"], "--tenant", "acme", "--data", data)["revoked"], True)
    check("opens nothing", s.ask("GET", "/v1/me", token=token["token"])[0], 401)
    for words, status in ((["new"], 2), (["new", "--role", "king"], 2), (["new", "--role", "admin", "--tenant", "nobody"], 3), (["revoke", "x"], 3), (["revoke"], 2),
                          (["list", "--tenant", "nobody"], 3), (["new", "--role", "admin", "--expires", "9999d"], 2)):
        check(f"token {words}", say("token", *words, "--data", data)[0], status)
    log = maru("audit", "list", "--tenant", "acme", "--data", data)["items"]
    check("in the log", [e["action"] for e in log], ["delete token", "create token", "create token"])
    check("who", "(command)" in log[0]["who"], True)
    check("limit", len(maru("audit", "list", "--tenant", "acme", "--limit", "1", "--data", data)["items"]), 1)
    # a tenant with a run that would take hours goes all the same
    body = open_zip("examples/minifab")
    plant = s.ask("POST", "/v1/plants", body, token=made["token"])[1]["plant"]
    run = s.ask("POST", "/v1/runs", {"plant": plant, "days": 36500, "replications": 500}, token=made["token"])[0]
    check("a long run", run, 202)
    kept = maru("backup", "--data", data)
    gone = maru("tenant", "remove", "acme", "--data", data)["removed"]
    name = os.path.basename(kept["path"])
    check("what went", sorted(gone), ["acme.db", f"backups/{name}/tenants/acme.db"])
    check("is gone", (os.path.exists(data + "/tenants/acme.db"), os.path.exists(kept["path"] + "/tenants/acme.db")), (False, False))
    check("its tokens too", s.ask("GET", "/v1/me", token=made["token"])[0], 401)
    check("the kept backup is still one", maru("restore", kept["path"], "--data", at + "/kept")["tenants"], 1)
    check("nothing of it in there", b"acme" in open(at + "/kept/server.db", "rb").read(), False)
    again = maru("tenant", "add", "acme", "--data", data)
    check("a new one of that name is empty", s.ask("GET", "/v1/plants", token=again["token"])[1]["items"], [])
    with open(at + "/secrets", "w") as out:
        out.write(made["token"])
    check("no file has the secret", subprocess.run(["grep", "-rlF", made["token"].split("_")[2], data], capture_output=True).stdout, b"")


def open_zip(folder):
    import io, zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name in os.listdir(folder):
            if name.endswith(".csv"):
                z.write(os.path.join(folder, name), name)
    return out.getvalue()


def audit(s, data):
    token = maru("token", "new", "--tenant", "local", "--role", "admin", "--data", data)["token"]
    for i in range(6):
        maru("token", "new", "--tenant", "acme", "--role", "viewer", "--name", str(i), "--data", data)
    sound = maru("audit", "verify", "--data", data)
    check("sound", (sound["sound"], [t["tenant"] for t in sound["tenants"]]), (True, ["acme", "local"]))
    head = maru("audit", "verify", "--tenant", "acme", "--data", data)["tenants"][0]["head"]
    check("the server tells the same", s.ask("GET", "/v1/audit", token=token)[1]["items"][0]["hash"], sound["tenants"][1]["head"])
    copy = at + "/edited"
    edits = (("who", "UPDATE audit SET who = 'x' WHERE number = 3", 3), ("a hidden tail", "UPDATE audit SET detail = detail || x'00' || 'x' WHERE number = 2", 2),
             ("action", "UPDATE audit SET action = action || ' ' WHERE number = 1", 1), ("time", "UPDATE audit SET at_ms = at_ms + 1 WHERE number = 4", 4),
             ("hash", "UPDATE audit SET hash = upper(hash) WHERE number = 5", 5), ("taken out", "DELETE FROM audit WHERE number = 2", 2),
             ("put in", "INSERT INTO audit VALUES(0, 0, '', '', '', '', '')", 1), ("swapped", "UPDATE audit SET subject = (SELECT subject FROM audit WHERE number = 5) WHERE number = 6", 6))
    for what, sql, entry in edits:
        shutil.rmtree(copy, ignore_errors=True)
        maru("backup", "-o", copy, "--data", data)
        db = sqlite3.connect(copy + "/tenants/acme.db")
        db.execute("DROP TRIGGER audit_stays")
        db.execute("DROP TRIGGER audit_is")
        db.execute(sql)
        db.commit()
        db.close()
        verdict = maru("audit", "verify", "--tenant", "acme", "--data", copy, status=1)
        check(f"found: {what}", (verdict["sound"], verdict["tenants"][0]["entry"]), (False, entry))
        check(f"said: {what}", f"entry {entry}" in say("audit", "verify", "--data", copy)[1], True)
    shutil.rmtree(copy)
    maru("backup", "-o", copy, "--data", data)
    db = sqlite3.connect(copy + "/tenants/acme.db")
    db.execute("DROP TRIGGER audit_stays")
    db.execute("DELETE FROM audit WHERE number > 4")
    db.commit()
    db.close()
    check("an end that was cut off is seen by its head", maru("audit", "verify", "--tenant", "acme", "--head", head, "--data", copy, status=1)["sound"], False)
    check("and is still there in the log itself", maru("audit", "verify", "--tenant", "acme", "--head", head, "--data", data)["sound"], True)


def backups(s, data):
    token = maru("token", "new", "--role", "admin", "--data", data)["token"]
    plants, stop = [], threading.Event()
    body = open_zip("examples/minifab")

    def write():
        while not stop.is_set():
            status, plant = s.ask("POST", "/v1/plants", body, token=token)
            if status == 201:
                plants.append(plant["plant"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(3):
            while len(plants) < 2 * (i + 1):
                time.sleep(0.02)
            known = list(plants)
            out = f"{at}/online{i}" + (".tar.zst" if i % 2 else "")
            told = maru("backup", "-o", out, "--data", data)
            check("told", (told["path"], told["tenants"]), (out, 2))
            check("private", stat.S_IMODE(os.stat(out).st_mode) & 0o077, 0)
            restored = f"{at}/restored{i}"
            maru("restore", out, "--data", restored)
            modes = {stat.S_IMODE(os.stat(os.path.join(where, name)).st_mode) for where, _, names in os.walk(restored) for name in names}
            check("restored files are private", modes, {0o600})
            second = Server("--data", restored, "--listen", "127.0.0.1:0")
            there = set()
            after = ""
            while after is not None:
                page = second.ask("GET", "/v1/plants?limit=200&after=" + after, token=token)[1]
                there |= {p["id"] for p in page["items"]}
                after = page.get("next")
            check("what was acknowledged before is in the backup", set(known) <= there, True)
            second.stop()
            check("and its logs are sound", maru("audit", "verify", "--data", restored)["sound"], True)
    finally:
        stop.set()
        writer.join()
    folder = at + "/online0"
    check("sha256sum reads the sums", subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder).returncode, 0)
    check("nothing is replaced", say("backup", "-o", folder, "--data", data)[0], 3)
    check("not empty", (say("restore", folder, "--data", data)[0], say("restore", folder)[0]), (3, 2))
    check("no backup", [say("restore", x, "--data", at + "/none")[0] for x in (at + "/nowhere", MARU, at)], [3, 3, 3])
    check("nothing is in place", (os.path.exists(at + "/none"), [n for n in os.listdir(at) if n.startswith("none")]), (False, []))
    os.mkdir(at + "/empty")
    check("an empty folder is fine", maru("restore", folder, "--data", at + "/empty")["tenants"], 2)
    check("another server on the same data", say("serve", "--data", data, "--listen", "127.0.0.1:0")[0], 3)
    hostile(folder)


def hostile(folder): # archives that want to stand elsewhere
    import io, tarfile
    tool = shutil.which("zstd")
    if not tool:
        print("no zstd: hostile archives are left out")
        return
    def entry(name, kind=tarfile.REGTYPE, link=""):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        return info
    cases = {"outside": [entry("../outside")], "absolute": [entry("/tmp/maru-outside")], "a link": [entry("tenants/a.db", tarfile.SYMTYPE, "/etc/passwd")],
             "twice": [entry("server.db"), entry("server.db")], "a device": [entry("server.db", tarfile.CHRTYPE)], "deep": [entry("tenants/../../x.db")],
             "no tenant": [entry("tenants/A.db")], "empty": []}
    for what, entries in cases.items():
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for info in entries:
                tar.addfile(info)
        packed = subprocess.run([tool, "-c"], input=out.getvalue(), capture_output=True).stdout
        with open(at + "/hostile.tar.zst", "wb") as file:
            file.write(packed)
        check(f"hostile: {what}", (say("restore", at + "/hostile.tar.zst", "--data", at + "/hostile")[0], os.path.exists(at + "/hostile"), os.path.exists(at + "/outside")),
              (3, False, False))


# ---- clients that trickle

def cut_after(port, what, first, piece, pause, limit, read=None):
    """Seconds until the server ends the connection, or None when it lets it live for `limit`."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=30)
    if read:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    began = time.monotonic()
    try:
        wire.sendall(first)
        while time.monotonic() - began < limit:
            time.sleep(pause)
            if piece:
                wire.sendall(piece)
            wire.setblocking(False)
            try:
                if wire.recv(read or 1) == b"":
                    return time.monotonic() - began
            except BlockingIOError:
                pass
            wire.setblocking(True)
        return None
    except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
        return time.monotonic() - began
    finally:
        wire.close()


def trickles():
    data = at + "/slow"
    s = Server("--data", data, "--listen", "127.0.0.1:0", "--patience", "1", "--workers", "1")
    plant = s.ask("POST", "/v1/plants", open_zip("examples/minifab"))[1]["plant"]
    run = s.ask("POST", "/v1/runs", {"plant": plant, "days": 36500, "replications": 1000})[1]["id"]
    host = b" HTTP/1.1\r\nHost: localhost\r\n"
    upload = b"POST /v1/plants" + host + b"Content-Length: 1000000\r\n\r\n"
    result = s.ask("POST", "/v1/plants", b"", headers={"Content-Length": "0"})[0]
    check("a short bad upload", result, 400)
    # a big answer: a table of 12 MB that does not get smaller
    import io, random, zipfile
    noise = random.Random(1).randbytes(9 << 20).hex().encode()[:15 << 20]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("notes.csv", noise)
    big = s.ask("POST", f"/v1/plants/{plant}/versions?keep=true", out.getvalue())
    check("a big table", big[0], 201)
    table = f"GET /v1/plants/{plant}/versions/2/tables/notes.csv".encode() + host + b"\r\n"
    cases = { # what, first bytes, then again and again, pause, seconds to look, read, is it cut, no sooner than
        "a header": (b"GET /v1/plants HT", b"T", 0.3, 12, None, True, 0.9),
        "header lines": (b"GET /v1/plants" + host, b"X-A: b\r\n", 0.3, 12, None, True, 0.9),
        "a second header": (b"GET /healthz" + host + b"\r\nGET /hea", b"x", 0.3, 12, 4096, True, 0.9),
        "a body": (upload, b"x", 0.3, 15, None, True, 2.5),
        "a body of chunks": (b"POST /v1/plants" + host + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.3, 15, None, True, 2.5),
        "an answer": (table, b"", 0.3, 9, 1, None, 0), # the client may not see it: its end of the wire is full
        "a body that moves": (upload, b"x" * 4000, 0.3, 8, None, False, 0),
        "an answer that moves": (table, b"", 0.1, 7, 65536, False, 0),
        "an event stream": (f"GET /v1/runs/{run}/events".encode() + host + b"\r\n", b"", 0.3, 8, 1, False, 0),
        "silence": (b"", b"", 0.3, 4, None, False, 0),
    }
    got = {}
    threads = [threading.Thread(target=lambda what=what, c=c: got.update({what: cut_after(s.port, what, *c[:5])})) for what, c in cases.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for what, case in cases.items():
        seconds = got[what]
        if case[5] is not None:
            check(f"slow: {what} ({seconds})", (seconds is not None, seconds is None or seconds > case[6]), (case[5], True))
    check("others are served", s.ask("GET", "/healthz")[0], 200)
    metrics = s.ask("GET", "/metrics")[1].decode()
    check("cuts are counted", int(metrics.split("\nmaru_connections_cut_total ")[1].split()[0]) >= 6, True)
    check("stop", s.stop(), 0)
    events = [json.loads(line) for line in s.lines]
    check("and told", any(e["event"] == "connections cut" for e in events), True)
    ends = [(e["ms"] < 8000, e.get("ended")) for e in events if e["event"] == "request" and e["route"] and e["route"].endswith("{table}")]
    check("an answer taken slowly is cut, one taken fast is not", (True, "cut") in ends and len(ends) == 2, True)


# ---- what the server says

def logs():
    data = at + "/logs"
    s = Server("--data", data, "--listen", "127.0.0.1:0", "--log-level", "debug")
    admin = s.token
    s.ask("GET", "/healthz")
    s.ask("GET", "/v1/plants?limit=7&after=hidden-query", token=admin)
    s.ask("GET", "/v1/hidden-path")
    s.ask("POST", "/v1/runs", b'{"hidden": "body"}', token=admin)
    s.ask("GET", "/v1/plants", token=admin[:-3] + "abc")
    s.ask("HEAD", "/healthz")
    name = 'quote " back \\ line \n bell \x07 end'
    theirs = s.ask("POST", "/v1/tokens", {"role": "viewer", "name": name}, token=admin)[1]["token"]
    s.ask("GET", "/v1/me", token=theirs)
    for raw in (b"G\"T\\ /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\xff\xfe\x01 / HTTP/1.1\r\nHost: x\r\n\r\n", b"A" * 300 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \x1b[2J\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", s.port), timeout=5) as wire:
            wire.sendall(raw)
            wire.settimeout(0.5)
            try:
                wire.recv(1000)
            except OSError:
                pass
    check("stop", s.stop(), 0)
    whole = "".join(s.lines)
    check("no secret, no query, no body, no path", [w for w in (admin, theirs, admin.split("_")[2], "hidden") if w in whole], [])
    events = []
    for line in s.lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            check(f"a line parses: {line!r}", False, True)
    events = [event for event in events if event["event"] != "job limits"]  # where there are control groups
    check("no control characters", all(ord(c) >= 32 or c == "\n" for c in whole), True)
    check("first and last", (events[0]["event"], events[1]["event"], events[-1]["event"]), ("first token", "start", "stop"))
    requests = [e for e in events if e["event"] == "request"]
    check("fields", {"time", "level", "event", "method", "route", "status", "bytes", "ms", "from"} <= set(requests[0]), True)
    # each line is written when its request is over and forgotten, which two threads may do in another order
    check("routes are patterns", {"/v1/plants", None} <= {e["route"] for e in requests}, True)
    check("who", [(e["tenant"], e["who"]) for e in requests if e["status"] == 400], [("local", "first admin")])
    check("a hostile name", [e["who"] for e in requests if e["route"] == "/v1/me" and e.get("who", "").startswith("quote")], [name])
    check("times", all(e["time"].endswith("Z") and e["ms"] >= 0 and e["bytes"] >= 0 for e in requests), True)
    check("health is for debug", [e["level"] for e in requests if e["route"] == "/healthz"][:1], ["debug"])
    s = Server("--data", data, "--listen", "127.0.0.1:0")
    s.ask("GET", "/healthz")
    s.ask("GET", "/v1/me")
    s.stop()
    check("usually without it", [json.loads(line).get("route") for line in s.lines if '"request"' in line], ["/v1/me"])
    check("a level that is none", say("serve", "--data", data, "--log-level", "loud")[0], 2)
    quiet = subprocess.Popen([MARU, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "off"], stderr=subprocess.PIPE, text=True)
    time.sleep(0.7)
    quiet.terminate()
    check("off", (quiet.wait(20), quiet.stderr.read()), (0, ""))
    failed = subprocess.run([MARU, "serve", "--data", data, "--listen", "0.0.0.0:0"], capture_output=True, text=True, timeout=20)
    check("a failed start is a line too", (failed.returncode, json.loads(failed.stderr)["event"]), (2, "start failed"))
    import pty
    leader, follower = pty.openpty() # a person
    process = subprocess.Popen([MARU, "serve", "--data", data, "--listen", "127.0.0.1:0", "--lang", "en"], stderr=follower)
    os.close(follower)
    seen = b""
    while b"Ctrl-C" not in seen:
        seen += os.read(leader, 1000)
    process.terminate()
    check("a person reads sentences", (process.wait(20), b"maru serves http://localhost:" in seen, b"{" in seen), (0, True, False))
    os.close(leader)


# ---- as a service

def service():
    data = at + "/service"
    for path, address in ((at + "/notify", at + "/notify"), ("@maru-test-%d" % os.getpid(), "\0maru-test-%d" % os.getpid())):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(address)
        manager.settimeout(10)
        s = subprocess.Popen([MARU, "serve", "--data", data, "--listen", "127.0.0.1:0"], stderr=subprocess.DEVNULL,
                             env={**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"})
        first = manager.recv(1000).decode()
        check("ready", first.splitlines()[0], "READY=1")
        beats, began = [], time.monotonic()
        while len(beats) < 4:
            said = manager.recv(1000).decode()
            check("a sign of life", said, "WATCHDOG=1")
            beats.append(time.monotonic())
        check("in time", max(b - a for a, b in zip([began, *beats], beats)) < 0.6, True)
        s.terminate()
        said = ""
        while said == "" or said == "WATCHDOG=1":
            said = manager.recv(1000).decode()
        check("stopping", (said, s.wait(20)), ("STOPPING=1", 0))
        manager.close()
    for variables in ({"NOTIFY_SOCKET": "relative"}, {"NOTIFY_SOCKET": "/nowhere/at/all"}, {"NOTIFY_SOCKET": "/" + "x" * 200}, {"WATCHDOG_USEC": "soon"},
                      {"NOTIFY_SOCKET": ""}):
        s = Server("--data", data, "--listen", "127.0.0.1:0", env=variables) # nobody listens: it works all the same
        check(f"{variables}", s.stop(), 0)


# ---- requests that are asked twice

def twice():
    data = at + "/twice"
    s = Server("--data", data, "--listen", "127.0.0.1:0", "--workers", "1")
    zip_, n_plant = open_zip("examples/minifab"), lambda: len(s.ask("GET", "/v1/plants", token=admin)[1]["items"])
    admin = s.token

    def post(path, body, key, token=None):
        return s.ask("POST", path, body, token or admin, {"Idempotency-Key": key})

    first = post("/v1/plants?name=a", zip_, "k1")
    check("made", (first[0], n_plant()), (201, 1))
    check("again", (post("/v1/plants?name=a", zip_, "k1"), n_plant()), (first, 1))
    for what, path, body in (("body", "/v1/plants?name=a", zip_ + b"x"), ("query", "/v1/plants?name=b", zip_), ("path", "/v1/runs", {"plant": first[1]["plant"]})):
        check(f"another {what}", (post(path, body, "k1")[0], n_plant()), (422, 1))
    for key in ("", "x" * 129, "a b", "k\u00e9", "a\tb"):
        check(f"key {key!r}", post("/v1/plants", zip_, key.encode())[0], 400)
    check("what failed may be mended with its key", (post("/v1/plants?name=b", b"bad", "k2")[0], post("/v1/plants?name=b", zip_, "k2")[0], n_plant()), (400, 201, 2))
    plant = first[1]["plant"]
    version = post(f"/v1/plants/{plant}/versions", zip_, "k3")
    check("a version", (version[0], version[1]["version"], post(f"/v1/plants/{plant}/versions", zip_, "k3")), (201, 2, version))
    run = post("/v1/runs", {"plant": plant, "days": 10}, "k4")
    for _ in range(100):
        if s.ask("GET", "/v1/runs/" + run[1]["id"], token=admin)[1]["state"] == "done":
            break
        time.sleep(0.05)
    check("a run, as it was answered first", (run[0], post("/v1/runs", {"plant": plant, "days": 10}, "k4")), (202, run))
    check("one run", len(s.ask("GET", "/v1/runs", token=admin)[1]["items"]), 1)
    # secrets are told once and kept nowhere
    made = post("/v1/tokens", {"role": "viewer"}, "k5")
    again = post("/v1/tokens", {"role": "viewer"}, "k5")
    check("a token", (made[0], again[0], made[1]["id"] in again[1]["detail"], made[1]["token"] in json.dumps(again[1])), (201, 409, True, False))
    tenant = post("/v1/tenants", {"name": "acme"}, "k6")
    check("a tenant", (tenant[0], post("/v1/tenants", {"name": "acme"}, "k6")[0], post("/v1/tenants", {"name": "other"}, "k6")[0]), (201, 409, 422))
    check("a refused one", (post("/v1/tokens", {"role": "king"}, "k7")[0], post("/v1/tokens", {"role": "viewer"}, "k7")[0]), (400, 201))
    check("keys of another tenant are others", (post("/v1/plants?name=a", zip_, "k1", tenant[1]["token"])[0], n_plant()), (201, 2))
    # at the same time
    got = []
    threads = [threading.Thread(target=lambda: got.append(post("/v1/plants?name=many", zip_, "k8"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = [answer for answer in got if answer[0] == 201]
    check("at the same time one is made", ({a[0] for a in got} <= {201, 409}, len({json.dumps(a[1]) for a in good}), n_plant()), (True, 1, 3))
    check("and told to all afterwards", post("/v1/plants?name=many", zip_, "k8"), good[0])
    # a kill before the answer was kept: the row is there without it
    run9 = post("/v1/runs", {"plant": plant, "days": 11}, "k9")
    s.stop(signal.SIGKILL)
    db = sqlite3.connect(data + "/tenants/local.db")
    db.execute("UPDATE replay SET status = 0, answer = NULL WHERE key IN ('k3', 'k9')")
    db.execute("UPDATE replay SET at_ms = at_ms - 25 * 3600 * 1000 WHERE key = 'k1'")
    db.commit()
    kept = b"".join(str(row).encode() for row in db.execute("SELECT * FROM replay"))
    db.close()
    check("no secret is kept", [w for w in (made[1]["token"], tenant[1]["token"], admin) if w.split("_")[2].encode() in kept], [])
    s = Server("--data", data, "--listen", "127.0.0.1:0", "--workers", "1")
    after = post("/v1/runs", {"plant": plant, "days": 11}, "k9")
    check("after a kill it is told anew", (after[0], after[1]["id"], len(s.ask("GET", "/v1/runs", token=admin)[1]["items"])), (202, run9[1]["id"], 2))
    after = post(f"/v1/plants/{plant}/versions", zip_, "k3")
    check("a version too", (after[0], after[1]["version"]), (201, 2))
    check("after a day a key is new", (post("/v1/plants?name=a", zip_, "k1")[0], n_plant()), (201, 4))
    kills(s, data, zip_, admin)


# Killed again and again while plants are made: a key asked again after each kill has made one plant.
def kills(s, data, zip_, admin):
    import random
    luck = random.Random(3)
    for i in range(8):
        key = {"Idempotency-Key": f"kill{i}"}
        def ask():
            try:
                s.ask("POST", f"/v1/plants?name=kill{i}", zip_, admin, key)
            except (OSError, http.client.HTTPException):
                pass
        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(luck.uniform(0, 0.03))
        s.stop(signal.SIGKILL)
        thread.join()
        s = Server("--data", data, "--listen", "127.0.0.1:0", "--workers", "1")
        answer = s.ask("POST", f"/v1/plants?name=kill{i}", zip_, admin, key)
        names = [p["name"] for p in s.ask("GET", "/v1/plants?limit=200", token=admin)[1]["items"]]
        check(f"kill {i}", (answer[0], names.count(f"kill{i}")), (201, 1))
    check("sound", maru("audit", "verify", "--data", data)["sound"], True)
    s.stop()


# ---- metrics

def metrics():
    s = Server("--data", at + "/metrics", "--listen", "127.0.0.1:0")
    for path in ("/v1/plants", "/v1/plants", "/v1/nothing", "/healthz"):
        s.ask("GET", path)
    text = s.ask("GET", "/metrics")[1].decode()
    told = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")}
    helped = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# HELP")}
    check("each has its help", told, helped)
    values = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            check(f"once: {name}", name in values, False)
            values[name] = float(value)
            base = name.split("{")[0]
            check(f"has a type: {name}", base in told or any(base == t + end for t in told for end in ("_bucket", "_sum", "_count")), True)
    route = '{method="GET",route="/v1/plants"'
    check("counted", values[f'maru_requests_total{route},status="2xx"}}'], 2)
    buckets = [v for k, v in values.items() if k.startswith("maru_request_duration_seconds_bucket" + route)]
    check("buckets only grow", (buckets == sorted(buckets), buckets[-1], values["maru_request_duration_seconds_count" + route + "}"]), (True, 2, 2))
    check("what is no route", values['maru_requests_total{method="other",route="other",status="4xx"}'], 1)
    check("gauges", [values.get(name) is not None for name in ('maru_runs{state="running"}', "maru_streams", 'maru_store_bytes{kind="tenants"}', "maru_store_free_bytes",
                                                                "maru_connections", "maru_tenants")], [True] * 6)
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        check("promtool " + done.stdout + done.stderr, done.returncode, 0)
    else:
        print("SKIP no promtool: the metrics are checked by this test alone")
    s.stop()


# What root does in the folder of a service stays readable for the service.
def root_beside_a_service():
    if os.getuid() != 0:
        print("not root: the owner of the folder is left out")
        return
    data = at + "/owned"
    s = Server("--data", data, "--listen", "127.0.0.1:0")
    s.stop()
    os.chmod(at, 0o755)
    for where, folders, names in os.walk(data):
        for name in ["", *folders, *names]:
            os.chown(os.path.join(where, name), 65534, 65534)
    maru("tenant", "add", "acme", "--data", data)
    maru("token", "new", "--tenant", "acme", "--role", "viewer", "--data", data)
    maru("backup", "--data", data)
    owners = {os.stat(os.path.join(where, name)).st_uid for where, folders, names in os.walk(data) for name in [*folders, *names]}
    check("all files belong to the service", owners, {65534})
    os.mkdir(at + "/given")
    os.chown(at + "/given", 65534, 65534)
    out = at + "/of-root"
    maru("backup", "-o", out, "--data", data)
    check("a backup elsewhere is root's", os.stat(out).st_uid, 0)
    maru("restore", out, "--data", at + "/given")
    owners = {os.stat(os.path.join(where, name)).st_uid for where, folders, names in os.walk(at + "/given") for name in ["", *folders, *names]}
    check("restored for the owner of the folder", owners, {65534})


try:
    settings()
    data = at + "/data"
    server = Server("--data", data, "--listen", "127.0.0.1:0", "--workers", "1")
    tenants(server, data)
    audit(server, data)
    backups(server, data)
    check("stop", server.stop(), 0)
    root_beside_a_service()
    twice()
    metrics()
    logs()
    service()
    trickles()
finally:
    for process in Server.living: # those that a failure has left
        process.kill()
    shutil.rmtree(at, ignore_errors=True)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
