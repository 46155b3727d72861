#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# nsctl capture shows the packets of an ordinary user's sets, links and networks, and of nobody else's. The process
# that captures has nothing that its user does not have, and ends with the set, network or client for which it works.

load daemon.bash
load net.bash

setup_file() {
	make_net host
	config=$nets/nsctld.conf
	printf '%s\n' '[allow]' "host-links = $user_id" '[limits]' 'captures = 3' >"$config"
	daemon_in="nsenter --net=$nets/host --"
	client_in=$daemon_in
	start_daemon --config="$config"
	export nets config daemon_in client_in runtime daemon
	count_everything
}
teardown_file() { purge_host; }

setup() {
	files=$(mktemp -d /tmp/nsctl-test-capture.XXXXXX)
	chown "$user_id" "$files"
	clients=()
}
teardown() {
	for client in "${clients[@]}"; do kill -KILL "$client" 2>/dev/null || true; done
	clean_host
	eventually fails capturers
	rm -rf "$files"
}

capturers() { pgrep -x nsctl-capture; }
reader=$BATS_TEST_DIRNAME/capture.py
begun() { python3 "$reader" --begun "$files/$1"; }
packets() { python3 "$reader" "$files/$1"; }
has() { packets "$1" >"$files/lines" && grep -q "$2" "$files/lines"; }

# capture_to FILE ARGUMENT...: captures in the background, and returns when packets are captured; $client is the
# client.
capture_to() {
	local file=$1
	shift
	become_client capture "$@" >"$files/$file" 2>"$files/$file.err" &
	client=$!
	clients+=("$client")
	eventually begun "$file"
}
# ends [STATUS]: checks that the client ends by itself, with this status.
ends() {
	local status=0
	eventually is_gone "$client"
	await "$client" || status=$?
	[ "$status" -eq "${1:-0}" ]
}
stop_capture() {
	kill -TERM "$client"
	ends
}

two_sets() {
	nsctl create -n a
	nsctl create -n b
	nsctl link add a:eth0,address=10.0.0.1/24 b:eth0,address=10.0.0.2/24
}

@test "A ping between two sets can be captured at either set and by the link's name" {
	two_sets
	for where in a b:eth0 a-b; do
		capture_to file "$where"
		nsctl exec a ping -c 2 -W 5 10.0.0.2
		eventually has file 'icmp 10.0.0.1 > 10.0.0.2'
		eventually has file 'icmp 10.0.0.2 > 10.0.0.1'
		stop_capture
		grep -qx "$(packets file | wc -l) packets captured, 0 lost" "$files/file.err"
	done
	# another interface has no packet of the ping
	capture_to lo a:lo
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	nsctl exec a ping -c 1 -W 5 127.0.0.1
	eventually has lo 'icmp 127.0.0.1 > 127.0.0.1'
	fails has lo 10.0.0
	stop_capture
	# in a set without links, lo is captured
	nsctl create -n alone
	capture_to alone alone
	nsctl exec alone ping -c 1 -W 5 127.0.0.1
	eventually has alone 'icmp 127.0.0.1 > 127.0.0.1'
}

@test "A capture takes a filter, a number of packets, and a file" {
	two_sets
	nsctl capture -w "$files/two" --filter='icmp[icmptype] == icmp-echo' --count=2 a 2>"$files/two.err" &
	client=$!
	eventually begun two
	nsctl exec a ping -c 3 -i 0.2 -W 5 10.0.0.2
	ends
	[ "$(packets two)" = "$(printf 'icmp 10.0.0.1 > 10.0.0.2\n%.0s' 1 2)" ]
	grep -q '^2 packets captured' "$files/two.err"
	[ "$(stat -c %u "$files/two")" = "$user_id" ]
	capture_to udp --filter='udp port 53' -w - a
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	nsctl exec a python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("10.0.0.2", 53))'
	eventually has udp 'udp 10.0.0.1 > 10.0.0.2'
	fails has udp icmp
	stop_capture
	refused "is not a valid filter" capture --filter='port nonsense' -w "$files/none" a
	refused "--filter: has more than 512 entries" capture --filter="$(seq -s ' or ' -f 'port %g' 1 2 399)" -w "$files/none" a
}

@test "A capture shows VLAN tags, which the kernel keeps beside the frame" {
	nsctl create -n -r inner # root inside sends frames as they are
	nsctl create -n outer
	nsctl link add inner:eth0 outer:eth0
	capture_to tagged outer:eth0
	nsctl exec inner python3 - <<'PYTHON'
import socket
packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
packet.bind(("eth0", 0))
addresses = bytes.fromhex("ffffffffffff 020000000001")
ip = bytes.fromhex("45000014000000004001 0000 0a070001 0a070002")
packet.send(addresses + bytes.fromhex("8100 0007 0800") + ip + bytes(30))
PYTHON
	eventually has tagged 'vlan 7 icmp 10.7.0.1 > 10.7.0.2'
}

@test "A capture of a set runs in that set, at whichever end of the link it is" {
	two_sets
	for set in a b; do
		capture_to file "$set"
		[ "$(readlink "/proc/$(capturers)/ns/net")" = "$(nsctl exec "$set" readlink /proc/self/ns/net)" ]
		stop_capture
		eventually fails capturers
	done
}

@test "A capture of a network shows what its members send to each other" {
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan one
	nsctl create -n --link=net/lan two
	capture_to lan net/lan
	nsctl exec one ping -c 2 -W 5 10.8.0.3
	eventually has lan 'icmp 10.8.0.2 > 10.8.0.3'
	eventually has lan 'icmp 10.8.0.3 > 10.8.0.2'
	stop_capture
	# a link of a member is captured at its end in the member
	link=$(nsctl --json link list one | json_names)
	capture_to member "$link"
	[ "$(readlink "/proc/$(capturers)/ns/net")" = "$(nsctl exec one readlink /proc/self/ns/net)" ]
}

@test "A capture of a link to the host runs at the end in the set" {
	nsctl create -n box
	nsctl link add --name=out box:eth0,address=10.1.0.2/24 host:veth0,address=10.1.0.1/24
	capture_to out out
	[ "$(readlink "/proc/$(capturers)/ns/net")" = "$(nsctl exec box readlink /proc/self/ns/net)" ]
	on_host ping -c 1 -W 5 10.1.0.2
	eventually has out 'icmp 10.1.0.1 > 10.1.0.2'
}

@test "A capture of a link between a network and the host runs in the network" {
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan box
	nsctl link add --name=up net/lan host:veth0,address=10.8.0.9/24
	capture_to up up
	on_host ping -c 1 -W 5 10.8.0.2
	eventually has up 'icmp 10.8.0.9 > 10.8.0.2'
}

@test "Objects of others cannot be captured, and a caller inside a set can capture that set alone" {
	two_sets
	nsctl network create lan
	for where in a a:eth0 a-b net/lan; do
		run as "$other_id" sh -c "'$NSCTL_BUILD/nsctl' capture '$where' | wc -c"
		[[ "$output" == *"there is no "* ]]
		run as "$other_id" sh -c "'$NSCTL_BUILD/nsctl' --owner=$user_id capture '$where' | wc -c"
		[[ "$output" == *"there is no "* ]]
	done
	for where in b b:eth0 a-b net/lan; do
		run nsctl exec -e NSCTL_SOCKET="$runtime/socket" a "$NSCTL_BUILD/nsctl" capture -w "$files/none" "$where"
		[[ "$output" == *"there is no "* ]]
	done
	nsctl exec -d -e NSCTL_SOCKET="$runtime/socket" a "$NSCTL_BUILD/nsctl" capture -w "$files/inside" a
	eventually begun inside
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	eventually has inside 'icmp 10.0.0.1 > 10.0.0.2'
}

@test "A place that cannot be captured is refused with the reason" {
	two_sets
	nsctl link add a:eth1 b:eth1
	nsctl create -m plain
	refused "several" capture -w "$files/none" a
	refused "no interface of this name" capture -w "$files/none" a:eth9
	refused "no net namespace" capture -w "$files/none" plain
	refused "there is no set called nobody" capture -w "$files/none" nobody
	refused "there is no network called nobody" capture -w "$files/none" net/nobody
}

@test "The capturing process has no rights of the daemon, and its user cannot look into it" {
	two_sets
	capture_to file a
	pid=$(capturers)
	grep -E "^Uid:[[:space:]]+$user_id[[:space:]]+$user_id[[:space:]]+$user_id" "/proc/$pid/status"
	[ "$(awk '/^Cap(Prm|Eff|Amb)/ { print $2 }' "/proc/$pid/status" | sort -u)" = 0000000000000000 ]
	grep -E '^NoNewPrivs:[[:space:]]+1' "/proc/$pid/status"
	grep -E '^Seccomp:[[:space:]]+2' "/proc/$pid/status"
	# the process is not dumpable, so its files in /proc belong to root
	[ "$(stat -c %u "/proc/$pid/environ")" = 0 ]
	fails as "$user_id" ls "/proc/$pid/fd"
	[ "$(readlink "/proc/$pid/ns/net")" = "$(nsctl exec a readlink /proc/self/ns/net)" ]
	# The process has five descriptors: the packet socket, a socket for changes of interfaces, the client's file,
	# and two pipes.
	[ "$(find "/proc/$pid/fd" -type l | wc -l)" -eq 5 ]
	# no socket of the host's net namespace receives packets
	[ "$(on_host tail -n +2 /proc/net/packet | wc -l)" -eq 0 ]
	# the capturer of a capture by root runs with the account of inits
	stop_capture
	root_nsctl --owner="$user_id" capture -w "$files/roots" a &
	clients+=($!)
	eventually begun roots
	[ "$(stat -c %u "/proc/$(capturers)")" != 0 ]
	fails grep -q "^Uid:[[:space:]]0" "/proc/$(capturers)/status"
	pid=$(capturers)
	kill -KILL "$pid"
	eventually is_gone "$pid"
}

@test "A capture ends with its reader, its client, its interface or its set" {
	two_sets
	# the reader ends even before the capture begins
	nsctl capture a 2>"$files/gone.err" | true
	grep -x "0 packets captured, 0 lost" "$files/gone.err"
	# the reader ends although no packet comes
	[ "$(nsctl capture --filter='udp port 9' a | head -c 24 | wc -c)" -eq 24 ]
	eventually fails capturers
	capture_to killed a
	kill -KILL "$client"
	eventually fails capturers
	# a link that is set down is still there, so the capture goes on
	capture_to link a-b
	nsctl link down a-b
	nsctl link up a-b
	eventually nsctl exec a ping -c 1 -W 1 10.0.0.2
	eventually has link 'icmp 10.0.0.1 > 10.0.0.2'
	nsctl link rm a-b
	ends
	nsctl link add a:eth0,address=10.0.0.1/24 b:eth0,address=10.0.0.2/24
	capture_to set a
	nsctl rm a
	ends 1
	grep -q 'there is no set called a' "$files/set.err"
	eventually fails capturers
}

@test "A capture ends with the daemon, even if its user has stopped it or reads nothing" {
	two_sets
	mkfifo "$files/full"
	chown "$user_id" "$files/full"
	start_server holder sh -c "exec 5<>'$files/full'; exec sleep infinity"
	capture_to one a
	nsctl capture -w "$files/full" b &
	clients+=($!)
	eventually two_capture
	for pid in $(capturers); do pids+=("$pid"); done
	flood
	as "$user_id" kill -STOP "${pids[0]}"
	kill_daemon
	for pid in "${pids[@]}"; do eventually is_gone "$pid"; done
	start_daemon --config="$config"
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	end_server holder
}
two_capture() { [ "$(capturers | wc -l)" -eq 2 ]; }
# flood: sends a thousand large datagrams from a to b, more than a pipe holds.
flood() { nsctl exec a python3 -c '
import socket
s = socket.socket(type=socket.SOCK_DGRAM)
for i in range(1000):
    s.sendto(b"x" * 1400, ("10.0.0.2", 9))'; }

@test "A client that reads nothing loses packets and is told how many, and delays nobody" {
	two_sets
	mkfifo "$files/full"
	chown "$user_id" "$files/full"
	start_server holder sh -c "exec 5<>'$files/full'; exec sleep infinity"
	become_client capture -w "$files/full" a 2>"$files/full.err" &
	client=$!
	clients+=("$client")
	eventually capturers
	for _ in 1 2 3 4 5 6 7 8; do flood; done
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	nsctl create -n c
	nsctl rm c
	# the client ends the capture, and reads the rest
	kill -TERM "$client"
	start_server drain cat "$files/full"
	ends
	grep -E '^[1-9][0-9]* packets captured, [1-9][0-9]* lost$' "$files/full.err"
	end_server drain
	# a client that reads nothing does not delay the removal of the set either
	nsctl capture -w "$files/full" a &
	client=$!
	clients+=("$client")
	eventually capturers
	flood
	nsctl rm a
	eventually fails capturers
	ends 1
	end_server holder
}

@test "Each user has a limit on captures at a time" {
	two_sets
	for i in 1 2 3; do capture_to "$i" a; done
	refused "the limit on captures (3)" capture -w "$files/none" a
	nsctl status | grep -i captures
	stop_capture
	capture_to again a
	# captures at their limit do not keep commands from running
	nsctl exec a true
}

@test "A capture that ends while it begins disturbs no other call of its user" {
	as "$user_id" env PYTHONPATH="$BATS_TEST_DIRNAME/../lib" python3 -B - <<-'PYTHON'
		import os
		from varlink import Connection
		capturing, removing, other = Connection(), Connection(), Connection()
		packets, own = os.memfd_create("packets"), os.pidfd_open(os.getpid())
		for _ in range(50):
		    removing.ok("Create", {"name": "a", "spec": {"namespaces": ["net"]}})
		    capturing.request("Capture", {"name": "a", "captureFileDescriptor": 0}, [packets], more=True)
		    removing.request("Remove", {"name": "a"})
		    # each of these calls has a descriptor, too, which goes the way that the capture's has gone
		    for _ in range(4): other.ok("Identify", {"processFileDescriptor": 0}, [own])
		    assert "error" not in removing.receive()
		    while capturing.receive().get("continues"): pass
	PYTHON
}
