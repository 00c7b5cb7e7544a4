# The Slurm executor on a real Slurm: tests/slurm/cluster python3 tests/slurm_executor.py DRIVER [long]. DRIVER is the executor behind lines
# (slurm/slurm_driver.c), run as a user without rights on the machine; it is killed, and so are Slurm's daemons and a node. Every launch
# appends its id to a file, so that what ran twice or never is seen; what the executor tells is held against sacct, to the second.
import os, random, shutil, signal, stat, subprocess, sys, threading, time, traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "slurm"))
sys.dont_write_bytecode = True
from slurm_cluster import Cluster, NODES, STATES, UID, USER, until

LONG = "long" in sys.argv[2:]
AS_USER = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
TENANTS = ("ajin", "bora", "choco", "dasan", "eum")
cluster = Cluster()
driver_copy = cluster.path("slurm_driver")
shutil.copy(sys.argv[1], driver_copy)
work = cluster.path("work")
os.makedirs(work)
os.chown(work, UID, UID)
ran = os.path.join(work, "ran")
began = time.monotonic()
n_checked = 0


def check(what, truth, *more):
    global n_checked
    n_checked += 1
    if not truth:
        raise AssertionError(f"{what} {' '.join(str(one) for one in more)}")


def say(text):
    print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


class Look:
    def __init__(self, words):
        self.state, self.end, self.code = words[0], words[1], int(words[2])
        self.submitted, self.started, self.ended, self.cpu, self.memory = (int(word) for word in words[3:8])
        self.rest = " ".join(words[8:])

    def __repr__(self):
        return str(vars(self))


class Driver:
    """One process with an executor, as maru would have it."""

    def __init__(self, state="state", **settings):
        words = [f"{key}={value}" for key, value in {"conf": cluster.conf, "timeout": 20, "settle": 8, **settings}.items()]
        self.process = subprocess.Popen([*AS_USER, driver_copy, os.path.join(work, state), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={"PATH": "/usr/bin:/bin", "SECRET": "1"}, cwd="/")

    def ask(self, *words):
        """What it says; None: it was killed."""
        try:
            self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                return None
            if line == ".\n":
                return lines
            lines.append(line.rstrip("\n"))

    def start(self, name, command, tenant="ajin", project="p", parts=1, gpus=0, memory=64, limit=600, grace=5, signal=10, folder=None):
        folder = folder or os.path.join(work, name)
        if not os.path.exists(folder):
            for made in (folder, os.path.join(folder, "work")):
                os.makedirs(made)
                os.chown(made, UID, UID)
        said = self.ask("start", name, tenant, project, parts, gpus, memory, limit, grace, signal, folder, f"echo {name} >> {ran}; {command}")
        return said and said[0].split(" ", 3)[2:]

    def array(self, name, at, n, command, tenant="ajin", gpus=1, limit=600, grace=5):
        """What is said of each task; its command has MARU_JOB."""
        for i in range(at, at + n):
            for made in (os.path.join(work, f"{name}-{i}"), os.path.join(work, f"{name}-{i}", "work")):
                if not os.path.exists(made):
                    os.makedirs(made)
                    os.chown(made, UID, UID)
        said = self.ask("array", name, at, n, tenant, "p", gpus, limit, grace, work, f"echo $MARU_JOB >> {ran}; {command}")
        return said and [line.split(" ", 3)[2] for line in said]

    def started(self, name, command, **more):
        said = self.start(name, command, **more)
        check(f"{name} starts", said and said[0] == "ok", said)

    def look(self, name):
        words = self.ask("look", name)[0].split(" ")
        check(f"look at {name}", words[2] == "ok", words)
        return Look(words[3:])

    def ended(self, name, seconds=60):
        def ask():
            look = self.look(name)
            return look if look.state == "ended" else None

        return until(f"the end of {name}", seconds, ask, 0.2)

    def runs(self, name, seconds=30):
        until(f"{name} to run", seconds, lambda: self.look(name).state == "running", 0.1)
        until(f"{name} to have begun", seconds, lambda: ran_times(name) > 0, 0.1)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.stdin.close()
        check("the driver ends", self.process.wait(30) == 0)


def ran_times(name):
    try:
        with open(ran) as file:
            return file.read().split("\n").count(name)
    except FileNotFoundError:
        return 0


def log_of(name, which="out"):
    with open(os.path.join(work, name, which)) as file:
        return file.read()


def job_of(name, state="state"):
    with open(os.path.join(work, state, name, "answer")) as file:
        return file.read().strip()


def seconds(text):
    return 0 if text in ("Unknown", "None") else int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S")))


def agrees_with_sacct(name, look, mark="maru"):
    """The same as sacct, to the second."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    rows = cluster.run("sacct", "-a", "-X", "-P", "-n", "-D", "-S", "2000-01-01", "-E", "2099-12-31", "-s", STATES, f"--name={mark}.{name}", "-o", "JobIDRaw,Submit,Start,End,State,NodeList").split("\n")
    check(f"{name} is one job in accounting", len(rows) == 1 and rows[0], rows)
    number, submitted, started, ended, state, nodes = rows[0].split("|")
    if nodes == "None assigned":
        started = "None"
    want = [seconds(at) * 1000000 for at in (submitted, started, ended)]
    check(f"times of {name}", want == [look.submitted, look.started, look.ended], want, look)


def wrapper(name, text):
    """A folder of Slurm's commands of which sbatch is ours: what may happen around the real one."""
    folder = os.path.join(work, name)
    os.makedirs(folder)
    for program in ("squeue", "sacct", "scancel", "sinfo", "scontrol"):
        os.symlink("/usr/bin/" + program, os.path.join(folder, program))
    path = os.path.join(folder, "sbatch")
    with open(path, "w") as file:
        file.write("#!/bin/bash\n" + text)
    os.chmod(path, 0o755)
    return folder


def accounts():
    names = ",".join(f"maru_{tenant}_p" for tenant in TENANTS)
    cluster.run("sacctmgr", "-i", "add", "account", names, "Description=maru", "Organization=maru")
    cluster.run("sacctmgr", "-i", "add", "user", USER, "account=" + names)


# Single ends, all at once.
def ends():
    d = Driver("ends")
    nodes = d.ask("nodes")
    check("the nodes", nodes == [f"node {name} h100 4 16000 64000 up []" for name in NODES] + ["nodes - ok "], nodes)
    check("an unknown launch", d.look("nothing").state == "absent")
    d.started("code", "echo out; echo err >&2; echo $GREETING; pwd; exit 7", gpus=2)
    d.started("done", "echo $CUDA_VISIBLE_DEVICES; env", gpus=3)
    d.started("signal", "kill -SEGV $$")
    d.started("limit", "sleep 100", limit=4, grace=2, signal=15)
    d.started("deaf", "trap '' USR1; while :; do sleep 1; done", limit=4, grace=2)
    d.started("memory", "exec python3 -c 'import time; x = bytearray(300 << 20); time.sleep(60)'", memory=100)
    d.started("cut", "yes abcdefg | head -c 100000; echo late >&2")
    d.started("gang", "echo part $MARU_PART of $MARU_PARTS: $CUDA_VISIBLE_DEVICES; sleep 1", parts=2, gpus=4)
    d.started("saves", "trap 'echo saved; exit 3' USR1; while :; do sleep 0.2; done")
    d.started("stuck", "trap '' USR1; while :; do sleep 1; done")
    d.started("outside", "sleep 100")
    d.started("big", "true", parts=4, gpus=4, limit=60)  # waits for all of the machine
    check("more GPUs than any node has", d.start("never", "true", gpus=9)[0] == "input")
    check("an account that is not there", d.start("nobody", "true", tenant="nobody")[0] == "input")
    check("what was refused is absent", d.look("nobody").state == "absent")
    d.runs("saves")
    d.runs("stuck")
    d.runs("outside")
    check("stop", d.ask("stop", "saves", 20) == ["stop saves ok "])
    check("stop", d.ask("stop", "stuck", 2) == ["stop stuck ok "])
    cluster.run("scancel", job_of("outside", "ends"))
    wants = {"code": ("exit", 7), "done": ("exit", 0), "signal": ("signal", 11), "limit": ("limit", 137), "deaf": ("limit", 137), "memory": ("memory", None),
             "cut": ("exit", 0), "gang": ("exit", 0), "saves": ("stopped", 3), "stuck": ("stopped", 137), "outside": ("stopped", None), "big": ("exit", 0)}
    for name, (end, code) in wants.items():
        look = d.ended(name)
        check(f"the end of {name}", look.end == end and code in (None, look.code), look)
        check(f"{name} ran once", ran_times(name) == (2 if name == "gang" else 4 if name == "big" else 1), ran_times(name))
        agrees_with_sacct(name, look)
        check(f"use of {name}", look.cpu >= 0 and (look.memory > 0 or look.ended - look.started < 6000000), look)
        if name in ("limit", "deaf"):
            check(f"{name} ends on time", 3 <= (look.ended - look.started) // 1000000 <= 7, look)
    check("out", log_of("code") == "out\nit's \"quoted\" $HOME\n" + os.path.join(work, "code", "work") + "\n", log_of("code"))
    check("err", log_of("code", "err") == "err\n", log_of("code", "err"))
    check("GPUs and nothing of our environment", log_of("done").split("\n")[0] in ("0,1,2", "0,1,3", "0,2,3", "1,2,3") and "SECRET" not in log_of("done") and "\nMARU_JOB=done\n" in log_of("done"), log_of("done"))
    check("the cap of a log", log_of("cut").startswith("abcdefg\n" * 499) and log_of("cut").endswith("\n[...+96004 bytes]\n") and len(log_of("cut")) <= 4096, log_of("cut")[-40:])
    check("both parts", sorted(log_of("gang").split("\n"))[1:] == [f"part {i} of 2: 0,1,2,3" for i in (0, 1)], log_of("gang"))
    check("saved", log_of("saves") == "saved\n")
    check("forget", d.ask("forget", "code") == ["forget code ok "] and d.look("code").state == "absent")
    d.close()
    say(f"{len(wants)} kinds of end")


# The caller dies around a submission, in every way.
def caller_dies():
    real = "/usr/bin/sbatch"
    ways = {
        "before": 'kill -9 $PPID; exit 1\n',
        "after": f'{real} "$@" >/dev/null; kill -9 $PPID\n',
        "answered": f'{real} "$@"; kill -9 $PPID\n',
        "late": f'kill -9 $PPID; sleep 3; exec {real} "$@"\n',
        "twice": f'cat >/tmp/$$.in; {real} "$@" </tmp/$$.in >/dev/null; {real} "$@" </tmp/$$.in >/dev/null; rm /tmp/$$.in; kill -9 $PPID\n',
    }
    for way, text in ways.items():
        d = Driver("dies", programs=wrapper("programs-" + way, text))
        check(f"killed {way}", d.start("dies-" + way, "sleep 1", gpus=1) is None)
        d.process.wait()
    d = Driver("dies")
    for way in ways:
        def again():
            said = d.start("dies-" + way, "sleep 1", gpus=1)
            check("an answer", said[0] in ("ok", "io"), said)
            return said[0] == "ok"

        until(f"a start after a death {way}", 40, again, 0.5)
    for way in ways:
        look = d.ended("dies-" + way)
        check(f"end after a death {way}", look.end == "exit" and look.code == 0, look)
        if way != "twice":
            agrees_with_sacct("dies-" + way, look)
    time.sleep(1)
    for way in ways:
        check(f"once after a death {way}", ran_times("dies-" + way) == 1, ran_times("dies-" + way))
    d.close()
    say(f"{len(ways)} deaths of the caller")


def tasks_of(name, mark="maru"):
    """Of accounting: the rows of a job array by its tasks, each with the number of its job array, state and times."""
    said = cluster.run("sacct", "-a", "-X", "-P", "-n", "-D", "-S", "2000-01-01", "-E", "2099-12-31", "-s", STATES, f"--name={mark}.{name}", "-o", "JobID,Submit,Start,End,State")
    rows = {}
    for line in said.split("\n"):
        job, submitted, started, ended, state = line.split("|")
        number, _, task = job.partition("_")
        if task.isdigit():
            rows.setdefault(int(task), []).append((number, *(seconds(at) * 1000000 for at in (submitted, started, ended)), state.split(" ")[0]))
    return rows


# Launches of one array are one job array of Slurm: each is found, stopped and ended as one of its own.
def arrays():
    d = Driver("arrays")
    go = os.path.join(work, "go")
    command = f"case $MARU_ARRAY_INDEX in [01]) sleep 300 ;; 2) sleep 1; exit 7 ;; 5) while [ ! -e {go} ]; do sleep 0.2; done ;; esac; sleep 0.5"
    check("all start", d.array("one", 0, 12, command, gpus=4) == ["ok"] * 12)
    check("again is nothing", d.array("one", 0, 12, command, gpus=4) == ["ok"] * 12)
    for i in (0, 1):
        d.runs(f"one-{i}")
    check("one job array", {job_of(f"one-{i}", "arrays") for i in range(12)} == {job_of("one-0", "arrays")})
    number = job_of("one-0", "arrays")
    check("in the queue by its name", set(cluster.run("squeue", "-h", "-r", "-o", "%F %j", f"--name=maru.one").split("\n")) == {f"{number} maru.one"})
    d.ask("stop", "one-11", 1)  # of those that wait, by us and by somebody else
    look = d.ended("one-11")
    check("one that waits is stopped", look.end == "stopped" and look.started == 0 and ran_times("one-11") == 0, look)
    cluster.run("scancel", number + "_10")
    d.ask("stop", "one-0", 1)
    cluster.run("scancel", number + "_1")
    check("one that runs is stopped", d.ended("one-0").end == "stopped")
    check("one is ended by somebody", d.ended("one-1").end == "stopped")
    d.kill()
    d = Driver("arrays")  # finds them all
    with open(go, "w"):
        pass
    for i in range(2, 10):
        look = d.ended(f"one-{i}")
        check(f"end of one-{i}", (look.end, look.code) == ("exit", 7 if i == 2 else 0), look)
        check(f"one-{i} ran once", ran_times(f"one-{i}") == 1, ran_times(f"one-{i}"))
    look = d.ended("one-10")
    check("one that was taken out of the queue", look.end == "stopped" and ran_times("one-10") == 0, look)
    rows = tasks_of("one")
    for i in range(10):
        look = d.look(f"one-{i}")
        check(f"times of one-{i}", [(number, look.submitted, look.started, look.ended)] == [row[:4] for row in rows[i]], rows[i], look)
    check("log of a task", log_of("one-2") == "", log_of("one-2"))
    for i in range(12):
        check("forget", d.ask("forget", f"one-{i}") == [f"forget one-{i} ok "] and d.look(f"one-{i}").state == "absent")
    # All of it is cancelled by a user of Slurm, while most wait.
    check("all start", d.array("cut", 0, 8, "sleep 300", gpus=4) == ["ok"] * 8)
    d.runs("cut-0")
    cluster.run("scancel", job_of("cut-0", "arrays"))
    for i in range(8):
        look = d.ended(f"cut-{i}")
        check(f"end of cut-{i}", look.end == "stopped" and ran_times(f"cut-{i}") <= (look.started > 0), look, ran_times(f"cut-{i}"))
    # More than Slurm takes as one, and what has another request.
    check("all start", d.array("long", 998, 5, "true", gpus=0) == ["ok"] * 5)
    for i in range(998, 1003):
        check(f"end of long-{i}", d.ended(f"long-{i}").end == "exit" and ran_times(f"long-{i}") == 1)
    check("in two", (sorted(tasks_of("long")), sorted(tasks_of("long.1000"))) == ([998, 999], [0, 1, 2]))
    check("refused together", d.array("nobody", 0, 3, "true", tenant="nobody") == ["input"] * 3 and d.look("nobody-2").state == "absent")
    d.close()
    say("job arrays")


# The caller dies around the submission of an array, in every way; and Slurm takes fewer at a time.
def array_dies():
    real = "/usr/bin/sbatch"
    ways = {
        "before": 'kill -9 $PPID; exit 1\n',
        "after": f'{real} "$@" >/dev/null; kill -9 $PPID\n',
        "answered": f'{real} "$@"; kill -9 $PPID\n',
        "late": f'kill -9 $PPID; sleep 3; exec {real} "$@"\n',
        "twice": f'cat >/tmp/$$.in; {real} "$@" </tmp/$$.in >/dev/null; {real} "$@" </tmp/$$.in >/dev/null; rm /tmp/$$.in; kill -9 $PPID\n',
    }
    n = 5
    for way, text in ways.items():
        d = Driver("array_dies", programs=wrapper("array-programs-" + way, text))
        check(f"killed {way}", d.array("all-" + way, 0, n, "sleep 1", tenant="bora") is None)
        d.process.wait()
    d = Driver("array_dies")
    for way in ways:
        until(f"a start after a death {way}", 60, lambda: d.array("all-" + way, 0, n, "sleep 1", tenant="bora") == ["ok"] * n, 0.5)
    for way in ways:
        for i in range(n):
            look = d.ended(f"all-{way}-{i}")
            check(f"end after a death {way}", (look.end, look.code) == ("exit", 0), look)
    time.sleep(1)
    for way in ways:
        for i in range(n):
            check(f"once after a death {way}", ran_times(f"all-{way}-{i}") == 1, ran_times(f"all-{way}-{i}"))
            rows = tasks_of("all-" + way)
            look = d.look(f"all-{way}-{i}")
            check(f"times of all-{way}-{i}", (look.started, look.ended) in [row[2:4] for row in rows.get(i, [])], rows, look, cluster.run("sacct", "-a", "-X", "-P", "-D", "-j", ",".join(map(str, range(1, 1000))), "-o", "JobID,JobIDRaw,JobName,State,Submit,Eligible,Start,End"))
        check(f"as one array {way}", len({row[0] for many in tasks_of("all-" + way).values() for row in many}) <= (2 if way == "twice" else 1))
    d.close()
    # A limit of jobs in the queue: fewer together, and in the end all.
    cluster.run("sacctmgr", "-i", "modify", "account", "maru_eum_p", "set", "GrpSubmitJobs=3")
    d = Driver("array_limit")
    until("all to be in the queue, in turn", 90, lambda: [d.look(f"few-{i}") for i in range(7)] and d.array("few", 0, 7, "sleep 0.5", tenant="eum", gpus=0) == ["ok"] * 7, 0.5)
    for i in range(7):
        check(f"end of few-{i}", d.ended(f"few-{i}").end == "exit" and ran_times(f"few-{i}") == 1)
    d.close()
    cluster.run("sacctmgr", "-i", "modify", "account", "maru_eum_p", "set", "GrpSubmitJobs=-1")
    say(f"{len(ways)} deaths of the caller with an array, and a limit")


# The controller goes back to before it took an array, or to a part of it.
def array_lost():
    d = Driver("array_lost", lost=10, settle=8)
    check("all start", d.array("kept", 0, 10, "sleep 2", gpus=4, tenant="choco") == ["ok"] * 10)
    cluster.is_saved()
    check("all start", d.array("gone", 0, 10, "sleep 2", gpus=4, tenant="choco") == ["ok"] * 10)
    cluster.kill("slurmctld")
    cluster.start_controller()
    open_ones, ends = {f"{name}-{i}" for name in ("kept", "gone") for i in range(10)}, {}

    def poll():
        d.ask("wait", 1)
        for name in sorted(open_ones):
            look = d.look(name)
            if look.state == "absent":
                array, i = name.split("-")
                check("a start of one that was lost", d.array(array, int(i), 1, "sleep 2", gpus=4, tenant="choco")[0] in ("ok", "io"))
            elif look.state == "ended":
                ends[look.end] = ends.get(look.end, 0) + 1
                # One that had begun may be lost with the controller; it is told, and ran no second time.
                check(f"end of {name}", look.end in ("exit", "node"), look)
                check(f"{name} ran once", ran_times(name) <= 1 and (look.end == "node" or ran_times(name) == 1), look, ran_times(name))
                open_ones.discard(name)
        return not open_ones

    until("all to end", 150, poll, 0.2)
    d.close()
    say(f"a controller that forgot an array: {ends}")


# Slurm's daemons and a node go away under jobs.
def slurm_dies():
    d, over = Driver(), os.path.join(work, "over")
    d.started("stays", f"while [ ! -e {over} ]; do sleep 0.2; done; exit 5", gpus=4)
    d.started("falls", "sleep 300", gpus=4)
    d.started("again", "sleep 300", gpus=4)
    for name in ("stays", "falls", "again"):
        d.runs(name)
    cluster.run("scontrol", "update", "JobId=" + job_of("stays"), "Comment=saved")  # a change
    cluster.is_saved()
    node = cluster.run("squeue", "-h", "-j", job_of("falls"), "-o", "%B")
    cluster.kill("slurmctld")
    d.close()
    d = Driver(timeout=2)  # none of Slurm's answers is waited for
    check("nobody answers", d.look("stays").state == "unknown")
    said = d.start("meanwhile", "true")
    check("nothing starts", said[0] == "io", said)
    d.close()
    d = Driver()
    with open(over, "w"):  # one of the jobs ends, and its node finds nobody to tell
        pass
    time.sleep(2)
    cluster.start_controller()
    cluster.lose_node(node)
    if not LONG:  # what else Slurm finds by itself within SlurmdTimeout
        cluster.run("scontrol", "update", "NodeName=" + node, "State=DOWN", "Reason=lost")
    # Somebody has a job run anew by force.
    cluster.run("scontrol", "update", "JobId=" + job_of("again"), "Requeue=1")
    cluster.run("scontrol", "requeue", job_of("again"))
    cluster.kill("slurmdbd")
    until("the end to be out of the queue's words", 40, lambda: "stays" not in cluster.run("squeue", "-h", "-t", "R,CG", "-o", "%j"), 0.3)
    look = d.look("stays")
    check("without accounting no end is told", look.state == "unknown", look)
    cluster.start("slurmdbd")
    look = d.ended("stays", 90)
    check("the end is that of the job", look.end == "exit" and look.code == 5, look)
    agrees_with_sacct("stays", look)
    until("a start after all", 60, lambda: d.start("meanwhile", "true")[0] == "ok", 1)
    check("meanwhile", d.ended("meanwhile").end == "exit")
    look = d.ended("falls", 120)
    check("the node's end is the job's", look.end == "node", look)
    agrees_with_sacct("falls", look)
    cluster.start(node)
    look = d.ended("again", 150)
    said = cluster.run("sacct", "-a", "-X", "-P", "-n", "-D", "-S", "2000-01-01", "-E", "2099-12-31", "-s", STATES, "--name=maru.again", "-o", "JobIDRaw,Submit,Start,End,State,ExitCode,NodeList")
    inner = os.path.join(work, "again", ".maru")
    left = [open(os.path.join(inner, name)).read() for name in ("claim-again", "end-again", "slurm") if os.path.exists(os.path.join(inner, name))]
    check("put back is not run again", look.end == "node", look, said, left)
    for name in ("stays", "falls", "again", "meanwhile"):
        check(f"{name} ran once", ran_times(name) == 1, ran_times(name))
    d.close()
    say("controller, database and node lost")


# Many jobs of five tenants, with the caller and the controller killed among them.
def many(n, kills):
    # A controller that is killed goes back by up to 5 s: what ended then it may run again, which the claim refuses, or cancel, and of what ran it may
    # write another end into its own accounts.
    d, luck, kills_at = Driver("many", lost=10), random.Random(6), []
    names = [f"job-{i}" for i in range(n)]
    kill_at = {n * (k + 1) // (kills + 1): k for k in range(kills)}
    for i, name in enumerate(names):
        if i in kill_at:
            d.kill()
            d = Driver("many", lost=10)
            if LONG and kill_at[i] % 2 == 0:
                time.sleep(6)  # what it has taken in its last seconds it forgets
                kills_at.append(time.time() * 1e6)
                cluster.kill("slurmctld")
                cluster.start_controller()

        def go():
            said = d.start(name, f"sleep 0.{luck.randrange(10)}; exit {i % 5}", tenant=TENANTS[i % 5], gpus=i % 5, parts=1 + (i % 7 == 0))
            return said[0] == "ok"

        until(f"{name} to start", 60, go, 0.5)
    say(f"{n} submitted")
    open_ones, near = set(names), []

    def poll():
        d.ask("wait", 1)
        for name in sorted(open_ones):
            look = d.look(name)
            if look.state == "ended":
                i, wants = int(name[4:]), 1 + (int(name[4:]) % 7 == 0)
                is_near = any(look.started < at + 1e6 and look.ended > at - 8e6 for at in kills_at)
                check(f"end of {name}", (look.end, look.code) == ("exit", i % 5) or (is_near and look.end in ("node", "stopped")), look)
                check(f"{name} ran once", ran_times(name) == wants, ran_times(name), look)
                if is_near:
                    near.append(name)
                else:
                    agrees_with_sacct(name, look)
                open_ones.discard(name)
        return not open_ones

    until("all to end", 300 if LONG else 90, poll, 0.1)
    d.close()
    say(f"{n} jobs ended, each once; {len(near)} of them as a controller was killed")


def together(scenes):
    """All at once, each with a state of its own; the first fault of each is told, with what Slurm's programs have said."""
    faults = []

    def run(scene):
        try:
            scene()
        except BaseException:
            faults.append(f"{scene.__name__}: {traceback.format_exc()}")

    threads = [threading.Thread(target=run, args=(scene,)) for scene in scenes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        print(cluster.said(), *faults, sep="\n", flush=True)
        os._exit(1)  # a driver that is left has nobody to end it


def some_or_many():
    many(200 if LONG else 60, 6 if LONG else 3)


accounts()
asked = [word for word in sys.argv[2:] if word != "long"]
# Those that take nothing away from the others go beside each other; in the long form `many` kills the controller too.
groups = [[ends, caller_dies, array_dies], [arrays], [slurm_dies], [array_lost], [some_or_many]] if LONG else [[ends, caller_dies, some_or_many], [arrays, array_dies], [array_lost], [slurm_dies]]
for group in groups:
    together([scene for scene in group if not asked or scene.__name__ in asked])
print(f"{n_checked} checks in {time.monotonic() - began:.1f} s")
