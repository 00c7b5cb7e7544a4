#!/usr/bin/env bash
# bench/run.sh [CASE...]: every benchmark of the build, one JSON line a case, on stdout; only the cases whose names begin
# with one of those given. BUILD is the build folder (default build), MARU_DATA where the testbed lies (default
# ../shared/data); what is absent is skipped by name. Exit status 1 when a case failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${BUILD:-build}
commit=$(git rev-parse --short HEAD 2>/dev/null) || commit=unknown
found=0 status=0
for program in "$build"/bench/*_bench; do
    [ -x "$program" ] || continue
    found=1
    "$program" "$commit" "$@" || status=1
done
# The peers of the store, where they are installed.
if command -v python3 >/dev/null; then
    tests/with_postgres python3 bench/peers.py "$commit" "$@" || python3 bench/peers.py "$commit" "$@" || status=1
fi
[ $found = 1 ] || { echo "no benchmark in $build/bench: run make first" >&2; exit 1; }
exit $status
