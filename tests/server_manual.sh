#!/usr/bin/env bash
# docs/SERVER.md tells what is there: every setting with its variable and what holds without it, every metric, and no limit that
# docs/limits.md does not have. (Its table of roles is held against the code by routes_test.)
set -euo pipefail
page=docs/SERVER.md

options=$("$MARU" help serve --lang en | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | cut -c3- | grep -vxE 'config|json|lang|quiet|help' | sort)
told=$(sed -n '/^## Settings/,/^## TLS/s/^| `\([a-z-]*\)` | `MARU_[A-Z_]*` .*/\1/p' $page | sort)
[ "$options" = "$told" ] || { printf 'settings differ\nmaru help serve: %s\n%s: %s\n' "$(tr '\n' ' ' <<<"$options")" $page "$(tr '\n' ' ' <<<"$told")"; exit 1; }
for option in $options; do
    row=$(grep "^| \`$option\` | " $page)
    variable=$(cut -d'|' -f3 <<<"$row" | tr -d ' `')
    grep -qF "{\"$option\", \"$variable\"}" src/cli/settings.c || { echo "$option: the program does not know $variable"; exit 1; }
    grep -qE "^#?$option = " packaging/maru.toml || { echo "packaging/maru.toml does not show $option"; exit 1; }
    standard=$("$MARU" help serve --lang en | awk -v o="^ +(-., )?--$option( |$)" '/^ +(-., )?--/ {on = $0 ~ o} on' | grep -oE '\[[a-z0-9.:-]+\]' | head -n 1 | tr -d '[]' || true)
    [ -z "$standard" ] || grep -qF "\`$standard\`" <<<"$row" || { echo "$option: $standard holds without it, $page says another thing"; exit 1; }
done
for metric in $(grep -ohE '"maru_[a-z_]+"' src/serve/metrics.c | tr -d '"' | sed -E 's/_(bucket|sum|count)$//' | sort -u); do
    grep -qF "\`$metric\`" $page || { echo "$page does not tell of $metric"; exit 1; }
done
n=0
for limit in $(sed -n '/^## Limits/,$p' $page | grep -oE '`[A-Z]+_MAX[A-Z_]*`' | tr -d '`'); do
    grep -qF "| \`$limit\` |" docs/limits.md || { echo "$page: $limit is no limit of docs/limits.md"; exit 1; }
    n=$((n + 1))
done
[ $n -gt 5 ]
for verb in tenant token audit backup restore store; do
    grep -q "maru $verb" $page || { echo "$page does not tell of maru $verb"; exit 1; }
done
