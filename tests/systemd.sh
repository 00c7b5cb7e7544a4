#!/usr/bin/env bash
# tests/systemd.sh PACKAGE.deb [ROOT]: the package as a service of a real systemd, booted in namespaces of its own from a bare root
# (debootstrap's, default /tmp/fresh): it is up under its sandbox, computes, comes back after kill -9 and when it hangs (the watchdog),
# stops in order, and has lost nothing. Wants root and a mirror, so it is no part of `make test`.
set -euo pipefail
deb=$1
root=$(realpath "${2:-/tmp/fresh}")
[ -e "$root/usr/bin/dpkg" ] || { echo "no bare root in $root: debootstrap --variant=minbase bookworm $root"; exit 77; }
work=$(mktemp -d)
first=
finish() {
    [ -z "$first" ] || kill -9 "$first" 2>/dev/null || true
    rm -rf "$work" "$root/root/maru.deb" "$root/root/try"
}
trap finish EXIT
wrong() { echo "$1"; exit 1; }

cp "$deb" "$root/root/maru.deb"
env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} chroot "$root" sh -ec '
    apt-get -q update; apt-get -q -y install --no-install-recommends systemd systemd-sysv dbus procps curl util-linux bubblewrap
    apt-get -q -y purge maru || true # with the data of last time
    apt-get -q -y install --no-install-recommends /root/maru.deb
    systemctl mask systemd-udevd systemd-networkd systemd-logind getty.target console-getty' >"$work/apt" 2>&1 || wrong "$(tail -n 3 "$work/apt")"

# A root by pivot_root, not chroot: in a chroot nobody may make the user namespace of PrivateUsers.
cat >"$work/boot" <<'SH'
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root" # without what is mounted below it
cd "$root"
mkdir -p old
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for one in null zero full random urandom tty; do
    touch dev/$one
    mount --bind /dev/$one dev/$one
done
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx # PrivateDevices looks for it
ip link set lo up
pivot_root . old
cd /
umount -l old
exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
SH
unshare --mount --pid --ipc --uts --net --cgroup --fork bash "$work/boot" "$root" >"$work/console" 2>&1 </dev/null &
for _ in $(seq 50); do
    first=$(pgrep -P $! || true)
    [ -z "$first" ] || ! grep -qs systemd "/proc/$first/comm" || break
    sleep 0.2
done
inside() { nsenter -t "$first" -m -p -i -u -n -C env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }

cat >"$root/root/try" <<'SH'
set -euo pipefail
trap 'echo "line $LINENO: $BASH_COMMAND"' ERR
at=http://127.0.0.1:7070/v1
wrong() { echo "$1"; systemctl status maru --no-pager -l || true; journalctl -u maru --no-pager -n 5 || true; exit 1; }
wait_for() { # seconds command...
    local n=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        n=$((n - 1))
        [ $n -gt 0 ] || wrong "waited in vain: $*"
        sleep 0.2
    done
}
ask() { curl -sf --max-time 20 -H 'Content-Type: application/json' "$@"; }
member() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d'"' -f4; }
is_done() { ask "$at/runs/$1" | grep -q '"state":"done"'; }
other_than() { local now; now=$(pidof maru) && [ "$now" != "$1" ] && ask "$at/../readyz"; }
has_stopped() { journalctl -u maru --no-pager | grep '"event": "stop"'; }

wait_for 30 ask "$at/../readyz"
[ "$(systemctl show -P StatusText maru)" = 'answers requests' ] || wrong "it has not said that it is ready"
grep -q '^Seccomp:.*2' "/proc/$(pidof maru)/status" && grep -q '^CapBnd:.*0000000000000000' "/proc/$(pidof maru)/status" || wrong "no sandbox"
plant=$(ask -d '{"example":"line"}' $at/plants | member plant)
run=$(ask -d "{\"plant\":\"$plant\",\"days\":365,\"replications\":4}" $at/runs | member id)
twin=$(ask -d "{\"plant\":\"$plant\",\"speed\":600}" $at/twins | member id)
wait_for 60 is_done "$run"
ask -d '{"hours":8,"replications":20}' "$at/twins/$twin/forecast" >/dev/null || wrong "no forecast"
maru backup --config /etc/maru/maru.toml >/dev/null 2>&1 || wrong "no backup beside the service"

was=$(pidof maru)
kill -9 "$was"
wait_for 30 other_than "$was"
is_done "$run" && ask "$at/twins/$twin" >/dev/null || wrong "lost after kill -9"

was=$(pidof maru)
kill -STOP "$was"
wait_for 60 other_than "$was"
is_done "$run" || wrong "lost after it hung"

systemctl stop maru
wait_for 5 has_stopped
[ "$(systemctl show -P Result maru)" = success ] || wrong "it does not stop in order"
systemctl start maru
wait_for 30 is_done "$run"

# With what maru-jobs.conf gives up it is a pool: a job goes on while the service is started anew, stopped and killed, and runs once.
mkdir -p /etc/systemd/system/maru.service.d
cp /usr/share/maru/maru-jobs.conf /etc/systemd/system/maru.service.d/jobs.conf
systemctl daemon-reload
systemctl restart maru
wait_for 30 ask "$at/../readyz"
job=$(MARU_URL=${at%/v1} maru job submit -q -- sh -c 'echo began >>ran; sleep 12; echo ended >>ran')
is_in() { ask "$at/jobs/$job" | grep -q "\"state\":\"$1\""; }
wait_for 20 is_in running
systemctl restart maru
wait_for 30 is_in running
systemctl stop maru
sleep 1
systemctl start maru
wait_for 30 is_in running
systemctl kill --kill-whom=main -s KILL maru
wait_for 60 is_in done
[ "$(MARU_URL=${at%/v1} maru job get "$job" ran)" = "$(printf 'began\nended')" ] || wrong "a job did not run once"
own=$(MARU_URL=${at%/v1} maru job submit -q -f -- sh -c 'grep CapBnd /proc/self/status; ls /var/lib/maru /home 2>/dev/null; hostname')
grep -q '^CapBnd:.*0000000000000000' <<<"$own" || wrong "a job has capabilities: $own"
[ "$(wc -l <<<"$own")" = 2 ] || wrong "a job sees what is not its own: $own"
[ -z "$(find /var/lib/maru ! -user maru)" ] || wrong "files that are not its own: $(find /var/lib/maru ! -user maru)"
SH
timeout 240 nsenter -t "$first" -m -p -i -u -n -C env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 bash /root/try || wrong "it is not a good service"
inside systemd-analyze security maru | tail -n 1
echo "booted, computed, killed, hung, stopped: nothing lost"
