#!/usr/bin/env bash
# `make demo` as a script runs it: answers, an address, the end; a floor with a tool that fails, seen within a second, by every protocol
# that is there; a port that is taken; what is kept is not done again; killed, it leaves nothing behind.
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

demo $ended LANG=C FAIL_AFTER=45 FORECAST_AFTER=20 ALARM_MOST=5 # other tests run beside
grep -Eq '^  Litho/1 has failed. Its alarm was there [0-4]\.[0-9]+ s after' <<<"$said" || wrong "no alarm, or a late one"
grep -q 'its control chart says so' <<<"$said" || wrong "no chart has rung"
grep -Eq 'learnt what is usual from [0-9]{3,} runs, in [0-9]{2,} contexts' <<<"$said" || ! grep -q 'Sparkplug B, ' <<<"$said" || wrong "fault detection has learnt nothing"
grep -Eq '^  [0-9]{2,} values a second arrive and are kept \(.*plc [0-9]' <<<"$said" || wrong "nothing arrives"
PATH=$PATH:/usr/sbin command -v mosquitto >/dev/null && want='Sparkplug B, Modbus TCP, SECS/GEM' || want='without|left out: mosquitto'
grep -Eq "$want" <<<"$said" || wrong "not the protocols that are there"
grep -q 'is the bottleneck' <<<"$said" || wrong "no twin has answered"
grep -q 'B (rule=cr)' <<<"$said" || wrong "nothing was compared"
grep -Eq '^maru is at http://localhost:70[0-9]+$' <<<"$said" || wrong "there is no address"
# Those that the demo has named; forecasts of its live twin have no name.
runs() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM run WHERE length(name) > 0").fetchone()[0])' "$at/build/demo/data/tenants/local.db"; }
first=$(runs)

# Whoever holds the port already: it is not us.
python3 -c 'import socket, time
wire = socket.socket(); wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: wire.bind(("127.0.0.1", 7070)); wire.listen()
except OSError: pass
print(flush=True); time.sleep(600)' >"$at/bound" &
while [ ! -s "$at/bound" ]; do sleep 0.1; done
demo $ended LANG=ko_KR.UTF-8 FLOOR=0
grep -q '7070 포트는 쓰는 중' <<<"$said" || wrong "the port that is taken is not told"
grep -q '병목은' <<<"$said" || wrong "it does not speak Korean"
[ "$first" = 4 ] && [ "$(runs)" = 4 ] || wrong "what is kept is done again: $first, then $(runs) runs"

# Killed in the middle, with nobody left who could end what it has started.
env BUILD="$at/build" LANG=C FAIL_AFTER=600 tools/demo >"$at/said" 2>&1 &
killed=$!
for _ in $(seq 300); do
    grep -q 'fails: look at' "$at/said" && break
    sleep 0.2
done
grep -q 'fails: look at' "$at/said" || { cat "$at/said"; wrong "it does not come so far"; }
kill -9 $killed
left() { pgrep -f "$at/build" || true; }
for _ in $(seq 100); do
    [ "$(left)" ] || break
    sleep 0.1
done
[ ! "$(left)" ] || wrong "it left behind: $(pgrep -af "$at/build")"

exec 9>"$at/build/demo/lock"
flock 9
demo 1
grep -q 'another demo runs' <<<"$said" || wrong "two demos share one folder"
