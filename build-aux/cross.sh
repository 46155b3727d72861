#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# cross.sh BUILD-DIRECTORY: builds the code that differs by processor (daemon/kernel/raw.h), by Debian's cross
# compilers for all processors that it releases: the programs without libc, which qemu's user emulation runs, and the caller of a
# system call that returns twice.
set -uo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I.)
read -ra raw <<<"$(make -s -C "$build" print-raw_cflags) $(make -s -C "$build" print-raw_ldflags)"
failed=0

# A runner without arguments ends with 0, after it has made its first system calls.
build() {
	local compiler=$1-gcc emulator=qemu-$2-static
	"$compiler" "${flags[@]}" "${raw[@]}" -o "$work/nsctl-init" daemon/init/init.c &&
		"$compiler" "${flags[@]}" "${raw[@]}" -o "$work/nsctl-runner" daemon/runner/runner.c -lgcc &&
		"$compiler" "${flags[@]}" -O0 -fPIE -c -o "$work/process.o" daemon/kernel/process.c &&
		"$compiler" "${flags[@]}" -O2 -fPIE -c -o "$work/process.o" daemon/kernel/process.c &&
		timeout 20 "$emulator" "$work/nsctl-runner"
}

while read -r triplet processor; do
	if build "$triplet" "$processor"; then
		echo "ok - $triplet"
	else
		echo "not ok - $triplet"
		failed=1
	fi
done <<'END'
i686-linux-gnu i386
arm-linux-gnueabihf arm
aarch64-linux-gnu aarch64
powerpc64le-linux-gnu ppc64le
s390x-linux-gnu s390x
riscv64-linux-gnu riscv64
END
exit $failed
