#!/usr/bin/env python3
# tests/round.py MARU: allocation rounds on the command line, from new to reclaim, in folders that people could have written: the worked
# examples with their figures, hostile tables, CP949, the same bytes again, a record that somebody has touched.
import json, os, random, shutil, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import check, finish, temporary

MARU = sys.argv[1]
QUICK = bool(os.environ.get("MARU_QUICK"))
folder = temporary()
ENV = dict(os.environ, LANG="C.UTF-8")


def maru(*words, status=0, lang="en"):
    done = subprocess.run([MARU, "round", *words, "--lang", lang], env=ENV, capture_output=True, text=True, errors="replace", timeout=110)
    if status is not None:
        check(f"exit status of {' '.join(words)[-70:]} ({done.stderr.strip()[:300]})", done.returncode, status)
    return done


def path(*names):
    return os.path.join(folder, *names)


def read(*names):
    return open(path(*names), encoding="utf-8").read()


def write(text, *names, encoding="utf-8"):
    with open(path(*names), "w", encoding=encoding) as file:
        file.write(text)


def copy(name):
    shutil.rmtree(path(name), ignore_errors=True)
    shutil.copytree(path("small"), path(name))
    return path(name)


# ---- the whole way
maru("new", path("small"))
check("a folder with something in it", maru("new", path("small"), status=None).returncode != 0, True)
check("an unknown example is told", "national_2026" in maru("new", path("none"), "--example", "nation", status=None).stderr, True)
more = read("small", "applications.csv").split("\n")[0] + "\nA-007,Bada Lab,university,capital,waves,4,3,,H200,,,24,8\n"
write(more, "more.csv")
check("applied", "7" in maru("apply", path("small"), path("more.csv")).stdout, True)
check("the same application again", maru("apply", path("small"), path("more.csv"), status=None).returncode, 3)
check("seven stand there", len({line.split(",")[0] for line in read("small", "applications.csv").split("\n")[1:] if line}), 7)
check("scores", "A-007" in maru("score", path("small")).stdout, True)
told = maru("award", path("small")).stdout
check("an award is proven", "proven" in told, True)
first = read("small", "awards.csv")
whole = json.loads(maru("award", path("small"), "--json").stdout)
check("two awards are the same bytes", read("small", "awards.csv"), first)
check("each decision in both languages", all(d["en"] and d["ko"] for d in whole["decisions"]), True)
check("it keeps within what can be run", all(s["awarded"] <= s["runnable"] and s["used_watts"] <= s.get("cap_watts", 1e18) for s in whole["sites"]), True)
check("one is explained by solving again", "Tried" in maru("award", path("small"), "--explain", "A-005").stdout, True)
check("in Korean too", "다시 풀어" in maru("award", path("small"), "--explain", "A-005", lang="ko").stdout, True)
write(read("small", "round.toml").replace("institution_percent = 50", "institution_percent = 20"), "other.toml")
before = {name: read("small", name) for name in sorted(os.listdir(path("small")))}
check("what if: somebody gains or loses", "gain" in maru("award", path("small"), "--what-if", path("other.toml")).stdout, True)
check("what is only asked changes nothing", {name: read("small", name) for name in sorted(os.listdir(path("small")))}, before)
check("the report", maru("report", path("small"), "--html", path("small.html")).stdout != "", True)
page = read("small.html")
check("has charts, both languages, each application", (page.count("<svg") >= 4, 'lang="ko"' in page, all(f"A-00{i}" in page for i in range(1, 8))), (True, True, True))
check("loads nothing from elsewhere", "http://" in page.replace("http://www.w3.org", "") or "https://" in page, False)
maru("lease", path("small"))
leases = read("small", "leases.csv").strip().split("\n")
check("a lease for each awarded line", len(leases) - 1, sum(int(line.split(",")[9]) > 0 for line in first.strip().split("\n")[1:]))
used = [line.split(",") for line in leases[1:]]
busy = used[0][0]
days = [f"2026-{m:02}-{d:02}" for m, most in ((7, 31), (8, 31)) for d in range(1, most + 1)]
write("institution,day,type,gpu_hours\n" + "".join(f"{busy},{day},H200,{24 * 64}\n" for day in days), "small", "usage.csv")
seen = maru("watch", path("small"), "--today", "2026-07-20").stdout
check("who is idle is warned, who works is not", ("warning" in seen, busy in seen), (True, False))
check("warned once", "0 warnings" in maru("watch", path("small"), "--today", "2026-07-20").stdout, True)
gpus = lambda: sum(int(line.split(",")[4]) for line in read("small", "leases.csv").strip().split("\n")[1:] if line.split(",")[6] > "2026-09")
had = gpus()
maru("reclaim", path("small"), "--today", "2026-08-05")
check("idle GPUs are taken back", gpus() < had, True)
check("and those in use are not", any(busy in line and line.split(",")[6] > "2026-09" for line in read("small", "leases.csv").split("\n")), True)
record = read("small", "record.csv")
check("the record tells it", [w for w in ("award", "lease", "warn", "reclaim") if f",{w}," in record], ["award", "lease", "warn", "reclaim"])

# ---- a record that somebody has touched
for what, bad in (("a changed row", record.replace("warn", "kind", 1)), ("a row that is gone", "\n".join(record.split("\n")[:2] + record.split("\n")[3:]))):
    write(bad, "small", "record.csv")
    done = maru("watch", path("small"), "--today", "2026-08-06", status=None)
    check(f"{what} is found ({done.stderr.strip()[:80]})", (done.returncode != 0, "record.csv" in done.stderr), (True, True))
write(record, "small", "record.csv")

# ---- tables as they come: CP949, a mark of byte order, other line ends
copy("korean")
os.remove(path("korean", "record.csv"))
write(read("korean", "applications.csv").replace("Bada Lab", "바다 연구소").replace("\n", "\r\n"), "korean", "applications.csv", encoding="cp949")
write("\ufeff" + read("korean", "sites.csv"), "korean", "sites.csv")
check("CP949", "바다 연구소" in maru("score", path("korean"), lang="ko").stdout, True)
write(read("more.csv").replace("A-007,Bada Lab", "A-008,하늘 연구소"), "eight.csv", encoding="cp949")
maru("apply", path("korean"), path("eight.csv"))
check("a CP949 file beside a UTF-8 one", "하늘 연구소" in maru("score", path("korean"), lang="ko").stdout, True)
write("".join(line + "\n" for line in read("korean", "applications.csv").splitlines() if not line.startswith("A-008")), "korean", "applications.csv")
maru("award", path("korean"))
check("the same award but for the name", read("korean", "awards.csv").replace("바다 연구소", "Bada Lab"), first)

# ---- hostile tables: refused with file, row and what would be right, never a crash
cases = (
    ("supply.csv", "site,type,quarter,gpus\nNowhere,H200,2026Q3,4\n", "Nowhere"),
    ("supply.csv", "site,type,quarter,gpus\nEast,H200,2026Q9,4\n", "2026Q9"),
    ("supply.csv", "site,type,quarter,gpus\nEast,H200,2026Q3,-4\n", "-4"),
    ("supply.csv", "site,type,quarter,gpus\nEast,H200,2026Q3,99999999999999999999\n", "99999"),
    ("supply.csv", "site,type,quarter,gpus\nEast,H200,2026Q3,NaN\n", "NaN"),
    ("types.csv", "type,watts\n", None),
    ("types.csv", "", None),
    ("sites.csv", "site,pue\nEast,0.5\n", "0.5"),
    ("applications.csv", "application,institution\nA-1,x\n", None),
    ("applications.csv", "\0\0\0", None),
    ("classes.csv", "class,bonus,floor_percent,ceiling_percent\nlarge,0,50,10\n", None),
    ("scores.csv", "application,criterion,reviewer,points\nA-001,impact,R1,101\n", "101"),
    ("round.toml", "seed = -1\n", None),
    ("round.toml", "nonsense\n", None),
)
for name, text, said in cases:
    copy("bad")
    write(text, "bad", name)
    done = maru("award", path("bad"), status=None)
    check(f"{name} {text[:60]!r} ({done.stderr.strip()[:120]!r})", (done.returncode, not said or said in done.stderr), (3 if done.returncode == 3 else 2, True))
copy("bad")
write("application,institution,class,region,purpose,readiness,priority,site,type,from,until,gpus,least\n" + "".join(f"B-{i},x,none,capital,p,9,9,Mars,H100,,,x,y\n" for i in range(30)), "bad", "applications.csv")
done = maru("award", path("bad"), status=3)
check("all faults at once", done.stderr.count("applications.csv") + done.stdout.count("applications.csv") >= 5, True)
draw = random.Random(1)
for k in range(12 if QUICK else 60):
    copy("odd")
    name = draw.choice([n for n in before if n != "decisions.csv"])
    bytes_ = bytearray(open(path("odd", name), "rb").read())
    for _ in range(draw.randint(1, 4)):
        bytes_[draw.randrange(len(bytes_))] = draw.randrange(256)
    open(path("odd", name), "wb").write(bytes_)
    for verb in ("award", "lease"):
        done = maru(verb, path("odd"), status=None)
        check(f"{verb} of a damaged {name} ({k}): no crash", done.returncode in (0, 1, 2, 3), True)

# ---- the worked examples
maru("new", path("plan"), "--example", "korea_260k")
plan = json.loads(maru("award", path("plan"), "--json").stdout)
by = {}
for site in plan["sites"]:
    sums = by.setdefault(site["quarter"], [0, 0, 0])
    for i, key in enumerate(("arrived", "runnable", "awarded")):
        sums[i] += site[key]
check("260 000 by the end of 2028, under power", by["2028Q4"], [260000, 214735, 214735])
check("all run from 2029Q3", by["2029Q3"], [260000, 260000, 260000])
check("of all GPU quarters", (plan["awarded_gpu_quarters"], plan["offered_gpu_quarters"]), (2255518, 2255518))
maru("new", path("national"), "--example", "national_2026")
check("the example is that of the tree", read("national", "classes.csv"), open("examples/rounds/national_2026/classes.csv").read())
if not QUICK:
    national = json.loads(maru("award", path("national"), "--json").stdout)
    check("514 for 13 712, 159 get 4 224", (national["applications"], national["asked_gpus"], national["awarded_applications"], national["awarded_gpus"]), (514, 13712, 159, 4224))
    check("proven", national["is_proven"], True)
finish()
