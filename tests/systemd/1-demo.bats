#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# ./dev demo where systemd is process 1: it uses units, and leaves none.

load bed.bash

state() {
	systemctl list-units --all --plain --no-legend 'nsctl-demo*' | wc -l
	find /run/systemd/system /sys/fs/cgroup -name '*nsctl-demo*' | sort
	ls -d /run/nsctl-demo* 2>/dev/null || true
	wc -l </proc/self/mountinfo
}

@test "The demo works with systemd, and leaves nothing" {
	# copies the programs into one directory, as in a build tree
	mkdir -p /run/build
	cp /usr/local/bin/nsctl /usr/local/sbin/nsctld /usr/local/libexec/nsctl/* /run/build/
	before=$(state)
	run /bed/build-aux/demo.sh /run/build
	printf '%s\n' "$output"
	[ "$status" -eq 0 ]
	# what it explains and types fits into 80 columns
	sed 's/\x1b\[[0-9;]*m//g' <<<"$output" | fails grep -E '^[#$].{80}'
	fails grep -E 'not (supported|permitted)' <<<"$output"
	grep -q 'systemctl kill --signal=KILL' <<<"$output"
	grep -q '^exit status 7$' <<<"$output"
	grep -q '^exit status 3$' <<<"$output"
	[ "$(state)" = "$before" ]
}
