# A PostgreSQL of one's own for tests: a temporary folder, a unix socket, an unprivileged user, fsync on. It ends and its
# folder goes when the test ends, also when the test is killed.
import atexit, ctypes, glob, os, pwd, re, shutil, signal, subprocess, sys, tempfile, time

PR_SET_PDEATHSIG = 1


def programs():
    """The folder of the newest initdb; None: PostgreSQL is not installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb") + list(filter(None, [shutil.which("initdb")]))
    return os.path.dirname(max(found, key=lambda path: int((re.findall(r"/(\d+)/", path) or [0])[0]))) if found else None


def unprivileged():
    """Whom to run it as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise SystemExit(77)


def ask(url, text):
    """What a script tells, one line a row."""
    done = subprocess.run([os.path.join(programs(), "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout)
    return done.stdout.strip()


def store_of(folder):
    """Options of a server that would keep its data in this folder: where MARU_POSTGRES names a server of PostgreSQL (with_postgres),
    a database of its own there."""
    url = os.environ.get("MARU_POSTGRES")
    if not url:
        return []
    name = "of_" + re.sub(r"\W", "_", os.path.basename(folder)).lower()
    if ask(url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == "0":
        ask(url, f"CREATE DATABASE {name}")
    return ["--store", url.replace("/postgres?", f"/{name}?")]


class Postgres:
    def __init__(self, **settings):
        self.bin, self.user, self.process = programs(), unprivileged(), None
        if not self.bin:
            print("PostgreSQL is not installed: skipped")
            sys.exit(77)
        self.folder = tempfile.mkdtemp(prefix="maru-pg-", dir="/tmp")  # the path of a socket has to be short
        self.data = os.path.join(self.folder, "data")
        # It ends when this program does, however that goes: then the folder has to go.
        self.watcher = subprocess.Popen(["sh", "-c", 'cat >/dev/null; while [ -e "$1/data/postmaster.pid" ] && kill -0 "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null; do sleep 0.1; done; rm -rf "$1"', "sh", self.folder],
                                        stdin=subprocess.PIPE, start_new_session=True)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.run("initdb", "--no-sync", "--auth=trust", "--username=maru", "--encoding=UTF8", "--locale=C.UTF-8", "-D", self.data)
        self.settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "max_connections": "60", "fsync": "on",
                         "synchronous_commit": "on", "shared_buffers": "32MB", "log_min_messages": "fatal", "checkpoint_timeout": "30min",
                         "max_wal_size": "256MB", **settings}
        atexit.register(self.end)
        self.start()

    def become(self):
        if self.user:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # a fast end, with whoever began it

    def run(self, name, *arguments):
        done = subprocess.run([os.path.join(self.bin, name), *arguments], preexec_fn=self.become, cwd="/", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stdout}")
        return done.stdout

    def url(self, name="postgres"):
        return f"postgresql://maru@/{name}?host={self.folder}"

    def sql(self, text, name="postgres"):
        return ask(self.url(name), text)

    def start(self):
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        log = open(os.path.join(self.folder, "log"), "a")
        self.process = subprocess.Popen([os.path.join(self.bin, "postgres"), "-D", self.data, *options], preexec_fn=self.become, cwd="/",
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            if subprocess.run([os.path.join(self.bin, "pg_isready"), "-q", "-h", self.folder]).returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit("PostgreSQL does not start:\n" + open(os.path.join(self.folder, "log")).read())

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def kill(self):
        """-9, all of its processes: the main one first, so that it looks after none of them."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], stdout=subprocess.PIPE, text=True).stdout.split()
        self.stop(signal.SIGKILL)
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        for child in children:
            while os.path.exists(f"/proc/{child}"):
                time.sleep(0.01)

    def end(self):
        self.stop()
        if self.watcher.stdin:
            self.watcher.stdin.close()
            self.watcher.stdin = None
            self.watcher.wait(60)
