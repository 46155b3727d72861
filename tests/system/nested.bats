#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets within sets. A caller inside a set makes them from its own namespaces. Only callers there, and the owner
# outside, find them. They are removed with the set around them, and before it.

load daemon.bash
load nested.bash

setup_file() {
	start_daemon
	export runtime daemon
	mkdir -m 755 "$runtime/hidden"
	echo secret >"$runtime/hidden/secret"
	count_from_here
}

teardown_file() {
	rm -r "$runtime/hidden"
	purge_daemon
}

teardown() {
	answers || start_daemon
	nsctl rm --all
	eventually counts_are "$before"
}

# cgroup_of SET: prints the path of the set's cgroup.
cgroup_of() { nsctl --json show "$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["cgroup"])'; }

hides() { [ -z "$("$@" ls "$runtime/hidden")" ]; }

@test "A set within a set gets the outer set's namespaces, and is below its cgroup" {
	nsctl create -mpnu --tmpfs="$runtime/hidden" outer
	for options in -n -mp -mpnuiC "-mp -r" "-mpnuiC -r" -u; do
		# shellcheck disable=SC2086
		[ "$(inside outer create $options inner)" = inner ]
		hides inside outer exec inner || { echo "$options" && false; }
		[[ "$(cgroup_of inner)" == "$(cgroup_of outer)/set-"* ]]
		# of kinds that the inner set does not hold, its commands are in the outer set's
		[ "$options" != -u ] || [ "$(inside outer exec inner readlink /proc/self/ns/net)" = "$(nsctl exec outer readlink /proc/self/ns/net)" ]
		inside outer rm inner
	done
	inside outer run -mp true
	[ "$(inside outer run -mp --no-init sh -c 'echo $$')" = 1 ]
	hides inside outer run -mp --no-init
	# a caller within the outer set is told its name
	inside outer create -mp inner
	[ "$(nsctl exec inner "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" --json which | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["set"], d["parent"])')" = "inner outer" ]
	nsctl show inner | grep -Eq '^ *parent +outer$'
	nsctl list --json | grep -q '"parent": *"outer"'
	nsctl rm inner
	# a caller outside reaches the inner set, too
	inside outer create -mp inner
	hides nsctl exec inner
	[ "$(nsctl list --quiet | sort | tr '\n' ' ')" = "inner outer " ]
}

@test "Only callers in the outer set and the owner outside find an inner set" {
	nsctl create -mp outer
	nsctl create -mp beside
	inside outer create -n inner
	inside outer create -n sibling
	[ "$(inside outer list --quiet | sort | tr '\n' ' ')" = "inner outer sibling " ]
	[ "$(inside beside list --quiet)" = beside ]
	[ "$(inside inner list --quiet)" = inner ]
	for verb in "exec inner true" "rm inner" "show inner" "ps inner" "rm outer" "exec outer true"; do
		# shellcheck disable=SC2086
		run inside beside $verb
		[ "$status" -ne 0 ]
		[[ "$output" == *"no set"* ]] || { echo "$verb: $output" && false; }
	done
	for verb in "rm outer" "exec sibling true" "rm beside"; do
		# shellcheck disable=SC2086
		run inside inner $verb
		[ "$status" -ne 0 ]
		[[ "$output" == *"no set"* ]]
	done
	# all sets of an owner have different names, wherever they were made
	run inside beside create -n inner
	[ "$status" -eq 1 ]
	[[ "$output" == *inner*exists* ]] || [[ "$output" == *already* ]] || { echo "$output" && false; }
	run inside beside create -n --link=inner other
	[ "$status" -eq 1 ]
	inside outer create -n --link=inner linked
	nsctl exec inner true
	# A caller inside is not told the set of a process outside. The test needs pids of the host, so this set has
	# no pid namespace.
	nsctl create -n plain
	nsctl exec -d beside sleep 1000
	pid=$(nsctl --json sessions beside | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["pid"])')
	[ "$(nsctl which --quiet "$pid")" = beside ]
	[ -z "$(inside plain which --quiet "$pid")" ]
}

@test "Sets within each other, three deep, are removed from any level" {
	for first in a b c; do
		nsctl create -mp a
		inside a create -mpn b
		inside b create -mpu c
		[ "$(inside a list --quiet | tr '\n' ' ')" = "a b c " ]
		[[ "$(cgroup_of c)" == "$(cgroup_of b)/set-"* ]]
		inside c exec -d c sleep 1000
		remove_first $first
	done
}

@test "Inner sets end with the outer set, whether by a lease, by rm with grace, or by a command" {
	nsctl create -mp --lease=3 outer
	inside outer create -mp inner
	inside outer exec -d inner sleep 1000
	gone() { [ -z "$(nsctl list --quiet)" ]; }
	eventually gone
	eventually counts_are "$before"
	nsctl run -mp "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -mp inner
	gone
	nsctl create -mp outer
	inside outer create -mp inner
	inside outer exec -d inner sleep 1000
	nsctl rm --grace=1 outer
	gone
}

@test "A second rm of the outer set shortens the grace period of the inner sets" {
	nsctl create -mn outer
	inside outer create -mn inner
	nsctl exec -d inner sh -c "trap '' TERM; exec sleep 600"
	ignoring() { nsctl ps inner | grep -q 'sleep 600'; }
	eventually ignoring
	nsctl rm --grace=3600 outer &
	first=$!
	eventually eval 'nsctl list | grep -q "^inner .*removing"'
	nsctl rm --grace=1 outer
	await "$first"
	[ -z "$(nsctl list --quiet)" ]
	eventually counts_are "$before"
}

@test "A freeze, a kill and a limit of the outer set hold for the inner sets" {
	nsctl create -mp --limit-tasks=40 outer || nsctl create -mp outer
	inside outer create -mp inner
	nsctl exec -d inner sleep 1000
	nsctl freeze outer
	grep -qx 'frozen 1' "$(cgroup_root)$(cgroup_of inner)/cgroup.events"
	nsctl thaw outer
	run inside outer create -mp --memory=64M limited
	[ "$status" -ne 0 ]
}

@test "Inner sets count as their owner's, and can be eight deep" {
	nsctl create -n s0
	for i in 1 2 3 4 5 6 7 8; do
		inside s$((i - 1)) create -n s$i
	done
	run inside s8 create -n s9
	[ "$status" -eq 1 ]
	[[ "$output" == *"within each other"*8* ]]
	[ "$(nsctl status --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["used"]["sets"])')" = 9 ]
	nsctl rm s0
	[ -z "$(nsctl list --quiet)" ]
}

@test "A set within a set cannot be made with --boot" {
	nsctl create -n outer
	run inside outer create -n --boot inner
	[ "$status" -eq 1 ]
	[[ "$output" == *boot* ]]
}

@test "A caller inside a set can renew inner sets, and not its own" {
	nsctl create -mp --lease=60 outer
	inside outer create -mp --lease=60 inner
	inside outer renew inner 2h
	run inside outer renew outer 2h
	[ "$status" -eq 1 ]
	run inside inner renew inner 2h
	[ "$status" -eq 1 ]
}

@test "A new daemon finds inner sets again, and ends those whose outer set is gone" {
	nsctl create -mp outer
	inside outer create -mp inner
	kill_daemon
	start_daemon
	nsctl exec inner true
	[ "$(inside inner list --quiet)" = inner ]
	inside outer exec inner true
	kill_daemon
	for record in "$runtime"/state/sets/*; do
		! grep -aq outer "$record" || grep -aq inner "$record" || rm "$record"
	done
	start_daemon
	none() { ! nsctl list --quiet | grep -qx inner; }
	eventually none
}

@test "A daemon that is killed at any step of removing nested sets leaves nothing" {
	for point in remove-recorded remove-killed remove-unpinned remove-unlinked remove-forgotten create-recorded create-pinned; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon
		nsctl create -mp outer 2>/dev/null || true
		inside outer create -mp inner 2>/dev/null || true
		nsctl rm outer 2>/dev/null || true
		eventually is_gone "$(cat "$runtime.pid")" || { echo "$point" && false; }
		start_daemon
		nsctl rm --ignore outer
		[ -z "$(nsctl list --quiet)" ]
		eventually counts_are "$before"
	done
}

@test "Inner sets that are made while the outer set is removed leave nothing" {
	for _ in 1 2 3 4 5; do
		nsctl create -mp outer
		# shellcheck disable=SC2016
		nsctl exec -d outer sh -c 'for i in 1 2 3 4 5 6 7 8 9; do "$0" --socket="$1" create -mpn s$i & done; wait' "$NSCTL_BUILD/nsctl" "$runtime/socket"
		nsctl rm outer
		[ -z "$(nsctl list --quiet)" ]
		eventually counts_are "$before"
	done
}
