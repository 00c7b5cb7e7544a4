#!/usr/bin/env python3
# tests/full.py MARU: the disk is full, and a file is damaged, under a server that goes on.
#
# A full disk is a small tmpfs where this may be mounted, filled up by a file; and everywhere a limit on the size of files
# (RLIMIT_FSIZE), which a write past it meets as an error.
import os, random, resource, shutil, signal, sqlite3, subprocess, sys, time
from cloud import *

MARU = sys.argv[1]
LINE, MINIFAB = zip_of("examples/line"), zip_of("examples/minifab")


def noise(n):
    return b"a,b\n" + random.Random(n).randbytes(n).hex().encode() + b",1\n"


def fill_with_writes(client, plant, most):
    """Write until it is refused; gives what was acknowledged and the refusal."""
    kept = {}
    for i in range(most):
        status, answer = client.post(f"/v1/plants/{plant}/versions?keep=true", form_of("notes.csv", noise(200000 + i)), FORM)
        if status != 201:
            return kept, status, answer
        kept[answer["version"]] = noise(200000 + i)
    return kept, 201, {}


def look_at_it(server, what, make_room):
    client = server.client()
    plant = client.post("/v1/plants?name=p", LINE)[1]["plant"]
    run = client.post("/v1/runs", {"plant": plant, "days": 10})[1]["id"]
    client.wait_for(run)
    twin = client.post("/v1/twins", {"plant": plant, "playing": False})[1]["id"]
    client.settle(twin)
    kept, status, answer = fill_with_writes(client, plant, 400)
    refusal = f"{status} {answer.get('detail', '')[-90:]}"
    check(f"{what}: the write that does not fit", status in (503, 507), True)
    check(f"{what}: the answer says what to do: {answer.get('detail')}", "make room" in answer.get("detail", ""), True)
    tool = client.get(f"/v1/plants/{plant}/versions/1/layout")[1]["groups"][0]["name"] + "/1"
    n_event = len(client.get("/v1/twins/" + twin)[1]["events"])
    event, n_good = 200, 0
    while event == 200 and n_good < 2000:  # until there is no room for an event either
        event = client.post(f"/v1/twins/{twin}/events", {"kind": ("down", "up")[n_good % 2], "tool": tool})[0]
        n_good += event == 200
    digest = client.get(f"/v1/twins/{twin}/history")[1]["digest"]
    some = [client.post("/v1/plants?name=q", LINE)[0], client.post("/v1/tokens", {"role": "viewer"})[0], event]
    check(f"{what}: other writes are done or refused in order: {some}", set(some) <= {200, 201, 202, 503, 507}, True)
    check(f"{what}: no room for an event", event, 503)
    check(f"{what}: a refused event is none", len(client.get("/v1/twins/" + twin)[1]["events"]), n_event + n_good)
    for path in ("/healthz", "/v1/me", "/v1/plants", f"/v1/runs/{run}", f"/v1/runs/{run}/result", f"/v1/twins/{twin}", f"/v1/twins/{twin}/floor",
                 f"/v1/plants/{plant}/versions/1/tables/routes.csv", f"/v1/plants/{plant}/versions/{max(kept)}/tables/notes.csv", "/v1/audit"):
        check(f"{what}: GET {path}", client.get(path)[0], 200)
    check(f"{what}: it is not ready, and lives", (client.get("/readyz")[0] in (200, 503), server.is_alive()), (True, True))
    make_room()
    status, answer = client.post(f"/v1/plants/{plant}/versions?keep=true", form_of("notes.csv", noise(200000)), FORM)
    check(f"{what}: with room it writes again {answer}", status, 201)
    check(f"{what}: the twin is what it was", client.get(f"/v1/twins/{twin}/history")[1]["digest"], digest)
    client.settle(twin)  # the refusal has opened it again, and it runs to where it was
    check(f"{what}: an event, too", client.post(f"/v1/twins/{twin}/events", {"kind": "up", "tool": tool})[0], 200)
    for version, note in kept.items():
        check(f"{what}: version {version}", client.get(f"/v1/plants/{plant}/versions/{version}/tables/notes.csv")[1], note)
    digest = client.get(f"/v1/twins/{twin}/history")[1]["digest"]
    folder = server.folder
    check(f"{what}: a good end", server.stop(), 0)
    for path in ("server.db", "tenants/local.db"):
        db = sqlite3.connect(os.path.join(folder, path))
        check(f"{what}: {path} is whole", db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        db.close()
    server = Server(MARU, folder)
    client = server.client()
    client.settle(twin)
    check(f"{what}: the twin is what it was", client.get(f"/v1/twins/{twin}/history")[1]["digest"], digest)
    server.stop()
    tell(f"{what}: {len(kept)} versions acknowledged, 0 lost; then {refusal}")


def by_limit():
    folder = temporary()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, resource.RLIM_INFINITY))

    server = Server(MARU, folder, before=limit)
    look_at_it(server, "files of 6 MiB at most", lambda: resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                                                                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))


def by_disk():
    place = temporary()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], capture_output=True).returncode != 0:
        tell("a disk of 24 MiB: skipped, this may not mount")
        return
    try:
        ballast = os.path.join(place, "ballast")
        with open(ballast, "wb") as file:
            file.write(b"x" * (12 << 20))
        look_at_it(Server(MARU, os.path.join(place, "data")), "a disk of 24 MiB", lambda: os.remove(ballast))
    finally:
        subprocess.run(["umount", place])


def damage(path, luck):
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for page in range(1, size // 4096):  # all but the first, which tells that it is a database
            file.seek(page * 4096)
            file.write(luck.randbytes(4096))


def damaged():
    luck = random.Random(5)
    folder = temporary()
    server = Server(MARU, folder)
    admin = server.client(server.token)
    theirs = {}
    for name in ("acme", "good"):
        token = admin.post("/v1/tenants", {"name": name})[1]["token"]
        theirs[name] = server.client(token)
        plant = theirs[name].post("/v1/plants?name=p", LINE)[1]["plant"]
    server.stop()
    damage(os.path.join(folder, "tenants", "acme.db"), luck)
    token = admin.token
    server = Server(MARU, folder)
    for client in (admin, *theirs.values()):
        client.server = server
        client.close()
    status, answer = theirs["acme"].get("/v1/plants")
    check(f"damaged: it says which file, and what to do: {answer}", (status, "acme.db" in str(answer), "backup" in str(answer)), (503, True, True))
    check("damaged: writes, too", theirs["acme"].post("/v1/plants", LINE)[0], 503)
    check("damaged: others work", (theirs["good"].get("/v1/plants")[0], theirs["good"].post("/v1/plants", LINE)[0], admin.get("/v1/plants")[0]), (200, 201, 200))
    check("damaged: the admin sees the tenants", len(admin.get("/v1/tenants")[1]["items"]), 3)
    # and under the server's feet
    theirs["good"].get("/v1/plants")
    damage(os.path.join(folder, "tenants", "good.db"), luck)
    answers = [theirs["good"].get(p)[0] for p in ("/v1/plants", "/v1/runs", f"/v1/plants/{plant}/versions/1/archive", "/v1/audit")]
    check(f"damaged while it is open: {answers}", (set(answers) <= {200, 503}, server.is_alive()), (True, True))
    check("the admin works on", admin.post("/v1/plants", LINE)[0], 201)
    theirs["good"].post("/v1/plants", LINE)
    check("damaged: a good end", server.stop(), 0)
    tell("a damaged file: named in the answer with what to do, other tenants work")


by_limit()
by_disk()
damaged()
finish()
