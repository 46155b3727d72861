#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Published ports: who reaches them, by which address, and what becomes of flows that are older than the port.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "egress = $user_id" "publish = $user_id"
	count_everything
}
teardown_file() { purge_host; }
teardown() {
	end_servers
	clean_host
}

# serve SET PORT: a web server of both families in the set.
serve() { nsctl exec -d "$1" python3 -m http.server "$2" --bind ::; }
served_to() {
	local where=$1
	shift
	"$where" curl -g -s -m 1 -o /dev/null "$@"
}

@test "sets with egress reach a published port by the host's address; others do not" {
	nsctl create -n --publish=8080:80 web
	nsctl create -n --egress --publish=8081:80 both
	nsctl create -n --egress client
	nsctl create -n --publish=8082:80 closed
	for set in web both; do serve $set 80; done
	eventually served_to in_world http://203.0.113.2:8080/
	eventually served_to in_world http://203.0.113.2:8081/
	gets client http://203.0.113.2:8080/
	gets client http://203.0.113.2:8081/
	# also its own
	gets both http://203.0.113.2:8080/
	gets both http://203.0.113.2:8081/
	if has_ipv6; then
		gets client 'http://[2001:db8::2]:8080/'
		gets both 'http://[2001:db8::2]:8081/'
	fi
	# a set that may not reach the outside reaches no published port either, and the sets' own addresses stay out of reach
	gets_not closed http://203.0.113.2:8080/
	is_refused client "http://$(address4_of web):80/"
}

# send_to PORT SOURCE: a client of the world that sends datagrams all the time, to the host's port.
send_to() {
	start_server "sender$2" nsenter --net="$nets/world" -- python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[2])))
while True:
    try:
        s.sendto(b"x", ("203.0.113.2", int(sys.argv[1])))
    except OSError:
        pass
    time.sleep(0.05)' "$1" "$2"
}
# A datagram arrives at the set's port 53.
receives() {
	bound 20
	nsctl exec "$1" timeout "$bounded" python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 53))
s.recvfrom(9)'
}
# The kernel remembers a flow of the world to this port.
is_remembered() { on_host grep -q "sport=$2 dport=$1 " /proc/net/nf_conntrack; }

@test "UDP flows that are older than the port reach it, also when the set is made anew" {
	nsctl create -n --egress other # from now on the kernel remembers flows
	send_to 5300 6001
	[ ! -e /proc/net/nf_conntrack ] || eventually is_remembered 5300 6001
	nsctl create -n --publish=5300:53/udp first
	receives first
	nsctl rm first
	nsctl create -n --egress taker # gets the addresses that the first one had
	nsctl create -n --publish=5300:53/udp second
	receives second
}
