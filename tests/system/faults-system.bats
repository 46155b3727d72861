#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Harm that other programs do to the daemon. They unmount its vault, set the clock, flood it with notifications, or
# kill its processes.

load daemon.bash
load net.bash

setup() { unset runtime nets daemon_in client_in; }

teardown() {
	# a test may have failed while the daemon was stopped
	kill -CONT "${daemon:-}" 2>/dev/null || true
	rm -f "${runtime:-/nonexistent}".back "${runtime:-/nonexistent}".clock.so "${runtime:-/nonexistent}".enough
	if [ -n "${nets:-}" ]; then purge_host; else purge_daemon; fi
}

absent() { ! nsctl show "$1" >/dev/null 2>&1; }
field() { nsctl --json show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"; }
state_is() { [ "$(field "$1" state)" = "$2" ]; }

killed_and_started() {
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
}

@test "Sets go on when the vault is unmounted, are broken after a restart, and can be removed" {
	start_daemon
	before=$(kernel_counts)
	nsctl create -n plain
	nsctl create --all -r whole
	umount "$runtime/vault"
	nsctl exec plain true
	nsctl create -n later
	nsctl rm later
	killed_and_started
	grep -q 'vault .*has been unmounted' "$runtime.log"
	state_is plain broken
	state_is whole broken
	run nsctl exec plain true
	[ "$status" -eq 125 ]
	nsctl create -n new
	nsctl exec new true
	nsctl rm --all
	eventually counts_are "$before"
}

@test "A lease ends in its time when the clock is set back by a day and forth again" {
	# the library of a sanitizer must be loaded before that of the test
	clock=$(ldd "$NSCTL_BUILD/nsctld" | awk '/libasan/ { print $3 ":" }')
	make_runtime
	cc -shared -fPIC -D_GNU_SOURCE -o "$runtime.clock.so" "$BATS_TEST_DIRNAME/../faults/clock.c"
	clock+=$runtime.clock.so
	export LD_PRELOAD=$clock NSCTL_CLOCK_BACK=$runtime.back
	start_daemon
	unset LD_PRELOAD
	nsctl create -n old
	nsctl create -n --lease=3 short
	nsctl create -n --lease=1h long
	touch "$runtime.back"
	nsctl create -n new
	# by the clock that the test has moved, the second set was created a day (86400 s) later
	python3 -c 'import sys; assert float(sys.argv[1]) - float(sys.argv[2]) > 80000' \
		"$(field old created)" "$(field new created)"
	session=$(nsctl exec -d old sh -c 'exit 3')
	run nsctl wait "$session"
	[ "$status" -eq 3 ]
	eventually absent short
	LD_PRELOAD=$clock killed_and_started
	state_is long ready
	rm "$runtime.back"
	nsctl exec old true
	state_is long ready
	LD_PRELOAD=$clock killed_and_started
	state_is long ready
	state_is old ready
	nsctl rm --all
}

# has_drops: succeeds if the daemon's socket for changes of nf_tables has lost some.
has_drops() { awk -v pid="$daemon" '$2 == 12 && $9 > 0 { found = 1 } END { exit !found }' "/proc/$daemon/net/netlink"; }
table() { on_host nft list tables | awk '/nsctl/ { print $2, $3 }'; }
rules() { on_host nft -s list ruleset | grep -v '^table inet flood'; }
rules_are() { [ "$(rules)" = "$1" ]; }

@test "Firewall rules are restored after more notifications than the daemon's socket holds" {
	start_host "egress = $user_id"
	on_host ip link add up0 type veth peer name up1
	on_host ip addr add 203.0.113.2/24 dev up0
	on_host ip link set up0 up
	on_host ip link set up1 up
	on_host ip route add default via 203.0.113.1
	nsctl create -n --egress box
	expected=$(rules)
	[ -n "$(table)" ]
	kill -STOP "$daemon"
	{
		echo 'add table inet flood'
		echo 'add chain inet flood c'
		for i in $(seq 3000); do echo "add rule inet flood c tcp dport $i counter"; done
		echo 'delete table inet flood'
	} >"$nets/flood"
	flood_drops() { on_host nft -f "$nets/flood" && has_drops; }
	eventually flood_drops
	# shellcheck disable=SC2046 # family and name
	on_host nft delete table $(table)
	kill -CONT "$daemon"
	eventually rules_are "$expected"
	nsctl rm box
}

# --- killed under load ---

# victims: prints the pids of the daemon's processes except keeper and spawner: workers, makers, runners, fronts,
# inits, commands.
victims() {
	{
		pgrep -P "$spawner"
		find "$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null
	} | grep -vx -e "$daemon" -e "$spawner" -e 0 | sort -u
}

# work NAME: makes, uses and removes sets until it is told to stop.
work() {
	local i=0 set
	set +e
	until [ -e "$runtime.enough" ]; do
		set=$1-$((i++ % 4))
		nsctl rm "$set"
		nsctl create -mpnuiC "$set"
		nsctl exec "$set" true
		nsctl exec -d "$set" sleep 1000
	done >/dev/null 2>&1 3>&-
	return 0
}

is_broken() { [ "$(field "$1" state)" = broken ]; }
settled() { ! nsctl list | grep -q creating; }
all_removed() { nsctl rm --all && [ -z "$(nsctl list --quiet)" ]; }

@test "Sets are whole or broken when the daemon's processes are killed at random, and all can be removed" {
	start_daemon
	before=$(kernel_counts)
	workers=()
	for name in a b c; do
		work "$name" &
		workers+=($!)
	done
	spawner=$(pgrep -P "$daemon" -x nsctld-spawner)
	cgroup=$(daemon_cgroup)
	killed=0
	end=$((SECONDS + 10))
	until [ "$killed" -ge 40 ] || [ "$SECONDS" -ge "$end" ]; do
		victim=$(victims | shuf -n 1)
		[ -z "$victim" ] || ! kill -KILL "$victim" 2>/dev/null || killed=$((killed + 1))
	done
	touch "$runtime.enough"
	wait "${workers[@]}" || true
	[ "$killed" -gt 0 ]
	answers
	eventually settled
	for name in $(nsctl list --quiet); do
		case $(field "$name" state) in
		# the set works, or its init is ending and the daemon has not noticed yet
		ready) nsctl exec "$name" true || eventually is_broken "$name" ;;
		broken | removing) ;;
		*) false ;;
		esac
	done
	eventually all_removed
	eventually counts_are "$before"
}
