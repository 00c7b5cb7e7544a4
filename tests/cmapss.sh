#!/usr/bin/env bash
# Remaining life of engines from files as C-MAPSS has them, made here: one number a line for each test engine, the same bytes packed or not, whether the
# truth is known or not; what is wrong is refused with its line.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/cmapss"

# part, engines, seed: engines whose third and fourth sensors wear as a square of age; those of the test part stop at three quarters.
engines() {
    awk -v part="$1" -v n="$2" -v seed="$3" 'BEGIN {
        srand(seed)
        for (u = 1; u <= n; u++) {
            life = 60 + int(60 * rand())
            last = part == "test" ? int(life * 0.75) : life
            for (t = 1; t <= last; t++) {
                printf "%d %d %.4f %.4f 100.0", u, t, 0.004 * (rand() - 0.5), 0.0006 * (rand() - 0.5)
                for (s = 1; s <= 21; s++) {
                    wear = t * t / (life * life)
                    printf " %s", s == 1 ? "518.67" : s == 6 ? "NaN" : sprintf("%.2f", 500 + s + (s == 3 ? 9 : s == 4 ? -6 : 0) * wear + rand())
                }
                printf "  \n"
            }
            if (part == "test") print life - last > "'"$tmp"'/cmapss/RUL_FD001.txt"
        }
    }'
}
engines train 8 5 >"$tmp/cmapss/train_FD001.txt"
engines test 9 6 >"$tmp/cmapss/test_FD001.txt"

run() { "$MARU" bench learn --set cmapss-fd001 --data "$tmp" --short --quiet -j 1 --seed 7 "$@"; }
run --json -o "$tmp/one" >"$tmp/one.json"
[ "$(wc -l <"$tmp/one")" -eq 9 ] || { echo "not a number for each test engine"; exit 1; }
awk '!/^[0-9]+(\.[0-9]+)?$/ || $1 < 0 || $1 > 125 { print "no remaining life: " $0; bad = 1 } END { exit bad }' "$tmp/one"
awk -F, 'NR > 1 && !($3 <= $2 && $2 <= $4) { print "outside of its interval: " $0; bad = 1 } END { exit bad || NR != 10 }' "$tmp/one.details.csv"
grep -q '"RMSE, life capped at 125"' "$tmp/one.json"

gzip "$tmp/cmapss/train_FD001.txt"
rm "$tmp/cmapss/RUL_FD001.txt" # nobody knows the truth: the same predictions
run -o "$tmp/two" --json >"$tmp/two.json"
cmp "$tmp/one" "$tmp/two"
if grep -q '"RMSE, life capped at 125"' "$tmp/two.json"; then echo "an error without a truth"; exit 1; fi

refused() { # what its sentence says
    if run >"$tmp/out" 2>&1; then echo "taken: $1"; exit 1; fi
    grep -q "$1" "$tmp/out" || { cat "$tmp/out"; echo "not refused as: $1"; exit 1; }
}
head -40 "$tmp/cmapss/test_FD001.txt" >"$tmp/good"
sed '17s/ [^ ]* *$//' "$tmp/good" >"$tmp/cmapss/test_FD001.txt"
refused 'test_FD001.txt.*17'
: >"$tmp/cmapss/test_FD001.txt"
refused 'no engines'
rm "$tmp/cmapss/test_FD001.txt"
refused 'test_FD001.txt'
