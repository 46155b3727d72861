#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A resolver that was taken over sends what it likes (hostile-resolver.py): the daemon lives on, lets nothing through
# that the set's user could not have had, and serves another user, whose resolver is the real program.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	local program
	# The daemon looks for its programs in its own directory, so the test makes a directory with a hostile
	# resolver.
	build=$(mktemp -d /run/nsctl-hostile.XXXXXX)
	chmod 755 "$build"
	for program in nsctl nsctld nsctld-front nsctld-spawner nsctl-init nsctl-runner; do
		cp "$NSCTL_BUILD/$program" "$build/"
	done
	cp "$NSCTL_BUILD/tests/system/script-resolver" "$build/nsctld-resolver"
	install -m 755 "$NSCTL_BUILD/nsctld-resolver" "$build/real"
	install -m 644 "$BATS_TEST_DIRNAME/hostile-resolver.py" "$build/script"
	install -m 666 /dev/null "$build/log"
	export build NSCTL_BUILD=$build NSCTL_RESOLVER_SCRIPT=$build/script
	start_world "egress = $user_id $other_id" "[network]" "egress-forbidden = 198.51.100.77"
	add_to_world 198.51.100.{1,3,53}/32
	serve_names world names --listen-address=198.51.100.53 \
		--host-record=listed.test,198.51.100.1
	count_everything
}

teardown_file() {
	purge_host
	rm -rf "$build"
}
teardown() {
	other rm --all
	clean_host
}

# attacks NAME: makes a set whose resolver attacks in this way, beside a set of another user.
attacks() {
	: >"$build/log"
	echo "$1" >"$build/attack"
	nsctl create -m -n --dns=198.51.100.66 --allow=site.test:8000/tcp hostile
	eventually has_begun "$1" 1
}
has_begun() { [ "$(grep -cx "begun $1" "$build/log")" -ge "$2" ]; }
says() {
	eventually grep -qE "^($1|failed.*)$" "$build/log" || { tail -n 3 "$build/log" "$runtime.log" && return 1; }
	fails grep failed "$build/log"
}
# goes_well: checks that the daemon is the same, that its log has no line of the resolver's making, and that the other
# user's names are answered.
goes_well() {
	other create -m -n --dns=198.51.100.53 --allow=listed.test honest
	other exec honest curl -s -m 20 -o /dev/null http://listed.test:8000/
	exits 7 other exec honest curl -s -m 20 -o /dev/null http://198.51.100.3:8000/
	other rm honest
	[ "$(cat "$runtime.pid")" = "$pid" ]
	answers
	fails grep -E '^<0>|AddressSanitizer|runtime error' "$runtime.log"
}

@test "A hostile resolver is refused addresses, sets and lists that are not its user's" {
	pid=$(cat "$runtime.pid")
	other create -m -n --dns=198.51.100.53 --allow=listed.test victim
	other exec victim curl -s -m 20 -o /dev/null http://listed.test:8000/
	attacks lies
	says refused
	exits 7 other exec victim curl -s -m 20 -o /dev/null http://198.51.100.3:8000/
	exits 7 nsctl exec hostile curl -s -m 20 -o /dev/null http://198.51.100.3:8000/
	goes_well
}

@test "A hostile resolver cannot let through more addresses than a set may have" {
	pid=$(cat "$runtime.pid")
	attacks many
	says bounded
	goes_well
}

@test "A hostile resolver that sends messages without end delays no other user" {
	pid=$(cat "$runtime.pid")
	for attack in flood refusals; do
		attacks "$attack"
		goes_well
		goes_well
		nsctl rm hostile
	done
}

@test "A hostile resolver that sends half a message delays no other process" {
	pid=$(cat "$runtime.pid")
	attacks half
	goes_well
}

@test "A hostile resolver that sends an invalid message is ended, and another one is started" {
	pid=$(cat "$runtime.pid")
	for attack in quarter huge tiny kind counts entries index lifetime lengths noise; do
		attacks "$attack"
		eventually has_begun "$attack" 2
		goes_well
		nsctl rm hostile
	done
}
