#!/usr/bin/env bash
# `make demo` as a script runs it: answers, an address, the end; a port that is taken; what is kept is not done again.
set -euo pipefail

at=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$at"' EXIT
mkdir "$at/build"
ln -s "$MARU" "$at/build/maru"
wrong() {
    printf '%s\n' "$1" "$said"
    exit 1
}
demo() { # exit status wanted, variables...
    status=0
    said=$(env -u LC_ALL -u LC_MESSAGES BUILD="$at/build" ONCE=1 "${@:2}" tools/demo 2>&1) || status=$?
    [ $status = "$1" ] || wrong "the demo ended with $status, not $1"
}
ended=0
grep -q '^const size_t page_files_n = 0;' "$PAGE_FILES_C" && ended=1 # without its page it is not the real thing

demo $ended LANG=C
grep -q 'is the bottleneck' <<<"$said" || wrong "no twin has answered"
grep -q 'B (rule=cr)' <<<"$said" || wrong "nothing was compared"
grep -Eq '^maru is at http://localhost:70[0-9]+$' <<<"$said" || wrong "there is no address"
runs() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM run").fetchone()[0])' "$at/build/demo/data/tenants/local.db"; }
first=$(runs)

# Whoever holds the port already: it is not us.
python3 -c 'import socket, time
wire = socket.socket(); wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: wire.bind(("127.0.0.1", 7070)); wire.listen()
except OSError: pass
print(flush=True); time.sleep(600)' >"$at/bound" &
while [ ! -s "$at/bound" ]; do sleep 0.1; done
demo $ended LANG=ko_KR.UTF-8
grep -q '7070 포트는 쓰는 중' <<<"$said" || wrong "the port that is taken is not told"
grep -q '병목은' <<<"$said" || wrong "it does not speak Korean"
[ "$first" = 4 ] && [ "$(runs)" = 4 ] || wrong "what is kept is done again: $first, then $(runs) runs"

exec 9>"$at/build/demo/lock"
flock 9
demo 1
grep -q 'another demo runs' <<<"$said" || wrong "two demos share one folder"
