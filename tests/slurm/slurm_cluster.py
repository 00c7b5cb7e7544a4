# A Slurm of one's own for tests: munged, MariaDB, slurmdbd, slurmctld and four slurmd with gpu:h100:4 each, in namespaces of their
# own (network, processes, mounts, host name), so that nothing outside sees or meets it. Its whole state is one temporary folder. It
# ends and the folder goes when the command ends that it was made for, also when that is killed.
#
# tests/slurm/cluster COMMAND... runs a command inside; the command finds the folder in MARU_SLURM, and `Cluster()` is its handle.
import ctypes, json, os, pwd, shutil, signal, socket, subprocess, sys, tempfile, time

PR_SET_PDEATHSIG = 1
# Asked by state (and up to when), sacct tells also tasks of arrays of which it does not know when they could have begun; by time alone it leaves them out.
STATES = "BF,CA,CD,DL,F,NF,OOM,PR,R,RQ,TO"
PROGRAMS = ("munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd", "sbatch", "sacct", "sacctmgr", "unshare", "nsenter", "ip")
NODES = ("gpu01", "gpu02", "gpu03", "gpu04")
USER = "marutest"  # who submits in tests: nobody special to the machine
UID = 64100
ADDRESS = "10.213.0.1"
MUNGE_SOCKET = "/run/munge/munge.socket.2"  # where all of Slurm looks; /run is one of our own

SLURM_CONF = """\
ClusterName=maru
SlurmctldHost=ctl({address})
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation={folder}/ctld
SlurmdSpoolDir={folder}/slurmd-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd-%n
SlurmctldParameters=node_reg_mem_percent=1,preempt_send_user_signal
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,bf_resolution=60,sched_min_interval=100000,default_queue_depth=1000,nohold_on_prolog_fail
PriorityType=priority/multifactor
PriorityWeightFairshare=100000
PriorityWeightQOS=1000000
PreemptType=preempt/qos
PreemptMode=REQUEUE
PriorityDecayHalfLife=0-1
PriorityCalcPeriod=00:01:00
GresTypes=gpu
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost={address}
AccountingStoragePort=16819
AccountingStorageTRES=gres/gpu,gres/gpu:h100
AccountingStorageEnforce=associations,limits,qos
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SlurmdTimeout=30
SlurmctldTimeout=10
MessageTimeout=10
KillWait=2
InactiveLimit=0
MinJobAge=10
ReturnToService=2
TreeWidth=50
{nodes}
PartitionName=gpu Nodes=gpu[01-04] Default=YES MaxTime=INFINITE State=UP DefMemPerNode=64
"""
NODE = "NodeName={name} NodeHostname=ctl NodeAddr={address} Port={port} CPUs=16 Boards=1 SocketsPerBoard=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=64000 Gres=gpu:h100:4 State=UNKNOWN\n"
DBD_CONF = """\
AuthType=auth/munge
DbdHost=ctl
DbdAddr={address}
DbdPort=16819
SlurmUser=root
LogFile={folder}/log/slurmdbd
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost={address}
StoragePort=13306
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct
"""


def with_parent():
    """In a child before it becomes the program: it dies with whoever began it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def answers(port):
    try:
        socket.create_connection((ADDRESS, port), 1).close()
        return True
    except OSError:
        return False


def until(what, seconds, ask, every=0.05, why=lambda: ""):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = ask()
        if got:
            return got
        time.sleep(every)
    raise RuntimeError(f"{what}: not within {seconds} s {why()}".rstrip())


class Cluster:
    """The Slurm around this program, seen from inside."""

    def __init__(self, folder=None):
        self.folder = folder or os.environ["MARU_SLURM"]
        self.conf = self.path("slurm.conf")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # Its files.
    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def configure(self):
        for name in ("munge", "db", "ctld", "log", "dev", "pids", *("slurmd-" + node for node in NODES)):
            os.makedirs(self.path(name), exist_ok=True)
        values = dict(folder=self.folder, address=ADDRESS)
        nodes = "".join(NODE.format(name=name, port=17001 + i, **values) for i, name in enumerate(NODES))
        self.write("slurm.conf", SLURM_CONF.format(nodes=nodes, **values))
        self.write("slurmdbd.conf", DBD_CONF.format(**values), 0o600)
        self.write("cgroup.conf", "CgroupPlugin=cgroup/v1\n")
        for i in range(4):  # what stands for a GPU
            os.mknod(self.path("dev", f"gpu{i}"), 0o666 | 0o020000, os.makedev(1, 3))
        self.write("gres.conf", f"Name=gpu Type=h100 File={self.folder}/dev/gpu[0-3]\n")
        with open(self.path("munge", "key"), "wb") as key:
            key.write(os.urandom(1024))
        os.chmod(self.path("munge", "key"), 0o400)
        os.chmod(self.path("munge"), 0o755)

    # Its programs: each in the foreground, its id in pids/NAME.
    def command_of(self, name):
        if name == "munged":
            munge = self.path("munge")
            return ["munged", "-F", "-f", "--key-file", munge + "/key", "--pid-file", munge + "/pid", "--log-file", self.path("log", "munged"),
                    "--seed-file", munge + "/seed", "--num-threads", "2"]
        if name == "mariadbd":  # what it loses in a crash of the machine does not matter; of its own it loses nothing
            return ["mariadbd", "--no-defaults", "--user=root", "--datadir=" + self.path("db"), "--skip-grant-tables", "--skip-log-bin", "--bind-address=" + ADDRESS,
                    "--port=13306", "--socket=" + self.path("db.sock"), "--pid-file=" + self.path("db.pid"), "--innodb-flush-log-at-trx-commit=2",
                    "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-lock-wait-timeout=900", "--skip-name-resolve", "--performance-schema=OFF",
                    "--innodb-doublewrite=OFF", "--innodb-use-native-aio=OFF"]
        if name == "slurmdbd":
            return ["slurmdbd", "-D"]
        if name == "slurmctld":
            return ["slurmctld", "-D"]
        return ["slurmd", "-D", "-N", name]

    def start(self, name):
        log = open(self.path("log", name + ".out"), "a")
        child = subprocess.Popen(self.command_of(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, env=self.environment())
        self.write("pids/" + name, str(child.pid))
        return child

    def pid(self, name):
        try:
            with open(self.path("pids", name)) as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0

    def is_alive(self, name):
        pid = self.pid(name)
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def signal(self, name, number):
        os.kill(self.pid(name), number)

    def kill(self, name):
        """-9, of the one program: what a slurmd has started goes on without it."""
        if self.is_alive(name):
            self.signal(name, signal.SIGKILL)
        until(name + " to be gone", 10, lambda: not self.is_alive(name))

    def lose_node(self, name):
        """The node goes away with all that runs on it, and has no time to tell of anything."""
        self.kill(name)
        pids = self.of_node(name)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass

    @staticmethod
    def of_node(name):
        """The processes of its jobs, and the slurmstepd above each, which would tell how they ended: first."""
        jobs, steps = [], []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if b"SLURMD_NODENAME=" + name.encode() not in file.read().split(b"\0"):
                        continue
                jobs.append(int(pid))
                with open(f"/proc/{pid}/stat") as file:
                    parent = file.read().rsplit(")", 1)[1].split()[1]
                with open(f"/proc/{parent}/cmdline", "rb") as file:
                    if file.read().startswith(b"slurmstepd"):
                        steps.append(int(parent))
            except OSError:
                pass
        return list(dict.fromkeys(steps + jobs))

    def environment(self):
        return {**os.environ, "SLURM_CONF": self.conf, "TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def run(self, *words, seconds=90, check=True):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, env=self.environment(), stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}")
        return done.stdout.strip()

    def nodes_up(self):
        said = self.run("sinfo", "-h", "-N", "-o", "%T", check=False).split()
        return len(said) == len(NODES) and all(state in ("idle", "mixed", "allocated", "completing") for state in said)

    def state_of(self, name):
        """All of it, as in DOWN*+DRAIN."""
        return self.run("scontrol", "-o", "show", "node", name).partition(" State=")[2].split(" ")[0]

    def controller_answers(self):
        if not self.is_alive("slurmctld"):  # it has been seen to crash at a first start
            self.start("slurmctld")
            time.sleep(0.3)
        return self.run("scontrol", "ping", check=False, seconds=60).find("is UP") >= 0

    def is_saved(self):
        """Wait until the controller has written down what is true now: that is what it goes back to when it is killed."""
        since, end = time.time(), time.monotonic() + 20  # it writes 5 s after a change; where there was none, never
        while time.monotonic() < end and os.path.getmtime(self.path("ctld", "job_state")) <= since:
            time.sleep(0.2)

    def start_controller(self):
        self.start("slurmctld")
        until("slurmctld", 90, self.controller_answers, 0.1)

    def make_database(self):
        """MariaDB's own tables, without its help: slurmdbd makes procedures."""
        with open("/usr/share/mysql/mysql_system_tables.sql") as file:
            tables = "create database mysql;\nuse mysql;\n" + file.read()
        options = ["--no-defaults", "--bootstrap", "--user=root", "--datadir=" + self.path("db"), "--skip-grant-tables", "--innodb-use-native-aio=OFF",
                   "--innodb-log-file-size=16M"]
        done = subprocess.run(["mariadbd", *options], input=tables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, env=self.environment())
        if done.returncode != 0:
            raise RuntimeError("mariadbd --bootstrap: " + done.stdout[-2000:])

    def up(self):
        self.configure()
        self.start("munged")
        self.make_database()
        self.start("mariadbd")
        until("munged", 60, lambda: os.path.exists(MUNGE_SOCKET))
        until("MariaDB", 90, lambda: answers(13306))
        self.start("slurmdbd")
        until("slurmdbd", 90, lambda: answers(16819))
        self.run("sacctmgr", "-i", "add", "cluster", "maru")
        self.run("sacctmgr", "-i", "add", "account", "others", "Description=not of maru", "Organization=others")
        self.run("sacctmgr", "-i", "add", "user", USER, "account=others", "AdminLevel=Operator")
        self.start_controller()
        for name in NODES:
            self.start(name)
        until("four nodes", 90, self.nodes_up, 0.1)

    def said(self):
        """What its programs have logged last, for whoever asks why a test failed."""
        lines = []
        for name in sorted(os.listdir(self.path("log"))):
            with open(self.path("log", name), errors="replace") as file:
                lines += [f"{name}: {line.rstrip()}" for line in file.readlines()[-15:] if "pmix" not in line]
        return "\n".join(lines)


# Inside, as the first process of its namespace: what it starts has no other parent left, and ends with it.
def be_init(folder, words):
    os.environ["MARU_SLURM"] = folder
    os.environ["SLURM_CONF"] = os.path.join(folder, "slurm.conf")
    # All of it stays in memory: no disk is waited for, and nothing is left.
    for command in (["mount", "-t", "tmpfs", "-o", "mode=755,size=2g", "tmpfs", folder], ["mount", "-t", "tmpfs", "tmpfs", "/run"], ["mkdir", "-m", "755", "/run/munge"], ["hostname", "ctl"], ["ip", "link", "set", "lo", "up"], ["ip", "link", "add", "maru0", "type", "veth", "peer", "name", "maru1"],
                    ["ip", "addr", "add", ADDRESS + "/24", "dev", "maru0"], ["ip", "link", "set", "maru0", "up"], ["ip", "link", "set", "maru1", "up"]):
        subprocess.run(command, check=True)
    for name, text in (("hosts", f"127.0.0.1 localhost\n{ADDRESS} ctl\n"), ("passwd", open("/etc/passwd").read() + f"{USER}:x:{UID}:{UID}::/nonexistent:/bin/sh\n"),
                       ("group", open("/etc/group").read() + f"{USER}:x:{UID}:\n")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
        subprocess.run(["mount", "--bind", os.path.join(folder, name), "/etc/" + name], check=True)
    main = os.fork()
    if main == 0:
        with_parent()
        run_inside(folder, words)
    while True:  # children of others come here to be buried
        child, status = os.wait()
        if child == main:
            os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def run_inside(folder, words):
    cluster, began = Cluster(folder), time.monotonic()
    try:
        cluster.up()
    except Exception as fault:
        print(f"Slurm does not start: {fault}\n{cluster.said()}", file=sys.stderr)
        os._exit(1)
    print(f"slurm: up in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    child = subprocess.Popen(words)
    os._exit(child.wait() % 256)


# Outside.
def skip(why):
    print(f"no Slurm for tests: {why}: skipped")
    sys.exit(77)


NAMESPACES = ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]


def can_here():
    missing = [name for name in PROGRAMS if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")]
    if missing:
        skip(f"{' '.join(missing)} not installed (tools/setup test)")
    if os.getuid() != 0:
        skip("it needs root")
    tried = subprocess.run([*NAMESPACES, "sh", "-c", "ip link add maru0 type veth peer name maru1 && mount --bind /etc/hosts /etc/hosts"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    if tried.returncode != 0:
        skip("namespaces: " + tried.stdout.strip())


def run_outside(words):
    can_here()
    folder = tempfile.mkdtemp(prefix="maru-slurm-", dir="/tmp")  # the path of a socket has to be short
    os.chmod(folder, 0o755)
    inner = subprocess.Popen([*NAMESPACES, sys.executable, os.path.abspath(__file__), folder, *words], start_new_session=True)
    # When this program is gone, however that went, the pipe ends; then all goes that is inside, and the folder.
    watcher = subprocess.Popen(["sh", "-c", 'cat >/dev/null; kill -9 "$2" 2>/dev/null; while kill -0 "$2" 2>/dev/null; do sleep 0.05; done; sleep 0.1; rm -rf "$1"; [ ! -e "$1" ] || { sleep 1; rm -rf "$1"; }',
                                "sh", folder, str(inner.pid)], stdin=subprocess.PIPE, start_new_session=True)
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(name, lambda number, frame: sys.exit(128 + number))
    try:
        return inner.wait()
    finally:
        inner.kill()
        inner.wait()
        watcher.stdin.close()
        watcher.wait(60)


if __name__ == "__main__":
    be_init(sys.argv[1], sys.argv[2:])
