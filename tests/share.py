#!/usr/bin/env python3
# tests/share.py MARU [long]: one tenant does as much as it can (many long runs, uploads, streams, twins) while another asks small
# questions and has one run: what the second one gets is measured. And a tenant that has used up its room is told so.
import os, socket, sqlite3, sys, threading, time
from cloud import *

MARU = sys.argv[1]
LONG = "long" in sys.argv[2:]
QUICK = bool(os.environ.get("MARU_QUICK"))
SECONDS = 20 if LONG else 5
MOST_P99_MS = 100 if LONG else 500
MOST_RUN_S = 10  # of a run that takes a fraction of a second alone
LINE = zip_of("examples/line")


def judge(what, got, most, unit):
    return tell(f"{what}: {got:.6g}{unit}, not judged in this build") if QUICK else within(what, got, most, unit)


class Greedy:
    """Tenant A: uploads without end, as many runs, twins and streams as it is given."""

    def __init__(self, server, token):
        self.server, self.token, self.stop = server, token, threading.Event()
        client = server.client(token)
        self.plant = client.post("/v1/plants?name=a", LINE)[1]["plant"]
        self.runs = []
        for _ in range(150):
            status, run = client.post("/v1/runs", {"plant": self.plant, "days": 36500, "replications": 100})
            if status != 202:
                check("too many runs of one tenant", (status, len(self.runs)), (429, 100))
                break
            self.runs.append(run["id"])
        self.twins = []
        for _ in range(30):
            status, twin = client.post("/v1/twins", {"plant": self.plant, "speed": 3600})
            if status != 201:
                check("too many twins of one tenant", (status, len(self.twins)), (422, 16))
                break
            self.twins.append(twin["id"])
        self.streams, statuses = [], {}
        for i in range(1700):
            wire = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            wire.sendall(f"GET /v1/runs/{self.runs[-1]}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            self.streams.append(wire)
        for wire in self.streams:
            wire.settimeout(30)
            status = wire.recv(12)[9:12].decode()
            statuses[status] = statuses.get(status, 0) + 1
        check("streams of one tenant", statuses, {"200": 1500, "429": 200})
        self.n_upload, self.threads = 0, [threading.Thread(target=self.upload, daemon=True) for _ in range(16)]
        for thread in self.threads:
            thread.start()

    def upload(self):
        client = self.server.client(self.token)
        fab = zip_of("examples/minifab")
        while not self.stop.is_set():
            try:
                status = client.post(f"/v1/plants/{self.plant}/versions", fab)[0]
            except Lost:
                continue
            self.n_upload += status == 201

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        for wire in self.streams:
            wire.close()


def beside_it(server, admin):
    a, b = (server.client(admin.post("/v1/tenants", {"name": n})[1]["token"]) for n in ("greedy", "modest"))
    plant = b.post("/v1/plants?name=b", LINE)[1]["plant"]
    ask = lambda: b.post("/v1/runs", {"plant": plant, "days": 60, "replications": 3})[1]["id"]
    began = time.monotonic()
    b.wait_for(ask())
    alone = time.monotonic() - began
    greedy = Greedy(server, a.token)
    time.sleep(0.5)
    times = {path: [] for path in ("/v1/me", "/v1/plants", "/v1/runs")}
    stop = time.monotonic() + SECONDS
    began = time.monotonic()
    run, its = ask(), None
    slow = []
    while time.monotonic() < stop or its is None:
        for path in times:
            start = time.monotonic()
            check(path, b.get(path)[0], 200)
            times[path].append((time.monotonic() - start) * 1000)
        start = time.monotonic()
        check("a slow one", b.get(f"/v1/plants/{plant}/versions/1/archive")[0], 200)
        slow.append((time.monotonic() - start) * 1000)
        if its is None and b.get("/v1/runs/" + run)[1]["state"] == "done":
            its = time.monotonic() - began
        if time.monotonic() - began > 120:
            break
        time.sleep(0.01)
    n = greedy.n_upload
    greedy.end()
    tell(f"the greedy one: 100 runs, 16 twins that play, 1500 streams, {n / SECONDS:.0f} uploads a second by 16 clients")
    for path, values in times.items():
        judge(f"the modest one: p99 of GET {path} ({len(values)} requests, median {percentile(values, 0.5):.2f} ms)", percentile(values, 0.99), MOST_P99_MS, " ms")
    judge(f"the modest one: p99 of an archive, a slow request (median {percentile(slow, 0.5):.2f} ms)", percentile(slow, 0.99), 10 * MOST_P99_MS, " ms")
    judge(f"the modest one: its run, behind 100 of a hundred years (alone {alone:.2f} s)", its if its is not None else 999, MOST_RUN_S, " s")
    admin.close()  # it was idle for too long
    check("the greedy tenant can be removed", admin.ask("DELETE", "/v1/tenants/greedy")[0], 200)


def quota(admin, server):
    c = server.client(admin.post("/v1/tenants", {"name": "full"})[1]["token"])
    plants, status, answer = [], 201, {}
    noise = 0
    while status == 201 and len(plants) < 100:
        status, answer = c.post("/v1/plants?name=p", LINE)
        if status == 201:
            plants.append(answer["plant"])
            noise += 1
            status, answer = c.post(f"/v1/plants/{plants[-1]}/versions?keep=true", form_of("notes.csv", b"a,b\n" + os.urandom(200000).hex().encode() + b",1\n"), FORM)
    check(f"no more room: {answer}", (status, "delete plants" in answer.get("detail", "")), (507, True))
    check("runs and twins, too", (c.post("/v1/runs", {"plant": plants[0]})[0], c.post("/v1/twins", {"plant": plants[0]})[0]), (507, 507))
    check("datasets and models, too", (c.post("/v1/datasets", b"a,b\n1,2\n3,4\n")[0], c.post("/v1/models", {"dataset": "x"})[0]), (507, 507))
    check("reading goes on", (c.get("/v1/plants")[0], c.get(f"/v1/plants/{plants[0]}/versions/1/archive")[0]), (200, 200))
    check("others write", admin.post("/v1/plants", LINE)[0], 201)
    for plant in plants[:3]:
        check("deleting makes room", c.ask("DELETE", "/v1/plants/" + plant)[0], 204)
    check("and then it writes again", c.post("/v1/plants?name=p", LINE)[0], 201)
    tell(f"a tenant with room for 4 MiB: refused with 507 after {len(plants)} plants, others go on, deleting makes room")


def main():
    many_files()
    server = Server(MARU, temporary(), "--workers", "2")
    admin = server.client(server.token)
    beside_it(server, admin)
    check("a good end", server.stop(), 0)
    server = Server(MARU, temporary(), "--quota", "4")
    quota(server.client(server.token), server)
    check("a good end", server.stop(), 0)


main()
finish()
