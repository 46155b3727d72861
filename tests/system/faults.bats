#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Failures that happen in reality: failures of system calls and of memory (a sample: tests/faults/run has them all),
# full disks, exhausted limits, damaged files, and missing mounts.

load daemon.bash


@test "An operation with a failing system call or allocation is completed or refused, and leaves nothing" {
	"$BATS_TEST_DIRNAME/../faults/run" --sample 1
}

# each_call NAME ERRNO SCENARIO...: runs the scenarios once for each system call of this name in them, which fails
# with ERRNO.
each_call() {
	local name=$1 errno=$2
	shift 2
	"$BATS_TEST_DIRNAME/../faults/run" "$@" --what calls --full --call "$name" --error "$errno"
}

@test "Operations are completed or refused if no process can be started" {
	each_call clone3 EAGAIN create-six create-user exec run remove-six
	each_call clone3 ENOMEM create-six exec
	each_call clone EAGAIN create-six exec remove-six restart
	each_call clone ENOMEM create-six restart
}

spawner() { pgrep -P "$daemon" -x nsctld-spawner; }
idle_workers() { pgrep -P "$(spawner)" -x nsctld-spawner; }
no_idle_worker() { [ -z "$(idle_workers)" ]; }
is_traced() { grep -q '^TracerPid:.*[1-9]' "/proc/$(spawner)/status"; }

# keep_from_forking: keeps the daemon from starting processes, until let_fork.
keep_from_forking() {
	strace -qq -o /dev/null -p "$(spawner)" -e trace=clone3 -e inject=clone3:error=EAGAIN 3>&- &
	tracer=$!
	eventually is_traced
	idle_workers | xargs --no-run-if-empty kill -KILL || true
	eventually no_idle_worker
}
let_fork() {
	kill "$tracer"
	wait "$tracer" || true
	eventually fails is_traced
}

# refused STATUS COMMAND...: checks that the command is refused with this exit status.
refused() {
	local expected=$1
	shift
	run "$@"
	echo "$*: $status: $output"
	[ "$status" -eq "$expected" ] && [[ $output == *EAGAIN* ]]
}

brief_is_removing() { nsctl list | grep '^brief' | grep -q removing; }

@test "Operations are refused while no process can be started, leave nothing, and work afterwards" {
	start_daemon
	nsctl create -mpn one
	nsctl create -n two
	nsctl link add one two --name=wire
	local before
	before=$(kernel_counts)
	nsctl create -n --lease=10m brief
	keep_from_forking
	refused 1 nsctl create -mpnr box
	refused 1 nsctl create -n --link=one box
	refused 1 nsctl create -n --boot box
	refused 1 nsctl network create lan
	refused 125 nsctl exec one true
	refused 125 nsctl run -mpn true
	refused 1 nsctl link add one two --name=more
	refused 1 nsctl link down wire
	refused 1 nsctl link rm wire
	# a user who has no front yet gets none
	run other list
	[ "$status" -eq 1 ] && [[ $output == *"start a front"*EAGAIN* ]]
	grep -q 'no front can be started.*EAGAIN' "$runtime.log"
	[ "$(nsctl link list | grep -c wire)" -eq 1 ]
	[ "$(nsctl list --quiet)" = "$(printf 'brief\none\ntwo')" ]
	nsctl renew brief 1s
	eventually brief_is_removing
	refused 1 nsctl rm one
	let_fork
	other list
	eventually counts_are "$before"
	nsctl link rm wire
	nsctl rm one
	nsctl create -mpn one
	nsctl exec one true
}

@test "The error names the limit if user.max_*_namespaces is reached" {
	each_call unshare ENOSPC create-net create-six create-user restart
}

@test "A set whose record cannot be deleted stays listed, and can be removed again" {
	each_call unlinkat ENOMEM link-remove remove-link remove-six network-remove
}

# The tests below use a runtime directory on a file system of 512 KiB, or a daemon with few descriptors.
teardown() {
	[ -n "${runtime:-}" ] || return 0
	rm -f "$runtime/ballast"
	purge_daemon
}

@test "A create on a full disk is refused and leaves nothing, removal works, and all works with room again" {
	runtime=$(mktemp -d /run/nsctl-test.XXXXXX)
	mount -t tmpfs -o size=512k,mode=755 nsctl-runtime "$runtime"
	start_daemon
	nsctl create -n kept
	before=$(kernel_counts)
	dd if=/dev/zero of="$runtime/ballast" bs=1k status=none || true
	run nsctl create -n box
	[ "$status" -eq 1 ]
	[[ "$output" = *ENOSPC* ]]
	run nsctl exec kept true
	[ "$status" -eq 125 ]
	[[ "$output" = *ENOSPC* ]]
	eventually counts_are "$before"
	nsctl rm kept
	rm "$runtime/ballast"
	nsctl create -n box
	nsctl exec box true
	nsctl rm box
}

@test "A daemon without free descriptors waits, tells, and serves again" {
	start_daemon
	nsctl create -n box
	prlimit --pid "$daemon" --nofile=4:1024
	run timeout 3 "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" status
	[ "$status" -ne 0 ]
	grep -q 'cannot accept a connection\|connection refused' "$runtime.log"
	prlimit --pid "$daemon" --nofile=1024:1024
	eventually answers
	nsctl exec box true
	nsctl rm box
}
