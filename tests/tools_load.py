#!/usr/bin/env python3
# tests/tools_load.py: 200 fake SECS/GEM tools on one port, 50 events a second each, for 5 s (bench/hsms_bench.c): every event is in the
# store, in order, and 99 of 100 within 50 ms of the moment when they were fired. How late they are is what the program needs and what the
# machine takes besides (other programs, a slow disk), so it is measured up to three times and the best counts; where threads mostly
# wait for a processor it is told, not judged.
import json, os, subprocess

from cloud import at_least, check, finish, tell, within

P99_MS = 50
WAITED = 0.5  # of the time, all threads together: then the machine is busy
TRIES = 3


def measure():
    command = [os.path.join(os.environ["MARU_BUILD"], "bench", "hsms_bench"), "test", "hsms_200_tools_5s"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
    check("it ends well", done.returncode, 0)
    told = json.loads(done.stdout)
    check("lost", told["lost"], 0)
    check("out of order", told["out_of_order"], 0)
    at_least("events a second", told["rate"], 4000)
    return told


runs = []
while len(runs) < TRIES and not any(run["p99_ms"] <= P99_MS for run in runs):
    runs.append(measure())
best = min(runs, key=lambda run: run["p99_ms"])
waited = best["waited_s"] / best["seconds"]
if waited < WAITED:
    within(f"p99 in ms, the best of {len(runs)}", best["p99_ms"], P99_MS)
else:
    tell(f"the machine is busy: threads waited {waited:.0%} of the time; p99 {best['p99_ms']} ms, median {best['p50_ms']} ms")
finish()
