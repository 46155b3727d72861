#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks on the daemon's use of the host: paths that change meanwhile, directories where all users can write, its
# state, its names. The classes are those of docs/attacks.md.

load daemon.bash

setup() {
	unset runtime
	export PYTHONPATH=$BATS_TEST_DIRNAME PYTHONDONTWRITEBYTECODE=1
	place=$(mktemp -d /run/nsctl-test-place.XXXXXX)
	chmod 777 "$place"
}

teardown() {
	rm -rf "$place"
	purge_daemon
}

# Uses every kind of object once.
tour() {
	nsctl create -mpnuiC --tmpfs=/mnt --bind="$place:/srv" box
	nsctl exec box true
	nsctl create -a -r rooted
	nsctl exec rooted true
	nsctl run -mp true
	nsctl list
	nsctl show box
	nsctl ps box
	nsctl freeze box
	nsctl thaw box
	nsctl rm --all
}

@test "The daemon opens nothing in directories where all users can write (CVE-2026-3888)" {
	command -v strace >/dev/null || skip "strace is not here"
	cd /
	daemon_in="strace -D -f -qq -s 200 -e trace=%file -e signal=none -o $place/trace" start_daemon
	tour >/dev/null
	# Two kinds of paths are allowed: files of a tree that was built there, and /dev/shm itself, on which the
	# daemon mounts a set's own. Only root can replace /dev/shm.
	grep -oE '"/(tmp|var/tmp|dev/shm|run/user)(/[^"]*)?"' "$place/trace" | grep -vF "\"$NSCTL_BUILD" |
		grep -vxF '"/dev/shm"' | sort -u >"$place/found" || true
	cat "$place/found"
	[ ! -s "$place/found" ]
	grep -q 'execve.*nsctld-spawner' "$place/trace"
}

@test "Exchanging a name during a mount leads the mount nowhere else (CVE-2021-30465, CVE-2025-31133)" {
	start_daemon
	mkdir "$place/outside"
	root=$place/root
	mkdir -p "$root"/{proc,dev,t,usr,bin,lib,lib64}
	chown -R "$user_id" "$root"
	controls() {
		cat /proc/sys/kernel/{core_pattern,modprobe,hostname,printk,randomize_va_space} 2>/dev/null || true
		find "$place/outside"
		mount_table
	}
	controls >"$place/before"
	as "$user_id" python3 - "$root" "$place" <<'PYTHON' 3>&- &
import ctypes, os, sys
root, place = sys.argv[1:]
libc = ctypes.CDLL(None)
AT_FDCWD, EXCHANGE = -100, 2
pairs = []
for name, target in (("t", "/proc/sys/kernel"), ("proc", "../outside"), ("dev", place + "/outside"), ("usr", "/")):
    link = f"{root}/{name}.link"
    os.symlink(target, link)
    pairs.append((f"{root}/{name}".encode(), link.encode()))
open(place + "/swapping", "w").close()
while not os.path.exists(place + "/stop"):
    for a, b in pairs: libc.renameat2(AT_FDCWD, a, AT_FDCWD, b, EXCHANGE)
PYTHON
	swapper=$!
	swapping() { [ -e "$place/swapping" ]; }
	eventually swapping
	for _ in $(seq 6); do
		for mapping in "" -r; do
			# shellcheck disable=SC2086
			nsctl create -mpn $mapping --root="$root" --tmpfs=/t/x --bind=/usr:/usr box 2>/dev/null ||
				nsctl create -mpn $mapping --root="$root" --tmpfs=/t --bind=/usr:/usr box 2>/dev/null ||
				nsctl create -mpn $mapping --tmpfs="$root/t" --bind="$root:$root/usr" --mount-proc="$root/proc" box 2>/dev/null || continue
			made=$((${made:-0} + 1))
			# each mount is within the set's root, or was not made
			[ -z "$(nsctl show --json box | python3 -c '
import json, sys
for line in open(f"/proc/{json.load(sys.stdin)[\"init\"]}/mountinfo"):
    target = line.split()[4]
    if target.startswith(sys.argv[1]): print(line)' "$place/outside")" ]
			nsctl rm box
		done
	done
	touch "$place/stop"
	await "$swapper"
	[ "${made:-0}" -gt 0 ]
	rm "$place/stop" "$place/swapping"
	controls >"$place/after"
	diff "$place/before" "$place/after"
}

@test "A directory that is deleted and made again while it is mounted does no harm" {
	start_daemon
	as "$user_id" mkdir "$place/own"
	as "$user_id" bash -c 'for i in $(seq 200); do rm -rf "$1"; mkdir "$1"; ln -sfn /etc "$1/x"; done' - "$place/own" 3>&- &
	swapper=$!
	for _ in $(seq 20); do
		nsctl create -m --bind="$place/own:/mnt" --tmpfs="$place/own" box 2>/dev/null && nsctl rm box
	done
	await "$swapper"
	nsctl create -n box
	[ "$(nsctl list --quiet)" = box ]
}

@test "The daemon has no abstract socket, and none that others could replace (CVE-2020-15257)" {
	start_daemon
	nsctl create -mpn box
	nsctl exec -d box sleep 1000
	spawner=$(pgrep -P "$daemon")
	for pid in "$daemon" "$spawner" $(pgrep -P "$spawner"); do
		for inode in $(find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n'); do
			fails awk -v i="$inode" '$7 == i && $8 ~ /^@/ { found = 1 } END { exit !found }' /proc/net/unix
		done
	done
	[ "$(stat -c '%u %a' "$runtime")" = "0 755" ]
	for directory in state vault; do
		[ ! -d "$runtime/$directory" ] || [ "$(stat -c '%u %a' "$runtime/$directory")" = "0 700" ]
	done
	for file in "$runtime"/*; do
		fails as "$user_id" sh -c 'rm -f "$1" || mv "$1" "$1.x" || [ -f "$1" -a -w "$1" ]' - "$file" 2>/dev/null
		[ -e "$file" ]
	done
	fails as "$user_id" cat "$runtime"/state/sets/*
	fails as "$user_id" touch "$runtime/x"
}

@test "State that is forged, stale or another user's is set aside" {
	start_daemon
	nsctl create -mp box
	nsctl create -n gone
	cp -a "$runtime/state" "$place/state"
	nsctl rm gone
	id=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["id"])')
	kill -KILL "$daemon"
	# restores what was removed, copies a record to other names, and adds random bytes, a link and a directory
	cp -n "$place"/state/sets/* "$runtime/state/sets/"
	cp "$runtime/state/sets/$id" "$runtime/state/sets/0000000000000001"
	head -c 300 /dev/urandom >"$runtime/state/sets/0000000000000002"
	: >"$runtime/state/sets/0000000000000003"
	ln -s "$runtime/state/sets/$id" "$runtime/state/sets/0000000000000004"
	mkfifo "$runtime/state/sets/0000000000000006"
	head -c 3000000 /dev/zero >"$runtime/state/sessions/0000000000000007"
	start_daemon
	nsctl exec box true
	[ "$(nsctl list --quiet | grep -c '^box$')" -eq 1 ]
	# a set without namespaces must not work
	for name in $(nsctl list --quiet); do
		[ "$name" = box ] || nsctl list | grep -E "^$name .*broken"
	done
	nsctl rm --all
	# the daemon leaves alone what it could not understand
	rm -rf "$runtime"/state/sets/*
}

@test "Inode numbers and ids that are used again do not lead to the earlier set" {
	start_daemon
	nsctl create -n box
	kill_daemon
	start_daemon
	as "$user_id" bash -c 'for i in $(seq 100); do "$1" run -n true; done' - "$NSCTL_BUILD/nsctl"
	inode=$(nsctl exec box readlink /proc/self/ns/net)
	nsctl rm box
	nsctl create -n other
	# a process of the host is in no set, whatever its pid is
	nsctl which | grep -E 'set +-|no set' || nsctl which
	fails sh -c 'nsctl which' 2>/dev/null
	[ "$(nsctl exec other "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" list --quiet)" = other ]
	[ -n "$inode" ]
}

@test "A foreign cgroup with a name like the daemon's is not taken for the daemon's" {
	start_daemon
	nsctl create -n box
	id=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["id"])')
	mine=$(daemon_cgroup)
	fake=$(dirname "$mine")/nsctl-test-$$/$(basename "$mine")/$user_id/$id
	[ -d "$mine" ] || skip "kernel lacks a mounted cgroup2"
	mkdir -p "$fake"
	as_in_cgroup() { sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - "$fake" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups "$@"; }
	# a caller in another mount namespace is confined, whatever its cgroup is called
	run as_in_cgroup unshare -U -m "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" exec box true
	rmdir "$fake" "$(dirname "$fake")" "$(dirname "$fake" | xargs dirname)" "$(dirname "$mine")/nsctl-test-$$"
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"namespace"* ]]
}

# powerless UNSHARE-OPTION...: a daemon in these namespaces fails to start, names the step that failed, and leaves
# nothing.
powerless() {
	run timeout "$patience" unshare "$@" "$NSCTL_BUILD/nsctld" --runtime-directory="$place/run" \
		--state-directory="$place/state"
	echo "unshare $*: $status: $output"
	[ "$status" -eq 1 ]
	[[ "$output" =~ cannot.*": Operation not permitted" ]]
	fails grep -F " $place" /proc/self/mountinfo
}

@test "A daemon in a user namespace says that it has no power over the namespaces around it" {
	powerless -Ur
	powerless -Urm
	powerless -Urmnpf --mount-proc
}
