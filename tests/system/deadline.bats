#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154
# A deadline ends what it is for, whatever a user does to the processes involved: file systems that stop answering,
# which leave a process that no signal ends, and signals to processes that work for that user.

load daemon.bash
load fuse.bash

setup() {
	unset runtime NSCTL_HANG_AT
	start_daemon
	nsctl run -mpnuiC true
	before=$(kernel_counts)
}

teardown() {
	remove_fuse fuse
	rm -f "$runtime.output"
	purge_daemon
}

state_of() { nsctl list | awk -v name="$1" '$1 == name { print $3 }'; }
state_is() { [ "$(state_of "$1")" = "$2" ]; }

runs() { nsctl sessions box | grep -q runs; }

# Others, and the same user, are served as ever.
check_others() {
	other run -mpn true
	nsctl create -mpn fine
	nsctl exec fine true
	nsctl rm fine
}

# stuck COMMAND...: fails, and says that something hangs. (Into a file: "run" would wait until a process that hangs
# closes its output.)
stuck() {
	local status=0
	"$@" >"$runtime.output" 2>&1 || status=$?
	echo "$*: $status: $(cat "$runtime.output")"
	[ "$status" -ne 0 ] && grep -q 'does not answer' "$runtime.output"
}

@test "a maker that hangs in a look-up on FUSE: the set is broken, and can be removed when it has ended" {
	local options
	mount_fuse fuse --hang=lookup --only=directory --allow-other
	for options in "" "-r"; do
		# shellcheck disable=SC2086
		stuck nsctl create -mpn $options --tmpfs="$runtime/fuse/directory" "box$options"
		fuse_hangs fuse lookup directory
		state_is "box$options" broken
		check_others
		stuck nsctl rm "box$options"
		state_is "box$options" broken
	done
	kill_daemon
	start_daemon
	eventually state_is box broken
	check_others
	stuck nsctl rm box
	end_fuse fuse
	eventually nsctl rm box
	eventually nsctl rm box-r
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "exec of a program on FUSE that hangs: it fails, its runner is gone, and all else goes on" {
	mount_fuse fuse --hang=open --only=program --allow-other
	nsctl create -mpn box
	stuck nsctl exec box "$runtime/fuse/program"
	fuse_hangs fuse open program
	nsctl exec box true
	check_others
	fails runs
	stuck nsctl rm box
	state_is box broken
	end_fuse fuse
	eventually nsctl rm box
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "a look-up on a user's own FUSE mount is done with that user's ids, and no other's" {
	local options
	mount_fuse fuse
	for options in "" "-r" "-u"; do
		# shellcheck disable=SC2086
		nsctl create -mpn $options --tmpfs="$runtime/fuse/directory" box
		nsctl exec box stat -f --format=%T "$runtime/fuse/directory" | grep -qx tmpfs
		nsctl rm box
		run other create -mpn $options --tmpfs="$runtime/fuse/directory" box
		[ "$status" -eq 1 ]
		[[ $output == *EACCES* ]] || [[ $output == *"Permission denied"* ]]
	done
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "the daemon is killed while a maker hangs: the next one starts, and the set is broken" {
	mount_fuse fuse --hang=lookup --only=directory --allow-other
	become_client create -mpn --tmpfs="$runtime/fuse/directory" box >/dev/null 2>&1 &
	client=$!
	eventually fuse_hangs fuse lookup directory
	kill_daemon
	start_daemon
	eventually state_is box broken
	check_others
	stuck nsctl rm box
	end_fuse fuse
	eventually nsctl rm box
	wait "$client" || true
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "the daemon is killed while a command hangs in exec: the next one starts, and no runner has privilege" {
	mount_fuse fuse --hang=open --only=program --allow-other
	nsctl create -mpn box
	become_client exec box "$runtime/fuse/program" >/dev/null 2>&1 &
	client=$!
	eventually fuse_hangs fuse open program
	runner=$(cat "$(daemon_cgroup)/runners/cgroup.procs")
	[ -n "$runner" ]
	kill_daemon
	start_daemon
	is_gone "$runner"
	nsctl exec box true
	check_others
	eventually fails runs
	end_fuse fuse
	kill -KILL "$client" 2>/dev/null || true
	wait "$client" || true
	eventually nsctl rm box
	remove_fuse fuse
	eventually counts_are "$before"
}
