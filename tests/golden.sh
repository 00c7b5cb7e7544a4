#!/usr/bin/env bash
# The answers of today are those of yesterday: one digest for each example plant, a made-up fab and, where the data is,
# HVLM of SMT2020, against tests/golden.txt. The builds of tools/check run this too, so it also says that compilers and
# sanitizers agree. After a change that is meant to change results:
#
#     MARU_RENEW=1 MARU=build/maru tests/golden.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
MARU=${MARU:-build/maru}
golden=tests/golden.txt
data=${MARU_DATA:-../shared/data}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
wrong=0

check() { # name, plant, days
    local digest known
    digest=$("$MARU" sim "$2" --days "$3" --seed 1 --json | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p')
    [ ${#digest} = 32 ] || { echo "$1: no digest"; exit 1; }
    if [ -n "${MARU_RENEW:-}" ]; then
        echo "$1 $digest" >>"$tmp/golden"
        return
    fi
    known=$(sed -n "s/^$1 //p" "$golden")
    if [ "$digest" != "$known" ]; then
        echo "$1: $digest, want ${known:-nothing: it is not in $golden}"
        wrong=1
    fi
}

check minifab examples/minifab 60
check line examples/line 60
"$MARU" new fab --tools 60 --products 3 --steps 120 --seed 7 -q "$tmp/fab"
check fab-60-3-120-7 "$tmp/fab" 60
if [ -e "$data/smt2020/HVLM/part.txt" ]; then
    check HVLM "$data/smt2020/HVLM" 30
else
    echo "skipped: HVLM, no $data/smt2020"
    grep '^HVLM ' "$golden" >>"$tmp/golden" 2>/dev/null || true
fi
if [ -n "${MARU_RENEW:-}" ]; then
    cp "$tmp/golden" "$golden"
    cat "$golden"
fi
exit $wrong
