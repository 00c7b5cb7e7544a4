#!/usr/bin/env bash
# Ctrl-C: the run stops soon, prints what it has and says so, with exit status 1. A second one ends it at once.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C

"$MARU" new fab "$tmp/fab" --tools 200 --products 2 --steps 200 -q
for signal in INT TERM; do
    # In the background a shell ignores SIGINT; env puts it back.
    env --default-signal=INT "$MARU" sim "$tmp/fab" --days 30000 --reps 2 --report "$tmp/r.html" --save "" \
        >"$tmp/out" 2>"$tmp/err" </dev/null && fault=1 || fault=$?
    [ "$fault" = 2 ] || { echo "--save with two replications is taken"; exit 1; }
    env --default-signal=INT "$MARU" sim "$tmp/fab" --days 30000 --reps 3 --threads 2 --report "$tmp/r.html" \
        >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$!
    sleep 1.5
    kill -$signal $pid
    begin=$SECONDS
    status=0
    wait $pid || status=$?
    [ "$status" = 1 ] || { echo "SIG$signal: exit status $status, wanted 1"; cat "$tmp/err"; exit 1; }
    [ $((SECONDS - begin)) -le 20 ] || { echo "SIG$signal: it took $((SECONDS - begin)) s to stop"; exit 1; }
    grep -q 'Stopped on day' "$tmp/err" || { echo "SIG$signal: it does not say that it stopped"; cat "$tmp/err"; exit 1; }
    grep -q 'mean WIP' "$tmp/out" || { echo "SIG$signal: no statistics"; cat "$tmp/out"; exit 1; }
    grep -q 'did not come to its end' "$tmp/r.html" || { echo "SIG$signal: the report does not say it"; exit 1; }
done
