#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The kernel's own limits on processes and namespaces are reached: an error names the resource that is short,
# nothing is left behind, and all works again when there is room. The limits are those of the virtual machine.

load ../../system/daemon.bash

setup_file() {
	start_daemon
	export runtime daemon
	nsctl run -mpnuiC true
	group=$(daemon_cgroup)
	export group
	mkdir "$group/daemon"
	before=$(kernel_counts)
	export before
}

teardown_file() { purge_daemon; }

teardown() {
	make_room
	sysctl -q user.max_{mnt,pid,net,uts,user,ipc,cgroup,time}_namespaces=10000
	answers || start_daemon
	nsctl rm --all
	eventually counts_are "$before"
}

# --- processes ---

spawner() { pgrep -P "$(cat "$runtime.pid")" -x nsctld-spawner; }
idle_workers() { pgrep -P "$(spawner)" -x nsctld-spawner; }
no_idle_worker() { [ -z "$(idle_workers)" ]; }

# Confines the daemon as systemd does: its workers' cgroup is beside the sets', and one limit applies to both.
confine_daemon() {
	local pid
	for pid in "$(cat "$runtime.pid")" "$(spawner)" $(pgrep -P "$(spawner)"); do
		echo "$pid" >"$group/daemon/cgroup.procs" || is_gone "$pid"
	done
}

# leave_room N: lets N more processes run than run now, while the daemon is idle.
leave_room() {
	confine_daemon
	echo 0 >"$group/pids.max"
	idle_workers | xargs --no-run-if-empty kill -KILL || true
	eventually no_idle_worker
	echo $(($(cat "$group/pids.current") + $1)) >"$group/pids.max"
}
make_room() { echo max >"$group/pids.max"; }

# tried N COMMAND...: runs the command with room for N processes. It must succeed, or fail for lack of one; sets $done.
tried() {
	local room=$1
	shift
	# starts the user's front, which then stays for half a minute
	nsctl list --quiet
	leave_room "$room"
	run nsctl "$@"
	make_room
	echo "room for $room: $*: $status: $output"
	done=yes
	[ "$status" -ne 0 ] || return 0
	done=no
	[[ $output == *EAGAIN* ]]
}

@test "Each operation is completed or refused when 0, 1 or 4 more processes can be started, and leaves nothing" {
	nsctl create -mpn box
	local room with_box
	with_box=$(kernel_counts)
	for room in 0 1 4; do
		tried "$room" create -mpnr other
		[ "$room" -gt 0 ] || [ "$done" = no ]
		[ "$done" = no ] || nsctl rm other
		tried "$room" exec box true
		[ "$room" -gt 0 ] || [ "$done" = no ]
		# these sets have no net namespace, so none is made in advance
		tried "$room" run -mp true
		[ "$(nsctl list --quiet)" = box ]
		eventually counts_are "$with_box"
	done
	# with the largest room the command has succeeded
	[ "$done" = yes ]
	tried 0 rm box
	[ "$done" = no ]
	tried 1 rm box
	[ "$done" = yes ]
}

@test "A client is told when no front can be started, and is served when there is room again" {
	leave_room 0
	run other list
	make_room
	echo "$status: $output"
	[ "$status" -eq 4 ]
	grep 'no front can be started.*EAGAIN' "$runtime.log"
	other list
}

@test "A start without room for a process fails with the reason, and the next start takes the sets over" {
	nsctl create -mpn box
	stop_daemon
	echo $(($(cat "$group/pids.current") + 1)) >"$group/pids.max"
	run bash -c 'echo $$ >"$1/daemon/cgroup.procs" && exec "$2" --runtime-directory="$3" --state-directory="$3.state"' - \
		"$group" "$NSCTL_BUILD/nsctld" "$runtime"
	make_room
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"spawner does not start: Resource temporarily unavailable"* ]]
	start_daemon
	nsctl exec box true
}

# --- namespaces ---

@test "The error names the limit when no more namespaces of a kind can be made" {
	local kind with_first
	nsctl create -mpnuiCTr first
	with_first=$(kernel_counts)
	for kind in mnt pid net uts user ipc cgroup time; do
		sysctl -q "user.max_${kind}_namespaces=1"
		run nsctl create -mpnuiCTr second
		sysctl -q "user.max_${kind}_namespaces=10000"
		echo "$kind: $status: $output"
		[ "$status" -eq 1 ]
		[[ $output == *"user.max_${kind}_namespaces"* ]]
	done
	eventually counts_are "$with_first"
	nsctl create -mpnuiCTr second
}
