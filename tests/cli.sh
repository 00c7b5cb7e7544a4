#!/usr/bin/env bash
# The command: every verb, its exit statuses, its JSON, both languages.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
unset LANG LC_MESSAGES || true

n=0
expect() { # status, words that must be said (stdout and stderr together), command...
    local want=$1 said=$2 got=0
    shift 2
    "$MARU" "$@" >"$tmp/said" 2>&1 </dev/null || got=$?
    if [ "$got" != "$want" ] || ! grep -qF -- "$said" "$tmp/said"; then
        printf 'maru %s\nexit status %s, wanted %s and "%s"; it said:\n' "$*" "$got" "$want" "$said"
        cat "$tmp/said"
        exit 1
    fi
    n=$((n + 1))
}
json() { # status, command...: what it prints is one JSON document
    local want=$1 got=0
    shift
    "$MARU" "$@" --json >"$tmp/json" 2>"$tmp/err" </dev/null || got=$?
    [ "$got" = "$want" ] || { echo "maru $*: exit status $got, wanted $want"; cat "$tmp/err"; exit 1; }
    "$MARU_BUILD/tests/json_check" <"$tmp/json" || { echo "maru $* --json: no JSON"; head -c 400 "$tmp/json"; exit 1; }
    n=$((n + 1))
}
fab=$tmp/fab
line=examples/line
mini=examples/minifab

# Help, versions, near misses.
expect 0 'Verbs'
expect 0 '명령' help --lang ko
expect 0 'maru sim' help sim
expect 0 '' sim --help
expect 0 'rule' help options
expect 0 'maru ' version
expect 0 'maru ' --version
expect 2 "did you mean 'sim'" simm
expect 2 "did you mean 'compare'" help compair
expect 2 'did you mean --warmup' sim $mini --warmpu 3
expect 2 'whole number' sim $mini --reps two
expect 2 'a span' sim $mini --days soon
expect 2 'ko | en' sim $mini --lang fr
expect 2 'something is missing' sim
expect 2 'one word too many' check $mini $line
expect 2 '빠진' sim --lang ko
json 0 help
json 0 version
json 2 sim $mini --no-such-option
for verb in check sim compare import new scene serve tenant token audit alarms backup restore help version; do
    for lang in en ko; do
        expect 0 "maru $verb" help $verb --lang $lang
    done
done

# Check.
expect 0 'The tools can carry the releases' check $mini
expect 0 '설비가 투입 계획을 감당합니다' check $line --lang ko
expect 3 'cannot' check "$tmp/nowhere"
json 0 check $mini --all
json 3 check "$tmp/nowhere"
cp -r $mini "$tmp/bad"
sed -i '2s/Diffusion/Diffusoin/' "$tmp/bad/routes.csv"
expect 3 "routes.csv:2:" check "$tmp/bad"
expect 3 "Diffusion" check "$tmp/bad"
expect 3 "maru check" sim "$tmp/bad"
json 3 check "$tmp/bad"
cp -r $mini "$tmp/over"
sed -i 's/^Pa,Pa,197.647/Pa,Pa,100/' "$tmp/over/releases.csv"
expect 1 'cannot carry' check "$tmp/over"
json 1 check "$tmp/over"

# Sim.
expect 0 'bottleneck' sim $mini --days 20
expect 0 '병목' sim $line --days 20 --lang ko --all
expect 0 '±' sim $mini --days 20 --reps 3
expect 0 'fifo' sim $mini --days 20 --rule fifo
expect 2 'rule' sim $mini --days 20 --rule 'no such word'
expect 2 'no_such_option' sim $mini --option no_such_option=1
expect 2 'NAME=VALUE' sim $mini --option nonsense
expect 2 'did you mean cycle-time' sim $mini --of cycle-tim --precision 5%
expect 2 'before' sim $mini --days 10 --warmup 10
expect 2 '--save' sim $mini --reps 2 --save "$tmp/x"
expect 2 '--trace' sim $mini --reps 2 --trace "$tmp/x.csv"
expect 2 'FILE.csv' sim $mini --days 1 --trace "$tmp/x.txt"
expect 3 'cannot' sim $mini --days 1 --save "$tmp/nowhere/x"
expect 3 'cannot' sim $mini --days 1 --csv /dev/null/x
expect 4 'overloaded' sim "$tmp/over" --days 3650 --option max_lot=200
expect 0 'known to' sim $mini --days 20 --precision 5% --of wip
json 0 sim $mini --days 20 --reps 2
json 0 sim $line --days 5 --warmup 2
json 4 sim "$tmp/over" --days 3650 --option max_lot=200
"$MARU" sim $mini --days 20 --reps 2 --csv "$tmp/csv" -q
for table in classes groups queue_times series; do
    head -1 "$tmp/csv/$table.csv" | grep -q '^replication,seed,' || { echo "$table.csv has no head"; exit 1; }
done
"$MARU" sim $mini --days 5 --trace "$tmp/t.csv" -q
"$MARU" sim $mini --days 5 --trace "$tmp/t.bin" -q
head -1 "$tmp/t.csv" | grep -q '^time_s,event,lot,'
records=$((($(stat -c %s "$tmp/t.bin") - $(od -An -tu4 -j8 -N4 "$tmp/t.bin")) / 32))
[ "$records" = $(($(wc -l <"$tmp/t.csv") - 1)) ] || { echo "$records records, $(wc -l <"$tmp/t.csv") lines"; exit 1; }
if command -v zstd >/dev/null; then
    "$MARU" sim $mini --days 5 --trace "$tmp/t.csv.zst" -q
    "$MARU" sim $mini --days 5 --trace "$tmp/t.zst" -q
    zstd -dqc "$tmp/t.csv.zst" | cmp - "$tmp/t.csv"
    zstd -dqc "$tmp/t.zst" | cmp - "$tmp/t.bin"
fi

# Compare.
expect 0 'lengthens the mean cycle time' compare $line --a rule=plant --b rule=fifo --days 20 --reps 3
expect 0 '늘립니다' compare $line --a rule=plant --b rule=fifo --days 20 --reps 3 --lang ko
expect 0 'no difference' compare $mini --a rule=fifo --b rule=fifo --days 20 --reps 3
expect 0 'C − A' compare $mini --a rule=fifo --b rule=spt --c "plant=$mini" --days 10 --reps 2
cp -r $mini "$tmp/named" && sed -i 's#Litho#노광/3;A=1#g' "$tmp"/named/*.csv
expect 0 'C − A' compare "$tmp/named" --a '' --b 'tools:노광/3%3BA%3D1=+1' --c 'rule:노광/3%3bA%3D1=cr; rule:Implant=cr' --days 5 --reps 2
expect 0 '노광/3;A=1 = cr' sim "$tmp/named" --days 5 --option 'rule:노광/3;A%3D1=cr'
expect 2 'no such tool group' compare "$tmp/named" --a '' --b 'tools:노광/3%253BA%3D1=+1' --days 5 --reps 2
expect 2 'no name has %00' sim "$tmp/named" --option 'rule:a%00=cr'
expect 2 'two variants' compare $mini --a rule=fifo
expect 2 'two variants' compare $mini --a rule=fifo --c rule=cr
expect 2 'NAME=VALUE' compare $mini --a fifo --b rule=cr
expect 3 'nowhere' compare $mini --a rule=fifo --b "plant=$tmp/nowhere" --reps 2
json 0 compare $mini --a rule=fifo --b rule=cr --days 20 --reps 3

# New and import.
expect 0 'routes.csv' new fab "$fab" --tools 30 --products 2 --steps 40 --seed 3
expect 2 '--force' new fab "$fab"
expect 0 'Written' new fab "$fab" --tools 30 --products 2 --steps 40 --seed 3 --force
expect 2 'new fab' new shop "$tmp/shop"
expect 2 '5 … 20000' new fab "$tmp/small" --tools 4
expect 0 'can carry' check "$fab"
expect 2 '-o FOLDER' import $mini
expect 0 'Written' import $mini -o "$tmp/copy"
expect 2 '--force' import $mini -o "$tmp/copy"
json 0 import $mini -o "$tmp/copy2"
json 0 new fab "$tmp/fab2" --tools 10
mkdir "$tmp/hall"
expect 3 'equipment.csv' import $mini -o "$tmp/housed" --hall "$tmp/hall"
expect 3 'cannot be opened' import $mini -o "$tmp/housed" --hall "$tmp/nowhere"
printf '%s\n' TOOL_GROUP,BAY,WIDTH,HEIGHT,POSITION_X,POSITION_Y Litho,B,2000,3000,0,0 Litho,B,2000,3000,9000,0 \
    Track,B,1,1,5,5 >"$tmp/hall/equipment.csv"
expect 0 "hall's 3 rows 1 are" import $mini -o "$tmp/housed" --hall "$tmp/hall"
expect 0 '1 rows are of no tool group' import $mini -o "$tmp/housed" --hall "$tmp/hall" --force
expect 0 '공장 설비 4대는' import $mini -o "$tmp/housed" --hall "$tmp/hall" --force --lang ko
json 0 import "$tmp/housed" -o "$tmp/housed2" --hall "$tmp/hall"
cmp "$tmp/housed/layout.csv" "$tmp/housed2/layout.csv"
expect 0 'can carry' check "$tmp/housed2"
printf '%s\n' NAME,POSITION_X,POSITION_Y a,0,2500 b,9000,2500 c,9000,4000 >"$tmp/hall/address.csv"
expect 3 'address.csv' import $mini -o "$tmp/railed" --hall "$tmp/hall"
expect 3 'rail.csv이 없' import $mini -o "$tmp/railed" --hall "$tmp/hall" --lang ko
printf '%s\n' FROM_NODE,TO_NODE a,b b,c c,a c,a >"$tmp/hall/rail.csv"
expect 0 '3 links of overhead rails' import $mini -o "$tmp/railed" --hall "$tmp/hall"
expect 0 '1개 구간은' import $mini -o "$tmp/railed" --hall "$tmp/hall" --force --lang ko
expect 0 'can carry' check "$tmp/railed"
cmp <(printf '%s\n' x1,y1,x2,y2 0,2.5,9,2.5 9,2.5,9,4 9,4,0,2.5) "$tmp/railed/rail.csv"
json 0 import "$tmp/railed" -o "$tmp/railed2"
cmp "$tmp/railed/rail.csv" "$tmp/railed2/rail.csv"
printf '%s\n' a,nowhere >>"$tmp/hall/rail.csv"
expect 3 'rail.csv:6:2: TO_NODE is no NAME' import $mini -o "$tmp/railed3" --hall "$tmp/hall"
rm "$tmp/hall/address.csv" "$tmp/hall/rail.csv"
json 0 import "$tmp/railed" -o "$tmp/bare" --hall "$tmp/hall" # another hall has other rails
[ ! -e "$tmp/bare/rail.csv" ] || { echo "rails of another hall are kept"; exit 1; }
printf 'Litho,B,2000,x,0,0\n' >>"$tmp/hall/equipment.csv"
expect 3 'equipment.csv:5:4: HEIGHT' import $mini -o "$tmp/housed3" --hall "$tmp/hall"

# What cannot be printed is told.
if [ -w /dev/full ]; then
    got=0
    "$MARU" check $mini >/dev/full 2>"$tmp/err" || got=$?
    [ "$got" = 3 ] || { echo "a full disk gives exit status $got"; exit 1; }
fi

# Rules in a table of their own: imported they are rankings, with the same answer; what is no rule is shown at its cell.
cp -r $mini "$tmp/rules"
printf 'tools,rule\n*,"priority desc, winq > 2 h, spt"\nLitho,lsu\n' >"$tmp/rules/rule.csv"
expect 0 'can carry' check "$tmp/rules"
expect 0 'Written' import "$tmp/rules" -o "$tmp/ranked"
[ ! -e "$tmp/ranked/rule.csv" ] && grep -q '^Litho,.*,lsu,' "$tmp/ranked/tools.csv"
for plant in "$mini" "$tmp/rules" "$tmp/ranked"; do
    "$MARU" sim "$plant" --days 20 --json | grep -o '"digest": *"[^"]*"' >"$tmp/digest.$(basename "$plant")"
done
cmp "$tmp/digest.rules" "$tmp/digest.ranked"
cmp -s "$tmp/digest.rules" "$tmp/digest.minifab" && { echo "rule.csv changes nothing"; exit 1; }
printf 'tools,rule\n*,"priority desc, wat"\nLitho,"spt, cr, edd"\n' >"$tmp/rules/rule.csv"
expect 3 "rule.csv:2:2: fault: rule 'priority desc, wat' unknown name 'wat' (character 16)" check "$tmp/rules"
expect 3 "rule.csv:3:2: fault" check "$tmp/rules"
expect 3 "faults: 2" check "$tmp/rules"
expect 3 "rule.csv:2:2: the ranking of Diffusion cannot be used: unknown name 'wat'" sim "$tmp/rules" --days 1
expect 0 '' sim "$tmp/rules" --days 1 --rule fifo
json 3 check "$tmp/rules"
echo "$n calls"
