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
# With what jobs need it is known to systemd as well, and still no service without a sandbox.
mkdir "$at/maru.service.d"
cp $unit "$at/maru.service"
cp packaging/maru-jobs.conf "$at/maru.service.d/jobs.conf"
said=$(systemd-analyze verify --man=no "$at/maru.service" 2>&1 </dev/null | grep -v '/usr/bin/maru is not executable' || true)
[ -z "$said" ] || { echo "with jobs: $said"; exit 1; }
cat $unit packaging/maru-jobs.conf >"$at/jobs.service" # what stands later holds
systemd-analyze security --offline=true --threshold=60 "$at/jobs.service" >"$at/said" 2>&1 </dev/null || { echo "with jobs"; tail -n 3 "$at/said"; exit 1; }
sed 's/^NoNewPrivileges=.*//; s/^SystemCallFilter=.*//; s/^CapabilityBoundingSet=.*//; s/^Protect.*//' $unit >"$at/maru.service"
if systemd-analyze security --offline=true --threshold=20 "$at/maru.service" >/dev/null 2>&1 </dev/null; then
    echo "a unit without a sandbox is let through"
    exit 1
fi
