#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits of sets: if the cgroup controllers exist, the limits are enforced; if not, a set with a limit is refused
# before anything is made. The use of resources is shown.

load daemon.bash

setup() {
	unset runtime
	start_daemon
	before=$(kernel_counts)
}

teardown() {
	nsctl rm --all
	purge_daemon
}

has_limits() { nsctl --json status | python3 -c 'import json,sys; sys.exit(not json.load(sys.stdin)["features"]["limits"])'; }
usage() { nsctl --json show "$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["usage"].get(sys.argv[1], "absent"))' "$2"; }

@test "A limit without its controller is refused with a remedy, and nothing is made" {
	local option
	for option in --memory=64M --tasks=50 --cpus=0.5; do
		if has_limits; then
			nsctl create -mpn "$option" box
			nsctl show box | grep -q '^  limits'
			nsctl rm box
		else
			run nsctl create -mpn "$option" box
			[ "$status" -eq 1 ]
			[[ $output == *"controller"*"cgroup_no_v1=all"* ]]
			fails grep -q 'uid=.* set=box' "$runtime.log"
		fi
	done
	eventually counts_are "$before"
}

@test "Impossible limits are refused by name" {
	local row
	for row in memory:4096 memory:-1 tasks:0 tasks:7 tasks:4194305 cpus:0 cpus:0.001 cpus:1e9; do
		run nsctl call Create "{\"name\":\"box\",\"spec\":{\"limits\":{\"${row%%:*}\":${row#*:}}}}"
		[[ $output == *InvalidValue*"spec.limits.${row%%:*}"* ]]
	done
}

@test "nsctl show prints the processor time that a set has used" {
	nsctl create -mpn box
	nsctl exec box sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'
	python3 -c 'import sys; assert float(sys.argv[1]) > 0.02' "$(usage box cpuSeconds)"
	nsctl show box | grep -qE '^  cpu +[0-9.]+ s$'
}

@test "Limits take effect where their controllers exist" {
	if ! has_limits; then
		# without controllers there is nothing to test: the first test has checked that no limit can be asked
		# for
		return 0
	fi
	nsctl create -mpn --tasks=16 box
	run nsctl exec box sh -c 'for i in $(seq 40); do sleep 5 & done; wait'
	[[ $output == *fork* || $output == *esource* ]]
	nsctl rm box
	nsctl create -mpn --memory=48M box
	run nsctl exec box python3 -c 'x = b"x" * (200 << 20)'
	[ "$status" -eq 137 ]
	[ "$(usage box memory)" -le $((48 << 20)) ]
	# the set itself goes on
	nsctl exec box true
	nsctl rm box
	nsctl create -mpn --cpus=0.1 box
	nsctl exec box timeout 2 sh -c 'while :; do :; done' || true
	python3 -c 'import sys; assert float(sys.argv[1]) < 1' "$(usage box cpuSeconds)"
	nsctl rm box
	eventually counts_are "$before"
}
