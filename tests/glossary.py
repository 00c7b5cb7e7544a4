#!/usr/bin/env python3
# tests/glossary.py: page, command and reports call the same thing by the same Korean name (docs/GLOSSARY.md).
import glob, re, sys

# What is the same figure or state in the page (web/src/text/ko_*.ts) and in the words of the command (src/study/words/words_list.h).
SAME = {
    "state.productive": "PRODUCTIVE", "state.setup": "SETUP", "state.standby": "STANDBY", "state.engineering": "ENGINEERING",
    "state.scheduled_down": "SCHEDULED_DOWN", "state.unscheduled_down": "UNSCHEDULED_DOWN", "load.processing": "LOAD_PROCESS",
    "load.setup": "LOAD_SETUP", "group.name": "GROUP", "group.area": "AREA", "group.tools": "TOOLS", "group.utilization": "UTILIZATION",
    "group.queue": "QUEUE_MEAN", "group.queue_max": "QUEUE_MAX", "group.wait": "WAIT_MEAN", "class.name": "CLASS", "class.all": "ALL_PRODUCTS",
    "class.lots_out": "LOTS_OUT", "class.cycle": "CYCLE_MEAN", "class.sd": "CYCLE_SD", "class.median": "CYCLE_MEDIAN", "class.flow": "FLOW_MEAN",
    "class.on_time": "ON_TIME", "class.tardiness": "TARDINESS", "limit.passed": "PASSED", "limit.late": "LATE_SHARE", "limit.late_by": "LATE_BY",
    "limit.slack": "SLACK", "figure.cycle-time": "KPI_CYCLE", "figure.wip": "KPI_WIP", "figure.throughput": "KPI_OUT",
    "figure.on-time": "KPI_ON_TIME", "figure.late-queue": "KPI_LATE", "severity.fault": "FAULT", "severity.warning": "WARNING",
    "severity.note": "NOTE", "result.limits": "TABLE_LIMITS", "result.groups": "TABLE_GROUPS", "compare.figure": "FIGURE",
}
PAGE = sorted(glob.glob("web/src/text/ko_*.ts"))
# Asset tables have '장비' as the name of a level (docs/ASSETS.md), and sentences about them say what may stand there.
VALUES = {"src/study/words/korean_live_list.h": "장비"}
# Fault detection speaks of steps of a recipe, 스텝, which are not those of a route.
SPOKEN = [*(path for path in PAGE if not path.endswith("ko_fdc.ts")), "src/study/words/option_words.c", *sorted(glob.glob("src/study/words/*_list.h"))]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


failures = []
page = dict(re.findall(r"^ +'?([\w.-]+)'?: '((?:[^'\\]|\\.)*)'", "".join(map(read, PAGE)), re.M))
words = dict(re.findall(r'X\((\w+), "(?:[^"\\]|\\.)*",[ \\\n]*"((?:[^"\\]|\\.)*)"\)', read("src/study/words/words_list.h")))
for key, word in SAME.items():
    if page.get(key) is None or page.get(key) != words.get(word):
        failures.append(f"the page calls {key} '{page.get(key)}', the command {word} '{words.get(word)}'")
rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in read("docs/GLOSSARY.md").splitlines() if line.startswith("| ")][1:]
for path in SPOKEN:
    for number, line in enumerate(read(path).splitlines(), 1):
        for english, korean, _, banned in rows:
            for word in filter(lambda word: word and VALUES.get(path) != word, banned.split(", ")):
                # A word is found where no other syllable goes before it: '큐' is not in '시큐리티'.
                if re.search(rf"(?<![가-힣A-Za-z]){re.escape(word)}", line):
                    failures.append(f"{path}:{number}: '{word}' for {english}: {korean} is its name")
print(*failures, f"{len(failures)} failures, {len(SAME)} names and {len(rows)} terms looked at", sep="\n")
sys.exit(1 if failures or len(rows) < 10 or len(words) < 100 else 0)
