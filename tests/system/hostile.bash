# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# Programs of tests that send anything to the daemon, and a place for their files. Loaded after daemon.bash.

export PYTHONPATH=$BATS_TEST_DIRNAME PYTHONDONTWRITEBYTECODE=1

# python UID ARGUMENT...: runs the program on stdin as this user. It can import hostile.py and users.py.
python() {
	local uid=$1
	shift
	as "$uid" env NSCTL_BUILD="$NSCTL_BUILD" PYTHONPATH="$PYTHONPATH" PYTHONDONTWRITEBYTECODE=1 \
		timeout 120 python3 - "$@" 3>&-
}

# make_place MODE: makes $runtime/place, a directory on the host where setuid programs have an effect.
make_place() {
	mkdir "$runtime/place"
	mount -t tmpfs -o mode="$1" none "$runtime/place"
}

remove_place() {
	umount "$runtime/place"
	rmdir "$runtime/place"
}
