#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# After a reboot: sets and networks with --boot are there, everything else is gone without residue, waiting clients
# have been told, and state of another boot is not used.

load bed.bash

teardown_file() { remove_all; }

journal_of_boot() { journalctl --sync && journalctl -q -b -u nsctld.service "$@"; }
created_again() {
	journal_of_boot -o json | python3 -c '
import json, sys
entries = map(json.loads, sys.stdin)
print(*(entry["NSCTL_SET"] for entry in entries if entry["MESSAGE"].endswith("created again")))'
}
# the sets and networks lan, kept and also
all_are_ready() { [ "$(created_again | wc -w)" -eq 3 ]; }

@test "State of another boot is ignored" {
	[ "$(cat /proc/sys/kernel/random/boot_id)" != "$(cat /var/stale-boot)" ]
	[ "$(find /var/stale-state/sets -type f | wc -l)" -eq 7 ]
	# before any client has connected
	eventually systemctl is-active --quiet nsctld.service
	eventually all_are_ready
	[ "$(journal_of_boot -o cat | grep -c 'is of another boot: forgotten')" -ge 7 ]
}

@test "Sets with --boot come back as they were, in their order" {
	[ "$(created_again)" = "lan kept also" ]
	[ "$(portrait kept also)" = "$(cat /bed/portrait)" ]
	[ "$(alice exec kept hostname)" = keep ]
	alice exec also ping -c 1 -W 5 10.7.0.2
	alice exec also ping -c 1 -W 5 10.8.0.2
}

@test "Sets without --boot leave nothing after a reboot" {
	[ "$(nsctl list --all-owners --quiet)" = "$(printf 'also\nkept')" ]
	[ -z "$(ls -A /run/netns)" ]
	[ -z "$(find /run/nsctl/ns -type f)" ]
	[ "$(find /run/nsctl/state/sets -type f | wc -l)" -eq 3 ]
	[ "$(find /sys/fs/cgroup/system.slice/nsctl-sets.service -mindepth 2 -maxdepth 2 -type d | wc -l)" -eq 3 ]
	fails grep nsc <<<"$(ip -o link show)"
	# names of objects that were not made again are free
	alice create -mpnu busy
	alice exec busy true
}

@test "The shutdown was quick, and commands got SIGTERM" {
	[ "$(cat /bed/ended)" = term ]
	[ "$(($(stat -c %Y /proc/1) - $(cat /bed/went-down)))" -lt "${NSCTL_TEST_PATIENCE:-60}" ]
}

@test "Removed sets do not come back" {
	alice rm --all
	alice network rm lan
	[ -z "$(find /var/lib/nsctl -type f)" ]
}
