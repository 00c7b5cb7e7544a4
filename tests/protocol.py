#!/usr/bin/env python3
# tests/protocol.py MARU: single requests, byte by byte, of which RFC 9110 and 9112 say how they are answered: methods, lengths that
# contradict each other, names in paths, conditions, languages and codings by their quality, headers of refusals.
import gzip, io, json, os, re, socket, sys, tarfile, time, urllib.parse
from cloud import *

MARU = sys.argv[1]
GROUP = "노광/3;A=1 #2 50%25+"  # a name as plants have them


class Answer:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/1.1 ") else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value

    def json(self):
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return json.loads(body)


def exchange(server, data, timeout=10):
    """What comes back until the other side is through, or nothing comes for a while."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as wire:
        wire.sendall(data)
        heard = b""
        try:
            while piece := wire.recv(1 << 16):
                heard += piece
        except OSError:
            pass
    return heard


class Wire:
    def __init__(self, server, token):
        self.server, self.token = server, token

    def lines(self, method, target, *headers, host="Host: localhost", auth=True, body=b"", close=True):
        its = [f"{method} {target} HTTP/1.1"] + ([host] if host else []) + ([f"Authorization: Bearer {self.token}"] if auth else []) + (["Connection: close"] if close else [])
        return "\r\n".join(its + list(headers)).encode() + b"\r\n\r\n" + body

    def ask(self, *what, **how):
        return Answer(exchange(self.server, self.lines(*what, **how)))


def of_methods(wire, plant):
    for target, allow in (("/v1/plants", "GET, HEAD, POST"), (f"/v1/plants/{plant}", "GET, HEAD, PATCH, DELETE"), ("/v1/me", "GET, HEAD"), ("/v1/twins/x/play", "POST"), ("/healthz", "GET, HEAD")):
        for method in ("PUT", "OPTIONS", "BREW"):
            got = wire.ask(method, target)
            check(f"{method} {target}", (got.status, got.headers.get("allow")), (405, allow))
    check("a refusal tells its kind", wire.ask("PUT", "/v1/plants").headers["content-type"], "application/problem+json")
    got = wire.ask("DELETE", "/simulation")
    check("DELETE of the page", (got.status, got.headers.get("allow")), (405, "GET, HEAD"))
    for target in ("/v1/plants", "/v1/nothing", "/healthz", "/"):
        whole, head = wire.ask("GET", target), wire.ask("HEAD", target)
        check(f"HEAD {target}", (head.status, head.body, head.headers.get("content-length"), head.headers.get("etag")), (whole.status, b"", whole.headers.get("content-length"), whole.headers.get("etag")))


def of_lengths(wire):
    body = b'{"name": "x"}'
    for name, headers, want in (
        ("two lengths", ["Content-Length: 13", "Content-Length: 14"], 400), ("the same length twice", ["Content-Length: 13", "Content-Length: 13"], 400),
        ("length and chunks", ["Content-Length: 13", "Transfer-Encoding: chunked"], 400), ("chunks and length", ["Transfer-Encoding: chunked", "Content-Length: 13"], 400),
        ("a coding that is not known", ["Transfer-Encoding: gzip, chunked"], 501), ("no coding", ["Transfer-Encoding: identity"], 501),
        ("chunks twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 400), ("a negative length", ["Content-Length: -1"], 400),
        ("a signed length", ["Content-Length: +13"], 400), ("a list of lengths", ["Content-Length: 13, 13"], 400), ("a length in words", ["Content-Length: 13x"], 400),
        ("too much", ["Content-Length: 999999999"], 413), ("a body where none is", ["Content-Length: 13"], 413),
    ):
        target = "/v1/me" if name == "a body where none is" else "/v1/tokens"
        method = "GET" if target == "/v1/me" else "POST"
        heard = exchange(wire.server, wire.lines(method, target, *headers, body=body, close=False) + wire.lines("GET", "/v1/me"), timeout=3)
        check(name, (Answer(heard).status, b"HTTP/1.1 200" in heard), (want, False))  # what stands behind it is not asked
    check("chunks without end", wire.ask("POST", "/v1/tokens", "Transfer-Encoding: chunked", body=b"ffff\r\n" + b"x" * 65535 + b"\r\n" + b"40000\r\n" + b"y" * 262144 + b"\r\n0\r\n\r\n").status, 413)
    good = wire.ask("POST", "/v1/tokens", "Transfer-Encoding: chunked", "Expect: 100-continue", body=b"12\r\n" + b'{"role": "viewer"}' + b"\r\n0\r\n\r\n")
    check("chunks", good.status in (100, 201), True)
    refused = exchange(wire.server, wire.lines("POST", "/v1/tokens", "Content-Length: 999999999", "Expect: 100-continue"))
    check("who asks first is not told to go on", refused[:12], b"HTTP/1.1 413")


def of_headers(wire):
    for name, headers, want in (
        ("two hosts", ["Host: localhost"], 400), ("two tokens", ["Authorization: Bearer x"], 400), ("two origins", ["Origin: http://a", "Origin: http://localhost"], 400),
        ("two kinds", ["Content-Type: application/json", "Content-Type: text/html"], 400), ("two keys", ["Idempotency-Key: a", "Idempotency-Key: b"], 400),
    ):
        check(name, wire.ask("GET", "/v1/me", *headers).status, want)
    check("no host", wire.ask("GET", "/v1/me", host="").status, 400)
    check("a scheme in small letters", Answer(exchange(wire.server, f"GET /v1/me HTTP/1.1\r\nHost: h\r\nauthorization: bearer {wire.token}\r\nConnection: close\r\n\r\n".encode())).status, 200)
    check("headers without end", wire.ask("GET", "/v1/me", "X: " + "y" * 200000).status in (413, 431), True)
    refused = wire.ask("GET", "/v1/me", auth=False, host="Host: evil.example")
    check("a refusal is not taken for something else", [refused.headers.get(h) for h in ("x-content-type-options", "cache-control")], ["nosniff", "no-cache, private"])


def of_paths(wire, twin):
    quoted = urllib.parse.quote(GROUP, safe="")
    small = re.sub("%..", lambda digits: digits[0].lower(), quoted)
    check("a name with all kinds of signs", wire.ask("GET", f"/v1/twins/{twin}/tools/{quoted}/1").json().get("name"), GROUP + "/1")
    check("in small digits", wire.ask("GET", f"/v1/twins/{twin}/tools/{small}/1").status, 200)
    check("cut in two", wire.ask("GET", f"/v1/twins/{twin}/tools/{quoted.replace('%2F', '/')}/1").status, 404)
    check("twice", wire.ask("GET", f"/v1/twins/{twin}/tools/{urllib.parse.quote(quoted)}/1").status, 404)
    check("letters of a path", wire.ask("GET", "/v1/%6de").status, 200)
    check("a slash that parts nothing", wire.ask("GET", "/v1%2Fme").status, 404)
    for target in ("/v1/me%00", "/v1/plants/%00", "/v1/plants?limit=5%00x", "/index.html%00", "/%00"):
        check(target, wire.ask("GET", target).status, 400)
    for target in ("/v1/me/", "/v1//me", "//v1/me", "/v1/./me", "/v1/plants/../me", "/V1/me"):
        check(target, wire.ask("GET", target).status in (404, 200) and wire.ask("GET", target).headers.get("content-type") != "application/json", True)
    check("too long", wire.ask("GET", "/v1/plants/" + "a" * 4000).status, 414)
    check("the whole address", wire.ask("GET", "http://localhost/v1/me").status, 200)
    check("the whole address of another", wire.ask("GET", "http://evil.example/v1/me").status, 400)
    check("the whole address, nothing behind it", wire.ask("GET", "http://localhost").status, wire.ask("GET", "/").status)
    check("a fragment is no part of a target", wire.ask("GET", "/v1/me#x").status, 404)
    story = wire.ask("GET", "/v1/plants/%ff%fe", "Accept-Language: ko").json()
    check("bytes that are no text", story["status"], 404)


def of_conditions(wire, plant):
    for target in ("/v1/openapi.json", "/v1/options", "/v1/plants", f"/v1/plants/{plant}", f"/v1/plants/{plant}/versions/1/layout", f"/v1/plants/{plant}/versions/1/archive", "/v1/examples", "/"):
        tag = wire.ask("GET", target).headers.get("etag")
        if not tag:
            check(f"{target} has a tag", target, "/")  # without a page built in there is none
            continue
        for wanted, status in ((tag, 304), (f'"x", {tag}', 304), (f'"x",W/{tag} , "y"', 304), ("*", 304), ('"x"', 200), (tag[:-2] + '"', 200), ("x", 200), ('"' + tag, 200)):
            got = wire.ask("GET", target, "If-None-Match: " + wanted)
            check(f"{target} If-None-Match: {wanted}", (got.status, got.headers.get("etag"), got.status == 200 or got.body == b""), (status, tag, True))
    check("a range is not served, the whole is", wire.ask("GET", "/v1/openapi.json", "Range: bytes=0-3").status, 200)


def of_choices(wire):
    for wanted, want in (("gzip", "gzip"), ("gzip;q=0", None), ("gzip;q=0.000, *;q=1", None), ("identity", None), ("x-gzipped", None), ("br, GZIP;q=0.5", "gzip"), ("*", "gzip"), ("*;q=0", None), ("", None)):
        check(f"Accept-Encoding: {wanted}", wire.ask("GET", "/v1/openapi.json", "Accept-Encoding: " + wanted).headers.get("content-encoding"), want)
    for wanted, is_korean in (("ko", True), ("ko-KR,ko;q=0.9,en;q=0.8", True), ("en;q=0.8, ko", True), ("ko;q=0.2, en-US;q=0.3", False), ("en-US,en;q=0.9,ko;q=0.8", False),
                              ("fr, ko;q=0.5", True), ("token", False), ("kok", False), ("ko;q=0", False), ("KO-kr", True), ("", False), ("fr", False)):
        told = wire.ask("GET", "/v1/plants/x", "Accept-Language: " + wanted).json()["detail"]
        check(f"Accept-Language: {wanted}", told == "그런 공장이나 버전이 없습니다", is_korean)
    check("the query goes before", wire.ask("GET", "/v1/plants/x?lang=en", "Accept-Language: ko").json()["detail"], "there is no such plant, or no such version of it")


def of_uploads(wire):
    def pack(**entries):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
            for name, n in entries.items():
                info = tarfile.TarInfo(name.replace("_", "."))
                info.size = n
                tar.addfile(info, Zeros(n))
        return out.getvalue()

    for name, body, want in (("a little archive that unpacks to much", pack(picture_bin=300 << 20), 422), ("the same, many", pack(**{f"a{i}_bin": 30 << 20 for i in range(10)}), 422),
                             ("a table that unpacks to much", pack(routes_csv=17 << 20), 422), ("what is no table", pack(picture_bin=1 << 20), 400), ("no archive", b"PK\3\4" + b"x" * 200, 400)):
        began = time.monotonic()
        got = wire.ask("POST", "/v1/plants", f"Content-Length: {len(body)}", "Accept-Language: ko", body=body)
        told = got.json()["detail"]
        check(f"{name}: {told}", (got.status, time.monotonic() - began < 10, any("가" <= c <= "힣" for c in told)), (want, True, True))
    got = wire.ask("POST", "/v1/tokens", "Content-Length: 9", "Accept-Language: ko", body=b'{"role": ')
    check("what is no JSON", (got.status, got.json()["detail"].split(":")[0]), (400, "JSON이 아닙니다"))
    upper = form_of("notes.csv", b"a,b\n1,2\n")
    got = wire.ask("POST", "/v1/plants", f"Content-Length: {len(upper)}", "Content-Type: Multipart/Form-Data; Boundary=B", body=upper)
    check("a kind in capitals", got.status, 201)


class Zeros:
    def __init__(self, left):
        self.left = left

    def read(self, n):
        n = min(n, self.left)
        self.left -= n
        return bytes(n)


def main():
    folder, named = temporary(), temporary()
    for name in os.listdir("examples/minifab"):
        if name.endswith(".csv"):
            with open(os.path.join("examples/minifab", name), encoding="utf-8") as old, open(os.path.join(named, name), "w", encoding="utf-8") as new:
                new.write(old.read().replace("Litho", GROUP))
    server = Server(MARU, folder)
    admin = server.client(server.token)
    wire = Wire(server, admin.post("/v1/tenants", {"name": "acme"})[1]["token"])
    mine = server.client(wire.token)
    plant = mine.post("/v1/plants?name=fab", zip_of(named))[1]["plant"]
    twin = mine.post("/v1/twins", {"plant": plant, "version": 1, "name": "t", "playing": False})[1]["id"]
    mine.settle(twin)
    setting = f"tools:{GROUP.replace('%', '%25').replace(';', '%3B').replace('=', '%3D')}=+1"
    run = mine.wait_for(mine.post("/v1/runs", {"plant": plant, "version": 1, "days": 2, "replications": 2, "variants": ["", setting]})[1]["id"])
    check("a what-if of such a name", (run["state"], run.get("problem")), ("done", None))
    story = mine.post("/v1/runs", {"plant": plant, "version": 1, "days": 2, "replications": 2, "variants": ["", "tools:없음=+1"]}, {"Accept-Language": "ko"})
    check("a name that is not there, in Korean", "그런 설비 그룹이 없습니다" in json.dumps(story[1], ensure_ascii=False) or mine.wait_for(story[1]["id"])["problem"]["detail_ko"].endswith("그런 설비 그룹이 없습니다"), True)
    of_methods(wire, plant)
    of_lengths(wire)
    of_headers(wire)
    of_paths(wire, twin)
    of_conditions(wire, plant)
    of_choices(wire)
    of_uploads(wire)
    for target in (f"/v1/twins/{twin}/stream", f"/v1/runs/{run['id']}/events"):
        head = wire.ask("HEAD", target)
        check(f"HEAD {target}", (head.status, head.headers["content-type"].split(";")[0] != "application/json", head.body), (200, True, b""))
    check("a good end", server.stop(), 0)
    check("".join(line for line in server.log if not line.startswith("{")), len([line for line in server.log if not line.startswith("{")]), 0)


main()
finish()
