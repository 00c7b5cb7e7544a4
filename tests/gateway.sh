#!/usr/bin/env bash
# tests/gateway.sh units|short|long: the gateway for OPC UA (gateway/opcua). Needs Node.js, what tools/gateway has built, and for the
# last two mosquitto: without them it says so and is skipped.
set -euo pipefail

skip() {
    echo "skipped: $1"
    exit 77
}
command -v node >/dev/null || skip "Node.js is missing (tools/setup test)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "Node.js is older than 18"
[ -e gateway/opcua/node_modules/.package-lock.json ] || skip "the gateway was not built (tools/gateway)"
tools/gateway # what has changed since
cd gateway/opcua
run() { node --test --test-concurrency=1 --test-reporter=spec "$@"; }
if [ "$1" = units ]; then
    run dist/test/units.test.js
    exit
fi
PATH=$PATH:/usr/sbin
command -v mosquitto >/dev/null || skip "mosquitto is missing (tools/setup test)"
case $1 in
short) SHORT=1 run dist/test/plant.test.js ;;
long) SOAK=1 run dist/test/plant.test.js ;;
esac
