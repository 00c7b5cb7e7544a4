#!/usr/bin/env bash
# The same answer from every compiler, at every level of optimization, with sanitizers, whole or in pieces through save and
# load at random moments, and with one or two threads. Each variant builds tests/digests.c with the library's sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
MARU=${MARU:-build/maru}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
days=30 cuts=25

"$MARU" new fab --tools 60 --products 3 --steps 120 --seed 7 -q "$tmp/fab"
plants=(examples/minifab examples/line "$tmp/fab")

# The digests that the program itself finds, with one thread and with two.
for threads in 1 2; do
    for plant in "${plants[@]}"; do
        "$MARU" sim "$plant" --days $days --seed 1 --reps 3 --threads $threads --json
    done | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' >"$tmp/threads$threads"
done
[ "$(wc -l <"$tmp/threads1")" = 9 ] || { echo "not three digests a plant"; exit 1; }
cmp "$tmp/threads1" "$tmp/threads2" || { echo "one thread and two give different digests"; exit 1; }
sed -n '1~3p' "$tmp/threads1" >"$tmp/want" # the first replication has the seed 1

build() { # name, compiler, flags...
    local out=$tmp/$1 compiler=$2
    shift 2
    mkdir "$out"
    printf '%s\n' tests/digests.c src/{base,plant,sim,io}/*.c | grep -v '_test\.c$' |
        xargs -P "$(nproc)" -I{} bash -c 'from=$0 out=$1; shift; "$@" -c "$from" -o "$out/${from//\//_}.o"' {} "$out" \
            "$compiler" -std=c17 -ffp-contract=off -D_GNU_SOURCE '-DMARU_VERSION="0"' -Isrc -Iinclude "$@"
    "$compiler" "$@" "$out"/*.o -lm -lpthread -lzstd -o "$out/digests"
}
try() { # the same
    command -v "$2" >/dev/null || { echo "skipped: $1, no $2"; return; }
    build "$@"
    "$tmp/$1/digests" $days $cuts "${plants[@]}" >"$tmp/$1/said" || { cat "$tmp/$1/said"; exit 1; }
    sed 's/.* //' "$tmp/$1/said" >"$tmp/$1/got"
    if ! cmp -s "$tmp/want" "$tmp/$1/got"; then
        echo "$1 gives other digests than $MARU:"
        paste "$tmp/$1/said" "$tmp/want"
        exit 1
    fi
    echo "$1: the same"
}
try gcc-O0 gcc -O0
try gcc-O3 gcc -O3 -march=native
try clang-O2 clang -O2
try clang-O0-sanitizers clang -O0 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
