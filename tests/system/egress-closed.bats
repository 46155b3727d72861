#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ways out are closed while the firewall's table is missing. For this they need rules of routing on the host, which
# exist exactly as long as there is a way out. The host does not forward by default, and filters by reverse path, as
# systemd sets it.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "host-links = $user_id" "egress = $user_id" "publish = $user_id"
	on_host sysctl -qw net.ipv4.conf.up0.rp_filter=2
	serve_in host neighbour 8001
	watch_world 'icmpv6 type 133-136 accept' 'iifname w0 counter'
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

# hold SET: remembers a process in the set, by which the set can be entered while the daemon is dead.
hold() { nsctl exec -d "$1" sleep infinity && holder=$(nsctl ps "$1" | awk '/sleep/ { print $1 }'); }
in_set() { nsenter --target="$holder" --net -- "$@"; }

rules() {
	on_host ip rule
	on_host ip -6 rule
}
rules_are() { [ "$(rules)" = "$1" ]; }

@test "After a flush of the firewall no packet leaves from any source until the table is back" {
	nsctl create -n -r --egress a
	gets a http://203.0.113.1:8000/
	hold a
	theirs=$(on_host nft -s list table inet theirs)
	kill_daemon
	on_host nft flush ruleset
	on_host nft -f - <<<"$theirs"
	heard=$(seen)
	run in_set ping -c 1 -W 20 203.0.113.1
	[[ "$output" == *"Destination Net Unreachable"* ]]
	run in_set ping -c 1 -W 20 2001:db8::1
	[[ "$output" == *"Destination unreachable: No route"* ]]
	exits 7 in_set curl -s -m 20 -o /dev/null http://203.0.113.1:8000/
	# forged sources: an address of another way out, one of the world, and one that no host has
	for address in 10.213.0.6/32 203.0.113.77/32 198.51.100.7/32 fd6e:7363:746c::6/128 2001:db8::77/128 fd99::7/128; do
		in_set ip addr add "$address" dev lo
		fails in_set ping -c 2 -i 0.2 -W 1 -I "${address%/*}" "$([[ $address == *:* ]] && echo 2001:db8::1 || echo 203.0.113.1)"
	done
	# the host itself is not reached over IPv4 either
	fails in_set curl -s -m 1 -o /dev/null http://203.0.113.2:8001/
	[ "$(seen)" -eq "$heard" ]
	start_daemon --config="$config"
	eventually quickly_gets a http://203.0.113.1:8000/
	[ "$(seen)" -gt "$heard" ]
}

@test "The host has one routing rule for each family while any way out exists, and else none" {
	none=$(rules)
	nsctl create -n --egress a
	one=$(rules)
	[ "$(diff <(echo "$none") <(echo "$one") | grep -c '^>.*unreachable')" -eq 2 ]
	nsctl create -n --egress b
	nsctl create -n --publish=8090:80 c
	[ "$(rules)" = "$one" ]
	nsctl rm a b
	[ "$(rules)" = "$one" ]
	nsctl rm c
	eventually rules_are "$none"
}

@test "Routing rules that another program deletes are restored" {
	nsctl create -n --egress a
	all=$(rules)
	for family in -4 -6; do
		on_host ip "$family" rule del pref 1
		eventually rules_are "$all"
	done
	# the rules were flushed while no daemon ran
	kill_daemon
	on_host ip rule del pref 1
	start_daemon --config="$config"
	eventually rules_are "$all"
	gets a http://203.0.113.1:8000/
}

@test "The last way out can be removed while another one is made" {
	for round in 1 2 3 4 5 6 7 8 9 10; do
		nsctl create -n --egress a
		nsctl rm a 3>&- &
		nsctl create -n --egress b
		wait $!
		eventually quickly_gets b http://203.0.113.1:8000/ || { echo "round $round" && return 1; }
		nsctl rm b
	done
}

@test "Ways out work on hosts that filter strictly by reverse path" {
	on_host sysctl -qw net.ipv4.conf.up0.rp_filter=1 net.ipv4.conf.all.rp_filter=1
	nsctl create -n --egress --publish=8090:80 a
	gets a http://203.0.113.1:8000/
	nsctl exec -d a python3 -m http.server 80
	eventually in_world curl -s -m 0.2 -o /dev/null http://203.0.113.2:8090/
	on_host curl -s -m 20 -o /dev/null http://203.0.113.2:8090/
	on_host sysctl -qw net.ipv4.conf.up0.rp_filter=2 net.ipv4.conf.all.rp_filter=0
}

# records_directory: prints where the daemons of this net namespace record which forwarding they have enabled (71 is
# SO_NETNS_COOKIE).
records_directory() {
	on_host python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("/run/nsctl-forwarding/%d" % int.from_bytes(s.getsockopt(socket.SOL_SOCKET, 71, 8), "little"))'
}
not_there() { [ ! -e "$1" ]; }

@test "A daemon that is killed while it opens or closes the host leaves nothing" {
	for point in barrier-attached forwarding-recorded forwarding-changed barrier-raised firewall-added; do
		killed_at "$point" create -n --egress a || return 1
		nsctl rm --ignore a
		leaves "$before" || { echo "$point" && return 1; }
		not_there "$(records_directory)"
	done
	for point in table-cleared barrier-lowered; do
		nsctl create -n --egress a
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		nsctl rm a || true
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		leaves "$before" || { echo "$point" && return 1; }
	done
}

@test "An interface that is opened for a set forwards nothing else, and the administrator's change stays" {
	make_net lan
	on_host ip link add up1 type veth peer name l0
	on_host ip link set l0 netns /proc/self/fd/9 9<"$nets/lan"
	on_host ip addr add 198.18.7.1/24 dev up1
	on_host ip link set up1 up
	in_net lan ip addr add 198.18.7.2/24 dev l0
	in_net lan ip link set l0 up
	in_net lan ip route add default via 198.18.7.1
	in_world ip route add 198.18.7.0/24 via 203.0.113.2
	in_net lan ping -c 1 -W 20 198.18.7.1
	nsctl create -n --egress a
	[ "$(on_host cat /proc/sys/net/ipv4/conf/up0/forwarding)" = 1 ]
	[ -e "$(records_directory)/4-$(on_host ip -o link show up0 | cut -d: -f1)" ]
	counts forward fails in_world ping -c 1 -W 1 198.18.7.2
	# The administrator enables forwarding for all interfaces. It stays enabled, even where the daemon had enabled
	# it before.
	on_host sysctl -qw net.ipv4.ip_forward=1
	nsctl rm a
	eventually not_there "$runtime/forwarding"
	[ "$(on_host cat /proc/sys/net/ipv4/conf/up0/forwarding)" = 1 ]
	in_world ping -c 1 -W 20 198.18.7.2
	on_host sysctl -qw net.ipv4.ip_forward=0
	in_world ip route del 198.18.7.0/24
	on_host ip link del up1
	umount "$nets/lan"
}
