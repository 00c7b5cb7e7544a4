#!/usr/bin/env python3
# tests/hostile.py MARU [long]: random hostile requests, of every route: mutated ones, garbage, huge headers, pipelined, slow
# and half-sent ones, wrong lengths, bad chunks, tricks with paths, wrong tokens. Nothing may crash the server, nothing may
# be answered with 500, nobody sees another tenant's data, and afterwards it answers as before. `long`: 10 000 of them, else
# 800. MARU may be built with sanitizers: what they find ends it, or is seen at its end. SEED is an environment variable.
import base64, json, os, random, select, socket, sys, time, urllib.parse
from cloud import *

MARU = sys.argv[1]
N = 10000 if "long" in sys.argv[2:] else 800
SEED = int(os.environ.get("SEED", "1"))
SECRET = "oyster7391"  # in the names and tables of the tenant that is not to be seen
luck = random.Random(SEED)

BODIES = {
    "/v1/runs": {"plant": "ID", "days": 1, "replications": 2, "seed": 1, "variants": ["", "rule=spt"], "options": {"rule": "fifo"}},
    "/v1/twins": {"plant": "ID", "speed": 60, "playing": False, "seed": 3, "options": {}, "state": "STATE"},
    "/v1/tokens": {"role": "viewer", "name": "n", "expires_days": 1},
    "/v1/tenants": {"name": "zz"},
    "/v1/twins/{twin}/play": {"speed": 1}, "/v1/twins/{twin}/seek": {"time": 100}, "/v1/twins/{twin}/pause": {},
    "/v1/twins/{twin}/fork": {"name": "f", "time": 1, "seed": 2}, "/v1/twins/{twin}/events": {"kind": "down", "tool": "TOOL", "for": 60},
    "/v1/twins/{twin}/forecast": {"hours": 1, "replications": 2},
}
ODD = [None, True, -1, 0, 1e308, -1e308, 1e-320, 2**63, 2**64, -2**63, "", "x" * 5000, "\u0000", "\ud800", "../../etc/passwd", "'; DROP TABLE plant; --", [], {},
       [[[[]]]], {"a": {"b": {}}}, "%s%n%n", "NaN", "\u202e", "가" * 50, float("inf"), float("nan")]
PATHS = ["/../../etc/passwd", "/v1/../../x", "//", "/%2e%2e/%2e%2e/etc/passwd", "/v1/plants/%00", "/v1//plants", "/v1/plants/", "/v1/plants/..", "*", "http://evil/",
         "/v1/plants/%", "/v1/plants/%zz", "/" + "a/" * 300, "/v1/plants?limit=" + "9" * 400, "/v1/plants?after=%27%22", "/v1/plants?limit=-1&limit=2", "/\xff\xfe",
         "/index.html/../server.db", "/assets/..%2f..%2fserver.db", "/tenants/local.db", "/v1/plants/x/versions/1/tables/..%2f..%2fserver.db", ""]
HEADERS = ["X: " + "y" * 40000, "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked",
           "Transfer-Encoding: gzip, chunked", "Expect: 100-continue", "Expect: nonsense", "Connection: upgrade\r\nUpgrade: websocket", "Authorization: Basic eDp5",
           "Authorization: Bearer ", "Authorization: Bearer maru_" + "0" * 22 + "_" + "f" * 64, "Cookie: maru_token=\"; maru_token=x", "Range: bytes=0-99999999,-1",
           "If-None-Match: " + "\"a\"," * 500, "If-Match: W/\"", "Accept-Encoding: gzip;q=0, *;q=9", "Idempotency-Key: " + "k" * 200, "Idempotency-Key: a b", "Content-Type: multipart/form-data",
           "Content-Type: multipart/form-data; boundary=" + "b" * 300, "Content-Type: application/zip", "Host: evil.example", "Host:", "Origin: null", "Sec-Fetch-Site: cross-site",
           ": empty", "No-Colon", " folded", "X-Nul: a\x00b", "\r", "Accept-Language: " + "ko," * 300]


class Attack:
    def __init__(self, server, tokens, ids, state):
        self.server, self.tokens, self.ids, self.state = server, tokens, ids, state
        paths = json.load(open("docs/openapi.json"))["paths"]
        # these would wait, and that is right: their streams end when something happens
        self.routes = [(method.upper(), path) for path, its in paths.items() for method in its if not path.endswith(("/events", "/stream")) or method == "post"]
        self.slow, self.statuses, self.n_no_answer, self.slowest = [], {}, 0, 0.0
        self.archive = zip_of("examples/minifab")

    def part(self, name):
        good = self.ids.get(name, ["1"])
        if luck.random() < 0.85:
            return luck.choice(good)
        return luck.choice(["x", "0" * 22, "%00", "..", "a" * 300, "-1", "latest", "%F0%9F%92%A9", "1e9"])

    def path(self, pattern):
        parts = [self.part(p[1:-1]) if p.startswith("{") else p for p in pattern.split("/")]
        query = luck.choice(["", "", "", "?limit=3", "?time=5", "?time=nan", "?time=-1", "?limit=0", "?from=1", "?lang=ko", "?name=" + "n" * 400, "?keep=true", "?keep=maybe", "?plant=x", "?search=%ff", "?a=b&a=c&&=&"])
        return "/".join(parts) + query

    def mutate(self, data):
        data = bytearray(data)
        for _ in range(luck.randrange(1, 6)):
            at = luck.randrange(len(data) + 1)
            what = luck.randrange(4)
            if what == 0 and at < len(data):
                data[at] = luck.randrange(256)
            elif what == 1:
                data[at:at] = luck.randbytes(luck.randrange(1, 20))
            elif what == 2:
                del data[at:at + luck.randrange(1, 30)]
            else:
                data[at:at] = data[:luck.randrange(len(data) + 1)][:200]
        return bytes(data)

    def body(self, method, pattern):
        if method == "GET" or method == "DELETE":
            return luck.choice([b"", b"", b"", b"{}"])
        what = luck.randrange(5)
        if pattern in BODIES and what < 4:
            body = dict(BODIES[pattern])
            if "plant" in body:
                body["plant"] = luck.choice(self.ids["plant"])
            if "tool" in body:
                body["tool"] = luck.choice([self.ids["tool"][0], "x/1", "x", "/"])
            if "state" in body and luck.random() < 0.5:
                del body["state"]
            elif "state" in body:  # as it was saved, or changed before it was coded
                body["state"] = base64.b64encode(luck.choice([self.state, self.mutate(self.state)])).decode()
            for _ in range(luck.randrange(3)):
                body[luck.choice(list(body) + ["colour"]) if body else "colour"] = luck.choice(ODD)
            try:
                text = json.dumps(body).encode()
            except ValueError:
                text = b"{}"
            return self.mutate(text) if what == 3 else text
        if "plants" in pattern:
            return luck.choice([self.archive, self.mutate(self.archive), form_of("../../x.csv", b"a"), form_of("notes.csv", luck.randbytes(300)),
                                self.mutate(form_of("routes.csv", b"a,b\n1,2\n")), luck.randbytes(1000)])
        return luck.choice([b"", b"[]", b"{", b"[" * 5000, b'{"a":' * 3000, luck.randbytes(500), b"\xef\xbb\xbf{}", b"null"])

    def head(self, method, path, extra):
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
        token = luck.choice(self.tokens)
        if token:
            lines.append("Authorization: Bearer " + token)
        return "\r\n".join(lines + extra).encode("utf-8", "surrogateescape") + b"\r\n"

    def request(self):
        self.is_whole = False  # else it is answered and closed without us ending it
        method, pattern = luck.choice(self.routes)
        body = self.body(method, pattern)
        if pattern == "/v1/tenants/{tenant}" or (method == "DELETE" and luck.random() < 0.8):
            method = "GET"
        extra = [f"Content-Type: multipart/form-data; boundary=B"] if body.startswith(b"--B") else []
        what = luck.randrange(16)
        if what == 0:
            return self.head(method, luck.choice(PATHS), []) + b"\r\n"
        if what == 1:
            extra.append(luck.choice(HEADERS))
        if what == 2:
            return luck.randbytes(luck.randrange(1, 3000))
        if what == 3:  # chunks
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 97]), body[i:i + 97]) for i in range(0, len(body), 97)) + b"0\r\n\r\n"
            return self.head(method, self.path(pattern), extra + ["Transfer-Encoding: chunked"]) + b"\r\n" + (self.mutate(chunks) if luck.random() < 0.5 else chunks)
        if what == 4:  # a wrong length
            length = luck.choice([0, len(body) + 10, max(len(body) - 5, 0), 2**31, 2**63, 70 << 20])
            return self.head(method, self.path(pattern), extra + [f"Content-Length: {length}"]) + b"\r\n" + body
        if what != 6:
            extra.append("Connection: close")
        whole = self.head(luck.choice([method] * 80 + ["PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "get", "\x00"]), self.path(pattern), extra + [f"Content-Length: {len(body)}"]) + b"\r\n" + body
        if what == 5:
            return self.mutate(whole)
        if what == 6:  # pipelined
            return whole * luck.randrange(2, 20)
        self.is_whole = what > 6
        return whole

    def send(self, data):
        wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
        how = luck.random()
        try:
            if how < 0.02:  # half of it, and then it is held
                wire.sendall(data[:luck.randrange(len(data) + 1)])
                self.slow.append(wire)
                if len(self.slow) > 60:
                    self.slow.pop(0).close()
                return
            if how < 0.05:  # gone at once
                wire.sendall(data)
                wire.close()
                return
            if how < 0.1:  # in pieces
                for i in range(0, min(len(data), 4000), max(len(data) // 5, 1)):
                    wire.sendall(data[i:i + max(len(data) // 5, 1)])
            else:
                wire.sendall(data)
        except OSError:
            pass  # it was refused while we were still talking
        if not self.is_whole or luck.random() < 0.1:
            try:
                wire.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        self.hear(wire)

    def hear(self, wire):
        began, heard = time.monotonic(), b""
        try:
            while time.monotonic() - began < 20 and len(heard) < 1 << 22:
                piece = wire.recv(1 << 16)
                if not piece:
                    break
                heard += piece
        except OSError:
            pass
        wire.close()
        self.slowest = max(self.slowest, time.monotonic() - began)
        if SECRET.encode() in heard:
            check(f"nobody sees this: {heard[:300]}", True, False)
        n = 0
        for start in heard.split(b"HTTP/1.1 ")[1:]:
            status = start[:3].decode("latin-1")
            self.statuses[status] = self.statuses.get(status, 0) + 1
            n += 1
            if status in ("500", "502", "504"):
                check(f"answered with {status}: {start[:600]}", True, False)
        self.n_no_answer += n == 0


def main():
    folder = temporary()
    server = Server(MARU, folder, "--patience", "3", env={"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"})
    admin = server.client(server.token)
    tokens = {name: admin.post("/v1/tenants", {"name": name})[1]["token"] for name in ("mine", "theirs")}
    mine, theirs = server.client(tokens["mine"]), server.client(tokens["theirs"])
    ids = {"plant": [], "run": [], "twin": [], "version": ["1", "2"], "table": ["routes.csv", "notes.csv"], "format": ["usda", "glb", "usdz"], "number": ["1"], "lot": ["0", "1"]}
    for client, word in ((mine, "own"), (theirs, SECRET)):
        plant = client.post(f"/v1/plants?name={word}", zip_of("examples/minifab"))[1]["plant"]
        client.post(f"/v1/plants/{plant}/versions?keep=true", form_of("notes.csv", word.encode() + b",1\n"), FORM)
        run = client.post("/v1/runs", {"plant": plant, "version": 1, "days": 2, "name": word})[1]["id"]
        twin = client.post("/v1/twins", {"plant": plant, "version": 1, "name": word, "playing": False})[1]["id"]
        ids["plant"].append(plant), ids["run"].append(run), ids["twin"].append(twin)
        client.wait_for(run), client.settle(twin)
        groups = client.get(f"/v1/plants/{plant}/versions/1/layout")[1]["groups"]
    ids["group"] = [urllib.parse.quote(groups[0]["name"])]
    ids["tool"] = [groups[0]["name"] + "/1"]
    want = [theirs.get(p)[1] for p in (f"/v1/plants/{ids['plant'][1]}", f"/v1/runs/{ids['run'][1]}/result", f"/v1/plants/{ids['plant'][1]}/versions/2/tables/notes.csv")]
    viewer = mine.post("/v1/tokens", {"role": "viewer", "name": "v"})[1]["token"]
    gone = mine.post("/v1/tokens", {"role": "admin", "name": "gone"})[1]
    mine.ask("DELETE", "/v1/tokens/" + gone["id"])
    attack = Attack(server, [tokens["mine"]] * 6 + [viewer] * 2 + ["", "x", gone["token"], tokens["theirs"][:-1] + "x", tokens["theirs"][:40]], ids, mine.get(f"/v1/twins/{ids['twin'][0]}/state")[1])
    began = time.monotonic()
    for n in range(N):
        attack.send(attack.request())
        if not server.is_alive() or len(failures) > 3:
            break
        if n % 200 == 199:  # what waits for long runs is not what is tried here
            for run in mine.get("/v1/runs?limit=200")[1]["items"]:
                if run["state"] in ("waiting", "running"):
                    mine.post(f"/v1/runs/{run['id']}/cancel")
            for twin in mine.get("/v1/twins?limit=200")[1]["items"]:
                if twin["id"] not in ids["twin"]:
                    mine.ask("DELETE", "/v1/twins/" + twin["id"])
    seconds = time.monotonic() - began
    check("it lives", server.is_alive(), True)
    if server.is_alive():
        start = time.monotonic()
        check("it answers", server.client().get("/healthz")[0], 200)
        prompt = time.monotonic() - start
        within("the next answer takes", prompt * 1000, 1000, " ms")
        check("theirs is what it was", [theirs.get(p)[1] for p in (f"/v1/plants/{ids['plant'][1]}", f"/v1/runs/{ids['run'][1]}/result", f"/v1/plants/{ids['plant'][1]}/versions/2/tables/notes.csv")], want)
        for wire in attack.slow:
            wire.close()
        check("a good end, with no leak", server.stop(timeout=120), 0)
    noise = [line for line in server.log if not line.startswith("{")]
    check("".join(noise[:60]), len(noise), 0)
    tell(f"{n + 1} hostile requests in {seconds:.0f} s, seed {SEED}: " + ", ".join(f"{k}: {v}" for k, v in sorted(attack.statuses.items()))
         + f", {attack.n_no_answer} without an answer; the slowest took {attack.slowest:.1f} s")


main()
finish()
