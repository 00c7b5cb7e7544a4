#!/usr/bin/env python3
# tests/slurm/cluster python3 tests/slurm_pool.py MARU [full]: the whole pool on a real Slurm of four nodes with four GPUs each. Jobs of five tenants
# with quotas (arrays, gangs, failures, limits, cancelled ones, chains) go through `maru serve --executor slurm` while maru is killed with -9
# three times, a node goes away with all that runs on it, and slurmctld is killed with -9. Each job writes the id of its launch into its
# folder: what ran, ran once for each attempt that maru knows. What maru says of each attempt is held against sacct, to the second, and
# so is what its tenant was charged: `maru credits agree`.
import json, os, random, shutil, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "slurm"))
sys.dont_write_bytecode = True
from cloud import Server, check, failures, tell, within
from slurm_cluster import Cluster, STATES, UID, USER, until

FULL = "full" in sys.argv[2:]
N = 200 if FULL else 40
TENANTS = {"ajin": 8, "bora": 4, "choco": 16, "dasan": 6, "eum": 12}  # and the GPUs that each may hold at a time
JSON = {"Content-Type": "application/json"}
cluster, luck, began = Cluster(), random.Random(14), time.monotonic()
maru, data = cluster.path("maru"), cluster.path("data")
shutil.copy(sys.argv[1], maru)
os.mkdir(data)
os.chown(data, UID, UID)
tokens = {}
kills = []  # of the controller: from when to when it was away, in seconds since 1970
os.environ["TZ"] = "UTC"
time.tzset()


def say(text):
    tell(f"{time.monotonic() - began:6.1f} s  {text}")


def drop():
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)


def begin(port=0):
    global server
    server = Server(maru, data, "--executor", "slurm", "--slurm-conf", cluster.conf, before=drop, port=port)


def command(*words, check=True):
    env = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", MARU_TOKEN=tokens["local"], LANG="C.UTF-8")
    return subprocess.run([maru, *words], check=check, capture_output=True, text=True, preexec_fn=drop, env=env).stdout


def ask(tenant, method, path, body=None):
    status, answer = server.client(tokens[tenant]).ask(method, path, json.dumps(body) if body is not None else None, JSON)
    if status >= 300:
        raise SystemExit(f"{method} {path}: {status} {answer}")
    return answer


class Job:
    def __init__(self, tenant, id, kind, parts, state, attempts):
        self.tenant, self.id, self.kind, self.parts, self.state, self.attempts = tenant, id, kind, parts, state, attempts
        self.last = None

    def look(self):
        self.last = ask(self.tenant, "GET", "/v1/jobs/" + self.id)
        return self.last

    def is_over(self):
        return (self.last or self.look())["state"] not in ("waiting", "running")

    def ran(self):
        try:
            with open(os.path.join(data, "jobs", self.tenant, self.id, "work", "ran")) as file:
                return file.read().split()
        except FileNotFoundError:
            return []


KINDS = ("plain", "array", "gang", "fails", "again", "limit", "cancelled", "chain", "plain", "big")


def hand_in(i):
    """Some jobs of the i-th kind."""
    kind, tenant = KINDS[i % len(KINDS)], list(TENANTS)[i // 2 % len(TENANTS)]
    pause = f"echo $MARU_JOB >>ran; sleep {luck.uniform(0.3, 2.5):.1f}"
    body = {"project": ("base", "side")[i % 2], "time_s": 120, "grace_s": 2, "memory_mib": 64, "cpus": 1, "gpus": luck.randrange(0, 3), "retries": 0}
    does, parts, state, attempts, more = pause, 1, "done", 1, {}
    if kind == "array":
        more = {"array": 5 if FULL else 3}
    elif kind == "gang":
        parts, more = 2, {"gpus": 4, "nodes": 2, "network": True}
    elif kind == "fails":
        does, state = pause + "; exit 3", "failed"
    elif kind == "again":
        does, attempts, more = pause + "; test $(wc -l <ran) -ge 3", 3, {"retries": 9}
    elif kind == "limit":
        does, state, more = "echo $MARU_JOB >>ran; trap '' TERM; while :; do sleep 0.2; done", "failed", {"time_s": 4}
    elif kind == "cancelled":
        does, state = "echo $MARU_JOB >>ran; sleep 600", "cancelled"
    elif kind == "big":
        more = {"gpus": 4}
    body.update(more, name=f"{kind} {i}", command=["sh", "-c", does])
    made = [Job(tenant, id, kind, parts, state, attempts) for id in ask(tenant, "POST", "/v1/jobs", body)["jobs"]]
    if kind == "chain":
        body.update(name=f"after {i}", after=[{"job": made[0].id}])
        made += [Job(tenant, id, kind, 1, "done", 1) for id in ask(tenant, "POST", "/v1/jobs", body)["jobs"]]
    return made


# ---- maru's own work
PART_S = 2  # of processor time: as long as it takes to see parts run and take two of them away


def sim_words(days, reps):
    return ["sim", os.path.abspath("examples/minifab"), "--days", str(days), "--reps", str(reps), "--seed", "3", "--json"]


def long_enough():
    """Four replications of PART_S each, also where a build is slower."""
    before = os.times().children_user
    command(*sim_words(20000, 1))
    return sim_words(min(200000, int(20000 * PART_S / max(0.05, os.times().children_user - before))), 4)


COMPARE = ["compare", os.path.abspath("examples/minifab"), "--a", "rule=fifo", "--b", "rule=cr", "--days", "20", "--reps", "4", "--json"]


def start_on_pool(words, *more):
    """As a tenant's: its jobs come in one array."""
    env = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", MARU_TOKEN=tokens["eum"], LANG="C.UTF-8")
    return subprocess.Popen([maru, *words, *more, "--on", "pool"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, preexec_fn=drop, cwd=data)


def own_jobs(name):
    return [Job("eum", item["id"], "own", 1, "done", 1) for item in ask("eum", "GET", "/v1/jobs?limit=200")["items"] if item["name"] == name]


def running_parts(name):
    """Slurm's number and node of those parts that run."""
    mine = {job.id for job in own_jobs(name)}
    rows = [line.split("|") for line in cluster.run("squeue", "-h", "-r", "-t", "R", "-o", "%F|%K|%B|%j").split("\n") if line.count("|") == 3]
    return [(number + "_" + task if task.isdigit() else number, node) for number, task, node, its in rows if its.split(".")[1].rsplit("-", 1)[0] in mine]


def seen_as_array(name, n):
    """In Slurm's queue: all parts are tasks of one job array, by their places, and people read what it is."""
    def looks():
        mine = own_jobs(name)
        rows = [line.split("|") for line in cluster.run("squeue", "-h", "-r", "-t", "all", "-o", "%F|%K|%j|%k").split("\n") if line.count("|") == 3]
        rows = [row for row in rows if mine and row[2] == f"maru.{mine[0].look()['batch']}-1"]
        return len(mine) == n and len({row[0] for row in rows}) == 1 and sorted(row[1] for row in rows) == [str(i) for i in range(n)] and {row[3] for row in rows} == {name}

    return until("a job array", 60, looks, 0.2, lambda: cluster.run("squeue", "-h", "-r", "-t", "all", "-o", "%F|%K|%j|%k|%T"))


def train_words(at):
    """A small table to learn from; the model and its card."""
    return ["train", os.path.join(data, "press.csv"), "-o", os.path.join(data, at + ".maru"), "--target", "result", "--bad", "NG", "--card", os.path.join(data, at + ".json"), "-q"]


def own_work():
    """Replications, a comparison and a training as jobs: the same bytes as here, also where Slurm's own users and nodes take parts away."""
    with open(os.path.join(data, "press.csv"), "w") as file:
        file.write("day,temperature,machine,result\n" + "".join(f"2026-01-{1 + i // 15:02d},{200 + i * 7919 % 97 / 5:.2f},M{i % 3},{'NG' if i * 7919 % 97 > 77 else 'OK'}\n" for i in range(400)))
    words = long_enough()
    sim = start_on_pool(words, "--parts", "4")
    check("all parts of it are one job array", seen_as_array("maru sim", 4), True)
    until("two parts run", 60, lambda: len(running_parts("maru sim")) > 1 or sim.poll() is not None, 0.2)
    parts = running_parts("maru sim")
    cluster.run("scancel", parts[0][0])
    if len(parts) > 1:
        fail_node(parts[1][1])
    others = [(start_on_pool(COMPARE, "--parts", "3"), COMPARE), (start_on_pool(train_words("there")), None)]
    here = command(*words)
    command(*train_words("here"))
    for work, same in [(sim, None), *others]:
        out, err = work.communicate(timeout=240)
        want = here if work is sim else command(*same) if same else out
        check(f"{' '.join(work.args[1:3])} on Slurm ({err[-300:]})", (work.returncode, out == want), (0, True))
    for ending in ("maru", "json"):
        check("the same model", *(open(os.path.join(data, f"{at}.{ending}"), "rb").read() for at in ("there", "here")))
    made = [job for name in ("maru sim", "maru compare", "maru train") for job in own_jobs(name)]
    tries = sum(job.look()["attempts"] for job in made)
    check("parts that were lost ran again", tries >= len(made) + (1 if len(parts) > 0 else 0) + (1 if len(parts) > 1 else 0), True)
    check("all parts are done", {job.last["state"] for job in made}, {"done"})
    say(f"maru's own work: {len(made)} parts, {tries} attempts, the same bytes as here")
    return made


def kill_maru():
    server.kill()
    begin(server.port)  # whoever waits for his jobs finds it again


def poll(jobs):
    for job in jobs:
        if job.last is None or not job.is_over():
            job.look()
            if job.kind == "cancelled" and not job.is_over() and (job.last["state"] == "running" or luck.random() < 0.05) and not job.last["cancelling"]:
                ask(job.tenant, "POST", f"/v1/jobs/{job.id}/cancel", {})
    return [job for job in jobs if not job.is_over()]


def wait(jobs, seconds, until_open=0):
    end = time.monotonic() + seconds
    while len(still := poll(jobs)) > until_open and time.monotonic() < end:
        time.sleep(0.5)
    return still


def fail_node(node):
    cluster.lose_node(node)

    def is_down():
        if "DOWN" in cluster.state_of(node):  # sinfo's one word for a node that is drained, too, is "drained"
            return True
        if not FULL:  # what else Slurm finds by itself within SlurmdTimeout; a message of the node that comes late takes it back
            cluster.run("scontrol", "update", "NodeName=" + node, "State=DOWN", "Reason=lost", check=False)
        return False

    until(f"{node} to be down", 120, is_down, 0.5, lambda: cluster.run("scontrol", "-o", "show", "node", node))
    cluster.start(node)
    cluster.run("scontrol", "update", "NodeName=" + node, "State=RESUME", check=False)


def lose_node():
    """The node that has most of the jobs goes away under them, and comes back."""
    nodes = [word for word in cluster.run("squeue", "-h", "-t", "R", "-o", "%B").split() if word.startswith("gpu")] or ["gpu01"]
    node = max(set(nodes), key=nodes.count)
    fail_node(node)
    return node, len(nodes)


def kill_controller():
    """With maru killed too while it is away."""
    time.sleep(6)  # it saves its state every 5 s, and goes back to that
    away_from = time.time()
    cluster.kill("slurmctld")
    kill_maru()
    time.sleep(3 if not FULL else 20)
    cluster.start_controller()
    until("the nodes to be back", 90, cluster.nodes_up, 0.5)
    kills.append((away_from, time.time()))


# ---- what Slurm says afterwards
def seconds(text):
    return 0 if text in ("Unknown", "None", "") else int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S")))


def gpus_of(tres):
    return next((int(word.split("=")[1]) for word in tres.split(",") if word.startswith("gres/gpu=")), 0)


def rows_of_sacct(jobs):
    """By launch; a task of a job array is one of the array's attempt, in its place."""
    tasks = {f"{job.last['batch']}-{n}_{job.last['index']}": f"{job.id}-{n}" for job in jobs for n in range(1, job.last["attempts"] + 1)}
    rows = {}
    said = cluster.run("sacct", "-a", "-X", "-P", "-n", "-D", "-S", "2000-01-01", "-E", "2099-12-31", "-s", STATES, "-o", "JobID,JobName,State,Start,End,Account,NNodes,AllocTRES")
    for line in said.split("\n"):
        number, name, state, start, end, account, _, tres = line.split("|")
        if not name.startswith("maru.") or (seconds(start) == 0 and not number.isdigit() and not number.partition("_")[2].isdigit()):
            continue  # of others, or what is left of an array
        name, _, place = name[5:].partition(".")
        launch = tasks.get(f"{name}_{int(place or 0) + int(number.partition('_')[2])}") if "_" in number else name
        rows.setdefault(launch, []).append((state.split(" ")[0], seconds(start), seconds(end), account, gpus_of(tres)))
    return rows


def when(text):
    return int(time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))) if text else 0


def is_near(attempt):
    """Around the end of a controller Slurm's own accounts may tell otherwise: it goes back by up to 5 s, and has been seen to start a job without its GPUs."""
    start, end = when(attempt.get("started")), when(attempt.get("ended"))
    return any(start < back + 5 and end > away - 8 for away, back in kills)


def agrees(job, attempt, rows):
    """maru's attempt beside sacct's row: start and end to the second, account and GPUs. A job of several rows was put back by a controller."""
    mine = rows.get(attempt["launch"], [])
    if not attempt.get("started"):  # cancelled in the queue
        return check(f"{attempt['launch']} never ran", (job.ran().count(attempt["launch"]), len(mine) <= 1), (0, True))
    project = job.last["project"]
    want = (when(attempt["started"]), when(attempt["ended"]), f"maru_{job.tenant}_{project}", job.last["request"].get("gpus", 0))
    got = [row[1:] for row in mine]
    if not check(f"{job.kind} {attempt['launch']} in sacct", got, [want]):
        print(cluster.run("sacct", "-a", "-X", "-P", "-D", "-j", ",".join(map(str, range(1, 1000))), "-o", "JobID,JobIDRaw,JobName,State,Submit,Eligible,Start,End", check=False))


def most_at_once(rows, tenant):
    """Of Slurm's own accounts: the most GPUs that a tenant held at a time."""
    steps = []
    for row in (row for many in rows.values() for row in many):
        if any(row[1] < back + 5 and row[2] > away - 8 for away, back in kills):
            continue  # of those Slurm tells what it has forgotten (is_near)
        if row[3].startswith(f"maru_{tenant}_") and row[1] and row[2] > row[1]:
            steps += [(row[1], row[4]), (row[2], -row[4])]
    most = now = 0
    for _, change in sorted(steps):
        now += change
        most = max(most, now)
    return most


def compare(text, *more):
    """What `maru credits agree` says of it."""
    path = cluster.path("sacct.txt")
    with open(path, "w") as file:
        file.write(text)
    told = json.loads(command("credits", "agree", path, "--json", *more, check=False))
    return told if "differences" in told else sys.exit(f"maru credits agree: {told}")


def agree_charges(jobs):
    """Each run was charged what it costs by sacct's times, to a millionth of a credit; so a second more or less would be seen."""
    os.environ["SLURM_TIME_FORMAT"] = "%s"
    said = cluster.run("sacct", "-a", "-P", "-D", "-S", "2000-01-01", "-E", "2099-12-31", "-s", STATES, "-o", "JobID,JobName,Account,Start,End,State,AllocTRES")
    del os.environ["SLURM_TIME_FORMAT"]
    near = {attempt["launch"] for job in jobs for attempt in job.last["tries"] if is_near(attempt)}
    told = compare(said)
    far = [one for one in told["differences"] if one["launch"] not in near]
    check("runs and charges agree with sacct", far, [])
    check("most of them", told["same"] >= len(jobs) * 3 // 4, True)
    spent = sum(ask("local", "GET", "/v1/credits?tenant=" + tenant)["spent"] for tenant in TENANTS)
    check("there were charges", spent > 0, True)
    say(f"{told['same']} runs agree, {told['different']} around the end of a controller do not; GPU seconds {told['maru_gpu_s']} and {told['sacct_gpu_s']}; {spent:.6f} credits")
    for one in told["differences"]:
        say(f"    {one['kind']} {one['launch']}: " + "; ".join(f"{side} {row['from'][11:19]} to {row['until'][11:19]}, {row['gpus']} GPUs, {row['credits']}" for side in ("maru", "sacct") if (row := one[side])))
    # One second more of one run is seen, in its time and in its charge; of a job of its own, and of a task of an array.
    tasks = {f"{job.last['batch']}-{n}_{job.last['index']}": f"{job.id}-{n}" for job in jobs for n in range(1, job.last["attempts"] + 1)}
    lines = said.split("\n")
    for is_task in (False, True):
        launches = [(i, tasks.get(f"{row[1][5:]}_{row[0].partition('_')[2]}", "") if is_task else row[1][5:])
                    for i, line in enumerate(lines) if (row := line.split("|"))[1].startswith("maru.") and ("_" in row[0]) == is_task and row[6] and row[4].isdigit() and row[4] > row[3]]
        i, launch = next(one for one in launches if one[1] not in near)
        row = lines[i].split("|")
        other = lines[:i] + ["|".join(row[:4] + [str(int(row[4]) + 1)] + row[5:])] + lines[i + 1:]
        also = [one["kind"] for one in compare("\n".join(other), "--from", "2020-01-01")["differences"] if one["launch"] == launch]
        check(f"a second too much is seen of {row[0]}", also, ["end", "credits"])
        shown = command("credits", "agree", cluster.path("sacct.txt"), check=False)
        check("and told to people", launch in shown and "agree with sacct" in shown, True)


def drain():
    """A node that is taken out of work in maru is drained in Slurm, and works again with it; what others have drained is left."""
    def state(node):
        return cluster.run("sinfo", "-h", "-N", "-n", node, "-o", "%T|%E").split("\n")[0]

    cluster.run("sacctmgr", "-i", "modify", "user", USER, "set", "AdminLevel=Admin")
    cluster.run("scontrol", "update", "NodeName=gpu04", "State=DRAIN", "Reason=by hand")
    ask("local", "POST", "/v1/pool/nodes/gpu03", {"state": "drained", "reason": "fan 2, \"loud\""})
    until("gpu03 to be drained", 60, lambda: state("gpu03").startswith("drain"), 0.5)
    check("with its reason", state("gpu03"), "drained|maru: fan 2,  loud")
    until("gpu04 to be shown as drained", 60, lambda: "by hand" in json.dumps(ask("local", "GET", "/v1/pool")["nodes"]), 1)
    ask("local", "POST", "/v1/pool/nodes/gpu03", {"state": "up"})
    until("gpu03 to work", 60, lambda: not state("gpu03").startswith("drain"), 0.5)
    check("what others drained is left", state("gpu04"), "drained|by hand")


def reservations_are_slurms():
    """What nobody would keep is refused."""
    row = {"name": "class", "account": "local", "nodes": ["gpu01"], "from": "2030-01-01T09:00:00+09:00", "until": "2030-01-01T12:00:00+09:00"}
    client = server.client(tokens["local"])
    for method, path, body in (("PUT", "/v1/pool/reservations", {"rows": [row]}), ("POST", "/v1/jobs", {"command": ["true"], "reservation": "class"})):
        status, answer = client.ask(method, path, json.dumps(body), JSON)
        check(f"{path} sends to Slurm ({answer})", (status, "scontrol" in str(answer)), (422, True))


def agree_all(jobs):
    # What a killed controller has forgotten stays without an end for good (sacctmgr calls it a runaway).
    until("accounting to have all ends", 60, lambda: all(row[2] or any(row[1] < back for _, back in kills) for many in rows_of_sacct(jobs).values() for row in many), 1)
    rows, n_near, n_attempts, n_again = rows_of_sacct(jobs), 0, 0, 0
    for job in jobs:
        ran = job.ran()
        near = [attempt for attempt in job.last["tries"] if is_near(attempt)]
        node = [attempt for attempt in job.last["tries"] if attempt["end"] == "node"]
        n_near, n_attempts, n_again = n_near + len(near), n_attempts + len(job.last["tries"]), n_again + len(node)
        # One that is tried until it has three lines has one of a run that was lost, too, where that came so far.
        more = len(node) - (sum(attempt["launch"] in ran for attempt in node) if job.kind == "again" else 0)
        if not near and job.kind != "own":
            check(f"{job.kind} {job.id} ended", (job.last["state"], job.last["attempts"] - more in (job.attempts, 0 if job.state == "cancelled" else job.attempts)),
                  (job.state, True))
        for attempt in job.last["tries"]:
            times = ran.count(attempt["launch"])
            is_whole = attempt["end"] in ("exit", "time") and attempt not in near and job.kind != "own"
            check(f"{job.kind} {attempt['launch']} ran ({attempt['end']})", times == job.parts if is_whole else times <= job.parts, True)
            if attempt not in near:
                agrees(job, attempt, rows)
        check(f"what ran of {job.id} is known", set(ran) <= {attempt["launch"] for attempt in job.last["tries"]}, True)
    for tenant, most in TENANTS.items():
        within(f"GPUs of {tenant} at once", most_at_once(rows, tenant), most)
    check("no job of Slurm is unknown to maru", set(rows) <= {attempt["launch"] for job in jobs for attempt in job.last["tries"]}, True)
    agree_charges(jobs)
    say(f"{len(jobs)} jobs, {n_attempts} attempts, {n_again} lost with a node, {n_near} around the end of a controller")


begin()
tokens["local"] = server.token
for tenant in TENANTS:
    command("tenant", "add", tenant, "--data", data, "-q")
    tokens[tenant] = json.loads(command("token", "new", "--tenant", tenant, "--role", "engineer", "--data", data, "--json"))["token"]
table = "account,weight,limit\n" + "".join(f"{tenant},{1 + i},h100:{most}\n" for i, (tenant, most) in enumerate(TENANTS.items()))
ask("local", "PUT", "/v1/pool/accounts", {"text": table})
ask("local", "POST", "/v1/pool/prices", {"rows": [{"resource": "h100", "credits": 3651.7}, {"resource": "cpu", "credits": 37.9}, {"resource": "memory", "credits": 11.3}]})
for tenant in TENANTS:
    ask("local", "POST", "/v1/pool/grants", {"tenant": tenant, "id": "first", "credits": 1000000})
jobs, n_killed = [], 0
for i in range(N):
    if len(jobs) >= N:
        break
    jobs += hand_in(i)
    if len(jobs) >= N * (n_killed + 1) // 3 and n_killed < 2:  # while it hands over what it was given
        kill_maru()
        n_killed += 1
say(f"{len(jobs)} jobs handed in, maru killed twice")
wait(jobs, 300, len(jobs) * 3 // 4)
say("node %s lost, %d jobs were running" % lose_node())
wait(jobs, 300, len(jobs) // 2)
kill_controller()
say("slurmctld and maru killed, and back")
still = wait(jobs, 900 if FULL else 150)
check("all jobs end", [(job.kind, job.id, job.last["state"], job.last.get("phase"), job.last.get("waiting", {}).get("executor")) for job in still], [])
if not still:
    jobs += own_work()
    agree_all(jobs)
    drain()
    reservations_are_slurms()
    # What the killed controller took for running, though it was over, holds no GPU for long.
    until("Slurm's queue to be empty", 120, lambda: cluster.run("squeue", "-h", "-t", "R,PD", check=False) == "", 1)
if failures:
    print(cluster.run("squeue", "-a", check=False), cluster.said(), *server.log[-30:], sep="\n")
    if os.environ.get("MARU_SLURM_KEEP"):  # for whoever looks into it: all logs, folders of jobs and records of launches
        shutil.copytree(cluster.folder, os.environ["MARU_SLURM_KEEP"], symlinks=True, ignore=shutil.ignore_patterns("db", "dev", "*.sock", "munge", "slurmd-*"))
server.stop()
say(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
