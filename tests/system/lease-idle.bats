#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Leases by idleness: the time stands still while a process runs in the set, or a set is linked to the network.

load daemon.bash

setup() {
	unset runtime
	start_daemon
	before=$(kernel_counts)
}

teardown() {
	answers || start_daemon
	nsctl rm --all
	nsctl network rm --all
	end_servers
	purge_daemon
}

absent() { ! nsctl show "$1" >/dev/null 2>&1; }
is_listed() { nsctl network list --quiet | grep -qx "$1"; }
not_listed() { ! is_listed "$1"; }
# counts_down KIND NAME: succeeds if a time is running, so the object has an expiry. stands_still: succeeds if it has
# none.
counts_down() { told "$1" "$2" expires; }
stands_still() { ! told "$1" "$2" expires; }
told() {
	if [ "$1" = network ]; then nsctl --json network list; else nsctl --json show "$2"; fi |
		python3 -c 'import json,sys
sys.exit(not any(o["name"] == sys.argv[1] and sys.argv[2] in o for o in map(json.loads, sys.stdin)))' "$2" "$3"
}

@test "A set that nobody uses ends, with an init or without" {
	nsctl create -mpn --lease=idle:1 box
	nsctl create -n --lease=idle:1 plain
	nsctl create -n --lease=idle:1h stays
	# a freeze does not delay the end
	nsctl create -mp --lease=idle:1 frozen
	nsctl freeze frozen
	eventually absent frozen
	eventually absent box
	eventually absent plain
	counts_down set stays
	nsctl show stays | grep -q 'lease *ends when it was idle for'
	grep -q 'lease has ended (idle).*set=box' "$runtime.log"
	nsctl rm stays
	eventually counts_are "$before"
}

@test "A command stops the idle time, and its end starts it anew" {
	nsctl create -mpn --lease=idle:2 box
	session=$(nsctl exec -d box sleep 600)
	stands_still set box
	# this command takes longer than the lease
	nsctl exec box sleep 3
	stands_still set box
	nsctl kill --session="$session" --signal=KILL box 2>/dev/null || nsctl kill box
	eventually absent box
	eventually counts_are "$before"
}

@test "Processes whose runner was killed keep a set busy until they have ended" {
	nsctl create -n --lease=idle:1h box
	# Root moves a process into the set's cgroup. The process belongs to no session, like one whose runner was
	# killed.
	cgroup=$(cgroup_root)$(nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["cgroup"])')
	[ -d "$cgroup" ] || cgroup=$(daemon_cgroup)/$user_id/$(basename "$cgroup")
	nsctl exec box true
	counts_down set box
	mkdir "$cgroup/left"
	sleep 600 3>&- &
	left=$!
	echo "$left" >"$cgroup/left/cgroup.procs"
	nsctl exec box true
	stands_still set box
	kill "$left"
	wait "$left" || true
	eventually counts_down set box
	nsctl rm box
	eventually counts_are "$before"
}

@test "A topology is idle when all its sets are, and its networks end with them" {
	printf '{"networks":[{"name":"lan","subnets":["10.9.0.0/24"]}],"sets":[
		{"name":"router","spec":{"namespaces":["net"],"links":[{"peer":{"network":"lan"}}]}},
		{"name":"client","spec":{"namespaces":["net"],"links":[{"peer":{"network":"lan"}}]}}]}' |
		nsctl up --lease=idle:2 -
	nsctl exec client sleep 4
	nsctl show router
	is_listed lan
	eventually absent router
	eventually absent client
	eventually not_listed lan
	eventually counts_are "$before"
}

@test "A network is idle while no set is linked to it" {
	nsctl network create --lease=idle:1h --subnet=10.9.0.0/24 lan
	counts_down network lan
	nsctl create -n --link=net/lan box
	eventually stands_still network lan
	nsctl create -n other
	nsctl link add --name=second other net/lan
	nsctl rm box
	stands_still network lan
	nsctl link rm second
	eventually counts_down network lan
	nsctl network renew --lease=idle:1 lan
	eventually not_listed lan
	nsctl rm other
	eventually counts_are "$before"
}

@test "nsctl renew starts the idle time anew, and replaces one lease by another" {
	expires() { nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["expires"])'; }
	nsctl create -n --lease=idle:1h box
	first=$(expires)
	sleep 0.2
	[[ $(nsctl renew box) == "box ends in "* ]]
	python3 -c 'import sys; assert float(sys.argv[2]) > float(sys.argv[1])' "$first" "$(expires)"
	run nsctl renew box 2h
	[ "$status" -eq 1 ]
	[[ $output == *"no lease by time: it ends when it is idle"* ]]
	nsctl exec -d box sleep 600
	[ "$(nsctl renew box)" = "box renewed" ]
	# the time of the other lease runs, although the set is in use
	nsctl renew box --lease=idle:1h --lease=1
	eventually absent box
	nsctl create -n plain
	nsctl renew plain --lease=idle:1
	eventually absent plain
	eventually counts_are "$before"
}

@test "An idle lease survives kill -9 of the daemon with its elapsed time, and commands still stop it" {
	nsctl create -mpn --lease=idle:1h box
	nsctl create -n --lease=idle:2 busy
	nsctl create -n --lease=idle:1 late
	session=$(nsctl exec -d busy sleep 600)
	end=$(nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["expires"])')
	kill_daemon
	sleep 1
	start_daemon
	python3 -c 'import sys; assert abs(float(sys.argv[1]) - float(sys.argv[2])) < 0.5' "$end" \
		"$(nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["expires"])')"
	eventually absent late
	stands_still set busy
	# the command ends while no daemon runs
	runner=$(cat "$(daemon_cgroup)/runners/cgroup.procs")
	kill_daemon
	kill -KILL "$runner"
	start_daemon
	eventually absent busy
	nsctl rm box
	eventually counts_are "$before"
	[ -n "$session" ]
}

@test "The first of idleness and time ends a set, for each user" {
	nsctl create -n --lease=idle:1h --lease=1 time
	nsctl create -n --lease=idle:1 --lease=1h idle
	other create -n --lease=idle:1 --lease=1h idle
	other create -n --lease=idle:1h stays
	for name in time idle; do eventually absent "$name"; done
	eventually fails other show idle
	other show stays
	grep -q 'lease has ended (time).*set=time' "$runtime.log"
	[ "$(grep -c 'lease has ended (idle).*set=idle' "$runtime.log")" -eq 2 ]
	other rm stays
	eventually counts_are "$before"
}

@test "The daemon does not poll for an idle set far from its end, nor for a busy one" {
	nsctl create -n --lease=idle:1h box
	nsctl create -n --lease=idle:1h busy
	nsctl exec -d busy sleep 600
	eventually rests
}
rests() { [ "$(awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" = "$(sleep 2; awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" ]; }
