#!/usr/bin/env bash
# Reports: one self-contained page in two languages, whatever the plant is called.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C

fault() { echo "$1"; exit 1; }
# No request, no script, no handler; both languages; one html element that is closed.
self_contained() { # page
    local outside
    outside=$(sed 's|xmlns="http://www.w3.org/[^"]*"||g' "$1" | grep -noE '(https?:)?//[a-z0-9.-]+|@import|url\(|src=|href=' || true)
    [ -z "$outside" ] || fault "$1 points outside: $outside"
    if grep -oE '<[^>]*>' "$1" | grep -qiE '<(script|iframe|object|embed|link|img)|[[:space:]]on[a-z]+=|javascript:'; then
        fault "$1 has something that runs or loads"
    fi
    grep -q 'lang="ko"' "$1" && grep -q 'lang="en"' "$1" || fault "$1 lacks a language"
    [ "$(grep -c '</html>' "$1")" = 1 ] || fault "$1 does not end"
    for tag in svg table figure section div dl span text b p; do
        [ "$(grep -oE "<$tag[ >]" "$1" | wc -l)" = "$(grep -o "</$tag>" "$1" | wc -l)" ] || fault "$1: <$tag> is not closed"
    done
    if grep -qE '(nan|inf)["<, ]' "$1"; then
        fault "$1 draws what is no number"
    fi
}
opens_in() { # page, language
    grep -q "<html lang=\"$2\">" "$1" && grep -q "id=\"lang-$2\" checked" "$1" || fault "$1 does not open in $2"
}

"$MARU" sim examples/line --days 20 --reps 2 --report "$tmp/ko.html" --lang ko -q
"$MARU" sim examples/minifab --days 20 --report "$tmp/en.html" --lang en -q
"$MARU" sim examples/minifab --days 1 --report "$tmp/short.html" -q
"$MARU" compare examples/line --a rule=plant --b rule=fifo --c rule=cr --days 10 --reps 3 --report "$tmp/compare.html" --lang ko -q
for page in ko en short compare; do
    self_contained "$tmp/$page.html"
done
opens_in "$tmp/ko.html" ko
opens_in "$tmp/en.html" en
opens_in "$tmp/compare.html" ko
for id in 고속 Litho; do
    grep -q "$id" "$tmp/ko.html" "$tmp/en.html" || fault "no $id"
done
[ "$(grep -c '<figure' "$tmp/en.html")" = 5 ] || fault "not five charts"

# A hostile plant: every name in it would like to be a part of the page.
evil='<script>alert(1)</script><b onmouseover=alert(2)>&"'"'x"
cell="\"${evil//\"/\"\"}\"" # as a CSV field
mkdir "$tmp/evil"
printf 'name\n%s\n' "$cell" >"$tmp/evil/plant.csv"
printf 'route,name,tools,time,queue_limit,queue_to\n%s,%s,%s,20 min,1 h,2\n%s,%s,%s,30 min,,\n' "$cell" "$cell" "$cell" \
    "$cell" "$cell" "$cell" >"$tmp/evil/routes.csv"
printf 'tools,count,area\n%s,2,%s\n' "$cell" "$cell" >"$tmp/evil/tools.csv"
printf 'stream,product,every,due_after\n%s,%s,exponential(40) min,1 day\n' "$cell" "$cell" >"$tmp/evil/releases.csv"
"$MARU" check "$tmp/evil" >"$tmp/said" || { cat "$tmp/said"; fault "the hostile plant does not read"; }
"$MARU" sim "$tmp/evil" --days 10 --report "$tmp/evil.html" -q
self_contained "$tmp/evil.html"
grep -q '&lt;script&gt;alert(1)' "$tmp/evil.html" || fault "the hostile name is not in the page"
"$MARU" compare "$tmp/evil" --a rule=fifo --b "rule=spt" --days 10 --reps 2 --report "$tmp/evil2.html" -q
self_contained "$tmp/evil2.html"
"$MARU" sim "$tmp/evil" --days 10 --json | "$MARU_BUILD/tests/json_check" || fault "the hostile name breaks JSON"

# The same run gives the same page.
"$MARU" sim examples/minifab --days 20 --report "$tmp/again.html" --lang en -q --threads 2
cmp "$tmp/en.html" "$tmp/again.html"
