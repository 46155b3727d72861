#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# reproducible.sh: builds copies of the tree in two directories, with a distribution's flags, and compares what is
# installed byte by byte.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=3 -fcf-protection"

# build_in DIRECTORY: which is what a distribution does.
build_in() {
	mkdir -p "$1"
	(cd "$top" && git ls-files -z && printf '%s\0' configure aclocal.m4 config.h.in Makefile.in build-aux/{ar-lib,compile} \
		build-aux/{depcomp,install-sh,missing,tap-driver.sh,test-driver}) |
		tar -C "$top" --null --files-from=- --ignore-failed-read -c 2>/dev/null | tar -C "$1" -x
	(cd "$1" && ./configure --quiet CFLAGS="$flags" && make -s -j"$(nproc)" && make -s install DESTDIR="$1/installed")
}

for name in one another/directory; do
	build_in "$work/$name" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
done
diff -r "$work/one/installed" "$work/another/directory/installed"
