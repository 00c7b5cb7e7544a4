#!/usr/bin/env bash
# Scenes of plants of several sizes: the command writes them, the same bytes each time, and readers that are not ours
# (tests/scene: Khronos' validator for glTF, TinyUSDZ and a parser of USD text) find them good and whole. Those come from npm, exact
# versions by a lock file; where there is no node, npm or network, that part says 'skipped'.
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C.UTF-8
data=${MARU_DATA:-../shared/data}
checks=()

write() { # name, plant, tools
    local kind
    for kind in usda usdz glb; do
        "$MARU" scene "$2" -o "$tmp/$1.$kind" --json >"$tmp/said"
        grep -q "\"tools\":$3," "$tmp/said" || { echo "$1.$kind: not $3 tools"; cat "$tmp/said"; exit 1; }
        "$MARU" scene "$2" -o "$tmp/again.$kind" -q
        cmp "$tmp/$1.$kind" "$tmp/again.$kind"
        checks+=("$tmp/$1.$kind" "$3")
    done
    [ "$(grep -c 'custom int maru:tool' "$tmp/$1.usda")" -ge "$3" ]
    [ "$(head -c 4 "$tmp/$1.glb")" = glTF ]
    [ "$(od -An -tu4 -j8 -N4 "$tmp/$1.glb")" -eq "$(stat -c %s "$tmp/$1.glb")" ]
}

write minifab examples/minifab 5
write line examples/line 18
"$MARU" new fab "$tmp/fab" --tools 500 --products 2 --steps 200 --seed 1 -q
write fab "$tmp/fab" "$(awk -F, 'NR > 1 && $5 != "delay" {n += $2} END {print n}' "$tmp/fab/tools.csv")"
if [ -e "$data/smt2020/HVLM/part.txt" ]; then
    write HVLM "$data/smt2020/HVLM" 1043
else
    echo "skipped: HVLM, no $data/smt2020"
fi

# In the hall of SMAT2022, which has tools that the plant does not, and the other way around.
if [ -e "$data/smat2022/equipment.csv" ] && [ -e "$data/smt2020/HVLM/part.txt" ]; then
    "$MARU" import "$data/smt2020/HVLM" --hall "$data/smat2022" -o "$tmp/housed" --json >"$tmp/said"
    grep -q '"placed":976' "$tmp/said" || { cat "$tmp/said"; exit 1; }
    write housed "$tmp/housed" 1043
else
    echo "skipped: a hall of SMAT2022, no $data/smat2022 or smt2020"
fi

# Where the table says, with models of one's own.
cp -r examples/minifab "$tmp/placed"
cat >"$tmp/placed/layout.csv" <<'CSV'
tools,number,x,y,heading,width,depth,height,asset
Litho,1,10.5,-3,30,2 m,3000 mm,2.5,models/litho.usd
Implant,2,0,0,,,,,
CSV
write placed "$tmp/placed" 5
grep -qF 'references = @models/litho.usd@' "$tmp/placed.usda"
sed -i 's|models/litho.usd|"https://a@b/""c"".usd"|' "$tmp/placed/layout.csv"
"$MARU" scene "$tmp/placed" -o "$tmp/x.usda" -q
grep -qF 'references = @@@https://a@b/"c".usd@@@' "$tmp/x.usda"
grep -q '"placed_by_table":2,' <("$MARU" scene "$tmp/placed" -o "$tmp/x.usda" --json)
"$MARU" scene "$tmp/placed" -o "$tmp/x.glb" 2>&1 | grep -q '1 tool(s) have a model'

# With a run of the twin: tools and carriers change, the same each time, and otherwise with another seed.
"$MARU" scene examples/line -o "$tmp/film.usda" --time 12h --json >"$tmp/said"
grep -q '"to_us":43200000000,' "$tmp/said"
"$MARU" scene examples/line -o "$tmp/again.usda" --time 12h -q
cmp "$tmp/film.usda" "$tmp/again.usda"
"$MARU" scene examples/line -o "$tmp/again.usda" --time 12h --seed 2 -q
cmp -s "$tmp/film.usda" "$tmp/again.usda" && { echo "the seed changes nothing"; exit 1; }
[ "$(grep -c 'primvars:displayColor.timeSamples' "$tmp/film.usda")" = 18 ]
grep -q 'endTimeCode = 720$' "$tmp/film.usda"
[ "$(grep -c 'xformOp:translate.timeSamples' "$tmp/film.usda")" -gt 5 ]
grep -q 'UsdPrimvarReader_float3' "$tmp/film.usda" # colors that change reach the materials
grep -q ': \[(0.888, 0.468, 0.032)\]' "$tmp/film.usda" # setups are seen
checks+=("$tmp/film.usda" 18)

# Refusals.
refused() { # exit status, words, arguments...
    local want=$1 words=$2 got=0
    shift 2
    "$MARU" scene "$@" >"$tmp/said" 2>&1 || got=$?
    [ "$got" = "$want" ] && grep -q -- "$words" "$tmp/said" && return
    echo "maru scene $*: exit status $got, want $want, with '$words'"
    cat "$tmp/said"
    exit 1
}
refused 2 'FILE.usda' examples/minifab
refused 2 'FILE.usda' examples/minifab -o "$tmp/x.obj"
refused 2 'FILE.usda' examples/minifab -o .glb
refused 2 'FILE.usda only' examples/minifab -o "$tmp/x.glb" --time 1d
refused 3 'cannot' examples/minifab -o "$tmp/nowhere/x.glb"
refused 3 'cannot' "$tmp/nowhere" -o "$tmp/x.glb"
sed -i 's/^Litho/Lithox/' "$tmp/placed/layout.csv"
refused 3 'layout.csv:2:1:' "$tmp/placed" -o "$tmp/x.glb"

# The readers of others.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skipped: the readers of others, no node or npm"
    exit 0
fi
readers=$MARU_BUILD/scene_readers
mkdir -p "$readers"
if ! cmp -s tests/scene/package-lock.json "$readers/installed"; then
    cp tests/scene/package.json tests/scene/package-lock.json "$readers"
    if ! (cd "$readers" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund) >"$tmp/npm" 2>&1; then
        echo "skipped: the readers of others, npm cannot install them: $(grep -m1 'npm error' "$tmp/npm" || true)"
        exit 0
    fi
    cp tests/scene/package-lock.json "$readers/installed"
fi
# The parser is written for bundlers: it imports a file without the end of its name. TinyUSDZ is a module that does not say so, which
# only newer Nodes see by themselves.
cp tests/scene/check.mjs "$readers"
cp "$readers/node_modules/tinyusdz/tinyusdz.js" "$readers/tinyusdz.mjs"
(cd "$readers" && timeout 60 node_modules/.bin/esbuild check.mjs --bundle --platform=node --format=esm --target=node18 \
    --external:./tinyusdz.mjs --outfile=bundle.mjs --log-level=warning \
    "--banner:js=import { createRequire } from 'module'; const require = createRequire(import.meta.url);")
timeout 200 node "$readers/bundle.mjs" "${checks[@]}"

# They can fail: a scene that is cut, one with a name twice, one with a wrong number.
bad() { # file, words
    timeout 60 node "$readers/bundle.mjs" "$1" 5 >"$tmp/said" 2>&1 && { echo "$1 passes"; exit 1; }
    grep -q "$2" "$tmp/said" || { echo "$1: no '$2'"; cat "$tmp/said"; exit 1; }
}
sed 's/"T2"/"T1"/' "$tmp/minifab.usda" >"$tmp/twice.usda"
bad "$tmp/twice.usda" 'twice'
sed 's/double3 xformOp:translate = (\([-0-9.]*\), [-0-9.]*,/double3 xformOp:translate = (\1,/' "$tmp/minifab.usda" >"$tmp/tuple.usda"
bad "$tmp/tuple.usda" 'must be 3, but got 2'
sed '/xformOp:scale = /d' "$tmp/minifab.usda" >"$tmp/order.usda"
bad "$tmp/order.usda" 'without a value'
head -n 100 "$tmp/minifab.usda" >"$tmp/cut.usda"
bad "$tmp/cut.usda" 'Expected'
LC_ALL=C sed 's/VEC3/VEC2/' "$tmp/minifab.glb" >"$tmp/type.glb"
bad "$tmp/type.glb" 'errors'
