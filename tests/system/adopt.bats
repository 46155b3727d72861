#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Adopt makes sets of namespaces that exist already: those of a process, or those behind descriptors. The daemon holds
# and links the namespaces, and never changes them. A caller gets no namespace over which it has no power.

load daemon.bash
load hostile.bash

setup_file() {
	make_runtime
	# These mount namespaces are older than the vault. There is one from each processor, because each processor
	# has its own range of ids.
	for cpu in $(processors); do
		own "old-$cpu" taskset -c "$cpu" unshare -rm sleep 100000
		eventually differs "$(server_pid "old-$cpu")" mnt
	done
	start_counted
}

teardown_file() { purge_daemon; }

teardown() {
	answers || start_daemon
	nsctl rm --all
	other rm --all
	root_nsctl rm --all
	local file
	for file in "$runtime".server-*; do
		[[ "$file" == *-old-* ]] || [ ! -e "$file" ] || end_server "${file##*.server-}"
	done
	eventually counts_are "$before"
}

# own NAME COMMAND...: starts a server as the user.
own() { start_server "$1" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups "${@:2}"; }

namespace() { readlink "/proc/$1/ns/$2"; }
differs() { [ "$(namespace "$1" "$2")" != "$(namespace self "$2")" ]; }
child_of() { pgrep -P "$1"; }
kinds_of() { nsctl --json show "$1" | python3 -c 'import json,sys; print(*[n["type"] for n in json.load(sys.stdin)["namespaces"] if n["held"]])'; }

session_pid() { python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["pid"])'; }
# first_pid SET: prints the pid of the set's first session.
first_pid() { nsctl --json sessions "$1" | session_pid; }

# start_network: starts a process of the user's in new user and net namespaces; $pid is its pid.
start_network() {
	own network unshare -rn sleep 1000
	pid=$(server_pid network)
	eventually differs "$pid" net
}

processors() { python3 -c 'import os; print(*os.sched_getaffinity(0))'; }

# adopt_tree: makes box of the namespaces of $pid, which is process 1 of a pid namespace, and has a mount namespace
# with a tmpfs on /mnt. The test's own mount namespace is a late one, so what another processor makes may look older
# than the vault.
adopt_tree() {
	local cpu
	for cpu in $(processors); do
		own tree taskset -c "$cpu" unshare -rmpf --mount-proc \
			sh -c 'mount -t tmpfs none /mnt && echo here >/mnt/file && exec sleep 1000'
		eventually child_of "$(server_pid tree)"
		pid=$(child_of "$(server_pid tree)")
		eventually nsenter -t "$pid" -m test -e /mnt/file
		nsctl adopt --target="$pid" box && return
		end_server tree
	done
	return 1
}

@test "A set holds the namespaces of a process that has ended" {
	start_network
	net=$(namespace "$pid" net)
	user=$(namespace "$pid" user)
	[ "$(nsctl adopt --target="$pid" box)" = box ]
	[ "$(kinds_of box)" = "net user" ]
	nsctl show box | grep -Eq '^ *adopted '
	end_server network
	[ "$(nsctl exec box readlink /proc/self/ns/net)" = "$net" ]
	[ "$(nsctl exec box readlink /proc/self/ns/user)" = "$user" ]
	[ "$(nsctl exec box id -u)" = 0 ]
	nsctl exec box ip link set lo up
	# a command in the set is in all other namespaces of its caller
	[ "$(nsctl exec box readlink /proc/self/ns/mnt)" = "$(namespace self mnt)" ]
	run nsctl exec --user=1 box true
	[ "$status" -ne 0 ]
	run nsctl adopt --user=/proc/self/ns/user box
	[[ "$output" == *already* ]]
}

@test "A set adopts mounts and processes, and its commands have no_new_privs and the set's ids" {
	adopt_tree
	[ "$(kinds_of box)" = "mnt pid user" ]
	[ "$(nsctl exec box cat /mnt/file)" = here ]
	nsctl exec box ps -o args= -e | grep -qx 'sleep 1000'
	nsctl exec box grep -Eqx 'NoNewPrivs:\s+1' /proc/self/status
	[ "$(nsctl exec box awk '{ print $1, $2, $3 }' /proc/self/uid_map)" = "0 $user_id 1" ]
	# the daemon has mounted nothing over the files of the tree
	[ "$(nsctl exec box grep -c . /proc/self/mountinfo)" = "$(grep -c . "/proc/$pid/mountinfo")" ]
	# a set without the user namespace runs commands with the caller's own ids
	nsctl adopt --target="$pid" --only=mnt tree
	[ "$(kinds_of tree)" = mnt ]
	[ "$(nsctl exec tree id -u)" = "$user_id" ]
	run nsctl exec --user=0 tree true
	[ "$status" -ne 0 ]
}

@test "Commands are refused with the reason after process 1 of an adopted pid namespace has ended" {
	adopt_tree
	end_server tree
	run nsctl exec box true
	[ "$status" -eq 125 ]
	[[ "$output" == *"process 1"* ]] || { echo "$output" && false; }
	# the other namespaces of the set can still be entered
	[ "$(nsctl exec --only=mnt,user box cat /mnt/file)" = here ]
}

@test "nsctl rm lets an adopted set's processes go on, and removes its links" {
	start_network
	inside() { nsenter --preserve-credentials -t "$pid" -U -n "$@"; }
	nsctl adopt --target="$pid" box
	nsctl create -n --link=box,address=10.9.0.1/24,peer-address=10.9.0.2/24 other
	inside ip -o addr | grep -q '10.9.0.2/24'
	session=$(nsctl exec -d box sleep 1000)
	nsctl sessions box | grep -q "$session"
	nsctl ps --quiet box | grep -vqx "$pid"
	nsctl kill box
	[ -e "/proc/$pid/ns/net" ]
	nsctl rm box
	[ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$(command -v sleep)")" ]
	[ "$(inside ip -o link | wc -l)" -eq 1 ]
	[ -z "$(nsctl link list)" ] || [ "$(nsctl --quiet link list | grep -c box)" -eq 0 ]
	# the same namespaces can be adopted again
	nsctl adopt --target="$pid" box
}

@test "nsctl rm removes the link of two adopted sets, even if the daemon is killed meanwhile" {
	start_network
	inside() { nsenter --preserve-credentials -t "$pid" -U -n "$@"; }
	own second unshare -rn sleep 1000
	eventually differs "$(server_pid second)" net
	nsctl adopt --target="$pid" box
	nsctl adopt --target="$(server_pid second)" more
	stop_daemon
	NSCTL_HANG_AT=remove-started start_daemon
	nsctl link add box more
	[ "$(inside ip -o link | wc -l)" -eq 2 ]
	removing() { nsctl list | grep -c removing | grep -qx "$1"; }
	for set in box more; do
		become_client rm $set 2>/dev/null &
	done
	eventually removing 2
	kill_daemon
	start_daemon
	no_sets() { [ -z "$(nsctl list --quiet)" ]; }
	eventually no_sets
	[ "$(inside ip -o link | wc -l)" -eq 1 ]
}

@test "Namespaces can be adopted by descriptor, by path and by process, and under a lease" {
	start_network
	for how in "--net=/proc/$pid/ns/net --user=/proc/$pid/ns/user" "--target=$pid --only=user --net=7" "--user=7 --target=$pid --only=net"; do
		# shellcheck disable=SC2086
		if [[ "$how" == *--net=7* ]]; then nsctl adopt $how box 7<"/proc/$pid/ns/net"; else nsctl adopt $how box 7<"/proc/$pid/ns/user"; fi
		[ "$(kinds_of box)" = "net user" ]
		[ "$(nsctl exec box readlink /proc/self/ns/net)" = "$(namespace "$pid" net)" ]
		nsctl rm box
	done
	nsctl adopt --net="/proc/$pid/ns/net" --lease=1 box
	gone() { [ -z "$(nsctl list --quiet)" ]; }
	eventually gone
	for wrong in "" "--only=net" "--net=/dev/null --only=user" "--uts=/proc/$pid/ns/net" "--net=/dev/null" "--target=$pid --only=net --net=/proc/$pid/ns/net"; do
		# shellcheck disable=SC2086
		run nsctl adopt $wrong box
		[ "$status" -ne 0 ] || { echo "$wrong" && false; }
	done
	gone
}

@test "A caller may adopt the namespaces that a set of its own holds" {
	nsctl create -n plain
	nsctl exec -d plain sleep 1000
	nsctl adopt --target="$(first_pid plain)" --only=net box
	nsctl rm plain
	nsctl exec box ip -o addr | grep -q 'lo *inet 127.0.0.1/8'
	# namespaces that another user's or root's set holds may not be adopted
	root_nsctl create -n roots
	root_nsctl exec -d roots sleep 1000
	pid=$(root_nsctl --json sessions roots | session_pid)
	run nsctl adopt --target="$pid" stolen
	[ "$status" -ne 0 ]
	run nsctl adopt --net=7 stolen 7<"/proc/$pid/ns/net"
	[ "$status" -ne 0 ]
	[[ "$output" == *"neither"* ]]
	# a caller inside a set may adopt only what it reaches from there
	nsctl create -mpn inner
	nsctl exec -d box sleep 1000
	run nsctl exec --fd=7 inner "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" adopt --net=7 stolen 7<"/proc/$(first_pid box)/ns/net"
	[ "$status" -ne 0 ]
	[[ "$output" == *"neither"* ]]
}

@test "Namespaces of another user or of the host are not adopted, nor are descriptors of other objects" {
	start_network
	cp "$(command -v sleep)" "$runtime/setuid-sleep"
	chmod 4755 "$runtime/setuid-sleep"
	own setuid unshare -n -r "$runtime/setuid-sleep" 1000
	own plain sleep 1000
	for name in setuid plain; do eventually test -e "/proc/$(server_pid $name)"; done
	ip netns add "nsctl-test-$$"
	python "$other_id" "$pid" "$user_id" "/run/netns/nsctl-test-$$" <<'PYTHON' 7<"/proc/$pid/ns/net" 8<"/proc/$pid/ns/user" || { ip netns del "nsctl-test-$$" && false; }
import os, subprocess, sys
from hostile import Connection, error_of
pid, netns = int(sys.argv[1]), sys.argv[3]
c = Connection()
def adopt(fds=(), **parameters):
    return error_of(c.call("Adopt", {"name": "stolen", **parameters}, list(fds)))
def opened(kind, fd):
    return adopt([fd], descriptors=[{"type": kind, "namespaceFileDescriptor": 0}])
# processes of another user, of root and of the host, and one that has ended
for process in pid, 1:
    assert adopt([os.pidfd_open(process)], processFileDescriptor=0) == "NotPermitted", process
child = subprocess.Popen(["true"])
fd = os.pidfd_open(child.pid)
child.wait()
assert adopt([fd], processFileDescriptor=0) == "InvalidValue"
# descriptors of a stranger's namespaces, which root has opened
for kind, fd in ("net", 7), ("user", 8):
    assert opened(kind, fd) == "NotPermitted", kind
# namespaces of the host and of root, files that are no namespaces, and namespaces of another user
for kind in "net", "mnt", "user", "pid", "uts", "ipc", "cgroup":
    assert opened(kind, os.open(f"/proc/self/ns/{kind}", os.O_RDONLY)) == "NotPermitted", kind
assert opened("net", os.open(netns, os.O_RDONLY)) == "NotPermitted"
assert opened("uts", 7) == "InvalidValue"
assert opened("net", os.open("/proc/self/ns/net", os.O_PATH)) == "InvalidValue"
for path in "/dev/null", "/", "/etc/passwd":
    assert opened("net", os.open(path, os.O_RDONLY)) == "InvalidValue", path
assert adopt([os.open("/dev/null", os.O_RDONLY)], processFileDescriptor=0) == "InvalidValue"
# a process that is in all namespaces of the caller
own = os.pidfd_open(os.getpid())
assert adopt([own], processFileDescriptor=0) == "InvalidValue"
assert adopt([own], processFileDescriptor=0, namespaces=["net"]) == "NotPermitted"
# a call that names nothing, and one that names the same type twice
assert adopt() == "InvalidValue"
assert adopt(namespaces=["net"]) == "InvalidValue"
twice = [{"type": "net", "namespaceFileDescriptor": 0}] * 2
assert adopt([7], descriptors=twice) == "InvalidValue"
assert c.ok("List")["sets"] == []
PYTHON
	# root has power over this namespace, and over a user's
	root_nsctl adopt --net="/run/netns/nsctl-test-$$" named
	root_nsctl adopt --target="$pid" theirs
	[ "$(root_nsctl exec theirs readlink /proc/self/ns/net)" = "$(namespace "$pid" net)" ]
	# a command in theirs has an id of the user's, so it has none of root's groups
	client_in="setpriv --groups 0,4" root_nsctl exec theirs grep -Eqx 'Groups:\s*' /proc/self/status
	ip netns del "nsctl-test-$$"
	root_nsctl exec named ip -o link
	run root_nsctl adopt --target=$$ hosts
	[ "$status" -ne 0 ]
	run root_nsctl adopt --net=/proc/1/ns/net hosts
	[[ "$output" == *"host's"* ]] || { echo "$output" && false; }
	# A setuid program has more rights than its user, although it is in a user namespace of the user's.
	chown root "$runtime/setuid-sleep"
	own program "$runtime/setuid-sleep" 1000
	run nsctl adopt --target="$(server_pid program)" --only=net stolen
	[ "$status" -ne 0 ]
	rm "$runtime/setuid-sleep"
}

@test "Root without the right to enter namespaces cannot adopt those of the host's user namespace" {
	ip netns add "nsctl-test-$$"
	for bounding in -sys_admin -all; do
		run setpriv --bounding-set="$bounding" env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" adopt --net="/run/netns/nsctl-test-$$" box
		echo "$output"
		[ "$status" -ne 0 ] || break
	done
	ip netns del "nsctl-test-$$"
	[ "$status" -ne 0 ]
	[ -z "$(root_nsctl list --quiet)" ]
}

@test "A mount namespace that is older than the vault is not adopted" {
	refused=0
	for file in "$runtime".server-old-*; do
		run nsctl adopt --target="$(cat "$file")" old
		if [ "$status" -eq 0 ]; then
			nsctl rm old
		else
			[[ "$output" == *older* ]]
			refused=$((refused + 1))
		fi
	done
	[ "$refused" -gt 0 ]
	# its user namespace is supported
	nsctl adopt --target="$(cat "$file")" --only=user old
}

@test "An adopted set survives a restart, and a daemon that is killed while it adopts leaves no set" {
	start_network
	nsctl adopt --target="$pid" box
	kill_daemon
	start_daemon
	nsctl show box | grep -Eq '^ *adopted '
	[ "$(nsctl exec box readlink /proc/self/ns/net)" = "$(namespace "$pid" net)" ]
	nsctl rm box
	for point in create-recorded create-started adopt-found create-pinned-one create-pinned create-made; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon
		run nsctl adopt --target="$pid" box
		[ "$status" -ne 0 ]
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon
		gone() { [ -z "$(nsctl list --quiet)" ]; }
		eventually gone
		[ -e "/proc/$pid/ns/net" ]
		eventually counts_are "$before"
	done
}
