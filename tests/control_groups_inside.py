# tests/control_groups_inside.py MARU: what tests/control_groups.sh does with a server, in the kernel that it started: groups as systemd makes
# them for a unit with User= and Delegate=yes, below a slice that is root's.
import os, signal, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary, until

MARU, USER = sys.argv[1], 65533
SLICE, HOME = "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/system.slice/maru.service"
folder = temporary()
os.chown(folder, USER, USER)


def put(path, text):
    with open(path, "w") as file:
        file.write(text)


def read(*path):
    return open(os.path.join(*path)).read().strip()


def be_service():
    put(HOME + "/cgroup.procs", "0")  # as systemd starts it: in the group itself
    os.setgroups([])
    os.setgid(USER)
    os.setuid(USER)


def start(*options):
    server = Server(MARU, folder, *options, before=be_service, env={"HOME": folder})
    server.token = read(folder, "first-admin-token")
    return server, server.client(server.token), "".join(line for line in server.log if '"job limits"' in line or '"no jobs"' in line)


def submit(client, *command, **more):
    status, answer = client.post("/v1/jobs", {"command": command, "cpus": 0.5, "memory_mib": 100, "time_s": 300, "grace_s": 1, **more})
    check(f"{command[0]} is accepted: {answer}", status, 201)
    return answer["id"]


def state(client, id):
    return client.get("/v1/jobs/" + id)[1]["state"]


def release():
    """What ExecStopPost= of packaging/maru-jobs.conf does."""
    put(HOME + "/cgroup.subtree_control", "-memory -cpu -pids")


def processes_of(word):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if word in open(f"/proc/{pid}/cmdline").read():
                found.append(int(pid))
        except OSError:
            pass
    return found


os.mkdir(SLICE)
put(SLICE + "/cgroup.subtree_control", "+memory +cpu +pids")
os.mkdir(HOME)

# ---- a group that was not given is not taken, whoever may write to it
for name in ("", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"):
    os.chown(HOME + name, USER, USER)
server, client, said = start()
check(f"nothing is taken ({said.strip()})", (said == "", os.path.exists(HOME + "/maru.server")), (True, False))
server.stop()

# ---- one that was given is, and the kernel has the limits of a job
os.setxattr(HOME, "user.delegate", b"1")
server, client, said = start()
check(f"it is taken ({said.strip()})", (f'"groups": "{HOME}"' in said, all(f" {one}" in said.replace('"', " ") for one in ("memory", "cpu", "pids"))), (True, True))
id = submit(client, "bash", "-c", "(setsid bash -c 'trap \"\" TERM HUP; exec -a stays-here sleep 600' &); echo begun; sleep 600")
group = f"{HOME}/{id}-1"
until("it runs", lambda: b"begun" in client.raw("GET", f"/v1/jobs/{id}/log")[1])
check("its limits", [read(group, name) for name in ("memory.max", "cpu.max", "cpu.weight", "pids.max")], ["104857600", "50000 100000", "50", "4096"])
eaten = submit(client, "tail", "/dev/zero", memory_mib=32)
until("too much memory", lambda: state(client, eaten) == "failed")
check("by its reason", client.get("/v1/jobs/" + eaten)[1]["reason"], "memory")
until("its group goes", lambda: not os.path.exists(f"{HOME}/{eaten}-1"))

# ---- killed, and started again into the same group as systemd does it: the job goes on, and its limits come back
server.stop(signal.SIGKILL)
try:
    put(HOME + "/cgroup.procs", str(os.getpid()))
    taken = True
except OSError:
    taken = False
check("a group that hands controllers down takes nobody (or ExecStopPost= would not be needed)", taken, False)
release()
server, client, said = start()
check("it goes on", state(client, id), "running")
until("limits are back", lambda: (read(group, "memory.max"), read(group, "pids.max")) == ("104857600", "4096"))

# ---- the server and what tends the job are killed: all of it ends, its group goes, and it runs again, for it was not its fault
server.stop(signal.SIGKILL)
release()
for pid in processes_of("shepherd"):
    os.kill(pid, signal.SIGKILL)
server, client, said = start()
until("its group goes", lambda: not os.path.exists(group))
until("it runs again", lambda: os.path.exists(f"{HOME}/{id}-2"))
client.post(f"/v1/jobs/{id}/cancel", "{}")
until("it is cancelled", lambda: state(client, id) == "cancelled")
check("nothing is left", (processes_of("stays-here"), [one for one in os.listdir(HOME) if one.startswith(id)]), ([], []))
server.stop()
release()

# ---- what is named and is none: the server runs, jobs do not, and it says why; off is off
server, client, said = start("--control-group", "/tmp/none")
check(f"no folder of groups ({said.strip()})", "is no folder of control groups" in said, True)
check("so no jobs", client.post("/v1/jobs", {"command": ["true"]})[0] >= 500, True)
server.stop()
server, client, said = start("--control-group", "off")
check(f"off ({said.strip()})", said, "")
server.stop()
finish()
