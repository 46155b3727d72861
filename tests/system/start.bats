#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts of the daemon. It finds relative paths of its options, and a start that fails leaves nothing behind.

load daemon.bash

# shellcheck disable=SC2154 # of daemon.bash
setup() {
	place=$(mktemp -d /run/nsctl-start.XXXXXX)
	chmod 755 "$place"
	runtime=$place/runtime
	unset daemon
	before=$(traces)
}

teardown() {
	[ ! -s "$runtime.pid" ] || purge_daemon || true
	rm -rf "$place" ${disk:+"$disk"}
}

# Prints all that a failed start might leave.
traces() {
	grep -F "$place" /proc/self/mountinfo || true
	find "$place" -mindepth 1 ! -name '*.log' ! -name '*.pid' | sort
	ls -d "$(daemon_cgroup)" 2>/dev/null || true
}

# fails_to_start WORD [OPTION...]: checks that the daemon fails to start, with WORD in its error, and leaves nothing.
fails_to_start() {
	local word=$1
	shift
	run timeout "$patience" "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$place/state" \
		"$@" 3>&-
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"$word"* ]]
	[ "$(traces)" = "$before" ] || { diff <(echo "$before") <(traces) && false; }
}

@test "A start that fails because of its configuration leaves nothing" {
	fails_to_start "No such file" --config="$place/no-such-file"
	printf '[limits]\nbogus = 1\n' >"$place/conf"
	before=$(traces)
	fails_to_start "conf:2:" --config="$place/conf"
	chmod 666 "$place/conf"
	fails_to_start "must belong to root" --config="$place/conf"
	rm "$place/conf"
	mkdir "$runtime"
	printf '[limits]\nbogus = 1\n' >"$runtime/conf"
	before=$(traces)
	fails_to_start "conf:2:" --config="$runtime/conf"
}

@test "A start that fails because of its runtime directory leaves nothing" {
	fails_to_start "No such file" --runtime-directory="$place/no/such/directory"
	mkdir "$runtime"
	chown "$user_id" "$runtime"
	before=$(traces)
	fails_to_start "must belong to root"
	chown 0 "$runtime"
	chmod 777 "$runtime"
	fails_to_start "must belong to root"
	rmdir "$runtime"
	ln -s "$place/other" "$runtime"
	mkdir "$place/other"
	before=$(traces)
	fails_to_start "$runtime"
	rm "$runtime"
	touch "$runtime"
	before=$(traces)
	fails_to_start "Not a directory"
}

@test "A start that fails because of its socket leaves nothing" {
	fails_to_start "No such file" --socket="$place/no/such/socket"
	fails_to_start "too long" --socket="$place/$(printf '%0120d' 0)"
	python3 - "$place/socket" 3>&- <<'PYTHON' &
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
time.sleep(600)
PYTHON
	server=$!
	eventually test -S "$place/socket"
	before=$(traces)
	fails_to_start "another daemon answers there" --socket="$place/socket"
	kill "$server"
	wait "$server" || true
}

# copy_build HELPER...: makes a copy of nsctld, with only these of its helpers.
copy_build() {
	mkdir "$place/build"
	cp "$NSCTL_BUILD/nsctld" "$place/build"
	for helper in "$@"; do
		cp "$NSCTL_BUILD/$helper" "$place/build"
		chmod 711 "$place/build/$helper"
	done
}

@test "A start that fails because of its spawner or its cgroup leaves nothing" {
	copy_build nsctld-front nsctld-resolver nsctl-init nsctl-runner
	printf '#!/bin/sh\nexit 1\n' >"$place/build/nsctld-spawner"
	chmod 711 "$place/build/nsctld-spawner"
	before=$(traces)
	NSCTL_BUILD=$place/build fails_to_start "the spawner does not start"
	rm -rf "$place/build"
	before=$(traces)
	# no cgroup can have this name
	fails_to_start "make a group" --cgroup=$'/a\nb'
}

@test "Helpers of a copied build that users can read cause a warning with the remedy" {
	copy_build nsctld-spawner nsctld-front nsctld-resolver nsctl-init nsctl-runner
	chmod 755 "$place"/build/nsctl[d-]?*
	ln -s "$NSCTL_BUILD/nsctl" "$place/build/nsctl"
	NSCTL_BUILD=$place/build
	start_daemon
	nsctl run -mpn true
	grep -q "can be read by users.*chmod 0711 $place/build/nsct" "$runtime.log"
	purge_daemon
}

@test "A start that fails because users can write or replace its helpers leaves nothing" {
	helpers="nsctld-spawner nsctld-front nsctld-resolver nsctl-init nsctl-runner"
	# shellcheck disable=SC2086
	copy_build $helpers
	before=$(traces)
	for helper in $helpers; do
		for mode in 731 713 777 700 4711; do
			chmod $mode "$place/build/$helper"
			NSCTL_BUILD=$place/build fails_to_start "chmod 0711 $place/build/$helper"
		done
		chmod 711 "$place/build/$helper"
		chown "$user_id" "$place/build/$helper"
		NSCTL_BUILD=$place/build fails_to_start "belongs neither to root nor to the owner of nsctld"
		chown 0 "$place/build/$helper"
	done
	# an access control list makes the file writable; the file's mode shows the mask of that list
	if setfacl -m "u:$user_id:rw" "$place/build/nsctld-front" 2>/dev/null; then
		NSCTL_BUILD=$place/build fails_to_start "chmod 0711"
		setfacl -b "$place/build/nsctld-front"
	fi
	# in a user's build tree, all programs belong to the user, and so does nsctld
	chown -R "$user_id" "$place/build"
	chmod 711 "$place"/build/nsctl[d-]?*
	client=$NSCTL_BUILD/nsctl
	NSCTL_BUILD=$place/build
	ln -s "$client" "$NSCTL_BUILD/nsctl"
	start_daemon
	nsctl run -mpn true
}

# fail_at CALL ERRNO N...: starts the daemon so that the Nth such call of the keeper, and of the spawner, fails.
fail_at() {
	local call=$1 errno=$2 n
	shift 2
	for n in "$@"; do
		run timeout "$patience" strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:error=$errno:when=$n" \
			"$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$place/state" 3>&-
		echo "$call $n: $status: $output"
		[ "$status" -eq 1 ]
		[ "$(traces)" = "$before" ] || { diff <(echo "$before") <(traces) && false; }
	done
}

@test "A start that fails at any step leaves nothing" {
	for directory in absent empty full; do
		[ "$directory" = absent ] || mkdir -p "$runtime"
		[ "$directory" != full ] || touch "$runtime/file"
		before=$(traces)
		fail_at mount ENOMEM 1 2 3 4
		fail_at mkdirat ENOSPC 1 2 3 4
		fail_at setns EPERM 1 2
		fail_at unshare ENOSPC 1
		fail_at capset EPERM 1
	done
}

@test "A start that fails takes nothing of a running daemon" {
	start_daemon
	nsctl create -mpn box
	held=$(kernel_counts)
	run timeout "$patience" "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$place/state" 3>&-
	[ "$status" -eq 1 ]
	[[ $output == *"another nsctld runs here"* ]]
	nsctl exec box true
	counts_are "$held"
	# a start that fails does not remove what a killed daemon has left
	kill_daemon
	held=$(kernel_counts)
	run timeout "$patience" "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$place/state" \
		--socket="$place/no/such/socket" 3>&-
	[ "$status" -eq 1 ]
	counts_are "$held"
	start_daemon
	nsctl exec box true
	nsctl rm box
}

@test "A configuration, a log and boot paths below the runtime directory stay visible" {
	# the directory is on a disk, in case /run is on none
	disk=$(mktemp -d /var/tmp/nsctl-start.XXXXXX)
	for base in "$place" "$disk"; do
		chmod 755 "$base"
		runtime=$base/runtime
		mkdir "$runtime"
		printf '[limits]\nsets = 1\n' >"$runtime/conf"
		start_daemon --config="$runtime/conf" --socket="$runtime/socket" --state-directory="$runtime/lib"
		nsctl create -n --boot box
		run nsctl create -n other
		[ "$status" -eq 1 ]
		# the file is read again by this daemon on SIGHUP, and by the next daemon
		printf '[limits]\nsets = 2\n' >"$runtime/conf"
		kill -HUP "$daemon"
		eventually nsctl create -n other
		kill_daemon
		start_daemon --config="$runtime/conf" --socket="$runtime/socket" --state-directory="$runtime/lib"
		nsctl rm box other
		stop_daemon
		"$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$runtime/lib" --purge
		[ "$(find "$runtime" -mindepth 1 | sort | tr '\n' ' ')" = "$runtime/conf $runtime/lib " ]
		fails grep -F "$base" /proc/self/mountinfo
		rm -rf "$runtime" "$runtime".*
	done
}

@test "Relative paths lead where they led at the start" {
	mkdir "$runtime"
	cd "$runtime"
	printf '[limits]\nsets = 1\n' >"../conf"
	"$NSCTL_BUILD/nsctld" --runtime-directory=../runtime/ --config=../conf --state-directory=../runtime.state \
		--socket=./socket >>"$runtime.log" 2>&1 3>&- &
	daemon=$!
	echo "$daemon" >"$runtime.pid"
	eventually answers
	nsctl create -mpn --boot box
	nsctl exec box true
	run nsctl create -n other
	[ "$status" -eq 1 ]
	[ -d "$(daemon_cgroup)" ]
	nsctl rm box
	stop_daemon
	"$NSCTL_BUILD/nsctld" --runtime-directory=. --state-directory=../runtime.state --purge
	cd /
	rm -rf "$runtime.state" "$runtime.log" "$runtime.pid"
	rmdir "$runtime"
	fails grep -F "$place" /proc/self/mountinfo
}
