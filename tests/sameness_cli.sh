#!/usr/bin/env bash
# The same input gives the same answer: with any number of threads, through save and load, through import, from the
# generator; what was damaged or is of another plant is refused.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
mini=examples/minifab

same() { # what, file, file
    cmp -s "$2" "$3" || { echo "$1 differ"; diff "$2" "$3" | head; exit 1; }
}
digest() { # arguments of maru sim
    "$MARU" sim "$@" --json | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' | tr '\n' ' '
}

# Threads.
for threads in 1 2 5; do
    "$MARU" sim $mini --days 40 --reps 5 --threads $threads --json >"$tmp/sim$threads"
    "$MARU" compare $mini --a rule=fifo --b rule=cr --days 20 --reps 4 --threads $threads --json >"$tmp/compare$threads"
    "$MARU" sim $mini --days 20 --precision 4% --of wip --threads $threads --json >"$tmp/precision$threads"
done
for threads in 2 5; do
    same "runs with 1 and $threads threads" "$tmp/sim1" "$tmp/sim$threads"
    same "comparisons with 1 and $threads threads" "$tmp/compare1" "$tmp/compare$threads"
    same "--precision with 1 and $threads threads" "$tmp/precision1" "$tmp/precision$threads"
done

# Replication r has the seed plus r.
one=$(digest $mini --days 20 --reps 3 --seed 5 | cut -d' ' -f3)
two=$(digest $mini --days 20 --seed 7 | cut -d' ' -f1)
[ "$one" = "$two" ] || { echo "the third replication of seed 5 is not the first of seed 7"; exit 1; }

# Save and go on.
whole=$(digest $mini --days 60)
"$MARU" sim $mini --until 17.3 --save "$tmp/a.maru" -q
"$MARU" sim $mini --from "$tmp/a.maru" --until 41 --save "$tmp/b.maru" -q
halves=$(digest $mini --from "$tmp/b.maru" --until 60)
[ "$whole" = "$halves" ] || { echo "60 days: $whole, in three parts: $halves"; exit 1; }
futures=$(digest $mini --from "$tmp/b.maru" --days 10 --reps 3 | tr ' ' '\n' | sed '/^$/d' | sort -u | wc -l)
[ "$futures" = 3 ] || { echo "three futures of one moment are $futures"; exit 1; }
refused() { # what, arguments
    local what=$1 status=0
    shift
    "$MARU" sim "$@" --days 1 -q 2>"$tmp/err" || status=$?
    [ "$status" = 3 ] && [ -s "$tmp/err" ] || { echo "$what: exit status $status"; cat "$tmp/err"; exit 1; }
}
head -c 2000 "$tmp/a.maru" >"$tmp/cut.maru"
cp "$tmp/a.maru" "$tmp/flipped.maru"
printf '\377' | dd of="$tmp/flipped.maru" bs=1 seek=900 conv=notrunc status=none
echo 'not a state' >"$tmp/other.maru"
refused 'a state that was cut off' $mini --from "$tmp/cut.maru"
refused 'a state with a changed byte' $mini --from "$tmp/flipped.maru"
refused 'a file that is no state' $mini --from "$tmp/other.maru"
refused 'a state of another plant' examples/line --from "$tmp/a.maru"

# Import.
for plant in $mini examples/line; do
    rm -rf "$tmp/copy" "$tmp/copy2"
    "$MARU" import $plant -o "$tmp/copy" -q
    "$MARU" import "$tmp/copy" -o "$tmp/copy2" -q
    diff -r "$tmp/copy" "$tmp/copy2" || { echo "$plant: importing twice changes it"; exit 1; }
    [ "$(digest $plant --days 20)" = "$(digest "$tmp/copy" --days 20)" ] || { echo "$plant: imported, it runs differently"; exit 1; }
done

# Generator.
"$MARU" new fab "$tmp/one" --tools 60 --products 3 --steps 50 --seed 9 -q
"$MARU" new fab "$tmp/two" --tools 60 --products 3 --steps 50 --seed 9 -q
diff -r "$tmp/one" "$tmp/two" || { echo "the same seed gives another fab"; exit 1; }
"$MARU" check "$tmp/one" >/dev/null

# A generated fab is in balance: as many lots on the floor at the end as at the start, give or take.
"$MARU" new fab "$tmp/fab" --tools 100 --products 2 --steps 100 -q
days=$([ -n "${MARU_QUICK:-}" ] && echo 60 || echo 365)
"$MARU" sim "$tmp/fab" --days $days --csv "$tmp/csv" -q
awk -F, 'NR > 1 { n++; wip[n] = $4 } END {
    for (i = 1; i <= n; i++) { if (i <= n / 3) first += wip[i]; if (i > n - n / 3) last += wip[i] }
    if (n < 6 || last > 1.4 * first || last < 0.6 * first) { print "WIP goes from " first " to " last; exit 1 } }' "$tmp/csv/series.csv"
