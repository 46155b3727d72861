#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The archive's own tests of packages, by autopkgtest in sets, as an ordinary user without a network. Run by tests/beds/autopkgtest.bed:
# NSCTL_TEST_ARCHIVE has tree.tar, a Debian with these packages, and their sources in PACKAGE-VERSION.
# shellcheck disable=SC2154

load ../system/daemon.bash

virtual=$BATS_TEST_DIRNAME/../../integrations/autopkgtest

setup_file() {
	start_with_subids
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	export home
	mkdir "$home/tree" "$home/sources"
	cp -R "$NSCTL_TEST_ARCHIVE"/*/ "$home/sources/"
	# as a build leaves them: what autopkgtest is to unpack or build needs dpkg-dev in the testbed
	for source in "$home"/sources/*-*; do touch "$source/debian/files"; done
	chown -R "$user_id:$user_id" "$home"
	nsctl run -m --map-auto tar -C "$home/tree" --exclude='./dev/*' -xf - <"$NSCTL_TEST_ARCHIVE/tree.tar"
}
teardown_file() {
	purge_daemon
	rm -rf "$home"
}
teardown() { eventually nothing_is_left; }

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }

# passes PACKAGE [OPTION...]: all of the package's tests pass.
passes() {
	# autopkgtest opens /dev/stderr, which must be the user's
	# shellcheck disable=SC2016
	run as "$user_id" env HOME="$home" TMPDIR="$home" PATH="$NSCTL_BUILD:$virtual:$PATH" bash -c 'set -o pipefail && "$@" 2>&1 | cat' - \
		autopkgtest --no-built-binaries --summary-file="$home/summary" "$home/sources/$1"-* -- nsctl "${@:2}" "$home/tree" 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
	sed 's/^/# /' "$home/summary" >&3
}

@test "The tests of the package ed pass" { passes ed; }
@test "The tests of the package ed pass in a copy of the tree" { passes ed "--copy=$home/copy"; }
@test "The tests of the package pipebench pass" { passes pipebench; }
