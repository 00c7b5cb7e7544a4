#!/usr/bin/env bash
# An installed maru serves a stranger: the binary runs, a program builds with pkg-config against the shared and against
# the static library, and the man page, the completion and the examples are where they belong.
set -euo pipefail

at=$(mktemp -d)
trap 'rm -rf "$at"' EXIT
DESTDIR=$at meson install -C "$MARU_BUILD" --no-rebuild --quiet

pc=$(find "$at" -name maru.pc)
prefix=$(sed -n 's/^prefix=//p' "$pc")
root=$at$prefix
lib=$(dirname "$(dirname "$pc")")
for file in bin/maru share/man/man1/maru.1 share/bash-completion/completions/maru.bash share/maru/examples/minifab; do
    [ -e "$root/$file" ] || { echo "not installed: $file"; exit 1; }
done

PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
version=$(pkg-config --modversion maru)
[ "$("$root/bin/maru" version)" = "maru $version" ] || { echo "maru version is not 'maru $version'"; exit 1; }

cd "$at"
cat >stranger.c <<'C'
#include <maru/status.h>
#include <stdio.h>
int fail(void); /* a name of libmaru's inside, here the stranger's own */
int fail(void) { return 0; }
int main(void) { return printf("%s\n", maru_version()) > 0 ? fail() : 1; }
C
export PKG_CONFIG_SYSROOT_DIR=$at
flags=$(pkg-config --cflags maru)
shared=$(pkg-config --libs maru)
static="$lib/libmaru.a $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs --static maru | sed 's/-lmaru//')"
for how in "$shared" "$static"; do
    # shellcheck disable=SC2086 # lists of flags
    ${CC:-cc} stranger.c $flags $how -o stranger
    [ "$(LD_LIBRARY_PATH=$lib ./stranger)" = "$version" ] || { echo "a program built with '$how' fails"; exit 1; }
done
