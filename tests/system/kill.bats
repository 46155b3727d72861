#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon is killed at every named point of create, exec and remove, with its spawner and the maker, and started
# again: the set is whole or absent, and the kernel's counts are as before.

load daemon.bash

setup() {
	unset NSCTL_KILL_AT runtime
	start_daemon
	before=$(kernel_counts)
}

teardown() {
	rm -f "$runtime/go"
	purge_daemon
}

# make_go: makes a fifo that a command in a set can wait for.
make_go() {
	mkfifo "$runtime/go"
	chmod 666 "$runtime/go"
}

# armed POINT: restarts the daemon so that it dies at this point.
armed() {
	stop_daemon
	NSCTL_KILL_AT=$1 start_daemon
}

# Waits until the daemon has died, and starts another one, which repairs what was left.
restart() {
	eventually is_gone "$daemon"
	wait "$daemon" 2>/dev/null || true
	start_daemon
	eventually settled
}

settled() { ! nsctl list | grep -qE 'creating|removing'; }

# Checks that the set is whole (every kind can be entered) or absent (its name is free), and removes it.
check_whole_or_absent() {
	if nsctl show box >/dev/null 2>&1; then
		nsctl list | grep -q ready
		nsctl exec box true
		nsctl rm box
	fi
	nsctl create -n box
	nsctl rm box
	eventually counts_are "$before"
}

create_killed_at() {
	local options
	for options in "--all -r --visible" "-mpnuiC" "-n"; do
		armed "$1"
		# shellcheck disable=SC2086
		run nsctl create $options box
		[ "$status" -ne 0 ] || [ "${2:-}" = survives ]
		if [ "$status" -eq 0 ]; then
			stop_daemon
			start_daemon
		else
			restart
		fi
		check_whole_or_absent
	done
}

remove_killed_at() {
	local options
	for options in "--all -r --visible" "-mpnuiC" "-n"; do
		# shellcheck disable=SC2086
		nsctl create $options box
		armed "$1"
		run nsctl rm box
		[ "$status" -ne 0 ]
		restart
		# the next daemon removes a set whose removal had begun
		run nsctl show box
		[ "$status" -eq 1 ]
		eventually counts_are "$before"
	done
}

exec_killed_at() {
	nsctl create -mpnuiC box
	armed "$1"
	run nsctl exec box sh -c 'exit 5'
	[ "$status" -eq 125 ] || [ "$status" -eq 5 ]
	restart
	# the set works, and no session is running
	nsctl exec box true
	runs() { nsctl sessions box | grep -q runs; }
	fails runs
	nsctl rm box
	eventually counts_are "$before"
}

@test "A daemon killed after it recorded a create leaves a whole set or none" { create_killed_at create-recorded; }
@test "A daemon killed after it started a maker leaves a whole set or none" { create_killed_at create-started; }
@test "A daemon killed after the maker unshared leaves a whole set or none" { create_killed_at create-unshared; }
@test "A daemon killed after the maker furnished the set leaves a whole set or none" { create_killed_at create-furnished; }
@test "A daemon killed after the maker started the init leaves a whole set" { create_killed_at create-init survives; }
@test "A daemon killed after the maker made one pin leaves a whole set or none" { create_killed_at create-pinned-one; }
@test "A daemon killed after the maker made all pins leaves a whole set or none" { create_killed_at create-pinned; }
@test "A daemon killed after a set was made, before the answer, leaves a whole set or none" { create_killed_at create-made; }
@test "A daemon killed after it recorded a removal leaves no set" { remove_killed_at remove-recorded; }
@test "A daemon killed after it started a removal leaves no set" { remove_killed_at remove-started; }
@test "A daemon killed after a removal ended the processes leaves no set" { remove_killed_at remove-killed; }
@test "A daemon killed after a removal deleted one pin leaves no set" { remove_killed_at remove-unpinned-one; }
@test "A daemon killed after a removal deleted all pins leaves no set" { remove_killed_at remove-unpinned; }
@test "A daemon killed after a removal deleted the record, before the answer, leaves no set" { remove_killed_at remove-forgotten; }
@test "A daemon killed after it recorded an exec leaves the set whole" { exec_killed_at exec-recorded; }
@test "A daemon killed after it started a runner leaves the set whole" { exec_killed_at exec-started; }
@test "A daemon killed after a command was executed leaves the set whole" { exec_killed_at exec-executed; }

@test "A running session and its exit status survive kill -9 of the keeper" {
	nsctl create -mpnuiC box
	make_go
	session=$(nsctl exec -d box sh -c "read -r x <'$runtime/go'; exit 9")
	nsctl sessions box | grep "$session" | grep runs
	kill -KILL "$daemon"
	restart
	nsctl sessions box | grep "$session" | grep runs
	echo go >"$runtime/go"
	run nsctl wait "$session"
	[ "$status" -eq 9 ]
	nsctl rm box
	eventually counts_are "$before"
}

@test "An exit status that is written while no keeper runs is told after the restart" {
	nsctl create -n box
	make_go
	session=$(nsctl exec -d box sh -c "read -r x <'$runtime/go'; exit 3")
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	echo go >"$runtime/go"
	eventually grep -q '^exit 3 ' "$runtime/state/sessions/$session.status"
	start_daemon
	run nsctl wait "$session"
	[ "$status" -eq 3 ]
	nsctl rm box
}

@test "An attached command goes on, and its client gets the status, while the keeper is restarted" {
	nsctl create -n box
	make_go
	become_client exec box sh -c "read -r x <'$runtime/go'; exit 4" &
	client=$!
	eventually sh -c "'$NSCTL_BUILD/nsctl' --socket='$runtime/socket' --owner=$user_id sessions box | grep -q runs"
	kill -KILL "$daemon"
	restart
	echo go >"$runtime/go"
	status=0
	await "$client" || status=$?
	[ "$status" -eq 4 ]
	nsctl rm box
}

runs() { nsctl ps once | grep -q 'sleep 600'; }

@test "A run that outlives its daemon still ends when its set is gone" {
	become_client run --name=once -mpn sleep 600 &
	client=$!
	eventually runs
	command=$(nsctl --json ps once | grep -o '"pid": *[0-9]*' | tail -n 1 | grep -o '[0-9]*')
	kill_daemon
	start_daemon
	kill -STOP "$daemon"
	kill -TERM $client
	eventually is_gone "$command"
	waits=$(is_gone $client || echo yes)
	kill -CONT "$daemon"
	[ "$waits" = yes ]
	code=0
	wait $client || code=$?
	[ "$code" -eq 143 ]
	[ -z "$(nsctl list --quiet)" ]
}

@test "A Run whose daemon is killed in the middle leaves no set" {
	for point in create-made exec-executed remove-recorded remove-killed remove-unpinned remove-forgotten; do
		armed "$point"
		run nsctl run -mpnuiC true
		# a run has its command's status only from the command's end on
		[ "$status" -eq 125 ] || { [ "$status" -eq 0 ] && [[ $point == remove-* ]]; }
		restart
		[ -z "$(nsctl list --quiet)" ]
		eventually counts_are "$before"
	done
}

@test "A Run whose init is killed ends, and leaves no set" {
	become_client run --name=box -mpnuiC sleep 1000 &
	client=$!
	eventually nsctl show box
	kill -KILL "$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')"
	status=0
	await "$client" || status=$?
	[ "$status" -eq 137 ]
	[ -z "$(nsctl list --quiet)" ]
	eventually counts_are "$before"
}

@test "A damaged record is set aside, and its set is listed as broken and can be removed" {
	nsctl create -mpnuiC box
	stop_daemon
	for file in "$runtime"/state/sets/*; do
		printf x | dd of="$file" bs=1 seek=100 conv=notrunc status=none
	done
	start_daemon
	nsctl list | grep box | grep broken
	run nsctl exec box true
	[ "$status" -eq 125 ]
	nsctl rm box
	[ "$(find "$runtime/state/damaged" -type f | wc -l)" -eq 1 ]
	eventually counts_are "$before"
}

@test "A set whose init was killed is broken" {
	nsctl create -mpnuiC box
	init=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')
	kill -KILL "$init"
	eventually is_gone "$init"
	stop_daemon
	start_daemon
	nsctl list | grep box | grep broken
	nsctl rm box
	eventually counts_are "$before"
}

is_exiting() { (($(sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 7) & 4)); }

@test "A command finds a set broken as soon as its init is ending, however long the end takes" {
	nsctl create -mpnuiC box
	init=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')
	nsctl exec -d box sleep 1000
	command=$(pgrep -x sleep --ns "$init" --nslist pid)
	# a traced process stays until its tracer has seen its end, so the init's end takes long
	strace -qq -o /dev/null -p "$command" 3>&- &
	tracer=$!
	eventually grep -q "^TracerPid:.*$tracer" "/proc/$command/status"
	kill -STOP "$tracer"
	kill -KILL "$init"
	eventually is_exiting "$init"
	run nsctl exec box true
	kill -CONT "$tracer"
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"box is broken"* ]]
	nsctl list | grep box | grep broken
	wait "$tracer" || true
	nsctl rm box
	eventually counts_are "$before"
}

@test "A maker that hangs is killed after its deadline, and other users are served meanwhile" {
	nsctl create -n mine
	stop_daemon
	NSCTL_HANG_AT=create-furnished start_daemon
	become_client create -mpnuiC box >"$runtime/go" 2>&1 &
	client=$!
	making() { nsctl list | grep box | grep -q creating; }
	eventually making
	# the daemon serves the same user, another one, and calls that change the kernel
	nsctl exec mine true
	other status >/dev/null
	nsctl rm mine
	making
	status=0
	await "$client" || status=$?
	[ "$status" -eq 1 ]
	grep -q ETIMEDOUT "$runtime/go"
	eventually counts_are "$before"
}

@test "A process that ends while the daemon's makers work leaves no lock behind" {
	nsctl create -n box
	kill -KILL "$(pgrep -P "$daemon" -x nsctld-spawner)"
	# the keeper ends without its spawner, and is started again
	restart
	nsctl exec box true
	nsctl rm box
	eventually counts_are "$before"
}
