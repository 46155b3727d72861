#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits of a set bite where the controllers are, and there alone: another set, the daemon and the machine go on.

load ../../system/daemon.bash

setup_file() {
	start_counted
	nsctl create -mpn neighbour
}

teardown_file() {
	nsctl rm --all
	eventually counts_are "$before"
	purge_daemon
}

teardown() {
	answers || start_daemon
	nsctl rm --ignore box
	# whatever the other set's command did
	nsctl exec neighbour true
}

cgroup_of_box() {
	local session path
	session=$(nsctl exec -d box sleep 1000)
	path=$(sed -n 's/^0:://p' "/proc/$(nsctl ps box | awk '/sleep/ { print $1; exit }')/cgroup")
	nsctl kill --session="$session" box
	# the set's cgroup: the directory above the session's
	dirname "$(cgroup_root)$path"
}

oom_kills() { awk '$1 == "oom_kill" { print $2 }' "$1/memory.events"; }

@test "A process that exceeds its set's memory limit is killed, and other sets go on" {
	nsctl create -mpn --memory=40M box
	nsctl exec -d neighbour python3 -c 'x = b"x" * (60 << 20); import time; time.sleep(1000)'
	cgroup=$(cgroup_of_box)
	[ "$(cat "$cgroup/memory.max")" -eq $((40 << 20)) ]
	run nsctl exec box python3 -c 'x = b"x" * (100 << 20)'
	[ "$status" -eq 137 ]
	[ "$(oom_kills "$cgroup")" -ge 1 ]
	# neither the set's init nor the neighbour's command was killed
	nsctl exec box cat /proc/1/comm | grep -x nsctl-init
	nsctl ps neighbour | grep python3
	nsctl kill neighbour
}

@test "A tmpfs of the set counts towards the set's memory limit" {
	nsctl create -mpn --memory=40M --tmpfs=/mnt box
	run nsctl exec box dd if=/dev/zero of=/mnt/file bs=1M count=100
	[ "$status" -ne 0 ]
	nsctl exec box true
}

@test "A fork bomb stops at the set's limit on tasks, and its user can still start processes" {
	nsctl create -mpn --tasks=30 box
	cgroup=$(cgroup_of_box)
	nsctl exec -d box python3 -c '
import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(0.1)'
	at_limit() { [ "$(cat "$cgroup/pids.current")" -eq 30 ]; }
	eventually at_limit
	[ "$(awk '$1 == "max" { print $2 }' "$cgroup/pids.events")" -ge 1 ]
	nsctl exec neighbour sh -c 'sleep 0 & sleep 0 & wait'
	nsctl list | grep -w box
	# another command is over the limit, and the error says so
	run nsctl exec box true
	[ "$status" -eq 125 ]
	[[ "$output" == *"start a process"*EAGAIN* ]]
	nsctl kill --signal=KILL box
	eventually nsctl exec box true
	nsctl rm box
	[ ! -e "$cgroup" ]
}

# Prints the share of one processor that the set uses during two seconds, in thousandths.
used_share() {
	python3 - "$1/cpu.stat" <<'END'
import sys, time
def used():
    return int(open(sys.argv[1]).readline().split()[1]) / 1e6, time.monotonic()
first, start = used()
time.sleep(4)
last, end = used()
print(int((last - first) / (end - start) * 1000))
END
}

@test "A set uses no more processor time than --cpus allows, however many processes it runs" {
	nsctl create -mpn --cpus=0.3 box
	cgroup=$(cgroup_of_box)
	for _ in 1 2 3 4; do
		nsctl exec -d box sh -c 'while :; do :; done'
	done
	share=$(used_share "$cgroup")
	echo "used $share of 300 thousandths"
	[ "$share" -le 345 ]
	[ "$share" -ge 150 ]
	[ "$(awk '$1 == "nr_throttled" { print $2 }' "$cgroup/cpu.stat")" -gt 0 ]
}

@test "No process in a set can change the set's limits, and the limits outlive the daemon" {
	nsctl create -mpnr --memory=50M --tasks=40 --cpus=0.5 box
	cgroup=$(cgroup_of_box)
	for file in memory.max pids.max cpu.max cgroup.procs cgroup.subtree_control; do
		run as "$user_id" sh -c "echo max >'$cgroup/$file'"
		[ "$status" -ne 0 ]
	done
	run nsctl exec box sh -c 'for f in $(find /sys/fs/cgroup -name "*.max" -o -name cgroup.procs 2>/dev/null); do
		echo 0 >"$f" && echo "$f could be written"; done 2>/dev/null; true'
	[[ "$output" != *written* ]]
	limits() { cat "$cgroup"/{memory.max,memory.swap.max,pids.max,cpu.max}; }
	was=$(limits)
	[ "$was" = "$(printf '%s\n' $((50 << 20)) 0 40 '50000 100000')" ]
	kill_daemon
	start_daemon
	[ "$(limits)" = "$was" ]
	nsctl show box | grep -E '^ *limits .*50'
	run nsctl exec box python3 -c 'x = b"x" * (100 << 20)'
	[ "$status" -eq 137 ]
}

@test "Memory that was freed can be used again, and a set without limits has none" {
	nsctl create -mpn --memory=60M box
	for _ in 1 2 3; do
		nsctl exec box python3 -c 'x = b"x" * (30 << 20)'
	done
	nsctl rm box
	nsctl create -mpn box
	cgroup=$(cgroup_of_box)
	[ "$(cat "$cgroup/memory.max" 2>/dev/null || echo max)" = max ]
	nsctl exec box python3 -c 'x = b"x" * (120 << 20)'
}

@test "A set in its caller's cgroup (--cgroup=caller) is held to the limits of that cgroup" {
	service=$(cgroup_root)/maker
	echo "+memory +pids" >"$(cgroup_root)/cgroup.subtree_control"
	mkdir "$service"
	echo $((60 << 20)) >"$service/memory.max"
	echo 0 >"$service/memory.swap.max" || true
	echo 30 >"$service/pids.max"
	chown "$user_id" "$service" "$service/cgroup.procs"
	# shellcheck disable=SC2016
	SERVICE=$service sh -c 'echo $$ >"$SERVICE/cgroup.procs" && exec "$@"' sh \
		setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" create --cgroup=caller -mpn --tmpfs=/mnt box
	run nsctl exec box python3 -c 'x = b"x" * (120 << 20)'
	[ "$status" -eq 137 ]
	run nsctl exec box dd if=/dev/zero of=/mnt/file bs=1M count=120
	[ "$status" -ne 0 ]
	nsctl exec box rm -f /mnt/file
	run nsctl exec box sh -c 'for i in $(seq 60); do sleep 1000 >/dev/null 2>&1 & done'
	[ "$status" -ne 0 ]
	[ "$(cat "$service/pids.current")" -le 30 ]
	nsctl rm box
	[ "$(cat "$service/pids.current")" -eq 0 ]
	rmdir "$service"
}
