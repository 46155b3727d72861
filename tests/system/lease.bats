#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Leases: by time, by process, by connection; across a restart of the daemon; and their display.

load daemon.bash

setup() {
	unset runtime
	start_daemon
	before=$(kernel_counts)
	holder=
}

teardown() {
	[ -z "$holder" ] || end_holder
	answers || start_daemon
	nsctl rm --all
	purge_daemon
}

# start_holder: starts a process by which a lease can be held.
start_holder() {
	sleep 600 3>&- &
	holder=$!
}
end_holder() {
	kill "$holder" 2>/dev/null || true
	wait "$holder" 2>/dev/null || true
	holder=
}

absent() { ! nsctl show "$1" >/dev/null 2>&1; }
expires() { nsctl --json show "$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["expires"])'; }

@test "A lease by time ends the set, and counts the time of a suspend" {
	nsctl create -n --lease=1 box
	eventually absent box
	eventually counts_are "$before"
	grep -q 'lease has ended (time).*set=box' "$runtime.log"
	# leases wait only for CLOCK_BOOTTIME, which is number 7
	[ "$(cat "/proc/$daemon/fdinfo"/* 2>/dev/null | grep -c '^clockid: 7$')" -ge 1 ]
	other_clocks() { cat "/proc/$daemon/fdinfo"/* 2>/dev/null | grep '^clockid:' | grep -qv ' 7$'; }
	fails other_clocks
}

@test "A lease by time keeps its end over kill -9 of the daemon" {
	nsctl create -n --lease=1h box
	nsctl create -n --lease=2 short
	end=$(expires box)
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
	python3 -c 'import sys; assert abs(float(sys.argv[1]) - float(sys.argv[2])) < 0.1' "$end" "$(expires box)"
	eventually absent short
	# a lease that ran out while no daemon ran ends when the next one starts
	nsctl create -n --lease=1 late
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	sleep 1
	start_daemon
	eventually absent late
	nsctl show box
}

@test "nsctl renew puts off the end of a lease by time, and says why it cannot for other sets" {
	start_holder
	nsctl create -n --lease=60 box
	run nsctl renew box 2h
	[ "$status" -eq 0 ]
	[[ $output == "box ends in 2h" || $output == "box ends in 120m" ]]
	nsctl create -n plain
	run nsctl renew plain
	[ "$status" -eq 1 ]
	[[ $output == *"no lease by time: it lives until it is removed"* ]]
	nsctl create -n "--lease=pid:$holder" held
	run nsctl renew held 5m
	[ "$status" -eq 1 ]
	[[ $output == *"it ends with process $holder"* ]]
}

@test "A lease by process ends with the process, and the first of two leases counts" {
	start_holder
	nsctl create -mpn "--lease=pid:$holder" box
	nsctl create -n "--lease=pid:$holder" --lease=1h both
	nsctl create -n "--lease=pid:$holder" --lease=1 time
	nsctl show box | grep -q "lease *ends with process $holder"
	eventually absent time
	nsctl show both
	end_holder
	eventually absent box
	eventually absent both
	eventually counts_are "$before"
	grep -q 'lease has ended (process).*set=box' "$runtime.log"
}

@test "A lease by process survives kill -9 of the daemon, even if the process ends meanwhile" {
	start_holder
	nsctl create -n "--lease=pid:$holder" box
	nsctl create -n "--lease=pid:$$" stays
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
	nsctl show box
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	end_holder
	start_daemon
	eventually absent box
	nsctl show stays
	start_holder
	nsctl create -n "--lease=pid:$holder" box
	end_holder
	eventually absent box
}

@test "A lease by process 1 is refused, because process 1 never ends" {
	run nsctl create -n --lease=pid:1 box
	[ "$status" -eq 2 ]
	[[ $output == *"pid:1"*"process 1 never ends"*"a duration"* ]]
	# the parent of an orphan is process 1 or a reaper, which cannot hold a lease
	run as "$user_id" env ASAN_OPTIONS=detect_leaks=0 unshare --user --pid --fork --kill-child sh -c \
		'"$0" create -n --lease=pid:$PPID box' "$NSCTL_BUILD/nsctl"
	[ "$status" -eq 2 ]
	# neither process 1 of the host nor that of the caller's pid namespace can hold a lease, not by a pidfd either
	for wrapper in "" "unshare --pid --fork --kill-child"; do
		# shellcheck disable=SC2086
		$wrapper bash -c 'setpriv --reuid "$1" --regid "$1" --clear-groups env NSCTL_SOCKET="$2" \
			python3 - "$3"; exit $?' bash "$user_id" "$runtime/socket" "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import array, json, os, socket, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection
client = Connection()
lease = {"processFileDescriptor": 0, "seconds": 60.0}
calls = (("Create", {"name": "box", "spec": {"namespaces": ["net"], "lease": lease}}),
         ("Apply", {"lease": lease, "networks": [{"name": "lan", "subnets": ["10.9.0.0/24"]}]}))
for method, parameters in calls:
    call = {"method": "org.nsctl." + method, "parameters": parameters}
    client.socket.sendmsg([json.dumps(call).encode() + b"\0"], [
        (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [os.pidfd_open(1)]))])
    reply = client.receive()
    assert reply.get("error") == "org.nsctl.InvalidValue", reply
    assert reply["parameters"]["field"].endswith("lease.processFileDescriptor"), reply
    assert "process 1 never ends" in reply["parameters"]["reason"], reply
PYTHON
	done
	# process 1 of another pid namespace, here a set's init, can hold a lease, because it can end
	nsctl create -mp around
	init=$(nsctl --json show around | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')
	nsctl create -n "--lease=pid:$init" box
	nsctl rm around
	eventually absent box
}

@test "A caller inside cannot renew its own set, nor sets with the same lease" {
	inside() { nsctl exec "$1" "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "${@:2}"; }
	nsctl create -n --lease=60 box
	end=$(expires box)
	run inside box renew box 2h
	[ "$status" -eq 1 ]
	[[ $output == *"not permitted"*"inside set box"*"from outside"* ]]
	# root inside the set may not renew it either
	run root_nsctl --owner="$user_id" exec box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" renew box 2h
	[ "$status" -eq 1 ]
	python3 -c 'import sys; assert abs(float(sys.argv[1]) - float(sys.argv[2])) < 1' "$end" "$(expires box)"
	nsctl create -n --lease=60 other
	fails inside box renew other 2h
	printf '{"lease":{"seconds":60},"sets":[{"name":"a","spec":{"namespaces":["net"]}},{"name":"b","spec":{"namespaces":["net"]}}]}' |
		nsctl up -
	run inside a renew b 2h
	[ "$status" -eq 1 ]
	nsctl renew b 2h
}

@test "Commands without end, monitors and the freezer inside a set do not outlast its lease" {
	client="$NSCTL_BUILD/nsctl --socket=$runtime/socket"
	for kinds in -mp -n; do
		nsctl create "$kinds" --lease=3 box
		nsctl exec -d box sh -c "while :; do $client exec -d box sleep 600; done"
		nsctl exec -d box sh -c "$client monitor"
		nsctl exec -d box sh -c "sleep 1; $client freeze box"
		eventually absent box
		eventually counts_are "$before"
	done
}

@test "A lease by a descriptor that is not a process is refused, with the name of the field" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import array, json, os, socket, sys, threading
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

def create(fd, lease=None):
    client = Connection()
    call = {"method": "org.nsctl.Create", "parameters": {"name": "box", "spec": {
        "namespaces": ["net"], "lease": lease or {"processFileDescriptor": 0}}}}
    client.socket.sendmsg([json.dumps(call).encode() + b"\0"], [
        (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
    return client.receive()

def refused(reply, field, words):
    assert reply.get("error") == "org.nsctl.InvalidValue", reply
    assert reply["parameters"]["field"] == field, reply
    assert words in reply["parameters"]["reason"], reply

field = "spec.lease.processFileDescriptor"
refused(create(os.open("/dev/null", os.O_RDONLY)), field, "not a pidfd")
child = os.fork()
if child == 0:
    os._exit(0)
gone = os.pidfd_open(child)
os.waitpid(child, 0)
refused(create(gone), field, "has ended")
refused(create(gone, {"processFileDescriptor": 1}), field, "no descriptor")
refused(create(gone, {"process": os.getpid()}), "spec.lease.process", "for answers")
# a pidfd of a thread, if the kernel has such pidfds
thread, ready, done = None, threading.Event(), threading.Event()
def wait():
    global thread
    thread = threading.get_native_id()
    ready.set()
    done.wait()
helper = threading.Thread(target=wait)
helper.start()
ready.wait()
try:
    refused(create(os.pidfd_open(thread, os.O_EXCL)), field, "has ended, or is none")
except OSError:
    pass
done.set()
helper.join()
PYTHON
	absent box
	run nsctl create -n --lease=pid:0 box
	[ "$status" -eq 2 ]
	run nsctl create -n --lease=pid:4000000000 box
	[ "$status" -eq 2 ]
	run nsctl create -n --lease=pid: box
	[ "$status" -eq 2 ]
}

is_broken() { nsctl --json show "$1" | grep -q '"state": *"broken"'; }

@test "A lease by connection ends broken sets too, and ends with the daemon" {
	cat >"$runtime.holder.py" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection
connection = Connection()
reply = connection.call("org.nsctl.Create", {"name": "box", "spec": {
    "namespaces": ["pid"], "lease": {"connection": True}}})
assert "error" not in reply, reply
sys.stdin.read()
PYTHON
	mkfifo "$runtime.end"
	for how in close kill; do
		as "$user_id" python3 "$runtime.holder.py" "$BATS_TEST_DIRNAME/../lib" <"$runtime.end" 3>&- &
		exec {end}>"$runtime.end"
		eventually nsctl show box >/dev/null
		kill -KILL "$(nsctl --json show box | python3 -c 'import json, sys; print(json.load(sys.stdin)["init"])')"
		eventually is_broken box
		[ "$how" = close ] || { kill_daemon && start_daemon; }
		exec {end}>&-
		eventually absent box
		eventually counts_are "$before"
	done
	rm "$runtime.end" "$runtime.holder.py"
}

@test "The end of a lease is an event that names its cause" {
	become_client --json monitor >"$runtime.heard" 2>/dev/null &
	reader=$!
	eventually grep -q '"sets"' "$runtime.heard"
	start_holder
	nsctl create -n "--lease=pid:$holder" process
	nsctl create -n --lease=1 time
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection
reply = Connection().call("org.nsctl.Create", {"name": "connection", "spec": {
    "namespaces": ["net"], "lease": {"connection": True}}})
assert "error" not in reply, reply
PYTHON
	end_holder
	for how in process time connection; do
		eventually grep -q "\"what\":\"setExpired\".*\"set\":\"$how\",\"detail\":{\"lease\":\"$how\"}" "$runtime.heard"
		eventually grep -q "\"what\":\"setRemoved\".*\"set\":\"$how\"" "$runtime.heard"
	done
	kill "$reader"
	wait "$reader" || true
	rm -f "$runtime.heard"
}

@test "An idle daemon sleeps until the end of the next lease" {
	nsctl create -n --lease=1h box
	# the daemon's loop has no timer: it wakes up at the end of the lease only
	eventually idle
}
idle() { [ "$(awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" = "$(sleep 2; awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" ]; }
