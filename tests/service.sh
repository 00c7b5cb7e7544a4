#!/usr/bin/env bash
# The unit of the service: systemd knows every line of it, and its sandbox leaves little open. Skipped without systemd-analyze.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
unit=packaging/maru.service
at=$(mktemp -d)
trap 'rm -rf "$at"' EXIT

said=$(systemd-analyze verify --man=no $unit 2>&1 </dev/null | grep -v '/usr/bin/maru is not executable' || true)
[ -z "$said" ] || { echo "$said"; exit 1; }
systemd-analyze security --offline=true --threshold=20 $unit >"$at/said" 2>&1 </dev/null || { tail -n 3 "$at/said"; exit 1; }
grep -q '^→ Overall exposure level' "$at/said" # it has looked
sed 's/^NoNewPrivileges=.*//; s/^SystemCallFilter=.*//; s/^CapabilityBoundingSet=.*//; s/^Protect.*//' $unit >"$at/maru.service"
if systemd-analyze security --offline=true --threshold=20 "$at/maru.service" >/dev/null 2>&1 </dev/null; then
    echo "a unit without a sandbox is let through"
    exit 1
fi
