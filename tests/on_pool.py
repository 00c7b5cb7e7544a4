#!/usr/bin/env python3
# tests/on_pool.py MARU: maru's own heavy work on the pool of a server: replications, comparisons and trainings give the bytes that they give
# on this machine, in any number of parts, with parts killed on the way, and taken up again after Ctrl-C.
import glob, json, os, re, shutil, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, tell, temporary, until, want_bubblewrap

MARU = sys.argv[1]
want_bubblewrap()
folder, made = temporary(), temporary()
server = Server(MARU, folder)
ENV = dict(os.environ, MARU_URL=f"http://127.0.0.1:{server.port}", LANG="C.UTF-8")
ENV.pop("MARU_TOKEN", None)


def start(*words, **options):
    return subprocess.Popen([MARU, *words], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, **options)


def maru(*words, status=0, seconds=120):
    done = subprocess.run([MARU, *words], env=ENV, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    check(f"exit status of {' '.join(words)[:70]} ({(done.stderr + done.stdout[:300] * (done.returncode != status)).strip()[-500:]})", done.returncode, status)
    return done


def jobs(batch=""):
    return json.loads(maru("job", "list", "--json").stdout)["items"]


# ---- replications: the same bytes here, in one part, in seven parts, from a saved state
plant = os.path.join(made, "minifab")
shutil.copytree("examples/minifab", plant)
asked = ["sim", plant, "--days", "40", "--warmup", "5.5", "--reps", "15", "--seed", "3", "--option", "rule=cr", "--json"]
here = maru(*asked).stdout
check("there are figures", len(json.loads(here)["replications"]) if "replications" in json.loads(here) else here.count("digest") > 0, 15 if "replications" in json.loads(here) else True)
for parts in ("1", "7"):
    there = maru(*asked, "--on", "pool", "--parts", parts)
    check(f"the same in {parts} parts", there.stdout == here, True)
sent = [job for job in jobs() if job["request"].get("array", 1) == 7]
check("seven jobs of one array", (len(sent), len({job["batch"] for job in sent}), {job["state"] for job in sent}), (7, 1, {"done"}))
tell(" ".join(sent[0]["request"]["command"]))
state = os.path.join(made, "day5.maru")
maru("sim", plant, "--until", "5", "--save", state)
own = ["sim", plant, "--from", state, "--until", "20", "--reps", "5", "--json"]
check("from a saved state", maru(*own, "--on", "pool", "--parts", "2").stdout == maru(*own).stdout, True)
report, csv = os.path.join(made, "report.html"), os.path.join(made, "csv")
maru(*asked[:-1], "--on", "pool", "--quiet", "--report", report, "--csv", csv)
check("its files are here", (os.path.getsize(report) > 10000, sorted(os.listdir(csv))), (True, ["classes.csv", "groups.csv", "queue_times.csv", "series.csv"]))

# ---- a comparison
compared = ["compare", plant, "--a", "rule=fifo", "--b", "rule=cr", "--days", "20", "--reps", "5", "--json"]
check("a comparison", maru(*compared, "--on", "pool", "--parts", "3").stdout == maru(*compared).stdout, True)

# ---- runs that reach a limit tell it as here
full = ["sim", plant, "--days", "40", "--reps", "3", "--option", "max_lot=16", "--json"]
at_limit = maru(*full, status=4)
check("at a limit", maru(*full, "--on", "pool", "--parts", "2", status=4).stdout == at_limit.stdout, True)

# ---- a training: the same model, to the byte
table = os.path.join(made, "press.csv")
with open(table, "w") as file:
    file.write("day,temperature,pressure,machine,result\n")
    for i in range(400):
        hot = (i * 7919 % 97) / 97
        file.write(f"2026-01-{1 + i // 15:02d},{200 + 20 * hot:.2f},{5 + (i * 31 % 17) / 10},M{i % 3},{'NG' if hot > 0.8 else 'OK'}\n")
models = [os.path.join(made, name) for name in ("here.maru", "there.maru", "card.json", "there.json")]
maru("train", table, "-o", models[0], "--target", "result", "--bad", "NG", "--card", models[2], "-q")
maru("train", table, "-o", models[1], "--target", "result", "--bad", "NG", "--card", models[3], "-q", "--on", "pool")
check("the model", open(models[0], "rb").read() == open(models[1], "rb").read(), True)
check("its card", open(models[2]).read() == open(models[3]).read(), True)
done = maru("train", table, "-o", models[1], "--target", "nothing", "--on", "pool", status=3)
check(f"what training says is said here ({done.stderr.strip()[-200:]})", "nothing" in done.stderr, True)

# ---- parts that are killed -9 on the way, more than once, are run again


def is_ours(pid):
    """Is it below a shepherd of this server, and not of another one on this machine?"""
    while pid > 1:
        if f"shepherd\0{folder}/jobs" in open(f"/proc/{pid}/cmdline").read():
            return True
        pid = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
    return False


def kill_parts():
    """Kill every process of a part from outside, as a broken node or the kernel would."""
    n = 0
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            pid, words = int(path.split("/")[2]), open(path).read().split("\0")
            if "--on=part" in words and words[0] == "maru" and is_ours(pid):
                os.kill(pid, signal.SIGKILL)
                n += 1
        except OSError:
            pass  # it has ended meanwhile
    return n


longer = ["sim", plant, "--days", "8000", "--reps", "8", "--json"]
here = maru(*longer).stdout
work = start(*longer, "--on", "pool", "--parts", "4")
for _ in range(2):
    killed = []
    until("a part runs", lambda: killed.append(kill_parts()) or sum(killed) > 0)
out, err = work.communicate(timeout=120)
check(f"killed parts ({err.strip()[-200:]})", (work.returncode, out == here), (0, True))
newest = [job for job in jobs() if job["request"]["command"][3:4] == ["--days=691200000.000000 s"]]
check("more attempts than parts", sum(job["attempts"] for job in newest) > 4, True)

# ---- the shepherd of a part and the server are killed as well
work = start(*longer, "--on", "pool", "--parts", "4")
until("a part runs", lambda: any(job["state"] == "running" for job in jobs()))
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        if f"shepherd\0{folder}/jobs" in open(path).read():
            os.kill(int(path.split("/")[2]), signal.SIGKILL)
            break
    except OSError:
        pass
port = server.port
server.kill()
server = Server(MARU, folder, port=port)
out, err = work.communicate(timeout=120)
check(f"shepherd and server killed ({err.strip()[-200:]})", (work.returncode, out == here), (0, True))

# ---- Ctrl-C leaves the parts there; --attach takes them up
work = start(*longer, "--on", "pool", "--parts", "3")
first = work.stderr.readline()
batch = re.search(r"job (\w+)", first).group(1)
until("a part runs", lambda: any(job["batch"] == batch and job["state"] != "waiting" for job in jobs()))
time.sleep(0.3)
work.send_signal(signal.SIGINT)
out, err = work.communicate(timeout=60)
check(f"Ctrl-C says how to go on ({err.strip()[-200:]})", (work.returncode, f"--attach {batch}" in err, out == here), (1, True, False))
check("attached", maru(*longer, "--attach", batch).stdout == here, True)
check("and once more", maru(*longer, "--attach", batch).stdout == here, True)
other = maru("sim", plant, "--days", "8000", "--reps", "8", "--seed", "2", "--attach", batch, status=2)
check("other work is not mixed in", "is other work" in other.stderr, True)
maru("sim", plant, "--attach", "00000000000000000000zz", status=2)

# ---- cancelling all of it; taking it up again runs what was cancelled
work = start(*longer, "--on", "pool", "--parts", "5")
batch = re.search(r"job (\w+)", work.stderr.readline()).group(1)
maru("job", "cancel", batch, "--all")
out, err = work.communicate(timeout=60)
check(f"cancelled ({err.strip()[-200:]})", (work.returncode, "cancelled" in out + err), (3, True))
check("taken up again", maru(*longer, "--attach", batch).stdout == here, True)

# ---- taken up while it is still being cancelled: it waits for that, and runs again
work = start(*longer, "--on", "pool", "--parts", "3")
batch = re.search(r"job (\w+)", work.stderr.readline()).group(1)
until("a part runs", lambda: any(job["batch"] == batch and job["state"] == "running" for job in jobs()))
maru("job", "cancel", batch, "--all")
taken_up = start(*longer, "--attach", batch)
work.communicate(timeout=60)
out, err = taken_up.communicate(timeout=120)
check(f"taken up at once ({err.strip()[-200:]})", (taken_up.returncode, out == here), (0, True))

# ---- a token that is revoked on the way, and a disk that is full here: both are said, and nothing is lost
mine = json.loads(subprocess.run([MARU, "token", "new", "--role", "engineer", "--name", "short", "--data", folder, "--json"], check=True, capture_output=True, text=True).stdout)
work = start(*longer, "--on", "pool", "--parts", "3", "--token", mine["token"])
batch = re.search(r"job (\w+)", work.stderr.readline()).group(1)
until("a part runs", lambda: any(job["batch"] == batch and job["state"] != "waiting" for job in jobs()))
maru("token", "revoke", mine["id"], "--data", folder)
out, err = work.communicate(timeout=60)
check(f"revoked ({err.strip()[-300:]})", (work.returncode, "token" in out, "digest" in out, f"--attach {batch}" in err), (3, True, False, True))
check("with another one", maru(*longer, "--attach", batch).stdout == here, True)
full = maru(*longer[:-1], "--attach", batch, "--quiet", "--report", "/dev/full/report.html", status=3)
check(f"it cannot be written here ({full.stderr.strip()[-200:]})", "/dev/full" in full.stderr, True)
check("and is still there", maru(*longer, "--attach", batch).stdout == here, True)

# ---- a part that fails each time: after four attempts (its retries) that is said, with its last words
starved = start(*longer, "--on", "pool", "--parts", "2", "--part-memory", "1M")
out, err = starved.communicate(timeout=120)
check(f"starved ({err.strip()[-300:]})", (starved.returncode, "give it more with --part-memory" in out), (3, True))
check("four attempts of one of them", max(job["attempts"] for job in jobs() if job["request"].get("memory_mib") == 1), 4)

# ---- a part that was spoilt is run again
spoilt = [job for job in jobs() if job["batch"] == batch][2]
left = f"{folder}/jobs/local/{spoilt['id']}/work/runs.part"
with open(left, "r+b") as file:
    file.seek(100)
    file.write(b"spoilt")
check("spoilt", maru(*longer, "--attach", batch).stdout == here, True)
check("it ran again", json.loads(maru("job", "show", spoilt["id"], "--json").stdout)["attempts"] > spoilt["attempts"], True)

# ---- what is for this machine alone
for words, says in ((["--save", state], "save"), (["--precision", "1%", "--reps", "1"], "reps"), (["--on", "mars"], "here or pool"), (["--on", "part"], "jobs of")):
    done = maru("sim", plant, *(["--on", "pool"] if "--on" not in words else []), *words, status=2)
    check(f"{words} is refused", says in done.stderr, True)

server.stop()
finish()
