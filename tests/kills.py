#!/usr/bin/env python3
# tests/kills.py MARU [long]: the server is killed (-9) at random moments while plants, versions, runs, twins, their events
# and tokens are written over HTTP. What was acknowledged is there afterwards, what was acknowledged as deleted is not;
# each database is whole, no row names one that is not there, the audit log verifies, the server starts each time.
# `long`: 200 kills. The page cache of the system survives a kill of the process: loss of power is not tried here.
import collections, os, random, shutil, sqlite3, subprocess, sys, threading, time, urllib.parse
from cloud import *

MARU = sys.argv[1]
N_KILL = 200 if "long" in sys.argv[2:] else 8
SEED = int(os.environ.get("SEED", "1"))
LOST_PLAY_S = 6  # seconds of play that a kill may cost: where a twin is is kept every 5


class Writer:
    """Writes one kind of thing, and knows what was acknowledged. `unsure`: asked for, but no answer came."""

    def __init__(self, kind, luck, admin):
        self.kind, self.luck, self.admin = kind, luck, admin
        self.there, self.gone, self.n_acknowledged, self.n_fresh = {}, collections.deque(maxlen=50), 0, 0
        self.fresh = set()  # written since the last kill

    def acknowledge(self, id, what):
        self.n_acknowledged += 1
        self.there[id] = what
        self.fresh.add(id)

    def lose(self, id):
        self.n_acknowledged += 1
        self.there.pop(id, None)
        self.gone.append(id)

    def run(self, server, stop):
        client = server.client(self.admin)
        try:
            while not stop.is_set():
                getattr(self, self.kind)(client)
        except Lost:
            pass

    # ---- what each kind writes

    def delete(self, client, path, id):
        self.there[id] = dict(self.there[id], unsure=True)
        status = client.ask("DELETE", f"{path}/{id}")[0]
        check(f"DELETE {path}/{id}", status, 204)
        self.lose(id)

    def plants(self, client):
        if len(self.there) > 12:
            return self.delete(client, "/v1/plants", self.luck.choice(list(self.there)))
        if self.there and self.luck.random() < 0.6:
            id = self.luck.choice(list(self.there))
            if self.there[id].get("unsure"):
                return
            note = f"a,b\n{self.luck.random()},{'x' * self.luck.randrange(3000)}\n".encode()
            status, version = client.post(f"/v1/plants/{id}/versions?keep=true", form_of("notes.csv", note), FORM)
            if check("a version", status, 201):
                self.acknowledge(id, {**self.there[id], version["version"]: note})
            return
        status, version = client.post(f"/v1/plants?name=p{self.luck.randrange(1000)}", zip_of("examples/minifab"))
        if check("a plant", status, 201):
            self.acknowledge(version["plant"], {1: None})

    def runs(self, client):
        if len(self.there) > 40:
            return self.delete(client, "/v1/runs", self.luck.choice(list(self.there)))
        for id, what in list(self.there.items()):
            if "digest" not in what and self.luck.random() < 0.1:
                state = client.get("/v1/runs/" + id)[1]
                if state.get("state") == "done":
                    result = client.get(f"/v1/runs/{id}/result")[1]
                    self.there[id]["digest"] = result["replications"][0]["digest"]
        status, run = client.post("/v1/runs", {"plant": self.plant, "days": self.luck.choice([1, 5, 20]), "seed": self.luck.randrange(3)})
        if status == 429:
            return time.sleep(0.05)
        if check("a run", status, 202):
            self.acknowledge(run["id"], {})

    def twins(self, client):
        if len(self.there) > 5:
            return self.delete(client, "/v1/twins", self.luck.choice(list(self.there)))
        if len(self.there) < 2 or self.luck.random() < 0.1:
            plays = self.luck.random() < 0.5
            status, twin = client.post("/v1/twins", {"plant": self.plant, "speed": 600, "playing": plays})
            if check(f"a twin {twin}", status, 201):
                self.acknowledge(twin["id"], {"events": 0, "playing": plays, "time": twin["time"]})
            return
        id = self.luck.choice(list(self.there))
        known = self.there[id]
        if known.get("unsure"):
            return self.delete(client, "/v1/twins", id)
        command = self.luck.choice(["play", "pause", "seek", "events", "events"])
        body = {"play": {"speed": 1200}, "pause": {}, "seek": {"time": self.luck.randrange(100000)},
                "events": {"kind": self.luck.choice(["down", "up"]), "tool": self.tool, "for": 60}}[command]
        self.there[id] = dict(known, unsure=True)
        status, twin = client.post(f"/v1/twins/{id}/{command}", body)
        self.there[id] = known
        if command == "events" and status == 409:  # it is on its way to a time
            return
        if check(f"{command} {twin}", status, 200):
            known = dict(known, time=twin["time"])
            known["playing"] = {"play": True, "pause": False}.get(command, known["playing"])
            known["events"] += command == "events"
            self.acknowledge(id, known)

    def tokens(self, client):
        if len(self.there) > 10:
            return self.delete(client, "/v1/tokens", self.luck.choice(list(self.there)))
        status, token = client.post("/v1/tokens", {"role": "viewer", "name": "t"})
        if check("a token", status, 201):
            self.acknowledge(token["id"], {"secret": token["token"]})

    # ---- is it all there?

    def verify(self, server, ids):
        client = server.client(self.admin)
        for id in [id for id in ids if id in self.there]:
            what = self.there[id]
            getattr(self, "verify_" + self.kind)(client, id, what, bool(what.get("unsure")))
        for id in self.gone:
            if self.kind != "tokens":
                check(f"deleted {self.kind} {id}", client.get(f"/v1/{self.kind}/{id}")[0], 404)

    def forget_if_gone(self, id, is_there, unsure):
        if not is_there and unsure:
            self.lose(id)
        elif is_there:
            self.there[id].pop("unsure", None)
        else:
            check(f"{self.kind} {id} is there", False, True)
            self.there.pop(id)
        return is_there

    def verify_plants(self, client, id, what, unsure):
        status, plant = client.get("/v1/plants/" + id)
        if self.forget_if_gone(id, status == 200, unsure):
            for version, note in what.items():
                if note is not None and version != "unsure":
                    check(f"plant {id} version {version}", client.get(f"/v1/plants/{id}/versions/{version}/tables/notes.csv")[1], note)

    def verify_runs(self, client, id, what, unsure):
        status, run = client.get("/v1/runs/" + id)
        if self.forget_if_gone(id, status == 200, unsure) and "digest" in what:
            check(f"run {id}", (run["state"], client.get(f"/v1/runs/{id}/result")[1]["replications"][0]["digest"]), ("done", what["digest"]))

    def verify_twins(self, client, id, what, unsure):
        status, twin = client.get("/v1/twins/" + id)
        if not self.forget_if_gone(id, status == 200, unsure):
            return
        if unsure:  # the last command was not answered: either way is right
            what.update(events=max(what["events"], len(twin["events"])), playing=twin["state"] == "playing", time=0)
            if twin["state"] == "seeking":
                what["unsure"] = True
            return
        check(f"events of twin {id}", len(twin["events"]), what["events"])
        if twin["state"] != "seeking":
            check(f"twin {id} plays", twin["state"] == "playing", what["playing"])
        if not what["playing"]:
            check(f"time of paused twin {id}", twin["time"], what["time"])
        elif twin["time"] < what["time"] - LOST_PLAY_S * twin["speed"]:
            check(f"time of twin {id}: {what['time']} then {twin['time']}", False, True)
        if twin["events"]:
            check(f"twin {id} has been where something was done to it", twin["end"] >= max(e["time"] for e in twin["events"]), True)

    def verify_tokens(self, client, id, what, unsure):
        status = Client(client.server, what["secret"]).get("/v1/me")[0]
        self.forget_if_gone(id, status == 200, unsure)


def look_at_files(folder):
    """Copies of the files as the kill left them; the log of SQLite is taken up in the copy."""
    copy = temporary()
    paths = [os.path.join(folder, "server.db")] + [os.path.join(folder, "tenants", n) for n in os.listdir(os.path.join(folder, "tenants")) if n.endswith(".db")]
    for path in paths:
        mine = os.path.join(copy, os.path.basename(path))
        for ending in ("", "-wal"):
            if os.path.exists(path + ending):
                shutil.copy(path + ending, mine + ending)
        db = sqlite3.connect(mine)
        check(f"integrity of {os.path.basename(path)}", db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        check(f"foreign keys of {os.path.basename(path)}", db.execute("PRAGMA foreign_key_check").fetchall(), [])
        db.close()
    shutil.rmtree(copy)


def main():
    luck = random.Random(SEED)
    folder = temporary()
    server = Server(MARU, folder)
    admin = server.token
    client = server.client(admin)
    plant = client.post("/v1/plants?name=base", zip_of("examples/minifab"))[1]["plant"]
    client.post("/v1/tenants", {"name": "other"})  # so that tokens are needed
    group = client.get(f"/v1/plants/{plant}/versions/1/layout")[1]["groups"][0]["name"]
    writers = [Writer(kind, random.Random(luck.random()), admin) for kind in ("plants", "runs", "twins", "tokens")]
    for writer in writers:
        writer.plant, writer.tool = plant, group + "/1"
    began, starts = time.monotonic(), []
    for n in range(N_KILL):
        stop = threading.Event()
        threads = [threading.Thread(target=w.run, args=(server, stop)) for w in writers]
        for thread in threads:
            thread.start()
        time.sleep(luck.uniform(0.02, 0.6))
        server.process.kill()
        stop.set()
        server.process.wait()
        for thread in threads:
            thread.join()
        look_at_files(folder)
        start = time.monotonic()
        server = Server(MARU, folder)
        starts.append(time.monotonic() - start)
        for writer in writers:
            writer.verify(server, [id for id, what in writer.there.items()
                                   if n % 10 == 9 or n == N_KILL - 1 or id in writer.fresh or what.get("unsure")])
            writer.fresh.clear()
        if failures:
            break
    audit = subprocess.run([MARU, "audit", "verify", "--data", folder, "--lang", "en"], capture_output=True, text=True, timeout=60)
    check("the audit log verifies " + audit.stdout + audit.stderr, audit.returncode, 0)
    runs = writers[1]
    ends = [server.client(admin).wait_for(id)["state"] for id in list(runs.there)]
    check("runs go on to their end", set(ends) <= {"done"}, True)
    check("a good end", server.stop(), 0)
    tell(f"{n + 1} kills in {time.monotonic() - began:.0f} s: " + ", ".join(f"{w.n_acknowledged} {w.kind}" for w in writers)
         + f" acknowledged, {len(failures)} lost or wrong; a start takes {percentile(starts, 0.5) * 1000:.0f} ms (median), {max(starts) * 1000:.0f} ms at most")


main()
finish()
