#!/usr/bin/env python3
# tests/sets_full.py MARU SET FOLDER FIGURE LEAST: a public data set by its whole protocol, with the figure that docs/RESULTS.md has of it, which
# may not be lower than LEAST: what was asked for where it is reached, else the lower end of its 95 % interval there. Without the data
# (MARU_DATA, a folder with FOLDER): skipped.
import json, os, subprocess, sys

maru, name, folder, figure, least = sys.argv[1:]
data = os.environ.get("MARU_DATA", "../shared/data")
if not os.path.isdir(os.path.join(data, folder)):
    print(f"skipped: no {folder} in {data} (set MARU_DATA)")
    sys.exit(77)
told = subprocess.run([maru, "bench", "learn", "--set", name, "--data", data, "--quiet", "-j", "1", "--json"], stdout=subprocess.PIPE, check=True).stdout
value = {one["name"]: one["value"] for one in json.loads(told)["figures"]}[figure]
print(f"{name}, {figure}: {value:.3f}, at least {least}")
sys.exit(value < float(least))
