#!/usr/bin/env python3
# tests/isolation.py MARU: what jobs of one tenant try against another, against the machine and against the server, through a server as tenants
# use it. Each is tried for real: a secret that is there to be found, a port that answers, a daemon that wants to stay.
import http.server, json, os, socket, subprocess, sys, threading, time
from urllib.parse import quote

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, tell, temporary, until, want_bubblewrap

MARU = sys.argv[1]
want_bubblewrap()
folder = temporary()
server = Server(MARU, folder, "--job-disk", "20")
ENV = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", LANG="C.UTF-8")
SECRET = "recipe-of-acme-4711"
clients, tokens = {}, {}
for tenant in ("acme", "beta"):
    subprocess.run([MARU, "tenant", "add", tenant, "--data", folder, "-q"], check=True, capture_output=True)
    made = subprocess.run([MARU, "token", "new", "--tenant", tenant, "--role", "engineer", "--data", folder, "--json"], check=True, capture_output=True, text=True)
    tokens[tenant] = json.loads(made.stdout)["token"]
    clients[tenant] = server.client(tokens[tenant])


def submit(tenant, script, **more):
    status, answer = clients[tenant].post("/v1/jobs", {"command": ["bash", "-c", script], "cpus": 0.1, "memory_mib": 64, "time_s": 60, "grace_s": 1, **more})
    check(f"{script[:40]} is accepted: {answer}", status, 201)
    return answer["id"]


def job(tenant, id):
    return clients[tenant].get("/v1/jobs/" + id)[1]


def ended(tenant, id):
    until(f"{id} ends", lambda: job(tenant, id)["state"] not in ("waiting", "running"))
    return job(tenant, id)


def said(tenant, id):
    return clients[tenant].raw("GET", f"/v1/jobs/{id}/log")[1].decode()


def alive(word):
    """Processes of this machine with this word among theirs."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if word in open(f"/proc/{pid}/cmdline").read():
                found.append(pid)
        except OSError:
            pass
    return found


# ---- a job of acme with a secret in its folder, its environment, its command and its memory folder
victim = submit("acme", f"echo {SECRET} >secret; echo {SECRET} >/tmp/secret; exec -a {SECRET}-program sleep 500", env={"RECIPE": SECRET}, time_s=600)
until("it runs", lambda: any(f["name"] == "secret" for f in clients["acme"].get(f"/v1/jobs/{victim}/files")[1]["items"]))
parts = SECRET[:6], SECRET[6:]  # the word itself stands in nobody else's command
spy = submit("beta", f"""
w={parts[0]}; w=$w{parts[1]}
for r in '' /proc/1/root /proc/2/root /proc/self/cwd/../../../..; do
  cat $r{folder}/jobs/acme/{victim}/work/secret $r{folder}/jobs/acme/{victim}/out $r{folder}/jobs/.executor/launches/{victim}-1/spec $r{folder}/*.db
  cat $r{folder}/first-admin-token $r/etc/shadow; ls -R $r{folder} $r/root $r/home | head
done
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -v "^w="
grep -rs $w /work /tmp /job /in /dev/shm /var /home /root /run /srv /mnt
ln -s {folder}/jobs/acme/{victim}/work/secret link; cat link; ln {folder}/jobs/acme/{victim}/work/secret hard
kill -9 -1; for p in $(seq 3 40000); do kill -9 $p; done 2>/dev/null
touch /usr/x /etc/x /job/bin/x /in/x && echo writ''ten
echo proc''esses $(ls -d /proc/[0-9]* | wc -l); echo en''ded""")
done = ended("beta", spy)
out = said("beta", spy)
check("the spy got to its end", (done["state"], "\nended\n" in out), ("done", True))
check("it found nothing of acme", (SECRET in out, tokens["acme"][:20] in out, "written" in out), (False, False, False))
check("it sees its own processes alone", int(out.split("processes ")[1].split()[0]) < 8, True)
check("what it tried to kill runs", job("acme", victim)["state"], "running")
check("and the server", clients["beta"].get("/v1/me")[0], 200)

# ---- what beta may ask for over HTTP: nothing of it is said to be there
for method, path in (("GET", ""), ("GET", "/log"), ("GET", "/files"), ("GET", "/files/secret"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")):
    status, answer = clients["beta"].ask(method, f"/v1/jobs/{victim}{path}", "{}" if method == "POST" else None)
    check(f"beta: {method} {path}", (status, SECRET in str(answer)), (404, False))
check("its lists", [one["id"] for path in ("/v1/jobs", f"/v1/jobs?batch={victim}") for one in clients["beta"].get(path)[1]["items"]], [spy])
check("the pool does not say whose", (victim in str(clients["beta"].get("/v1/pool")[1]), "acme" in str(clients["beta"].get("/v1/pool")[1])), (False, False))
check("a job after acme's", clients["beta"].post("/v1/jobs", {"command": ["true"], "after": [{"job": victim}]})[0], 422)

# ---- the network: a port of this machine that answers, and the server's own
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"reached")

    def log_message(self, *words):
        pass


listener = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=listener.serve_forever, daemon=True).start()
script = "".join(f"(exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3) 2>/dev/null && echo open; "
                 for port in (listener.server_port, server.port)) + "(exec 3<>/dev/udp/192.0.2.1/9 && echo x >&3) 2>/dev/null && echo sent; true"
denied, allowed = submit("beta", script), submit("beta", script, network=True)
ended("beta", denied), ended("beta", allowed)
check("denied: nothing is reached, nothing is sent", said("beta", denied), "")
check("allowed: both are (or the denial proves nothing)", said("beta", allowed).count("open"), 2)

# ---- other ways out: abstract sockets of the machine, IPv6, the address where clouds keep their keys, links by netlink, raw packets, keys of the kernel
abstract = socket.socket(socket.AF_UNIX)
abstract.bind(f"\0maru-isolation-{os.getpid()}")
abstract.listen(8)
six = socket.socket(socket.AF_INET6)
try:
    six.bind(("::1", 0))
    six.listen(8)
except OSError:
    tell("no IPv6 here")
ways = f"""
import ctypes, os, socket
def reach(name, act):
    try: act(); print("reached", name)
    except (OSError, PermissionError): pass
def link(kind, address):
    one = socket.socket(kind); one.settimeout(2); one.connect(address)
reach("abstract", lambda: link(socket.AF_UNIX, "\\0maru-isolation-{os.getpid()}"))
reach("six", lambda: link(socket.AF_INET6, ("::1", {six.getsockname()[1] or 9})))
reach("metadata", lambda: link(socket.AF_INET, ("169.254.169.254", 80)))
reach("elsewhere", lambda: link(socket.AF_INET, ("192.0.2.1", 80)))
reach("packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
reach("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
print("links", sorted(name for _, name in socket.if_nameindex()))
for pid in filter(str.isdigit, os.listdir("/proc")):
    for what in ("root/etc/shadow", "cwd/../out", "fd/0/../../etc/shadow", "mem"):
        reach(what, lambda: open(f"/proc/{{pid}}/{{what}}").read(10) or (_ for _ in ()).throw(OSError()))
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *words):
    if libc.syscall(number, *words) >= 0: print("may", name)
call("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0)
call("unshare", 272, 0x10000000)
call("keyctl", 250, 0, -3, 0)
call("add_key", 248, b"user", b"x", b"y", 1, -3)
call("bpf", 321, 0, 0, 0)
call("perf", 298, 0, 0, -1, -1, 0)
call("userfaultfd", 323, 0)
call("io_uring", 425, 1, ctypes.create_string_buffer(200))
print("tried")
"""
shut = submit("beta", f"python3 - <<'PY'\n{ways}\nPY", memory_mib=200)
ended("beta", shut)
check("no way out", said("beta", shut), "links ['lo']\ntried\n")

# ---- outliving: daemons in sessions of their own, deaf to signals, when the job ends, is over its time, or is cancelled
daemon = "setsid bash -c 'trap \"\" TERM HUP INT; exec -a {0} sleep 600' & (setsid bash -c 'trap \"\" TERM HUP; (exec -a {0} sleep 600 &) ') & sleep 0.3; "
for name, script, more, want in (("leaves", daemon + "exit 0", {}, ("done", "")), ("over", daemon + "trap '' TERM; sleep 600", {"time_s": 2}, ("failed", "time")),
                                 ("cancelled", daemon + "sleep 600", {}, ("cancelled", ""))):
    word = f"stays-{name}-{os.getpid()}"
    id = submit("beta", script.format(word), **more)
    if name == "cancelled":
        until("the daemon is there", lambda: alive(word))
        clients["beta"].post(f"/v1/jobs/{id}/cancel", "{}")
    done = ended("beta", id)
    check(f"a daemon, {name}", (done["state"], done.get("reason", ""), alive(word)), (*want, []))

# ---- too much: memory, memory folders, disk, processes, words; each ends itself alone, and the server answers meanwhile
tough = {
    "memory": ("tail /dev/zero", {}, ("failed", "memory")),
    "memory of many": ("for i in 1 2 3 4; do (head -c 30M /dev/zero; sleep 20) | tail -c 30M & done; wait", {}, ("failed", "memory")),
    "memory in /dev/shm": ("for i in 1 2 3; do head -c 10M /dev/zero >/dev/shm/$i; head -c 20M /dev/zero >/tmp/$i; done; sleep 20", {}, ("failed", "memory")),
    "disk": ("mkdir -p a/b; for i in $(seq 60); do head -c 1M /dev/zero >a/b/$i; done; sleep 20", {}, ("failed", "failed")),
    "many files": ("for i in $(seq 8000); do : >f$i; done; sleep 20", {}, ("failed", "failed")),  # none has a byte
    "one file": ("head -c 30M /dev/zero >big; sleep 20; true", {}, ("failed", "failed")),  # the write ends at 20 MiB, and with its folder that is too much
    "deleted file": ("exec 3<>gone; rm gone; head -c 15M /dev/zero >&3; echo kept $?", {}, ("done", "")),
    "a crowd": (f"for i in $(seq 12); do (for j in $(seq 12); do (exec -a crowd-{os.getpid()} sleep 600) & done; wait) & done; wait", {"time_s": 3}, ("failed", "time")),
    "words": ("head -c 100M /dev/zero | tr '\\0' x; echo; echo last", {}, ("done", "")),
}
ids = {}
for what, (script, more, want) in tough.items():
    ids[what] = submit("beta", script, **more)
slowest = 0
while any(job("beta", id)["state"] in ("waiting", "running") for id in ids.values()):
    began = time.monotonic()
    clients["acme"].get("/v1/me")
    slowest = max(slowest, time.monotonic() - began)
    time.sleep(0.2)
for what, id in ids.items():
    done = job("beta", id)
    check(f"{what}: {done.get('what', '')}", (done["state"], done.get("reason", "")), tough[what][2])
check("one file is as large as the disk may have", max(f["bytes"] for f in clients["beta"].get(f"/v1/jobs/{ids['one file']}/files")[1]["items"]), 20 << 20)
check("nobody of the crowd is left", alive(f"crowd-{os.getpid()}"), [])
check("a log has its cap", os.path.getsize(f"{folder}/jobs/beta/{ids['words']}/out") <= 64 << 20, True)
tell(f"the slowest answer meanwhile took {slowest:.2f} s")
check("acme's job has seen nothing of it", job("acme", victim)["state"], "running")

# ---- what a job leaves in its folder is not followed out of it, neither when it is listed, nor read, nor removed
precious = os.path.join(temporary(), "precious")
open(precious, "w").write("its contents")
trap = submit("beta", f"""
ln -s {folder}/first-admin-token token; ln -s /etc/passwd passwd; ln -s {os.path.dirname(precious)} away; ln -s .. up; ln -s loop loop; mkfifo pipe
ln -s {folder}/jobs/acme/{victim}/work other; echo good >good; mkdir -p deep/er; echo deep >deep/er/file; touch "$(printf 'odd\\nname')" '<b>' "$(printf '\\377')"
ln -s /dev/zero endless; truncate -s 10G sparse 2>/dev/null; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
for i in $(seq 60); do mkdir d; cd d; done; true""")
check("it has made them", ended("beta", trap)["state"], "done")
names = [f["name"] for f in clients["beta"].get(f"/v1/jobs/{trap}/files")[1]["items"]]
check("plain files are listed", {"good", "deep/er/file", "<b>"} <= set(names), True)
check("nothing else is", {"token", "passwd", "away", "up", "loop", "pipe", "other", "endless", "socket"} & set(names) | {n for n in names if n.startswith(("away/", "other/", "up/"))}, set())
for path in ("token", "passwd", "away/precious", "up/out", "up/../../../first-admin-token", "other/secret", "pipe", "endless", "socket", "loop", "../out", "/etc/passwd", "deep", "deep/..", ""):
    status, answer, _ = clients["beta"].raw("GET", f"/v1/jobs/{trap}/files/" + quote(path, safe=""))
    check(f"GET {path}", (status in (400, 404), any(word in answer for word in (b"root:", b"contents", SECRET.encode()))), (True, False))
check("a plain one is", clients["beta"].raw("GET", f"/v1/jobs/{trap}/files/deep%2Fer%2Ffile")[1], b"deep\n")
again = submit("beta", "rm -rf /work/* ; echo gone")  # a later job, in a folder of its own
ended("beta", again)
check("it removes what is its own", clients["beta"].raw("GET", f"/v1/jobs/{trap}/files/good")[1], b"good\n")
check("it is deleted", clients["beta"].ask("DELETE", f"/v1/jobs/{trap}")[0], 204)
check("and nothing that it pointed at", (os.path.exists(precious), os.path.exists(f"{folder}/first-admin-token"), os.path.exists(f"{folder}/jobs/acme/{victim}/work/secret"),
                                         os.path.exists(f"{folder}/jobs/beta/{trap}")), (True, True, True, False))

# ---- a job cannot put itself in place of what the server writes
swap = submit("beta", "rm -f /work/../out; mv /work /work2; ln -s /etc /work; cd /; rmdir /work; echo still", retries=1)
done = ended("beta", swap)
check("its folder is its folder", (os.path.isdir(f"{folder}/jobs/beta/{swap}/work"), os.path.islink(f"{folder}/jobs/beta/{swap}/work"), said("beta", swap)), (True, False, "still\n"))
clients["acme"].post(f"/v1/jobs/{victim}/cancel", "{}")
check("acme's job ends as acme says", ended("acme", victim)["state"], "cancelled")
check("the server lives", server.is_alive(), True)
server.stop()
finish()
