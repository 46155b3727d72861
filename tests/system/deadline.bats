#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154
# A deadline ends its operation, whatever a user does to the processes involved. The users of these tests have file
# systems that stop answering, which leave a process that no signal ends, and send signals to processes that work for
# them.

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

# Checks that other users, and the same user, are served as before.
check_others() {
	other run -mpn true
	nsctl create -mpn fine
	nsctl exec fine true
	nsctl rm fine
}

# stuck COMMAND...: checks that the command fails, and says that something hangs. The output goes to a file, because
# "run" would wait until a process that hangs closes it.
stuck() {
	local status=0
	"$@" >"$runtime.output" 2>&1 || status=$?
	echo "$*: $status: $(cat "$runtime.output")"
	[ "$status" -ne 0 ] && grep -q 'does not answer' "$runtime.output"
}

# recovers SET...: checks that the sets can be removed and leave nothing, now that no process hangs any more.
recovers() {
	local set
	end_fuse fuse
	for set; do
		eventually nsctl rm "$set"
	done
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "A create that hangs in a look-up on FUSE leaves a broken set, which can be removed later" {
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
	recovers box box-r
}

@test "An exec of a program on FUSE that hangs fails and ends its runner, and other users are served" {
	mount_fuse fuse --hang=open --only=program --allow-other
	nsctl create -mpn box
	nsctl create -mp -r --bind="$runtime/fuse/program:/etc/passwd" named
	nsctl exec --user=alice named true 2>"$runtime.named" 3>&- &
	stuck nsctl exec box "$runtime/fuse/program"
	wait $! || true
	grep -q 'does not answer' "$runtime.named"
	rm "$runtime.named"
	fuse_hangs fuse open program
	nsctl exec box true
	nsctl exec named true
	check_others
	fails runs
	stuck nsctl rm box
	state_is box broken
	recovers box named
}

@test "A wait for a command that is never executed ends, and the daemon goes on" {
	local session
	mount_fuse fuse --hang=open --only=program --allow-other
	nsctl create -mpn box
	nsctl exec box "$runtime/fuse/program" >/dev/null 2>&1 3>&- &
	eventually runs
	session=$(nsctl sessions box | awk '/runs/ { print $1 }')
	run nsctl wait "$session"
	[ "$status" -ne 0 ]
	[[ $output == *"$session"* ]]
	wait $! || true
	# the next look-up of memory that was freed would end a daemon with sanitizers
	check_others
	recovers box
}

@test "A run --with of a program on FUSE that hangs fails, its services end, and other users are served" {
	mount_fuse fuse --hang=open --only=program --allow-other
	echo '{"networks": [{"name": "lan"}], "sets": [{"name": "s", "spec": {}, "command": ["sleep", "600"]}]}' >"$runtime.with"
	stuck nsctl run --with="$runtime.with" --project=job "$runtime/fuse/program"
	rm "$runtime.with"
	fuse_hangs fuse open program
	state_is job.s ""
	state_is job.run broken
	check_others
	recovers job.run
}

@test "A look-up on a user's own FUSE mount is done with that user's ids alone" {
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
		# shellcheck disable=SC2086,SC2016
		nsctl run -mpn $options --hide="$runtime/fuse/directory" sh -c '[ -z "$(ls -A "$0")" ]' "$runtime/fuse/directory"
		# shellcheck disable=SC2086
		nsctl run -mpn $options --read-only="$runtime/fuse/directory" grep -q " $runtime/fuse/directory ro," /proc/self/mountinfo
		# shellcheck disable=SC2086
		run nsctl create -mpn $options --overlay="$runtime/fuse/directory" box
		[[ $output == *"no overlay is made of this file system"* ]]
	done
	run nsctl create -mpn -r --overlay="$runtime/fuse/directory:/tmp" box
	[[ $output == *"no overlay is made of this file system"* ]]
	run nsctl create -mpn -r --overlay="/usr/share:$runtime/fuse/directory" box
	[[ $output == *"no overlay is made of this file system"* ]]
	remove_fuse fuse
	eventually counts_are "$before"
}

@test "A daemon that is killed while a create hangs starts again, and the set is broken" {
	mount_fuse fuse --hang=lookup --only=directory --allow-other
	become_client create -mpn --tmpfs="$runtime/fuse/directory" box >/dev/null 2>&1 &
	client=$!
	eventually fuse_hangs fuse lookup directory
	kill_daemon
	start_daemon
	eventually state_is box broken
	check_others
	stuck nsctl rm box
	recovers box
	wait "$client" || true
}

@test "A daemon that is killed while an exec hangs starts again, and no runner has privilege" {
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

settled() { ! nsctl list | grep -qE 'creating|removing'; }
is_held() { held=$(pgrep -x "hangs $daemon"); }

# hang_at POINT OPTION...: restarts the daemon so that makers hang at POINT, and begins to make a set, box.
hang_at() {
	stop_daemon
	NSCTL_HANG_AT=$1 start_daemon
	shift
	become_client create "$@" box >/dev/null 2>&1 &
	client=$!
	eventually is_held
}

# Ends the daemon, what hangs and its client, and removes the set with a new daemon.
start_over() {
	kill_daemon
	# the process ends by itself, before another daemon would end it
	eventually is_gone "$held"
	kill -KILL "$client" 2>/dev/null || true
	wait "$client" || true
	start_daemon
	eventually settled
	nsctl rm --all
	eventually counts_are "$before"
}

# stop_makers: stops, as the owner, all processes that make the set and that the owner may signal; $stopped has their
# pids.
stop_makers() {
	local pid
	stopped=
	for pid in $held $(cat "$(daemon_cgroup)/$user_id"/*/cgroup.procs); do
		! as "$user_id" kill -STOP "$pid" 2>/dev/null || stopped+=" $pid"
	done
}

@test "The owner cannot stop a maker at any point, and a killed daemon starts again" {
	local point options
	for point in started unshared furnished init pinned-one pinned; do
		for options in "-mpnuiC" "--all -r"; do
			# shellcheck disable=SC2086
			hang_at "create-$point" $options
			stop_makers
			# while a set with a user namespace is made, one of its processes belongs to its owner
			[ -z "$stopped" ] || [ "$options" != "-mpnuiC" ]
			[[ " $stopped " != *" $held "* ]] || [ "$options" != "-mpnuiC" ]
			start_over
			check_others
			eventually counts_are "$before"
		done
	done
}

@test "Kill reaches none of the processes that make a set" {
	local point signal
	for point in started init pinned; do
		hang_at "create-$point" -mpn
		for signal in STOP KILL; do
			run nsctl kill --signal=$signal box
			[ "$status" -eq 1 ]
			[[ "$output" == *"box is creating"* ]] || { echo "$output" && return 1; }
		done
		# STOP would have been carried out by now
		fails is_gone "$held"
		start_over
	done
}

@test "The namespaces of a set cannot be opened while it is being made" {
	local point namespaces
	for point in started pinned-one; do
		hang_at "create-$point" -mpn -r
		for namespaces in '"mnt"' '"net", "user"'; do
			run nsctl call OpenNamespaces "{\"name\": \"box\", \"namespaces\": [$namespaces]}"
			[ "$status" -eq 1 ]
			[[ "$output" == *Busy*creating* ]] || { echo "$output" && return 1; }
		done
		start_over
	done
}

@test "A process that the owner can stop is killed at the deadline" {
	hang_at create-furnished --all -r
	stop_makers
	[ -n "$stopped" ]
	status=0
	await "$client" || status=$?
	[ "$status" -eq 1 ]
	for pid in $stopped $held; do
		eventually is_gone "$pid"
	done
	[ -z "$(nsctl list --quiet)" ]
	eventually counts_are "$before"
}

@test "A set's /etc that hangs delays the set's owner alone, for a bounded time" {
	mount_fuse fuse --hang=lookup --allow-other
	stuck nsctl create -mpn --root="$runtime/fuse" --dns=192.0.2.1 box
	check_others
	stuck nsctl rm box
	recovers box
}

# Mounts a file system of the owner's on /etc, in the set's mount namespace.
mount_fuse_inside() {
	local init
	init=$(nsctl show --json "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["init"])')
	[ -e /dev/fuse ] || skip "kernel lacks /dev/fuse"
	start_server fuse-fuse nsenter --target "$init" --mount python3 "$BATS_TEST_DIRNAME/../lib/fuse.py" /etc \
		"$user_id" "$runtime.fuse-fuse" --hang=lookup --allow-other
	eventually grep -q '^mounted' "$runtime.fuse-fuse"
}
times_hung() { grep -c '^lookup' "$runtime.fuse-fuse"; }

@test "A set's /etc that hangs is not tried again and again" {
	nsctl network create lan --subnet=10.9.0.0/24
	nsctl create -mpn --link=net/lan box
	mount_fuse_inside box
	# the daemon updates the set together with others at first, then alone
	nsctl create -mpn --link=net/lan one
	nsctl create -mpn --link=net/lan two
	hung=$(times_hung)
	[ "$hung" -ge 1 ]
	nsctl create -mpn --link=net/lan three
	nsctl create -mpn --link=net/lan four
	[ "$(times_hung)" -eq "$hung" ]
	nsctl exec one getent hosts four
	end_fuse fuse
	nsctl rm one two three four
	eventually nsctl rm box
	nsctl network rm lan
	eventually counts_are "$before"
}

@test "A client whose root directory does not answer waits for its own sets, and delays nobody else" {
	mount_fuse fuse --hang=getattr --only= --allow-other
	start_server rooted python3 -c '
import os, socket, sys, time
answer = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT, 0o600)
os.chdir(sys.argv[1])
os.chroot("fuse")
os.setgroups([])
os.setresgid(*[int(sys.argv[2])] * 3)
os.setresuid(*[int(sys.argv[2])] * 3)
connection = socket.socket(socket.AF_UNIX)
connection.connect("socket")
connection.sendall(b"""{"method":"org.nsctl.Create","parameters":{"name":"rooted"}}\0""")
os.write(answer, b"asked")
assert b"\"error\":" in connection.recv(65536)
os.write(answer, b"answered")
time.sleep(600)
' "$runtime" "$user_id" "$runtime.output"
	eventually test -s "$runtime.output"
	check_others
	is_answered() { grep -q answered "$runtime.output"; }
	eventually is_answered
	[ -z "$(nsctl list --quiet)" ]
	remove_fuse fuse
}
