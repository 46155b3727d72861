#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Monitor reports the state first, then each change, in order and exactly once, and only to users who may see it. A
# client that is too slow is cut off, and costs the others nothing.

load daemon.bash

setup() {
	unset runtime
	config=$(mktemp /tmp/nsctl-test-conf.XXXXXX)
	printf '[limits]\nmonitors = 3\n' >"$config"
	start_daemon --config="$config"
	heard=$runtime.heard
	: >"$heard"
	: >"$heard.err"
	readers=()
}

teardown() {
	local reader
	for reader in "${readers[@]}"; do
		kill "$reader" 2>/dev/null || true
		wait "$reader" 2>/dev/null || true
	done
	answers || start_daemon --config="$config"
	nsctl rm --all
	purge_daemon
	rm -f "$config" "$heard" "$heard.err" "$heard".*
}

# listen OPTION...: starts a monitor in the background, which writes to $heard.
listen() {
	become_client "$@" >"$heard" 2>"$heard.err" &
	readers+=($!)
	reader=$!
}

heard_twice() { [ "$(grep -c "$1" "$heard")" -eq 2 ]; }
last_is() { tail -n 1 "$heard" | grep -q "$1"; }
hears() { grep -q "$@" "$heard"; }
says() { grep -q "$1" "$heard.err"; }

# story: prints the events in order: setCreated:box ...
story() { python3 -c '
import json, sys
for line in sys.stdin:
    event = json.loads(line)
    if "what" in event:
        print(event["what"], event.get("link") or event.get("set") or event.get("network"))' <"$heard"; }

@test "nsctl --json monitor prints each event in order, with names and details" {
	nsctl create -n before
	listen --json monitor
	eventually hears '"sets":\[{"name":"before"'
	nsctl network create lan --subnet=10.9.0.0/24
	nsctl create -mpn box --link=net/lan
	run nsctl exec box sh -c 'exit 3'
	run nsctl exec box sh -c 'kill -KILL $$'
	nsctl link add before box --name=cable
	nsctl link rm cable
	nsctl rm box
	nsctl network rm lan
	eventually hears networkRemoved
	[ "$(story)" = "networkCreated lan
setCreated box
linkAdded box-lan
sessionStarted box
sessionEnded box
sessionStarted box
sessionEnded box
linkAdded cable
linkRemoved cable
linkRemoved box-lan
setRemoved box
networkRemoved lan" ]
	hears '"what":"sessionStarted".*"command":"sh -c exit 3"'
	hears '"what":"sessionEnded".*"detail":{"exitStatus":"3"}'
	hears '"what":"sessionEnded".*"detail":{"signal":"9"}'
	hears '"what":"linkAdded".*"set":"before".*"detail":{"a":"before","b":"box"}'
	fails says .
}

@test "nsctl monitor SET prints lines for people, waits for the set, and leaves out other sets" {
	nsctl create -n other
	listen monitor box
	eventually says "there is no set called box yet"
	nsctl create -n also
	nsctl rm other
	nsctl create -n box
	nsctl rm box
	eventually hears ' set box was removed$'
	[ "$(wc -l <"$heard")" -eq 2 ]
	[[ $(head -n 1 "$heard") =~ ^[0-9-]+\ [0-9:]+\ set\ box\ was\ created$ ]]
}

@test "Objects that were not made or were rolled back cause no event" {
	mkdir -m 700 "$runtime/closed"
	listen --json monitor
	eventually hears '"sets":\[\]'
	run nsctl create -n taken --link=net/absent
	[ "$status" -eq 1 ]
	nsctl create -n box
	run nsctl create -n half --link=box:eth0 --link=box:eth0
	[ "$status" -eq 1 ]
	nsctl rm box
	eventually hears setRemoved
	[ "$(story)" = "setCreated box
setRemoved box" ]
	rmdir "$runtime/closed"
}

@test "The death of an init breaks its set and is an event" {
	nsctl create -mpn box
	listen --json monitor
	eventually hears '"sets"'
	kill -KILL "$(nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')"
	eventually hears '"what":"setBroken".*"set":"box","detail":{"missing":"init"}'
	nsctl list | grep -q broken
	# the set is still broken after a restart
	stop_daemon
	start_daemon --config="$config"
	nsctl list | grep -q broken
	nsctl rm box
}

@test "A user hears of another user's sets only with the right to see them" {
	listen --json monitor
	root_nsctl --json monitor --all-owners >"$heard.root" 2>/dev/null 3>&- &
	readers+=($!)
	eventually hears '"sets"'
	eventually grep -q '"sets"' "$heard.root"
	other create -n secret
	other rm secret
	nsctl create -n mine
	eventually hears setCreated
	eventually grep -q '"set":"mine"' "$heard.root"
	fails hears secret
	grep -q "\"what\":\"setRemoved\",\"owner\":$other_id,\"set\":\"secret\"" "$heard.root"
	# an absent set and another user's set give the same answer
	run nsctl --owner="$other_id" monitor mine
	[ "$status" -eq 1 ]
	[[ $output == *"no set mine"* || $output == *"mine"* ]]
	run nsctl --owner="$other_id" monitor
	[ "$status" -eq 1 ]
	run nsctl call --more Monitor '{"set":"../x"}'
	[[ $output == *InvalidValue*set* ]]
	run nsctl call Monitor
	[[ $output == *ExpectedMore* ]]
}

@test "A monitor inside a set hears of that set alone" {
	nsctl create -n box
	nsctl exec box timeout 60 "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" --json monitor --all-owners \
		>"$heard" 2>"$heard.err" 3>&- &
	readers+=($!)
	eventually hears '"sets":\[{"name":"box"'
	nsctl create -n other
	nsctl exec box true
	eventually hears sessionEnded
	fails hears '"set":"other"'
	fails hears '"name":"other"'
}

@test "The state is sent page by page, and events of that time are sent once" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

maker, monitor = Connection(), Connection()
spec = {"namespaces": ["net"]}
for i in range(205):
    assert "error" not in maker.call("org.nsctl.Create", {"name": f"s{i:03}", "spec": spec})
monitor.request("org.nsctl.Monitor", {}, more=True)
# after the first page of sets was sent, sets before and after its end change
pages = [monitor.receive()]
for name in ("s000", "s204"):
    assert "error" not in maker.call("org.nsctl.Remove", {"name": name})
assert "error" not in maker.call("org.nsctl.Create", {"name": "s000", "spec": spec})
assert "error" not in maker.call("org.nsctl.Create", {"name": "t999", "spec": spec})
there, events = set(), []
while len(events) < 5:
    reply = pages.pop() if pages else monitor.receive()
    assert reply["continues"], reply
    for one in reply["parameters"].get("sets", []):
        assert one["name"] not in there, one
        assert not events, "the state comes first"
        there.add(one["name"])
    for event in reply["parameters"].get("events", []):
        events.append((event["what"], event["set"]))
        if event["what"] == "setCreated":
            assert event["set"] not in there, event
            there.add(event["set"])
        elif event["what"] == "setRemoved":
            there.remove(event["set"])
    if there == {f"s{i:03}" for i in range(204)} | {"t999"} and \
            ("setCreated", "s000") in events:
        break
assert there == {f"s{i:03}" for i in range(204)} | {"t999"}, there
# no event is left over: the next event is that of the next change
assert "error" not in maker.call("org.nsctl.Remove", {"name": "s001"})
while True:
    event = monitor.receive()["parameters"]["events"][0]
    if event["set"] not in ("t999", "s204"):
        break
assert (event["what"], event["set"]) == ("setRemoved", "s001"), event
PYTHON
}

has_heard_all() { python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])][1:]
assert [event["what"] for event in events] == ["sessionStarted", "sessionEnded"] * int(sys.argv[2])
sessions = [event["session"] for event in events]
assert sessions[::2] == sessions[1::2] and len(set(sessions)) == int(sys.argv[2])' "$@" 2>/dev/null; }

@test "A monitor that does not read is cut off, and costs others nothing" {
	nsctl create -n box
	listen --json monitor
	eventually hears '"sets"'
	front=$(pgrep -u "$user_id" -P "$(pgrep -P "$daemon" nsctld-spawner)" nsctld-front)
	kill -STOP "$front"
	before=$(awk '/VmRSS/ { print $2 }' "/proc/$daemon/status")
	NSCTL_SOCKET=$runtime/socket "$NSCTL_BUILD/nsctl" --json --owner="$user_id" monitor \
		>"$heard.root" 2>&1 3>&- &
	readers+=($!)
	eventually grep -q '"sets"' "$heard.root"
	python3 - "$BATS_TEST_DIRNAME/../lib" "$runtime/socket" "$user_id" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

maker = Connection(sys.argv[2])
owner = int(sys.argv[3])
for i in range(700):
    reply = maker.call("org.nsctl.Exec", {
        "name": "box", "owner": owner, "command": ["true"], "detach": True})
    assert "error" not in reply, reply
    session = reply["parameters"]["session"]
    maker.call("org.nsctl.WaitSession", {"session": session})
PYTHON
	# the other monitor has received every event, once and in order
	eventually has_heard_all "$heard.root" 700
	# a queue of two thousand events would need more memory
	after=$(awk '/VmRSS/ { print $2 }' "/proc/$daemon/status")
	# AddressSanitizer keeps freed memory for a while
	sanitized || [ $((after - before)) -lt 4096 ]
	kill -CONT "$front"
	eventually says 'events were lost'
	# and then the monitor receives the state again
	eventually heard_twice '"sets"'
	nsctl exec box true
	eventually last_is sessionEnded
	grep -q 'a monitor is too slow' "$runtime.log"
}

@test "Each user has a limit on subscriptions, which end with their connections" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

def subscribe():
    client = Connection()
    client.request("org.nsctl.Monitor", {}, more=True)
    return client, client.receive()

clients = [subscribe() for _ in range(3)]
assert all("error" not in reply for _, reply in clients)
late, reply = subscribe()
assert reply["error"] == "org.nsctl.LimitExceeded" and \
    reply["parameters"] == {"limit": "monitors", "value": 3}, reply
used = Connection().call("org.nsctl.GetStatus", {})["parameters"]
assert used["used"]["monitors"] == 3 and used["features"]["monitor"] is True
clients.pop()[0].socket.close()
# the same connection tries again
while True:
    late.request("org.nsctl.Monitor", {}, more=True)
    if "error" not in late.receive():
        break
PYTHON
	# another user has a limit of its own
	user_id=$other_id listen --json monitor
	eventually hears '"sets":\[\]'
}

@test "A monitor goes on after a restart of the daemon, says so, and prints the state again" {
	nsctl create -n box
	listen --json monitor
	eventually hears '"sets":\[{"name":"box"'
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	eventually says 'lost; waiting for it'
	start_daemon --config="$config"
	eventually says 'connected again; the state follows'
	eventually heard_twice '"sets":\[{"name":"box"'
	nsctl rm box
	eventually hears setRemoved
	[ "$(story)" = "setRemoved box" ]
}
