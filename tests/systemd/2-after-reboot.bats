#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# After a reboot: sets are gone without residue, commands have been told, and state of another boot is not believed.

load bed.bash

teardown() { remove_all; }

# the first: each test removes what is there
kept_is_ready() { grep -q 1 <<<"$(find /run/nsctl/state/sets -type f | wc -l)"; }

@test "a set that was made with --boot is there, nothing of the others is" {
	# before anybody has asked
	eventually systemctl is-active --quiet nsctld.service
	eventually kept_is_ready
	[ -z "$(ls -A /run/netns)" ]
	[ "$(nsctl list --all-owners --quiet)" = kept ]
	alice exec kept true
	alice show kept | grep -q job
	alice rm kept
	! ip -o link show | grep -q nsc
	alice create -mpnu busy
	alice exec busy true
}

@test "going down did not take long, and commands were told" {
	[ "$(cat /proc/sys/kernel/random/boot_id)" != "$(cat /var/stale-boot)" ]
	[ "$(cat /bed/ended)" = term ]
	[ "$(($(stat -c %Y /proc/1) - $(cat /bed/went-down)))" -lt "${NSCTL_TEST_PATIENCE:-60}" ]
}

@test "state of another boot is not believed" {
	systemctl stop nsctld.service
	rm -rf /run/nsctl/state
	cp -a /var/stale-state /run/nsctl/state
	[ "$(find /run/nsctl/state/sets -type f | wc -l)" -ge 3 ]
	mark_journal
	[ -z "$(alice list --quiet)" ]
	[ "$(new_journal | grep -c 'is of another boot: forgotten')" -ge 3 ]
	[ -z "$(find /run/nsctl/state/sets -type f)" ]
}
