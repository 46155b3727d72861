# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# File systems of a user's that stop answering, for tests that have loaded daemon.bash. See tests/lib/fuse.py.

# mount_fuse NAME [OPTION...]: mounts one of $user_id's on $runtime/NAME; its log is $runtime.fuse-NAME.
# Skips the test where the kernel has no FUSE.
mount_fuse() {
	local name=$1
	shift
	[ -e /dev/fuse ] || skip "kernel lacks /dev/fuse"
	mkdir "$runtime/$name"
	start_server "fuse-$name" python3 "$BATS_TEST_DIRNAME/../lib/fuse.py" "$runtime/$name" "$user_id" \
		"$runtime.fuse-$name" "$@"
	eventually test -s "$runtime.fuse-$name"
	grep -q '^mounted' "$runtime.fuse-$name" || {
		remove_fuse "$name"
		skip "kernel lacks FUSE here"
	}
}

# fuse_hangs NAME REQUEST [FILE]: somebody waits for an answer to such a request.
fuse_hangs() { grep -q "^$2 ${3:-}" "$runtime.fuse-$1"; }

# end_fuse NAME: nothing answers any more, and whoever waits for an answer is told that.
end_fuse() { end_server "fuse-$1"; }

# remove_fuse NAME: ends it, if that has not been done, and removes what is left of it.
remove_fuse() {
	[ ! -e "$runtime.server-fuse-$1" ] || end_fuse "$1"
	umount -l "$runtime/$1" 2>/dev/null || true
	[ ! -e "$runtime/$1" ] || rmdir "$runtime/$1"
	rm -f "$runtime.fuse-$1"
}
