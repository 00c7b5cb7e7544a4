#!/usr/bin/env bash
# tests/deb.sh PACKAGE.deb [ROOT]: a package in a bare root (debootstrap's, default /tmp/fresh): it installs with what it depends on,
# the command runs, the server starts as its own user with the installed settings, and remove and purge leave what they should.
# Wants root and a mirror, so it is no part of `make test`.
set -euo pipefail
deb=$1
root=${2:-/tmp/fresh}
[ -e "$root/usr/bin/dpkg" ] || { echo "no bare root in $root: debootstrap --variant=minbase bookworm $root"; exit 77; }
cp "$deb" "$root/tmp/maru.deb"
trap 'rm -f "$root/tmp/maru.deb"' EXIT
inside() { env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} chroot "$root" sh -ec "$1"; }
wrong() { echo "$1"; exit 1; }

inside 'apt-get -q -y purge maru >/dev/null 2>&1 || true' # with the data of last time
inside 'apt-get -q update >/dev/null && apt-get -q -y install --no-install-recommends /tmp/maru.deb >/dev/null 2>&1' || wrong "it does not install"
inside 'maru --version' | grep -q '^maru [0-9]' || wrong "maru --version"
inside 'maru check /usr/share/maru/examples/minifab >/dev/null' || wrong "the examples are not there"
for file in /lib/systemd/system/maru.service /etc/maru/maru.toml /usr/share/man/man1/maru.1.gz /usr/share/bash-completion/completions/maru.bash; do
    [ -e "$root$file" ] || wrong "not installed: $file"
done
[ "$(inside 'stat -c %U:%G:%a /var/lib/maru')" = maru:maru:700 ] || wrong "the data folder is not maru's own"

cat >"$root/tmp/try" <<'SH'
set -e
setpriv --reuid=maru --regid=maru --clear-groups maru serve --config /etc/maru/maru.toml --listen 127.0.0.1:7917 2>/tmp/maru.log &
trap "kill $! 2>/dev/null || true" EXIT
for i in 1 2 3 4 5 6 7 8 9 10; do
    grep -q '"event": "start"' /tmp/maru.log && break
    sleep 0.5
done
grep -q '"event": "start"' /tmp/maru.log
maru tenant add acme --config /etc/maru/maru.toml >/dev/null   # root, beside the service
maru backup --config /etc/maru/maru.toml >/dev/null
[ -z "$(find /var/lib/maru ! -user maru)" ]
kill $!
wait || true
grep -q '"event": "stop"' /tmp/maru.log
rm /tmp/maru.log
SH
inside 'sh -e /tmp/try' || wrong "the server does not run: $(cat "$root/tmp/maru.log")"
rm "$root/tmp/try"

inside 'apt-get -q -y remove maru >/dev/null 2>&1'
[ ! -e "$root/usr/bin/maru" ] && [ -e "$root/var/lib/maru/server.db" ] && [ -e "$root/etc/maru/maru.toml" ] || wrong "remove takes away too little or too much"
inside 'apt-get -q -y purge maru >/dev/null 2>&1'
left=$(inside 'ls -d /var/lib/maru /etc/maru /usr/share/maru 2>/dev/null || true; getent passwd maru || true; getent group maru || true')
[ -z "$left" ] || wrong "purge leaves: $left"
echo "installed, served, removed, purged"
