#!/usr/bin/env python3
# tests/postgres_kills.py MARU [long]: PostgreSQL, or maru, or both are killed (-9) at random moments while plants and tokens are
# written over HTTP. What was acknowledged is there afterwards; the audit log verifies; maru goes on by itself when PostgreSQL
# is there again. Then the tenants go into a folder and back by `maru store copy`, and nothing has changed.
import http.client, os, random, shutil, subprocess, sys, threading, time
from cloud import *
from postgres import Postgres

MARU = sys.argv[1]
N_KILL = 60 if "long" in sys.argv[2:] else 6
SEED = int(os.environ.get("SEED", "1"))


def command(*arguments, want=0):
    done = subprocess.run([MARU, *arguments, "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    check(f"maru {' '.join(arguments[:2])}: {done.stderr.strip()[-300:]}", done.returncode, want)
    return done.stdout + (done.stderr if want else "")


class Writer:
    def __init__(self, seed):
        self.luck, self.there, self.n_refused, self.n_lost, self.statuses, self.verified = random.Random(seed), {}, 0, 0, set(), set()

    def write(self, client):
        if self.there and self.luck.random() < 0.5:
            id = self.luck.choice([i for i in self.there])
            note = f"a,b\n{self.luck.random()},{'x' * self.luck.randrange(5000)}\n".encode()
            status, answer = client.post(f"/v1/plants/{id}/versions?keep=true", form_of("notes.csv", note), FORM)
            if status == 201:
                self.there[id][answer["version"]] = note
        else:
            status, answer = client.post(f"/v1/plants?name=p{self.luck.randrange(1000)}", zip_of("examples/minifab"))
            if status == 201:
                self.there[answer["plant"]] = {}
        self.statuses.add(status)
        if status != 201:
            self.n_refused += 1
            time.sleep(0.05)

    def run(self, server, admin, stop):
        client = server.client(admin)
        while not stop.is_set():
            try:
                self.write(client)
            except (Lost, OSError, http.client.HTTPException):
                self.n_lost += 1
                if not server.is_alive():
                    return

    def verify(self, client, all=True):
        """Of what was there before the last kill, in between only some."""
        known = [(id, version) for id, versions in self.there.items() for version in [None, *versions]]
        old = [one for one in known if one in self.verified]
        for id, version in known if all else [one for one in known if one not in self.verified] + self.luck.sample(old, min(50, len(old))):
            if version is None:
                check(f"plant {id}", client.get("/v1/plants/" + id)[0], 200)
                continue
            path = f"/v1/plants/{id}/versions/{version}/tables/notes.csv"
            check(path, client.raw("GET", path, headers={"Accept-Encoding": "identity"})[1], self.there[id][version])
        self.verified.update(known)


def until_ready(server):
    """How long it takes maru to answer again after PostgreSQL has come back."""
    begin, client = time.monotonic(), server.client()
    while client.get("/readyz")[0] != 200:
        if time.monotonic() - begin > 30:
            raise SystemExit("maru does not come back")
        time.sleep(0.05)
    return time.monotonic() - begin


postgres = Postgres()
url, folder, luck = postgres.url(), temporary(), random.Random(SEED)
server = Server(MARU, folder, "--store", url)
admin, writers, waits = server.token, [Writer(SEED + i) for i in range(3)], []
second = subprocess.run([MARU, "serve", "--data", folder + "/2", "--store", url, "--listen", "127.0.0.1:0", "--lang", "en"],
                        stderr=subprocess.PIPE, text=True, timeout=60)
check("a second maru is refused", (second.returncode != 0, "another maru works" in second.stderr), (True, True))
for k in range(N_KILL):
    stop = threading.Event()
    threads = [threading.Thread(target=w.run, args=(server, admin, stop)) for w in writers]
    for thread in threads:
        thread.start()
    time.sleep(luck.uniform(0.3, 1.0))
    victim = ("postgres", "maru", "both")[k % 3]
    if victim != "maru":
        postgres.kill()
        check("maru lives on without PostgreSQL", server.is_alive(), True)
    if victim != "postgres":
        server.kill()
    if victim == "postgres":
        time.sleep(0.3)
        check("and says so", server.client().get("/readyz")[0] != 200, True)
    if victim != "maru":
        postgres.start()
    if victim == "postgres":
        waits.append(until_ready(server))
        time.sleep(0.3)  # the writers write again, by themselves
    stop.set()
    for thread in threads:
        thread.join(60)
    if victim != "postgres":
        server = Server(MARU, folder, "--store", url)
    for writer in writers:
        writer.verify(server.client(admin), all=False)
    command("audit", "verify", "--store", url)
n = sum(len(w.there) + sum(map(len, w.there.values())) for w in writers)
at_least("acknowledged writes", n, 20)
at_least("writes that were refused or lost their connection", sum(w.n_refused + w.n_lost for w in writers), N_KILL)
check("how they were refused", set.union(*(w.statuses for w in writers)) <= {201, 500, 503}, True)
within("the longest wait for maru to answer again", max(waits), 6, " s")
tell(f"{n} acknowledged, {sum(w.n_refused for w in writers)} refused, {sum(w.n_lost for w in writers)} lost")

# ---- into a folder, and back
moved = os.path.join(folder, "moved")
check("not beside a running server", "another maru works" in command("store", "copy", "--from", url, "--to", moved, want=3), True)
status, made = server.client(admin).post("/v1/tenants", {"name": "acme"})
check("a tenant", status, 201)
check("the token is in no row", postgres.sql(f"SELECT count(*) FROM maru_server.token t WHERE t::text LIKE '%{made['token'][30:]}%'"), "0")
server.stop()
out = json.loads(command("store", "copy", "--from", url, "--to", moved, "--json"))
check("both came", [t["name"] for t in out["tenants"]], ["acme", "local"])
check("not twice", "already a tenant" in command("store", "copy", "--from", url, "--to", moved, "--tenant", "acme", want=3), True)
server = Server(MARU, moved)
for writer in writers:
    writer.verify(server.client(admin))
check("its token came too", server.client(made["token"]).get("/v1/me")[1].get("tenant"), "acme")
server.stop()
command("audit", "verify", "--data", moved)
postgres.sql("CREATE DATABASE again")
again = json.loads(command("store", "copy", "--from", moved, "--to", postgres.url("again"), "--json"))
check("as many rows, and one entry more of each log", [t["rows"] for t in again["tenants"]], [t["rows"] + 1 for t in out["tenants"]])
server = Server(MARU, folder, "--store", postgres.url("again"))
for writer in writers:
    writer.verify(server.client(admin))
metrics = server.client(admin).raw("GET", "/metrics")[1].decode()
at_least("bytes of the tenants", float(metrics.split('maru_store_bytes{kind="tenants"} ')[1].split()[0]), 1e5)
server.stop()
check("backups are pg_dump's", "pg_dump" in command("backup", "--store", url, want=3), True)
check("a removed tenant", "schema maru_t_acme" in command("tenant", "remove", "acme", "--store", url), True)
check("is gone", postgres.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'maru_t_acme'"), "0")
finish()
