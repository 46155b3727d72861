#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets with egress reach what the host reaches, also when the host's routes and interfaces change later. Forwarding is
# enabled on the interfaces that lead out, and on no others.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "egress = $user_id" "publish = $user_id"
	make_net lan
	count_everything
}
teardown_file() { purge_host; }
teardown() {
	for name in up1 wan1; do on_host ip link del $name 2>/dev/null || true; done
	on_host ip route replace default via 203.0.113.1
	clean_host
}

# Gives the host a second interface, up1 (198.18.7.1), linked to l0 (198.18.7.2) in the net namespace lan. No default
# route leads there.
wire_lan() {
	on_host ip link add up1 type veth peer name l0
	on_host ip link set l0 netns /proc/self/fd/9 9<"$nets/lan"
	on_host ip addr add 198.18.7.1/24 dev up1
	on_host ip addr add fd98:7::1/64 dev up1 nodad
	on_host ip link set up1 up
	in_net lan ip addr add 198.18.7.2/24 dev l0
	in_net lan ip addr add fd98:7::2/64 dev l0 nodad
	in_net lan ip link set l0 up
	in_net lan ip route add default via 198.18.7.1
	in_net lan ip route add default via fd98:7::1
	on_host ping -c 1 -W 20 198.18.7.2
}
forwards() { [ "$(on_host cat "/proc/sys/net/ipv4/conf/$1/forwarding")" = 1 ]; }
reaches() { nsctl exec "$1" ping -c 1 -W 1 "$2"; }

@test "A set reaches a second interface without a default route, and its ports can be reached from there" {
	wire_lan
	nsctl create -n --egress --publish=8080:80 a
	nsctl exec -d a python3 -m http.server 80 --bind ::
	reaches a 198.18.7.2
	reaches a 203.0.113.1
	eventually in_net lan curl -s -m 1 -o /dev/null http://198.18.7.1:8080/
	in_net lan curl -s -m 20 -o /dev/null http://203.0.113.2:8080/
	if has_ipv6; then
		reaches a fd98:7::2
		eventually in_net lan curl -g -s -m 1 -o /dev/null "http://[fd98:7::1]:8080/"
	fi
	# no other packets are forwarded between the two interfaces
	counts forward fails in_net lan ping -c 1 -W 1 203.0.113.1
}

@test "An interface that appears later is opened, and is closed when no route leads there any more" {
	nsctl create -n --egress a
	wire_lan
	eventually forwards up1
	eventually reaches a 198.18.7.2
	counts forward fails in_net lan ping -c 1 -W 1 203.0.113.1
	on_host ip addr flush dev up1
	eventually fails forwards up1
	forwards up0
	on_host ip addr add 198.18.7.1/24 dev up1
	eventually reaches a 198.18.7.2
	on_host ip link set up1 down
	eventually fails forwards up1
	on_host ip link set up1 up
	eventually reaches a 198.18.7.2
}

@test "A set that is older than the host's default route uses it, and follows it to another interface" {
	on_host ip route del default
	on_host ip addr del 203.0.113.2/24 dev up0
	nsctl create -n --egress a
	fails reaches a 203.0.113.1
	on_host ip addr add 203.0.113.2/24 dev up0
	on_host ip route add default via 203.0.113.1
	eventually reaches a 203.0.113.1
	wire_lan
	on_host ip route replace default via 198.18.7.2
	in_net lan ip addr add 192.0.2.1/32 dev lo
	eventually reaches a 192.0.2.1
	in_net lan ip addr del 192.0.2.1/32 dev lo
}

is_guarded() { on_host nft list set inet "$(daemon_table)" guarded | grep -qw "$1"; }

@test "A renamed interface stays guarded under its new name, and is closed at the end" {
	wire_lan
	nsctl create -n --egress a
	is_guarded up1
	# older kernels do not rename an interface that is up
	on_host ip link set up1 name wan1 ||
		on_host sh -c 'ip link set up1 down; ip link set up1 name wan1; ip link set wan1 up'
	eventually is_guarded wan1
	fails is_guarded up1
	eventually reaches a 198.18.7.2
	counts forward fails in_net lan ping -c 1 -W 1 203.0.113.1
	nsctl rm a
	eventually fails forwards wan1
}

@test "Changes of the host are followed after the daemon was down, or was killed meanwhile" {
	nsctl create -n --egress a
	kill_daemon
	wire_lan
	start_daemon --config="$config"
	eventually reaches a 198.18.7.2
	for point in forwarding-recorded forwarding-changed; do
		on_host ip link del up1
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config" || true
		wire_lan
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		eventually reaches a 198.18.7.2
	done
	nsctl rm a
	eventually fails forwards up1
}

@test "The daemon warns when the host takes a way's addresses, and gives the next set others" {
	nsctl create -n --egress a
	wire_lan
	on_host ip addr add 10.213.0.254/24 dev up1
	eventually grep -q "has a route to 10.213.0.0/24 now.*way out of a" "$runtime.log"
	nsctl create -n --egress b
	[ "$(address4_of b)" = 10.213.1.2 ]
}
