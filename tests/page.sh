#!/usr/bin/env bash
# tests/page.sh units|types|journey|twin|live|meaning|sheet|models|compute|operating: the page (web/). Needs Node.js and what `make web` has installed, all but the first two also
# chromium and the page inside the program: without them it says so and is skipped. Pictures: $MARU_BUILD/shots.
set -euo pipefail

skip() {
    echo "skipped: $1"
    exit 77
}
command -v node >/dev/null || skip "Node.js is missing (tools/setup test)"
[ -e web/node_modules/.package-lock.json ] && [ -e web/src/api/contract.gen.ts ] || skip "the page was not built (make web)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "Node.js is older than 18"
case $1 in
units) cd web && exec node_modules/.bin/vitest run --dir src ;;
types) cd web && exec node_modules/.bin/tsc --noEmit ;;
journey | twin | live | meaning | sheet | models | compute | operating)
    export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)} EMBEDDED=1 SHOTS=$MARU_BUILD/shots
    [ -n "$CHROMIUM" ] || skip "chromium is missing (tools/setup test)"
    ! grep -q '^const size_t page_files_n = 0;' "$PAGE_FILES_C" || skip "the page is not in the program (make web, then build)"
    files=(e2e/journey.test.mjs)
    [ "$1" != twin ] || files=(e2e/twin.test.mjs e2e/viewer.test.mjs)
    [ "$1" != live ] || files=(e2e/live.test.mjs)
    [ "$1" != meaning ] || files=(e2e/meaning.test.mjs)
    [ "$1" != sheet ] || files=(e2e/sheet.test.mjs)
    [ "$1" != models ] || files=(e2e/models.test.mjs)
    [ "$1" != compute ] || files=(e2e/compute.test.mjs)
    [ "$1" != operating ] || files=(e2e/operating.test.mjs e2e/rounds.test.mjs)
    cd web && exec node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
    ;;
esac
