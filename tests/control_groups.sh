#!/usr/bin/env bash
# tests/control_groups.sh: jobs under the kernel's own limits. Most machines that build maru are containers without control groups of their
# own, so this starts a kernel as a program (User Mode Linux: Debian's user-mode-linux) that has all controllers, sees this machine's
# files read-only, and takes three seconds to be there. In it: the executor's test with every controller, and a server that finds the groups which
# systemd would have given it, as a user without privileges.
set -euo pipefail
uml=${MARU_UML:-$(command -v linux.uml || true)}
[ -n "$uml" ] || { echo "skipped: no User Mode Linux (apt-get install user-mode-linux)"; exit 77; }
[ -x /usr/bin/bwrap ] || { echo "skipped: no bubblewrap"; exit 77; }
[ -z "${MARU_QUICK:-}" ] || { echo "skipped: sanitized programs do not fit into User Mode Linux"; exit 77; }
work=$(mktemp -d)
first=
finish() {
    [ -z "$first" ] || kill -9 -- "-$first" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

cat >"$work/init" <<'SH'
#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
cp "$MARU" /run/maru
cp "$MARU_BUILD/tests/job_group_test" "$MARU_ROOT/tests/control_groups_inside.py" "$MARU_ROOT/tests/cloud.py" /run/
mount -t tmpfs -o mode=1777 tmpfs /tmp
ip link set lo up
echo '+memory +cpu +pids' >/sys/fs/cgroup/cgroup.subtree_control
echo "up: $(cat /sys/fs/cgroup/cgroup.controllers)"
cd /run
MARU_ALL_CONTROLLERS=1 ./job_group_test
echo "units: $?"
python3 ./control_groups_inside.py /run/maru
echo "inside: $?"
echo o >/proc/sysrq-trigger
sleep 60
SH
chmod 755 "$work" "$work/init"
set -m # a group of its own, so that all of it can be ended
MARU=$(realpath "$MARU") MARU_ROOT=$(realpath "$MARU_ROOT") MARU_BUILD=$(realpath "$MARU_BUILD")
TMPDIR=/dev/shm timeout -k 5 280 "$uml" mem=900M uml_dir="$work/" umid=maru root=/dev/root rootfstype=hostfs rootflags=/ ro \
    con0=null,fd:1 con=null ssl=null loglevel=1 init="$work/init" MARU="$MARU" MARU_ROOT="$MARU_ROOT" MARU_BUILD="$MARU_BUILD" \
    >"$work/console" 2>&1 </dev/null &
first=$!
wait "$first" || true
first=
tr -d '\r' <"$work/console" >"$work/said"
grep -q '^up: ' "$work/said" || { echo "skipped: User Mode Linux does not start here"; tail -n 3 "$work/said"; exit 77; }
cat "$work/said"
grep -q '^units: 0$' "$work/said" && grep -q '^inside: 0$' "$work/said"
