# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# File systems of a user's that stop answering, for tests that have loaded daemon.bash. See tests/lib/fuse.py.

# Prints where a file system is mounted: below fuse_place, or the runtime directory.
fuse_directory() { echo "${fuse_place:-$runtime}/$1"; }

# mount_fuse NAME [OPTION...]: mounts a file system of $user_id's on a directory NAME; its log is $runtime.fuse-NAME.
# Skips the test where the kernel has no FUSE.
mount_fuse() {
	local name=$1
	shift
	[ -e /dev/fuse ] || skip "kernel lacks /dev/fuse"
	mkdir -p "$(fuse_directory "$name")"
	start_server "fuse-$name" python3 "$BATS_TEST_DIRNAME/../lib/fuse.py" "$(fuse_directory "$name")" "$user_id" \
		"$runtime.fuse-$name" "$@"
	eventually test -s "$runtime.fuse-$name"
	grep -q '^mounted' "$runtime.fuse-$name" || {
		remove_fuse "$name"
		skip "kernel lacks FUSE here"
	}
}

# fuse_hangs NAME REQUEST [FILE]: returns true if a process waits for the answer to such a request.
fuse_hangs() { grep -q "^$2 ${3:-}" "$runtime.fuse-$1"; }

# end_fuse NAME: ends the server; processes that wait for its answers get an error.
end_fuse() { end_server "fuse-$1"; }

# remove_fuse NAME: ends the server if necessary, and removes its mount and directory.
remove_fuse() {
	local directory
	directory=$(fuse_directory "$1")
	[ ! -e "$runtime.server-fuse-$1" ] || end_fuse "$1"
	umount -l "$directory" 2>/dev/null || true
	[ ! -e "$directory" ] || rmdir --ignore-fail-on-non-empty "$directory"
	rm -f "$runtime.fuse-$1"
}
