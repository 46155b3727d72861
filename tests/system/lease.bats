#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Leases: by time, by process, by connection; over a restart of the daemon; and what is told of them.

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

# A process that a lease can be for.
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

@test "by time: it ends, and that is counted by the clock that a suspend does not stop" {
	nsctl create -n --lease=1 box
	eventually absent box
	eventually counts_are "$before"
	grep -q 'lease has ended (time).*set=box' "$runtime.log"
	# 7 is CLOCK_BOOTTIME; no other clock is waited for
	[ "$(cat "/proc/$daemon/fdinfo"/* 2>/dev/null | grep -c '^clockid: 7$')" -eq 1 ]
	other_clocks() { cat "/proc/$daemon/fdinfo"/* 2>/dev/null | grep '^clockid:' | grep -qv ' 7$'; }
	fails other_clocks
}

@test "by time: it holds over kill -9 of the daemon, to the moment" {
	nsctl create -n --lease=1h box
	nsctl create -n --lease=2 short
	end=$(expires box)
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
	python3 -c 'import sys; assert abs(float(sys.argv[1]) - float(sys.argv[2])) < 0.1' "$end" "$(expires box)"
	eventually absent short
	# one whose time came while nobody was there ends at the start
	nsctl create -n --lease=1 late
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	sleep 1
	start_daemon
	eventually absent late
	nsctl show box
}

@test "renew: puts the end off; without a lease by time it says why not" {
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

@test "by process: it ends with it, whichever of two leases comes first" {
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

@test "by process: it holds over kill -9 of the daemon, also when the process ends meanwhile" {
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

@test "by process: what is no process is refused, with the field" {
	as "$user_id" python3 - "$(dirname "$BATS_TEST_FILENAME")" <<'PYTHON'
import array, json, os, socket, sys, threading
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Client

def create(fd, lease=None):
    client = Client()
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
refused(create(os.open("/dev/null", os.O_RDONLY)), field, "no pidfd")
child = os.fork()
if child == 0:
    os._exit(0)
gone = os.pidfd_open(child)
os.waitpid(child, 0)
refused(create(gone), field, "has ended")
refused(create(gone, {"processFileDescriptor": 1}), field, "no descriptor")
refused(create(gone, {"process": os.getpid()}), "spec.lease.process", "for answers")
# a thread's descriptor, where the kernel has such
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

@test "the end of a lease is an event, and says how it came" {
	become_client --json monitor >"$runtime.heard" 2>/dev/null &
	reader=$!
	eventually grep -q '"sets"' "$runtime.heard"
	start_holder
	nsctl create -n "--lease=pid:$holder" process
	nsctl create -n --lease=1 time
	as "$user_id" python3 - "$(dirname "$BATS_TEST_FILENAME")" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Client
reply = Client().call("org.nsctl.Create", {"name": "connection", "spec": {
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

@test "an idle daemon with a lease that is far away waits for nothing else" {
	nsctl create -n --lease=1h box
	# no timer of the loop's own: it looks again at the end, and not before
	eventually idle
}
idle() { [ "$(awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" = "$(sleep 2; awk '/^voluntary/ { print $2 }' "/proc/$daemon/status")" ]; }
