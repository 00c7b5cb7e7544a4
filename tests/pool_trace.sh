#!/usr/bin/env bash
# maru pool replay and placement: figures known by hand, pages that need nothing else, the same bytes again, what is wrong said with its place.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C

fault() { echo "$1"; exit 1; }
is() { [ "$2" = "$3" ] || fault "$1: '$2', want '$3'"; }
json() { python3 -c "import json,sys; d=json.load(open('$1')); print($2)"; }

printf 'name,gpu_type,gpus,cpus,memory,gpu_watts,gpu_idle_watts\n<b>a,H100,2,16,64,700,100\n' >"$tmp/nodes.csv"
cat >"$tmp/jobs.csv" <<'CSV'
account,submit,duration,limit,gpus,cpus
x<script>,0,1h,1h,1,1
y,0,4h,4h,1,1
y,600,1h,1h,2,1
x<script>,1200,30m,30m,1,1
CSV
printf 'from,resource,credits,krw\n2026-01-01,h100,1,3000\n' >"$tmp/prices.csv"

# Two GPUs. 1 and 2 start at once. 3 wants both: at 4 h, when 2 ends. 4 fits into the gap from 1 h on: backfilled it waits 40 minutes,
# in order until 3 has ended.
run() { "$MARU" pool replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --policy examples/pool/fair.toml --policy examples/pool/strict.toml "$@"; }
run --json --prices "$tmp/prices.csv" >"$tmp/out.json"
"$MARU_BUILD/tests/json_check" <"$tmp/out.json" || fault 'no JSON'
is 'backfilled mean wait' "$(json "$tmp/out.json" "round(d['policies'][0]['wait']['mean_h']*60, 6)")" "$(python3 -c 'print(round((230+40)/4, 6))')"
is 'mean wait in order' "$(json "$tmp/out.json" "round(d['policies'][1]['wait']['mean_h']*60, 6)")" "$(python3 -c 'print(round((230+280)/4, 6))')"
is 'difference' "$(json "$tmp/out.json" "round(d['difference'][0]['mean_wait_h']['mean']*60, 6)")" 60
is 'later' "$(json "$tmp/out.json" "d['difference'][0]['later']")" 1
is 'cost' "$(json "$tmp/out.json" "round(d['policies'][0]['cost_krw'])")" 22500
# 5 h with two GPUs idle and a node without idle watts of its own, 7.5 GPU-hours of 600 W more.
is 'energy' "$(json "$tmp/out.json" "round(d['policies'][0]['energy_kwh'], 6)")" 5.5
run --html "$tmp/a.html" --csv "$tmp/a.csv" --lang ko -q
run --html "$tmp/b.html" --csv "$tmp/b.csv" --lang ko -q
cmp "$tmp/a.html" "$tmp/b.html" && cmp "$tmp/a.csv" "$tmp/b.csv" || fault 'not the same again'
is 'rows of the CSV' "$(wc -l <"$tmp/a.csv")" 11

# The commands of examples/pool/README.md: in order, jobs wait days longer.
grep '^    maru' examples/pool/README.md | sed "s|maru|$MARU|; s|jobs.csv|$tmp/made.csv|; s|out.html|$tmp/out.html|" >"$tmp/commands"
is 'commands of the example' "$(wc -l <"$tmp/commands")" 3
bash -e "$tmp/commands" >"$tmp/said" 2>&1 || fault "$(cat "$tmp/said")"
grep -q 'waits [7-9][0-9]\.[0-9]* h longer on average' "$tmp/said" && [ -s "$tmp/out.html" ] || fault "$(head -5 "$tmp/said")"

# Outages, by hand: of the first trace both GPUs go at 30 min for half an hour. What ran begins again at 1 h, or where its checkpoint of 20
# minutes is; and the same without outages stands beside it.
printf 'time,kind,node,until\n1800,down,<b>a,+30m\n' >"$tmp/events.csv"
run --json --events "$tmp/events.csv" >"$tmp/out.json"
"$MARU_BUILD/tests/json_check" <"$tmp/out.json" || fault 'no JSON with outages'
outage() { json "$tmp/out.json" "$1" | sed 's/^-0.0$/0.0/'; }
is 'runs lost' "$(outage "d['policies'][0]['outages']['lost_runs']")" 2
is 'work lost' "$(outage "d['policies'][0]['outages']['lost_gpu_hours']")" 1
is 'out of service' "$(outage "d['policies'][0]['outages']['out_gpu_hours']")" 1
is 'without' "$(outage "round(d['policies'][0]['outages']['calm_mean_wait_h']*60, 6)")" 67.5
run --json --events "$tmp/events.csv" --checkpoint-every 20m >"$tmp/out.json"
is 'work lost behind checkpoints' "$(outage "round(d['policies'][0]['outages']['lost_gpu_hours']*60, 6)")" 20.0
run --json --failures mtbf=2h,repair=10m -s 3 >"$tmp/out.json"
run --json --failures mtbf=2h,repair=10m -s 3 >"$tmp/again.json"
cmp "$tmp/out.json" "$tmp/again.json" || fault 'other failures of the same seed'
is 'failures by chance' "$(outage "d['policies'][0]['outages']['failures'] > 0")" True

# A guarantee is had as soon as the grace of who borrows is over, and who has lost his GPUs begins again.
printf 'account,guarantee\ny,h100:2\n' >"$tmp/accounts.csv"
printf 'account,submit,duration,limit,gpus,cpus\nx,0,4h,4h,2,1\ny,3600,1h,1h,2,1\n' >"$tmp/two.csv"
"$MARU" pool replay "$tmp/two.csv" --nodes "$tmp/nodes.csv" --accounts "$tmp/accounts.csv" --json >"$tmp/own.json"
is 'waits until the grace is over' "$(json "$tmp/own.json" "round(d['policies'][0]['wait']['mean_h']*3600*2, 3)")" 120.0
is 'stopped' "$(json "$tmp/own.json" "d['policies'][0]['preemptions']")" 1
is 'begins again' "$(json "$tmp/own.json" "round(d['policies'][0]['gpu_hours']*3600)")" $((2 * (3600 + 120 + 3600 + 4 * 3600)))

"$MARU" pool placement "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --seeds 3 --html "$tmp/p.html" --json >"$tmp/p.json"
"$MARU_BUILD/tests/json_check" <"$tmp/p.json" || fault 'no JSON of placement'
for page in a p; do # nothing that loads or runs; every element is closed; no number that is none
    grep -oE '<[^>]*>' "$tmp/$page.html" | grep -qiE '<(script|iframe|object|embed|link|img)|[[:space:]]on[a-z]+=|javascript:' && fault "$page.html runs something"
    for tag in svg table figure section div dl span text p; do
        is "<$tag> of $page.html" "$(grep -oE "<$tag[ >]" "$tmp/$page.html" | wc -l)" "$(grep -o "</$tag>" "$tmp/$page.html" | wc -l)"
    done
    grep -qE '(nan|inf)["<, ]' "$tmp/$page.html" && fault "$page.html draws what is no number"
    grep -q 'lang="ko"' "$tmp/$page.html" && grep -q 'lang="en"' "$tmp/$page.html" || fault "$page.html lacks a language"
done

# A trace that is made up: the same again, as long as asked for, and it can be replayed.
"$MARU" pool trace "$tmp/made.csv" --nodes "$tmp/nodes.csv" --jobs 500 --tenants 7 --seed 4 -q
"$MARU" pool trace "$tmp/again.csv" --nodes "$tmp/nodes.csv" --jobs 500 --tenants 7 --seed 4 -q
cmp "$tmp/made.csv" "$tmp/again.csv" || fault 'another trace of the same seed'
is 'rows of the made trace' "$(wc -l <"$tmp/made.csv")" 501
"$MARU" pool replay "$tmp/made.csv" --nodes "$tmp/nodes.csv" --form plain --json >"$tmp/made.json"
is 'jobs of the made trace' "$(json "$tmp/made.json" "d['trace']['jobs'] + d['trace']['passed_over']")" 500

# What is wrong is said with its place, and nothing else comes of it.
refuses() { # status, words, arguments...
    local status=0 want=$1 words=$2
    shift 2
    "$MARU" pool "$@" >"$tmp/said" 2>&1 || status=$?
    is "status of $*" "$status" "$want"
    grep -q -- "$words" "$tmp/said" || fault "$*: $(cat "$tmp/said")"
}
printf 'account,submit,duration,gpus\nx,0,soon,1\ny,0,1h,-1\n' >"$tmp/bad.csv"
printf 'placement = "fgd"\nbackfill = "some"\n' >"$tmp/bad.toml"
printf 'gpus,duration\n1,1h\n' >"$tmp/timeless.csv"
: >"$tmp/empty.csv"
refuses 3 'bad.csv:3:4' replay "$tmp/bad.csv" --nodes "$tmp/nodes.csv"
refuses 3 'bad.csv.*row 2\|bad.csv:2' replay "$tmp/bad.csv" --nodes "$tmp/nodes.csv"
refuses 3 'backfill' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --policy "$tmp/bad.toml"
refuses 3 'inflated' replay "$tmp/timeless.csv" --nodes "$tmp/nodes.csv"
refuses 3 'the table is empty' replay "$tmp/empty.csv" --nodes "$tmp/nodes.csv"
refuses 3 'GPUs go with their type' replay "$tmp/jobs.csv" --nodes "$tmp/jobs.csv"
refuses 3 "form 'plain'" replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --form sacct
refuses 3 '10000 years' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --inflate 1e-15
refuses 3 'times as fast' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --inflate 1e7
printf 'time,kind,node\n+1h,up,<b>a\n' >"$tmp/early.csv"
refuses 3 'early.csv:2:3.*is not down then' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --events "$tmp/early.csv"
refuses 3 'mtbf=150d,repair=12h' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --failures often
refuses 4 'at most 1048576' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --failures mtbf=0.001s,repair=0.001s
refuses 2 'has to be a time' replay "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --checkpoint-every never
refuses 2 'no nodes' trace "$tmp/x.csv"
refuses 2 'no nodes' replay "$tmp/jobs.csv"
refuses 3 'No such file' replay "$tmp/none.csv"
refuses 2 'replay|placement' rewind "$tmp/jobs.csv"
refuses 3 '1 to 200 percent' placement "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --share 2.5
refuses 2 'random' placement "$tmp/jobs.csv" --nodes "$tmp/nodes.csv" --ties highest

# The rules on the 2023 data, short: FGD leaves the fewest idle of the paper's rules, and knowing how scarce a type is helps where
# tasks ask for types.
data=${MARU_DATA:-../shared/data}/gpu_cluster_2023
if [ -d "$data" ]; then
    "$MARU" pool placement "$data" --seeds 2 --json >"$tmp/default.json"
    "$MARU" pool placement "$data/openb_pod_list_gpuspec33.csv" --seeds 2 --json >"$tmp/spec.json"
    is 'fewest of the default trace' "$(json "$tmp/default.json" "min(d['rules'], key=lambda r: r['idle_gpus'])['rule']")" fgd
    is 'fewest with types' "$(json "$tmp/spec.json" "min(d['rules'], key=lambda r: r['idle_gpus'])['rule']")" fgd-supply
    "$MARU" pool replay "$data" --inflate 400 -q || fault 'the 2023 trace is not replayed'
else
    echo "skipped: $data"
fi
echo 'pool traces: all said is right'
