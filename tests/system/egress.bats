#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Egress and published ports, and which users may have them. The host is a net namespace of the test, and so is the
# outside: a "world" to which the host's default route leads.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "host-links = $user_id" "egress = $user_id" "publish = $user_id"
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

@test "A set with egress reaches the outside, by the host's address" {
	nsctl create -n --egress a
	gets a http://203.0.113.1:8000/
	if has_ipv6; then gets a 'http://[2001:db8::1]:8000/'; fi
	nsctl link list | grep -E '^a-egress'
	nsctl create -n b
	gets_not b http://203.0.113.1:8000/
}

@test "A set with egress reaches no metadata service, no address of the host, and no other set" {
	serve_in host neighbour 8001
	nsctl create -n --egress a
	nsctl create -n --egress b
	nsctl exec -d b python3 -m http.server 8002
	gets_not a http://169.254.169.254:8000/
	gets_not a http://203.0.113.2:8001/
	address=$(nsctl --json show b | grep -o '10\.213\.[0-9.]*' | head -1)
	gets_not a "http://$address:8002/"
	# Packets with a forged source do not pass. Before the test forges, the set must know its gateway's Ethernet
	# address: otherwise it asks for that with the forged source, too, and a host with rp_filter does not answer
	# as long as that packet waits.
	nsctl create -n -r --egress c
	eventually nsctl exec c ping -c 1 -W 1 203.0.113.1
	nsctl exec c ip addr add 10.213.9.9/32 dev lo
	fails nsctl exec c ping -c 1 -W 1 -I 10.213.9.9 203.0.113.1
	eventually nsctl exec c ping -c 1 -W 1 203.0.113.1
	end_server neighbour
}

@test "Egress and published ports are refused to users whom the policy does not name" {
	for option in --egress --publish=8080:80; do
		run other create -n $option theirs
		[ "$status" -ne 0 ]
		[[ "$output" == *nsctld.conf* ]]
	done
	run other network create lan --subnet=10.8.0.0/24 --egress
	[ "$status" -ne 0 ]
	run nsctl create -n --publish=80:80 a
	[ "$status" -ne 0 ]
	[[ "$output" == *low-ports* ]]
}

@test "A published port leads to its set, and cannot be published twice" {
	nsctl create -n --publish=8080:80 --publish=203.0.113.2:8081:80 a
	nsctl exec -d a python3 -m http.server 80 --bind ::
	eventually in_world curl -s -m 0.2 -o /dev/null http://203.0.113.2:8080/
	in_world curl -s -m 5 -o /dev/null http://203.0.113.2:8081/
	on_host curl -s -m 5 -o /dev/null http://203.0.113.2:8080/
	if has_ipv6; then in_world curl -s -m 5 -o /dev/null 'http://[2001:db8::2]:8080/'; fi
	# a set with published ports does not reach the outside
	gets_not a http://203.0.113.1:8000/
	run nsctl create -n --publish=8080:80 b
	[ "$status" -ne 0 ]
	[[ "$output" == *"in use"* ]]
	run on_host python3 -c 'import socket; socket.socket().bind(("", 8080))'
	[ "$status" -ne 0 ]
	nsctl rm a
	on_host python3 -c 'import socket; socket.socket().bind(("", 8080))'
}

@test "A port that a process of the host uses is refused" {
	serve_in host neighbour 8085
	run nsctl create -n --publish=8085:80 a
	[ "$status" -ne 0 ]
	[[ "$output" == *"in use"* ]]
	[ -z "$(nsctl list --quiet)" ]
	end_server neighbour
}

@test "Members of a network with egress reach each other and the outside" {
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64 --egress
	nsctl create -n --link=net/lan m1
	nsctl create -n --link=net/lan m2
	gets m1 http://203.0.113.1:8000/
	if has_ipv6; then gets m2 'http://[2001:db8::1]:8000/'; fi
	nsctl exec m1 ping -c 1 -W 5 10.8.0.3
}

# generation: prints how many transactions the kernel has counted in the host's net namespace (NETLINK_NETFILTER is
# 12).
generation() {
	on_host python3 -c '
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.send(struct.pack("=IHHII", 20, 10 << 8 | 16, 1, 1, 0) + bytes(4))
print(struct.unpack_from(">I", s.recv(4096), 24)[0])'
}
# settles: checks that the generation stays the same for a while. A daemon that reacts to its own changes would never
# stop.
settles() {
	local before
	before=$(generation)
	[ -n "$before" ] && [ "$(generation)" = "$before" ] && [ "$(generation)" = "$before" ]
}

@test "The firewall's rules are restored after a flush, and other programs' rules are left alone" {
	nsctl create -n --egress a
	gets a http://203.0.113.1:8000/
	theirs=$(on_host nft -s list table inet theirs)
	on_host nft flush ruleset
	eventually quickly_gets a http://203.0.113.1:8000/
	gets_not a http://203.0.113.2:8000/
	[ -z "$(on_host nft list tables | grep theirs)" ]
	on_host nft -f - <<<"$theirs"
	table=$(on_host nft list tables | grep -o 'nsctl-[0-9a-f]*')
	on_host nft delete table inet "$table"
	eventually quickly_gets a http://203.0.113.1:8000/
	[ "$(on_host nft -s list table inet theirs)" = "$theirs" ]
	eventually settles
	nsctl rm a
	eventually settles
}

@test "Egress and published ports survive the death and the restart of the daemon" {
	nsctl create -n --egress --publish=8080:80 a
	nsctl exec -d a python3 -m http.server 80
	eventually in_world curl -s -m 0.2 -o /dev/null http://203.0.113.2:8080/
	kill -KILL "$(cat "$runtime.pid")"
	# published ports work without the daemon
	in_world curl -s -m 5 -o /dev/null http://203.0.113.2:8080/
	on_host nft flush ruleset
	on_host nft add table inet theirs
	on_host nft add chain inet theirs forward '{ type filter hook forward priority 0; }'
	on_host nft add rule inet theirs forward counter
	start_daemon --config="$config"
	eventually quickly_gets a http://203.0.113.1:8000/
	run on_host python3 -c 'import socket; socket.socket().bind(("", 8080))'
	[ "$status" -ne 0 ]
}

@test "A daemon that is killed while a way out is made or removed leaves nothing" {
	for point in create-recorded link-made create-linked firewall-added create-pinned create-made; do
		killed_at "$point" create -n --egress --publish=8080:80 a || return 1
		nsctl rm --ignore a
		leaves "$before" || { echo "$point" && return 1; }
	done
	for point in remove-recorded firewall-removed remove-unpinned remove-unlinked remove-forgotten; do
		nsctl create -n --egress --publish=8080:80 a
		killed_at "$point" rm a || return 1
		leaves "$before" || { echo "$point" && return 1; }
	done
}

@test "A caller in the machine's network may use the egress of a daemon in another network" {
	# the client is in the net namespace of process 1
	client_in= nsctl create -n --egress a
	eventually gets a http://203.0.113.1:8000/
	client_in= nsctl rm a
}
