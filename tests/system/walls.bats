#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Callers behind a wall: in namespaces of their own of the host's user namespace, or with another root
# directory, like services with PrivateTmp= and the like. Sets start from where their maker stands.

load daemon.bash
load hostile.bash

setup_file() {
	make_config
	configure '[allow]' "egress = $user_id" "host-links = $user_id" "publish = $user_id"
	start_daemon --config="$config"
	export runtime config daemon
	mkdir -m 755 "$runtime/shown" "$runtime/hidden" "$runtime/jail"
	echo secret >"$runtime/hidden/secret"
	count_from_here
}

teardown_file() {
	end_servers
	rm -r "$runtime/shown" "$runtime/hidden" "$runtime/jail"
	purge_daemon
}

teardown() {
	answers || start_daemon --config="$config"
	end_servers
	! mountpoint -q "$runtime/jail" || umount -R "$runtime/jail"
	rm -rf "${runtime:?}"/shown/*
	nsctl rm --all
	nsctl network rm --all
	eventually counts_are "$before"
}

# make_wall NAME OPTION...: starts a process in new namespaces, by options of unshare(1).
make_wall() {
	local name=$1
	shift
	# shellcheck disable=SC2016
	start_server "$name" unshare "$@" sh -c 'mount --make-rprivate / && mount -t tmpfs none "$0/hidden" && : >"$0/hidden/up" && exec sleep infinity' "$runtime"
	eventually is_up "$name"
}
is_up() { [ -n "$(stander "$1")" ] && [ "$(ls "/proc/$(stander "$1")/root$runtime/hidden")" = up ] && grep -q sleep "/proc/$(stander "$1")/comm"; }

# stander NAME: prints the pid of that process, which is unshare's child with --fork.
stander() {
	local pid
	pid=$(server_pid "$1")
	! grep -qx unshare "/proc/$pid/comm" || pid=$(pgrep -P "$pid")
	echo "$pid"
}

# behind NAME COMMAND...: runs the command as the user behind that wall.
behind() {
	local name=$1
	shift
	bound "$patience"
	timeout "$bounded" nsenter --target="$(stander "$name")" --all --root --wd=/ -- \
		setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "$@"
}
nsctl_behind() {
	local name=$1
	shift
	behind "$name" "$NSCTL_BUILD/nsctl" "$@"
}

# Fails unless COMMAND... sees the wall's directory, and not the host's.
sees_wall() { [ "$("$@" ls "$runtime/hidden")" = up ]; }
sees_host() { [ "$("$@" ls "$runtime/hidden")" = secret ]; }

@test "Files that are hidden from the caller are hidden in its sets, whatever the sets hold" {
	make_wall service --mount
	for options in -n -m -mn -mpnuiC "-m -r" "-n -r" "-mpnuiC -r" "-mp --no-init" "-mp -r --no-init"; do
		# shellcheck disable=SC2086
		sees_wall nsctl_behind service run $options || { echo "$options" && false; }
	done
	# a path of the host cannot be bound from behind the wall
	fails nsctl_behind service run -mp --bind="$runtime/hidden/secret:$runtime/shown" true
	nsctl_behind service create -n box
	sees_wall nsctl_behind service exec box
	sees_host nsctl exec box
	nsctl_behind service create -mp own
	sees_wall nsctl exec own
	sees_wall nsctl_behind service exec --only=pid own
	sees_host nsctl exec --only=pid own
}

@test "The sources of bind mounts and roots are looked up in the caller's tree" {
	make_wall service --mount
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		[ "$(nsctl_behind service run -mp $mapping --bind="$runtime/hidden:$runtime/shown" ls "$runtime/shown")" = up ]
		# shellcheck disable=SC2086
		[ "$(nsctl_behind service run -mp $mapping --bind="$runtime/hidden:/mnt:ro" ls /mnt)" = up ]
	done
}

@test "For a kind that a set does not hold, a command has the namespace of its caller" {
	make_wall service --mount --net --ipc --uts --cgroup
	behind service true
	# the names of namespaces, as the commands see them
	for kind in net ipc uts cgroup; do
		callers=$(readlink "/proc/$(stander service)/ns/$kind")
		[ "$callers" != "$(readlink "/proc/self/ns/$kind")" ]
		[ "$(nsctl_behind service run -p readlink "/proc/self/ns/$kind")" = "$callers" ]
		[ "$(nsctl_behind service run -mp -r readlink "/proc/self/ns/$kind")" = "$callers" ]
		nsctl_behind service create -p box
		[ "$(nsctl exec box readlink "/proc/self/ns/$kind")" = "$(readlink "/proc/self/ns/$kind")" ]
		nsctl rm box
	done
}

@test "A new uts namespace starts with the names of its maker" {
	make_wall service --mount --uts
	nsenter --target="$(stander service)" --uts sh -c 'echo of-the-wall >/proc/sys/kernel/domainname'
	[ "$(nsctl_behind service run -u cat /proc/sys/kernel/domainname)" = of-the-wall ]
	[ "$(nsctl_behind service run -u -r cat /proc/sys/kernel/domainname)" = of-the-wall ]
	[ "$(nsctl run -u cat /proc/sys/kernel/domainname)" = "$(cat /proc/sys/kernel/domainname)" ]
}

@test "A caller in its own pid namespace can make sets" {
	make_wall service --mount --pid --fork --mount-proc
	# a set without a pid namespace has the caller's
	[ "$(nsctl_behind service run -n cat /proc/1/comm)" = sleep ]
	for options in -p -mp "-mp -r" "-mpnuiC" "-mpnuiC -r"; do
		# shellcheck disable=SC2086
		[ "$(nsctl_behind service run $options sh -c 'grep NSpid /proc/self/status | wc -w; true')" -ge 2 ]
	done
	[ "$(nsctl_behind service run -mp cat /proc/1/comm)" = nsctl-init ]
	[ "$(nsctl_behind service run -mp -r cat /proc/1/comm)" = nsctl-init ]
	[ "$(nsctl_behind service run -mp --no-init sh -c 'echo $$')" = 1 ]
	[ "$(nsctl_behind service run -mp -r --no-init sh -c 'echo $$')" = 1 ]
	run nsctl_behind service run -mp --no-init sh -c 'exit 7'
	[ "$status" -eq 7 ]
	# the set's pid namespace is below the caller's, so the caller sees the set's init
	nsctl_behind service create -mp box
	init=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')
	grep -qx nsctl-init "/proc/$init/comm"
	[ "$(grep NSpid "/proc/$init/status" | wc -w)" -eq $(($(grep NSpid /proc/self/status | wc -w) + 2)) ]
	nsctl exec box true
	# the set's pid namespace ends with the caller's
	end_server service
	broken() { nsctl list --state=broken --quiet | grep -qx box; }
	eventually broken
}

@test "A caller in its own time namespace can make sets" {
	[ -e /proc/self/ns/time ] || skip "kernel lacks time namespaces"
	make_wall service --mount --time --boottime=100000 --fork
	callers=$(readlink "/proc/$(stander service)/ns/time")
	for options in -n -mp "-mp -r"; do
		# shellcheck disable=SC2086
		[ "$(nsctl_behind service run $options readlink /proc/self/ns/time)" = "$callers" ]
	done
	[ "$(nsctl_behind service run -mT cut -d. -f1 /proc/uptime)" -gt 100000 ]
}

# Makes a root directory with programs and the socket, and nothing else of the host.
make_jail() {
	local directory
	mount -t tmpfs none "$runtime/jail"
	for directory in usr bin lib lib64 dev proc "${runtime#/}" "${NSCTL_BUILD#/}"; do
		[ -e "/$directory" ] || continue
		mkdir -p "$runtime/jail/$directory"
		mount --bind "/$directory" "$runtime/jail/$directory"
	done
	mkdir -p "$runtime/jail/etc" "$runtime/jail/tmp" "$runtime/jail/mnt"
	: >"$runtime/jail/jail"
}
# shellcheck disable=SC2010
in_jail() { ls "/proc/$(server_pid "$1")/root" | grep -qx jail; }
# Starts two servers with another root directory: in the host's mount namespace, and in another one.
start_jailed() {
	make_jail
	start_server plain chroot "$runtime/jail" sleep infinity
	start_server other unshare --mount --propagation=private chroot "$runtime/jail" sleep infinity
	eventually in_jail plain
	eventually in_jail other
}

@test "The sets of a caller with another root directory do not lead out of it" {
	start_jailed
	for wall in plain other; do
		for options in -n -m -mn -mpnuiC "-mp --no-init"; do
			# shellcheck disable=SC2086
			nsctl_behind $wall run $options sh -c 'test -e /jail && test -e /../../jail' || { echo "$wall $options" && false; }
		done
		nsctl_behind $wall create -mp box
		# for a caller on the host, too, the set's root is the jail
		nsctl exec box sh -c 'test -e /jail'
		# the set has no mounts from outside of the jail
		fails nsctl exec box sh -c "grep -v ' / \| /usr\| /bin\| /lib\| /dev\| /proc\| /sys\| $runtime\| $NSCTL_BUILD' /proc/self/mountinfo"
		nsctl rm box
		nsctl_behind $wall create -n net
		nsctl_behind $wall exec net test -e /jail
		nsctl exec net test ! -e /jail
		nsctl rm net
	done
}

@test "A caller in a chroot cannot make user namespaces, because root there could leave it" {
	start_jailed
	for wall in plain other; do
		for options in -r "-n -r" "-m -r" "-mpnuiC -r" "-mp -r --no-init" "--user"; do
			# shellcheck disable=SC2086
			run nsctl_behind $wall run $options true
			[ "$status" -ne 0 ] && [[ "$output" == *chroot* ]] || { echo "$wall $options: $output" && false; }
		done
	done
}

@test "A caller behind all walls together can make sets" {
	make_wall service --mount --net --ipc --uts --cgroup --pid --fork --mount-proc
	for options in -n -mpnuiC "-mpnuiC -r" "-mp --no-init" -m -u; do
		# shellcheck disable=SC2086
		sees_wall nsctl_behind service run $options || { echo "$options" && false; }
	done
}

@test "A caller behind another wall can remove a set, and cannot enter it" {
	make_wall one --mount
	make_wall two --mount
	nsctl create -mn hosts
	nsctl network create hostlan --subnet=10.9.0.0/24
	nsctl_behind one network create lan --subnet=10.8.0.0/24
	nsctl_behind one create -mpn --link=net/lan box
	nsctl_behind one create -mn peer
	nsctl_behind one link add box peer --name=wire
	session=$(nsctl_behind one exec -d box sleep 1000)
	absent() {
		run "$@"
		[ "$status" -ne 0 ] && [[ "$output" == *no\ * ]] || { echo "$*: $status $output" && false; }
	}
	for set in box hosts; do
		absent nsctl_behind two exec $set true
		absent nsctl_behind two kill --signal=KILL $set
		absent nsctl_behind two ps $set
		absent nsctl_behind two sessions $set
		absent nsctl_behind two freeze $set
		absent nsctl_behind two call OpenNamespaces "{\"name\":\"$set\"}" || [[ "$output" == *NotFound* ]]
		nsctl_behind two show $set >/dev/null
	done
	absent nsctl_behind one exec hosts true
	absent nsctl_behind two wait "$session"
	absent nsctl_behind two network rm lan
	absent nsctl_behind two network rm hostlan
	absent nsctl_behind two link rm wire
	absent nsctl_behind two create -n --link=net/lan third
	absent nsctl_behind two create -n --link=net/hostlan third
	[ -z "$(nsctl_behind two network list --quiet 2>/dev/null || nsctl_behind two --json network list)" ]
	[ -z "$(nsctl_behind two --json link list)" ]
	[ -n "$(nsctl_behind one --json link list)" ]
	# the name is in use, and the set is not handed out
	run nsctl_behind two call Create '{"name":"box","existing":true}'
	[[ "$output" == *Exists* ]]
	# its owner may list, renew and remove it from behind another wall
	[ "$(nsctl_behind two list --quiet | sort | tr '\n' ' ')" = "box hosts peer " ]
	nsctl_behind two rm peer
	# the host reaches everything
	nsctl exec box true
	nsctl kill --signal=KILL --session="$session" box
	nsctl network list >/dev/null
	nsctl_behind one exec box true
	nsctl_behind two rm box hosts
}

@test "A monitor behind a wall sees only the objects from behind that wall" {
	make_wall one --mount
	make_wall two --mount
	nsctl create -n before
	nsctl_behind one --json monitor >"$runtime/shown/log" 2>&1 3>&- &
	watcher=$!
	nsctl_behind one create -n first
	monitors() { grep -q first "$runtime/shown/log"; }
	eventually monitors
	nsctl create -n elsewhere
	nsctl_behind two create -n other
	nsctl_behind one create -n last
	ends() { grep -q last "$runtime/shown/log"; }
	eventually ends
	kill "$watcher" 2>/dev/null || true
	wait "$watcher" 2>/dev/null || true
	fails grep -E 'before|elsewhere|other' "$runtime/shown/log"
	rm "$runtime/shown/log"
}

@test "A restart of the daemon does not change walls" {
	make_wall service --mount
	make_wall two --mount
	nsctl_behind service create -mp box
	kill_daemon
	start_daemon --config="$config"
	sees_wall nsctl_behind service exec box
	fails nsctl_behind two exec box true
	nsctl exec box true
	# the set goes on when the caller's service has ended
	end_server service
	sees_wall nsctl exec box
	nsctl_behind two rm box
}

@test "Egress, published ports, links to the host and --boot are refused to callers behind a wall" {
	make_wall files --mount
	make_wall net --mount --net
	nsctl_behind net create -n box
	for command in "create -n --egress out" "create -n --publish=8080:80 out" "create -n --link=host out" \
		"network create out --egress --subnet=10.8.0.0/24" "link add box host"; do
		# shellcheck disable=SC2086
		run nsctl_behind net $command
		[ "$status" -eq 1 ]
		[[ "$output" == *PrivateNetwork=* ]] || { echo "$command: $output" && false; }
	done
	for wall in files net; do
		run nsctl_behind $wall create -n --boot again
		[ "$status" -eq 1 ]
		[[ "$output" == *boot*PrivateTmp=* ]]
		run nsctl_behind $wall network create again --boot
		[ "$status" -eq 1 ]
		[[ "$output" == *boot*PrivateTmp=* ]]
	done
}

@test "A caller that changes its namespaces after connecting, or ends, is not followed" {
	NSCTL_SOCKET=$runtime/socket python3 - <<'PYTHON'
import ctypes, os, sys
sys.path.insert(0, os.environ["PYTHONPATH"])
from hostile import Connection, error_of, run_in
libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWNET, NEWUTS = 0x00020000, 0x40000000, 0x04000000
def unshare(flags): assert libc.unshare(flags) == 0, os.strerror(ctypes.get_errno())
spec = {"namespaces": ["uts"]}
def refused(reply):
    assert error_of(reply) == "NotPermitted" and "changed its namespaces" in reply["parameters"]["reason"], reply
unshare(NEWNS)
c = Connection()
c.ok("Create", {"name": "box", "spec": spec})
for change in lambda: unshare(NEWNET), lambda: unshare(NEWNS), lambda: os.chroot("/usr"):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            c = Connection()
            c.ok("GetStatus")
            change()
            refused(c.call("Create", {"name": "more", "spec": spec}))
            refused(c.call("Create", {"name": "more", "spec": {"namespaces": ["mnt"]}}))
            refused(run_in(c, {"name": "box", "command": ["/bin/true"]})[0])
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
# the process that connected has ended, and another one has the socket
own = Connection()
import socket
end = socket.socket(socket.AF_UNIX)
end.settimeout(60)
child = os.fork()
if child == 0:
    end.connect(os.environ["NSCTL_SOCKET"])
    os.write(end.fileno(), b'{"method":"org.nsctl.GetStatus"}\0')
    while not end.recv(1 << 16).endswith(b"\0"): pass
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
refused(Connection(connected=end).call("Create", {"name": "more", "spec": spec}))
assert [s["name"] for s in own.ok("List")["sets"]] == ["box"]
own.ok("Remove", {"name": "box"})
PYTHON
}

@test "Mounts over /proc and /sys in the caller's tree do not deceive the daemon" {
	make_wall service --mount
	# the caller's tree has a bound namespace, and a fake /proc whose links lead to the hidden directory
	# shellcheck disable=SC2016
	nsenter --target="$(stander service)" --mount sh -c '
		mkdir "$0/shown/fake" && : >"$0/shown/pin" && mount --bind /proc/self/ns/uts "$0/shown/pin" &&
		mount -t tmpfs none "$0/shown/fake" && mkdir -p "$0/shown/fake/self/fd" "$0/shown/fake/self/ns" &&
		for n in $(seq 0 64); do ln -s "$0/hidden" "$0/shown/fake/self/fd/$n"; done &&
		for kind in mnt net uts ipc pid user; do ln -s "$0/hidden" "$0/shown/fake/self/ns/$kind"; done &&
		mount --bind "$0/shown/fake" /proc && mount -t tmpfs none /sys' "$runtime"
	wall_pid=$(stander service)
	for options in -n -m -mn -mpnuiC "-m -r" "-mpnuiC -r" "-mp --no-init"; do
		# shellcheck disable=SC2086
		[ "$(nsenter --target="$wall_pid" --mount -- setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
			env -i PATH="$PATH" NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" run $options ls "$runtime/hidden")" = up ] ||
			{ echo "$options" && false; }
	done
}

@test "Root that cannot undo the protection of its /proc and /sys gets no unprotected ones" {
	# shellcheck disable=SC2016
	start_server service unshare --mount sh -c 'mount --make-rprivate / && mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
		mount -t tmpfs none "$0/hidden" && : >"$0/hidden/up" && exec sleep infinity' "$runtime"
	eventually is_up service
	as_root() {
		nsenter --target="$(stander service)" --all --root --wd=/ -- env NSCTL_SOCKET="$runtime/socket" "$@"
	}
	without() { as_root setpriv --bounding-set=-all --inh-caps=-all "$@"; }
	fails without test -w /proc/sys/kernel/core_pattern
	for options in -mp -mn "-mp -r" "-mp --no-init"; do
		# shellcheck disable=SC2086
		run without "$NSCTL_BUILD/nsctl" run $options true
		[ "$status" -ne 0 ] && [[ "$output" == *CAP_SYS_ADMIN* ]] || { echo "$options: $output" && false; }
	done
	for type in proc sysfs cgroup2; do
		fails without "$NSCTL_BUILD/nsctl" call Create \
			"{\"name\":\"box\",\"spec\":{\"namespaces\":[\"mnt\",\"pid\"],\"mountProc\":false,\"mounts\":[{\"type\":\"$type\",\"target\":\"/mnt\"}]}}"
	done
	for options in -m -n; do
		# shellcheck disable=SC2086
		fails without "$NSCTL_BUILD/nsctl" run $options test -w /proc/sys/kernel/core_pattern
	done
	# a caller that may mount could change its own tree anyway
	as_root "$NSCTL_BUILD/nsctl" run -mp true
}

@test "A user behind many walls stays within the limit on fronts, because idle fronts make room" {
	for _ in $(seq 20); do
		unshare --mount setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" \
			NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" list
	done
	[ "$(pgrep -c -P "$(pgrep -P "$(cat "$runtime.pid")")" nsctld-front)" -le 20 ]
}
