#!/usr/bin/env bash
# tools/setup on machines that it cannot harm: dpkg-query and apt-get are stand-ins that report and write down.
set -euo pipefail

at=$(mktemp -d)
trap 'rm -rf "$at"' EXIT
mkdir "$at/bin"
for tool in bash cat env grep id mktemp rm tail; do
    ln -s "$(command -v $tool)" "$at/bin/$tool"
done
stand_in() { # name, script
    printf '#!%s\n%s\n' "$(command -v bash)" "$2" >"$at/bin/$1"
    chmod +x "$at/bin/$1"
}
setup() {
    : >"$at/calls"
    status=0
    said=$(PATH=$at/bin CALLS=$at/calls AT=$at bash tools/setup "$@" 2>&1) || status=$?
}
wrong() {
    printf '%s\nsaid: %s\ncalls: %s\n' "$1" "$said" "$(cat "$at/calls")"
    exit 1
}
everything='shift 3; for p; do echo "installed $p"; done'
no_meson='shift 3; for p; do [ "$p" = meson ] || echo "installed $p"; done; exit 1'
no_page='shift 3; for p; do case $p in nodejs|npm|chromium|fonts-nanum|postgresql|mosquitto) ;; *) echo "installed $p" ;; esac; done; exit 1'
stand_in apt-get 'echo "$*" >>"$CALLS"'
stand_in sudo 'echo "sudo" >>"$CALLS"; exec "$@"'

stand_in dpkg-query "$everything"
setup
[ $status = 0 ] && [ -z "$said" ] && [ ! -s "$at/calls" ] || wrong "something was done though nothing is missing"

stand_in dpkg-query "$no_meson"
setup build
[ $status = 0 ] && grep -q 'installing meson$' <<<"$said" || wrong "the missing package is not announced"
grep -q 'install --no-install-recommends meson$' "$at/calls" || wrong "the missing package is not installed"
grep -q ' update$' "$at/calls" && wrong "the lists are read though they know the package"

stand_in dpkg-query "$no_page"
setup build
[ ! -s "$at/calls" ] || wrong "building asks for what only the page needs"
setup web
grep -q 'install --no-install-recommends nodejs npm$' "$at/calls" || wrong "what the page is built with is not installed"
setup test
grep -q 'install --no-install-recommends nodejs npm chromium fonts-nanum postgresql mosquitto$' "$at/calls" || wrong "what the tests need is not installed"
for tool in node npm fc-list; do
    stand_in $tool 'echo some'
done
setup test
grep -q 'install --no-install-recommends chromium postgresql mosquitto$' "$at/calls" || wrong "another Node.js is replaced by Debian's"
rm "$at/bin/node" "$at/bin/npm" "$at/bin/fc-list"
stand_in dpkg-query "$no_meson"

stand_in apt-get 'echo "$*" >>"$CALLS"
case "$*" in
*update) : >"$AT/fresh" ;;
*) [ -e "$AT/fresh" ] || { echo "E: Unable to locate package meson"; exit 100; } ;;
esac'
setup build
[ $status = 0 ] && grep -q ' update$' "$at/calls" || wrong "stale lists are not read anew"

stand_in apt-get 'echo "E: no network"; exit 100'
setup build
[ $status = 1 ] && grep -q 'E: no network' <<<"$said" || wrong "a failure of apt-get is not passed on"

rm "$at/bin/sudo" "$at/bin/id"
stand_in id 'echo 1000'
setup build
[ $status = 1 ] && grep -q 'apt-get install meson$' <<<"$said" || wrong "without root and sudo there is no advice"

setup nonsense
[ $status = 2 ] || wrong "an unknown argument is taken"
