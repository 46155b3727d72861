#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Steps of an unshare(1) tutorial, row by row, as an ordinary user.

load daemon.bash
load counted.bash

inside() { nsctl exec box readlink "/proc/self/ns/$1"; }
outside() { readlink "/proc/self/ns/$1"; }

# only_differ KIND...: checks that these namespaces of box differ from the caller's, and that all others are the
# caller's.
only_differ() {
	local kind
	for kind in mnt pid net uts user ipc cgroup time; do
		if [[ " $* " == *" $kind "* ]]; then
			[ "$(inside "$kind")" != "$(outside "$kind")" ] || { echo "$kind is the host's" && return 1; }
		else
			[ "$(inside "$kind")" = "$(outside "$kind")" ] || { echo "$kind differs" && return 1; }
		fi
	done
}

@test "Row 1: The namespaces of a process and a set can be inspected" {
	nsctl create --all -r box
	nsctl which
	only_differ mnt pid net uts user ipc cgroup time
	for kind in mnt pid net uts user ipc cgroup time; do
		nsctl show box | grep -F "$(inside $kind)"
	done
}

@test "Row 2: A tmpfs in a set is private" {
	mounts=$(mount_table)
	nsctl create -m -r box
	nsctl exec box mount -t tmpfs tmpfs /mnt
	nsctl exec box sh -c 'echo hello >/mnt/test.txt'
	[ "$(nsctl exec box cat /mnt/test.txt)" = hello ]
	[ ! -e /mnt/test.txt ]
	[ "$(mount_table)" = "$mounts" ]
	nsctl rm box
	[ "$(mount_table)" = "$mounts" ]
}

@test "Row 3: A set has its own process tree" {
	run nsctl run -p --mount-proc --no-init sh -c 'echo $$; ps aux'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 1 ]
	# the lines are a heading, the shell and ps
	[ "${#lines[@]}" -eq 4 ]
}

@test "Row 3: An init reaps orphans unless --no-init is given" {
	nsctl create -mp box
	nsctl exec box sh -c '(sleep 0.01 & sleep 0.01 &) & exec true'
	[ "$(nsctl exec box cat /proc/1/comm)" = nsctl-init ]
	no_zombies() { ! nsctl exec box ps -o stat= -e | grep -q Z; }
	eventually no_zombies
}

@test "Row 4: A network namespace has lo alone, which is up" {
	nsctl create -n box
	nsctl exec box ip -o addr >"$BATS_TEST_TMPDIR/addresses"
	grep -q 'lo *inet 127.0.0.1/8' "$BATS_TEST_TMPDIR/addresses"
	fails grep -vq ' lo ' "$BATS_TEST_TMPDIR/addresses"
	nsctl exec box ping -c1 127.0.0.1
	only_differ net
}

@test "Row 6: A server can use a low port inside, and is not seen outside" {
	nsctl create -n box
	nsctl exec -d box python3 -m http.server --bind 127.0.0.1 80
	fetch='import urllib.request; urllib.request.urlopen("http://127.0.0.1/")'
	eventually nsctl exec box python3 -c "$fetch" 2>/dev/null
	run python3 -c "$fetch"
	[ "$status" -ne 0 ]
}

@test "Row 7: A set has its own host name" {
	name=$(hostname)
	nsctl create -u -r box
	nsctl exec box hostname my-container
	[ "$(nsctl exec box hostname)" = my-container ]
	[ "$(hostname)" = "$name" ]
	nsctl create -u --hostname=given other
	[ "$(nsctl exec other hostname)" = given ]
}

@test "Row 8: The caller is root inside" {
	nsctl create -r box
	run nsctl exec box id
	[[ "$output" == "uid=0(root) gid=0(root)"* ]]
	[ "$(nsctl exec box awk '/CapEff/ { print $2 }' /proc/self/status)" = \
		"$(awk '/CapBnd/ { print $2 }' /proc/1/status)" ] ||
		nsctl exec box grep -E 'CapEff:\s+0*1?f+$' /proc/self/status
	# outside of the set, the process has the caller's uid
	session=$(nsctl exec -d box sleep 1000)
	pid=$(nsctl sessions --json box | python3 -c '
import json, sys
for line in sys.stdin:
    session = json.loads(line)
    if session.get("pid"): print(session["pid"])')
	[ "$(stat -c %u "/proc/$pid")" = "$user_id" ]
	nsctl kill --session="$session" box
}

@test "Row 9: The current user keeps its id inside" {
	nsctl create --map-current-user box
	[ "$(nsctl exec box id -u)" = "$user_id" ]
	nsctl exec box awk '{ print $1, $2, $3 }' /proc/self/uid_map | grep -x "$user_id $user_id 1"
}

@test "Row 10: A user namespace alone does not isolate mounts" {
	nsctl create -U -r box
	run nsctl exec box mount -t tmpfs t /mnt
	[ "$status" -ne 0 ]
	nsctl show box | grep -i "mount namespace"
}

@test "Row 11: Message queues are private" {
	queues=$(ipcs -q)
	nsctl create -i box
	nsctl exec box ipcmk -Q
	[ "$(nsctl exec box ipcs -q | grep -c 0x)" -eq 1 ]
	[ "$(ipcs -q)" = "$queues" ]
	only_differ ipc
}

@test "Row 12: A set sees no cgroup above its own" {
	nsctl create -C box
	nsctl exec box cat /proc/self/cgroup | grep -E '^0::/([0-9a-f]{16})?$'
	only_differ cgroup
}

@test "Row 13: A set can have another time since boot" {
	nsctl create -T --boottime=86400 box
	inside=$(nsctl exec box cut -d. -f1 /proc/uptime)
	outside=$(cut -d. -f1 /proc/uptime)
	[ $((inside - outside)) -ge 86399 ]
	[ $((inside - outside)) -le 86401 ]
	nsctl list | grep -w box | grep -E ' [0-9]s '
}

@test "Row 14: Several kinds of namespaces can be combined" {
	nsctl create -m -p -u --mount-proc -r box
	only_differ mnt pid uts user
	[ "$(nsctl exec box id -u)" = 0 ]
	[ "$(nsctl exec box cat /proc/1/comm)" = nsctl-init ]
	nsctl exec box mount -t tmpfs t /mnt
	nsctl exec box hostname combined
}

@test "Row 15: A command can enter one namespace of a set, or all" {
	nsctl create -mnu box
	mnt=$(inside mnt)
	[ "$(nsctl enter --only=mnt box readlink /proc/self/ns/mnt)" = "$mnt" ]
	[ "$(nsctl enter --only=net box readlink /proc/self/ns/mnt)" = "$(outside mnt)" ]
	[ "$(nsctl enter --only=net box readlink /proc/self/ns/net)" = "$(inside net)" ]
	[ "$(nsctl enter box readlink /proc/self/ns/uts)" = "$(inside uts)" ]
}

@test "Row 17: Namespaces can be adopted by process" {
	start_server job setpriv --reuid "$user_id" --regid "$user_id" --clear-groups unshare -rn sleep 1000
	pid=$(server_pid job)
	apart() { [ "$(readlink "/proc/$pid/ns/net")" != "$(outside net)" ]; }
	eventually apart
	net=$(readlink "/proc/$pid/ns/net")
	nsctl adopt --target="$pid" box
	end_server job
	[ "$(inside net)" = "$net" ]
	only_differ net user
}

@test "Row 16: nsenter joins a set's namespaces by file, without the daemon" {
	nsctl create --visible -r -n box
	net=$(inside net)
	pins=$runtime/ns/$user_id/box
	stop_daemon
	[ "$(nsenter --net="$pins/net" readlink /proc/self/ns/net)" = "$net" ]
	[ "$(as "$user_id" nsenter --preserve-credentials --user="$pins/user" --net="$pins/net" \
		readlink /proc/self/ns/net)" = "$net" ]
	[ "$(as "$user_id" ls "$pins")" = $'net\nuser' ]
	fails as "$user_id" ls "$runtime/ns/$user_id"
	fails as "$other_id" cat "$pins/net"
	fails as "$other_id" ls "$pins"
	start_daemon
}

# Makes a shared mount of the test's own, of which sets that are made afterwards have a copy.
shared_mount() {
	shared=$(mktemp -d "$runtime/shared.XXXXXX")
	mount -t tmpfs none "$shared"
	mount --make-shared "$shared"
	mkdir "$shared/later" "$shared/inside"
	chmod 777 "$shared" "$shared/inside" "$shared/later"
}

unshared_mount() {
	umount -R "$shared"
	rmdir "$shared"
}

propagation() {
	shared_mount
	nsctl create -m -r --propagation="$1" box
	mount -t tmpfs none "$shared/later"
	touch "$shared/later/seen"
	run nsctl exec box test -e "$shared/later/seen"
	nsctl exec box mount -t tmpfs none "$shared/inside"
	nsctl exec box touch "$shared/inside/mine"
	[ ! -e "$shared/inside/mine" ]
	nsctl rm box
	unshared_mount
}

@test "Row 18: With --propagation=slave, outside mounts appear inside, and never the reverse" {
	propagation slave
	[ "$status" -eq 0 ]
}

@test "Row 18: With --propagation=shared, outside mounts appear inside, and never the reverse" {
	propagation shared
	[ "$status" -eq 0 ]
}

@test "Row 18: With --propagation=private, no outside mount appears inside" {
	propagation private
	[ "$status" -ne 0 ]
}

@test "Row 18: Nothing of a plain set appears outside" {
	mounts=$(mount_table)
	nsctl create -m --tmpfs=/mnt box
	nsctl exec box touch /mnt/mine
	[ ! -e /mnt/mine ]
	[ "$(mount_table)" = "$mounts" ]
}

@test "Row 19: One command makes a container" {
	run nsctl run -r -m --propagation=private -p --mount-proc -u -n -i bash -c 'id -u; ps -o comm= 1; hostname; ip -o link | wc -l'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = nsctl-init ]
	[ "${lines[3]}" = 1 ]
}

@test "Row 20: Removal ends the set's processes and leaves nothing" {
	nsctl create --all -r --visible box
	nsctl exec -d box sleep 1000
	nsctl exec -d box sh -c 'trap "" TERM HUP; sleep 1000'
	pids=$(nsctl ps --json box | python3 -c '
import json, sys
for line in sys.stdin: print(json.loads(line)["pid"])')
	[ "$(wc -w <<<"$pids")" -ge 3 ]
	nsctl rm box
	# a killed process leaves its cgroup a moment before it is a zombie
	for pid in $pids; do
		eventually is_gone "$pid"
	done
	[ ! -e "$runtime/ns/$user_id" ]
	counts_are "$before"
}

@test "Row 27: A job sees its own directory, and nothing else of its user" {
	mkdir -m 777 "$runtime/job"
	cd "$runtime/job"
	# shellcheck disable=SC2016
	nsctl run --job sh -c 'touch made /tmp/made && ! touch "$0/made" && [ "$(ip -o link | wc -l)" = 1 ]' "$runtime" 2>/dev/null
	[ "$(ls "$runtime/job")" = made ]
	[ ! -e /tmp/made ]
	cd / && rm -r "$runtime/job"
}

@test "Row 28: A path can be hidden" {
	mkdir -m 777 "$runtime/hidden"
	touch "$runtime/hidden/secret"
	nsctl create -m --hide="$runtime/hidden" box
	[ -z "$(nsctl exec box ls "$runtime/hidden")" ]
	fails nsctl exec box touch "$runtime/hidden/mine"
	rm -r "$runtime/hidden"
}
