#!/usr/bin/env python3
# tests/slurm/cluster python3 tests/slurm_quota.py MARU: guarantees on a real Slurm of four nodes with four GPUs each. A tenant borrows all 16
# GPUs; another that is guaranteed 8 hands jobs in: they start within the grace of those that go, which have their checkpoint signal, come back by
# themselves and end, each once. What Slurm is told is told once; what nobody needs any more goes; what is somebody else's is left, and said.
import json, os, shutil, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "slurm"))
sys.dont_write_bytecode = True
from cloud import Server, check, failures, tell
from slurm_cluster import Cluster, UID, USER, until

JSON = {"Content-Type": "application/json"}
GRACE_S = 10
cluster, began = Cluster(), time.monotonic()
maru, data = cluster.path("maru"), cluster.path("data")
shutil.copy(sys.argv[1], maru)
os.mkdir(data)
os.chown(data, UID, UID)
tokens = {}


def say(text):
    tell(f"{time.monotonic() - began:6.1f} s  {text}")


def drop():
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)


def begin(port=0):
    global server
    server = Server(maru, data, "--executor", "slurm", "--slurm-conf", cluster.conf, before=drop, port=port)


def command(*words):
    env = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", MARU_TOKEN=tokens["local"], LANG="C.UTF-8")
    return subprocess.run([maru, *words], check=True, capture_output=True, text=True, preexec_fn=drop, env=env).stdout


def ask(tenant, method, path, body=None):
    status, answer = server.client(tokens[tenant]).ask(method, path, json.dumps(body) if body is not None else None, JSON)
    if status >= 300:
        raise SystemExit(f"{method} {path}: {status} {answer}")
    return answer


def accounts(table):
    ask("local", "PUT", "/v1/pool/accounts", {"text": "account,weight,guarantee\n" + table})


def hand_in(tenant, n, does, **more):
    body = {"gpus": 4, "time_s": 600, "grace_s": GRACE_S, "memory_mib": 64, "array": n, "checkpoints": True, "retries": 0, "project": "base", "command": ["sh", "-c", does], **more}
    return ask(tenant, "POST", "/v1/jobs", body)["jobs"]


def look(tenant, id):
    return ask(tenant, "GET", "/v1/jobs/" + id)


def states(tenant, ids):
    return [look(tenant, id)["state"] for id in ids]


def qos():
    """Of all that are there: name to Preempt, PreemptMode, GrpTRES and description."""
    rows = [line.split("|") for line in cluster.run("sacctmgr", "-n", "-P", "show", "qos", "format=Name,Preempt,PreemptMode,GrpTRES,Descr").split("\n")]
    return {row[0]: row[1:] for row in rows}


def in_queue():
    """QOS of each of maru's jobs, by tenant and state."""
    rows = [line.split("|") for line in cluster.run("squeue", "-h", "-a", "-r", "-t", "R,PD", "-o", "%a|%T|%q|%A").split("\n") if line]
    return sorted((row[0].split("_")[1], row[1], row[2]) for row in rows)


def told(event):
    return [line for line in server.log if f'"{event}"' in line]


def problems():
    return [(one["about"], one["sentence"]["en"], one["sentence"]["ko"]) for one in ask("local", "GET", "/v1/pool")["problems"]]


# Saves when it is told, and counts its runs; from its checkpoint on it has little left to do.
SAVES = "echo $MARU_JOB >>ran; [ -e saved ] && exec sleep 1; trap 'echo $(date +%s) >saved; exit 9' TERM; for i in $(seq 200); do sleep 0.1; done"
DEAF = "echo $MARU_JOB >>ran; [ -e deaf ] && exec sleep 1; touch deaf; trap '' TERM; for i in $(seq 200); do sleep 0.1; done"


def lines(tenant, id, name):
    try:
        with open(os.path.join(data, "jobs", tenant, id, "work", name)) as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def refused_without_rights():
    """A user of Slurm who may not make QOS: jobs run all the same, what is wrong is said once."""
    accounts("ajin,1,h100:8\n")
    job = hand_in("ajin", 1, "true")[0]
    until("a job without QOS", 60, lambda: look("ajin", job)["state"] == "done", 0.3)
    until("the refusal", 30, lambda: problems(), 0.3)
    about = [one for one in problems() if one[0] == "slurm guarantees"]
    check("it is a problem that the operator sees", len(about) == 1 and "sacctmgr" in about[0][1] and about[0][1] != about[0][2], True)
    check("no QOS is made", [name for name in qos() if name.startswith("maru")], [])
    hand_in("ajin", 1, "true")
    time.sleep(2)
    check("it is logged once", len(told("slurm guarantees")), 1)
    say("without rights")


def somebody_elses():
    cluster.run("sacctmgr", "-i", "modify", "user", USER, "set", "AdminLevel=Admin")
    cluster.run("sacctmgr", "-i", "add", "qos", "maru_ajin", "Description=not of maru", "Priority=7")
    accounts("ajin,1,h100:4\n")
    hand_in("ajin", 1, "true")
    until("what is somebody else's to be told", 60, lambda: any("somebody else" in one[1] for one in problems()), 0.3)
    check("it is left", qos()["maru_ajin"], ["", "cluster", "", "not of maru"])
    cluster.run("sacctmgr", "-i", "delete", "qos", "where", "name=maru_ajin")
    accounts("ajin,1,h100:8\n")
    say("somebody else's QOS")


def takes_back():
    saving, deaf = hand_in("bora", 3, SAVES), hand_in("bora", 1, DEAF)
    borrowers = saving + deaf
    until("all GPUs to be borrowed", 60, lambda: states("bora", borrowers) == ["running"] * 4 and all(lines("bora", id, "ran") for id in borrowers), 0.3)
    check("as borrowed", in_queue(), [("bora", "RUNNING", "maru-borrow")] * 4)
    made = qos()
    check("what borrows", made["maru-borrow"], ["", "cancel", "", "maru:maru-borrow"])
    check("what is guaranteed", made["maru_ajin"], ["maru-borrow", "cluster", "gres/gpu:h100=8,gres/gpu=8", "maru:maru_ajin"])
    check("what may not be stopped", made["maru-firm"], ["", "cluster", "gres/gpu:h100=8,gres/gpu=8", "maru:maru-firm"])
    said = cluster.run("sacctmgr", "-n", "-P", "show", "assoc", "format=Account,User,QOS")
    check("each may use his own alone", ("maru_ajin" in said, any("maru_ajin" in line.split("|")[2] for line in said.split("\n") if line.startswith("maru_bora"))), (True, False))
    since = time.time()
    # Three of 4 GPUs: two are inside, the third waits behind them as one that borrows.
    inside = hand_in("ajin", 3, "date +%s >began; sleep 4", checkpoints=False, can_stop=True)
    until("two to be inside, one not", 20, lambda: [row[2] for row in in_queue() if row[0] == "ajin"].count("maru-borrow") == 1 or states("ajin", inside).count("running") == 2, 0.2)
    until("what is guaranteed to start", 60, lambda: sum(bool(lines("ajin", id, "began")) for id in inside) >= 2, 0.3)
    took = sorted(int(lines("ajin", id, "began")[0]) for id in inside if lines("ajin", id, "began"))[1] - since
    check(f"within the grace and Slurm's own turns ({took:.1f} s)", took < GRACE_S + 30, True)
    until("all to end", 150, lambda: set(states("bora", borrowers) + states("ajin", inside)) == {"done"}, 0.5)
    check("those inside ran once", [look("ajin", id)["attempts"] for id in inside if look("ajin", id)["attempts"] != 1 and look("ajin", id)["tries"][0].get("stopped_for") != "reclaim"], [])
    n_taken = 0
    for id in borrowers:
        job = look("bora", id)
        taken = job["tries"][:-1]
        n_taken += len(taken)
        check(f"attempts of {id}", [(one["end"], one.get("stopped_for")) for one in taken], [("stopped", "reclaim")] * len(taken))
        check(f"{id} ran once an attempt", lines("bora", id, "ran"), [one["launch"] for one in job["tries"]])
        check(f"its checkpoint came first in {id}", len(taken) == 0 or id in deaf or len(lines("bora", id, "saved")) > 0, True)
    check(f"two or more were taken back ({n_taken})", n_taken >= 2, True)
    say(f"{n_taken} taken back; the second inside began after {took:.1f} s")


def moves():
    """Jobs that wait are moved when what is guaranteed changes. Nodes are drained meanwhile, so that none begins."""
    cluster.run("scontrol", "update", "NodeName=gpu[01-04]", "State=DRAIN", "Reason=by hand")
    waiting = hand_in("ajin", 3, "true", checkpoints=False, can_stop=True)
    firm = hand_in("ajin", 1, "true", checkpoints=False)
    for table, n_inside in (("ajin,1,h100:8\n", 2), ("ajin,1,h100:4\n", 1), ("ajin,1,h100:16\n", 4), ("bora,1,h100:8\n", 0), ("ajin/base,1,h100:12\n", 3)):
        accounts(table)
        name = "maru_ajin_base" if "base" in table else "maru_ajin"
        want = sorted([("ajin", "PENDING", name)] * n_inside + [("ajin", "PENDING", "maru-borrow")] * (3 - min(n_inside, 3)) + [("ajin", "PENDING", "maru-firm")] * (n_inside < 4))
        try:
            until(f"{n_inside} to be inside", 60, lambda: in_queue() == want, 0.3)
        except RuntimeError:
            check(f"{table.strip()}: who is inside", in_queue(), want)
    words = until("why one waits", 60, lambda: next((said for id in waiting if (said := look("ajin", id).get("waiting")) and said.get("executor")), None), 0.3)
    check(f"why it waits, in words ({words})", ("Slurm" in words["sentence"]["en"], words["executor"] in words["sentence"]["ko"], words["sentence"]["en"] != f"Slurm has it in its queue ({words['executor']})"), (True, True, True))
    cluster.run("scontrol", "update", "NodeName=gpu[01-04]", "State=RESUME")
    until("all to end", 90, lambda: set(states("ajin", waiting + firm)) == {"done"}, 0.3)
    say("moved as guarantees changed")


def goes_away():
    accounts("")
    hand_in("bora", 1, "true")
    until("QOS that nobody needs to be gone", 60, lambda: not [name for name in qos() if name.startswith("maru")], 0.5)
    job = hand_in("bora", 1, "true")[0]
    until("a job as before", 60, lambda: look("bora", job)["state"] == "done", 0.3)
    say("nothing is left")


begin()
tokens["local"] = server.token
for tenant in ("ajin", "bora"):
    command("tenant", "add", tenant, "--data", data, "-q")
    tokens[tenant] = json.loads(command("token", "new", "--tenant", tenant, "--role", "engineer", "--data", data, "--json"))["token"]
asked = sys.argv[2:]
for scene in (refused_without_rights, somebody_elses, takes_back, moves, goes_away):
    if asked and scene.__name__ not in asked:
        continue
    try:
        scene()
    except Exception as fault:
        check(f"{scene.__name__}: {fault}", False, True)
        print(cluster.run("squeue", "-a", "-o", "%A|%j|%a|%T|%q|%r", check=False), cluster.run("sacctmgr", "-n", "-P", "show", "qos", check=False), sep="\n")
        break
if failures:
    print(cluster.said(), *server.log[-60:], sep="\n")
server.stop()
say(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
