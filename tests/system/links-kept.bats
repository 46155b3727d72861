#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A link keeps its properties: those that the kernel drops by itself, or that the set's owner changes inside, are
# put back with the next change of the link. A link that has been made is usable.

load daemon.bash
load net.bash
load counted-host.bash

# what_has SET IFACE: prints the interface's addresses and routes, one a line.
what_has() {
	nsctl exec "$1" ip -o addr show dev "$2" scope global | awk '{ print $3, $4 }'
	nsctl exec "$1" ip route show dev "$2"
	nsctl exec "$1" ip -6 route show dev "$2" | grep -v '^fe80\|^ff00'
}

dual_pair() {
	nsctl create -n a
	nsctl create -n -r b
	nsctl link add --name=wire a,address=10.9.0.1/24,address=fd09::1/64,mtu=1400 \
		b,address=10.9.0.2/24,address=fd09::2/64,gateway=fd09::1,gateway=10.9.0.1,route=10.7.0.0/16,via=10.9.0.1,metric=7
}

@test "Addresses and gateways of both families come back after a link goes down and up" {
	dual_pair
	a=$(what_has a eth0)
	b=$(what_has b eth0)
	nsctl link down wire
	nsctl link up wire
	[ "$(what_has a eth0)" = "$a" ]
	[ "$(what_has b eth0)" = "$b" ]
	pings a fd09::2
	nsctl link down wire B
	nsctl link up wire
	[ "$(what_has b eth0)" = "$b" ]
	pings b 10.9.0.1
	pings b fd09::1
}

@test "What root in a set has changed on a link is restored with the link's next change" {
	dual_pair
	b=$(what_has b eth0)
	nsctl exec b ip addr flush dev eth0
	nsctl exec b ip link set eth0 down
	nsctl exec b ip link set eth0 name other
	nsctl exec b ip link set other address 02:00:00:00:00:99
	nsctl link up wire
	[ "$(what_has b eth0)" = "$b" ]
	run nsctl exec b ip link show eth0
	[[ "$output" != *02:00:00:00:00:99* ]]
	pings a 10.9.0.2
	pings a fd09::2
	# a route that the owner has added already is no error, and stays
	nsctl link impair wire --rate=1mbit
	[ "$(what_has b eth0)" = "$b" ]
}

# states LINK: prints the states of the link's ends A and B.
states() { nsctl --json link list | python3 -c '
import json, sys
for line in sys.stdin:
    link = json.loads(line)
    if link["name"] == sys.argv[1]:
        print(link["a"]["state"], link["b"]["state"])' "$1"; }

@test "nsctl link list and show tell the state of each end as the kernel has it" {
	dual_pair
	[ "$(states wire)" = "up up" ]
	nsctl link down wire B
	[ "$(states wire)" = "up down" ]
	nsctl link up wire
	[ "$(states wire)" = "up up" ]
	# root in a set sets an end down, and up again: its IPv6 address is lost
	nsctl exec b ip link set eth0 down
	[ "$(states wire)" = "up down" ]
	nsctl link list | grep -E ' B-down '
	nsctl exec b ip link set eth0 up
	[ "$(states wire)" = "up incomplete" ]
	nsctl show b | grep -E 'wire: b:eth0 \(incomplete: lacks address fd09::2/64, .*\) to a:eth0'
	nsctl link up wire
	[ "$(states wire)" = "up up" ]
	mac=$(nsctl exec b ip -o link show eth0 | sed 's,.*link/ether \([^ ]*\).*,\1,')
	nsctl link impair wire B --rate=1mbit
	while IFS='=' read -r change lacks <&4; do
		# shellcheck disable=SC2086
		nsctl exec b $change
		[ "$(states wire)" = "up incomplete" ] || { echo "$change" && return 1; }
		nsctl link list | grep -F "B-incomplete: lacks $lacks" || { nsctl link list && return 1; }
		nsctl link up wire
		[ "$(states wire)" = "up up" ]
	done 4<<-END
		ip addr del fd09::2/64 dev eth0=address fd09::2/64
		ip route del 10.7.0.0/16=route 10.7.0.0/16 via 10.9.0.1
		ip -6 route del default=route ::/0 via fd09::1
		ip link set eth0 name other=name eth0
		ip link set eth0 mtu 1300=MTU 1400
		ip link set eth0 address 02:00:00:00:00:99=MAC $mac
		tc qdisc del dev eth0 root=impairment
	END
}

is_moved() { [ "$(states wire)" = "up moved" ]; }

@test "A moved interface is shown as moved, and a deleted one as deleted" {
	dual_pair
	nsctl exec -d b sh -c 'unshare -n sh -c "echo \$\$; exec sleep 1000 >&-" |
		{ read -r pid; ip link set eth0 netns "$pid"; }'
	eventually is_moved
	nsctl link list | grep B-moved
	nsctl show b | grep -F 'wire: b:eth0 (moved)'
	refused "not there any more" link up wire
	nsctl rm b
	nsctl create -n -r b
	nsctl link add --name=wire a b
	nsctl exec b ip link del eth0
	[ "$(states wire)" = "deleted deleted" ]
	nsctl show a | grep -F 'wire: a:eth0 (deleted)'
	nsctl link list | grep -E ' deleted '
}

@test "Changing a link with a deleted interface is refused, and the link can be removed" {
	dual_pair
	nsctl exec b ip link del eth0
	refused "not there any more" link up wire
	nsctl link rm wire
}

@test "The first packet over a new link arrives" {
	nsctl create -n a
	nsctl create -n b
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64
	for round in 1 2 3 4 5 6 7 8 9 10; do
		nsctl link add --name=wire a:wire,address=10.9.0.1/24,address=fd09::1/64 b:wire,address=10.9.0.2/24,address=fd09::2/64
		pings b 10.9.0.1
		pings a fd09::2
		nsctl link down wire
		nsctl link up wire
		pings a 10.9.0.2
		nsctl link rm wire
		nsctl create -n --link=net/lan member
		pings member 10.8.0.1
		nsctl rm member
	done
}

@test "An end can have routes with metrics and sources, on the link and in a topology" {
	nsctl create -n a
	nsctl create -n b
	nsctl link add a,address=10.1.0.1/32,address=fd01::1/128,gateway=169.254.1.1,gateway=fe80::1 \
		b,address=169.254.1.1/32,route=10.1.0.1
	nsctl exec a ip route | grep '^default via 169.254.1.1 dev eth0.*onlink'
	nsctl exec a ip -6 route | grep '^default via fe80::1 dev eth0'
	pings a 169.254.1.1
	nsctl link add a:up,address=10.2.0.1/24,address=10.2.0.7/24,route=default,via=10.2.0.2,metric=50,src=10.2.0.7 b:up,address=10.2.0.2/24
	nsctl exec a ip route | grep '^default via 10.2.0.2 dev up.*src 10.2.0.7 metric 50'
	nsctl --json link list a | grep -F '"destination":"0.0.0.0/0"'
	refused "metric of its own" link add a:third,address=10.3.0.1/24,gateway=10.3.0.2 b:third
	refused "gateway" link add a:third,address=10.3.0.1/24,gateway=10.3.0.2,gateway=10.3.0.3 b:third
	refused "route" link add a:third,address=10.3.0.1/24,route=10.4.0.0/16,via=10.9.0.1 b:third
	refused "route" link add a:third b:third,route=10.4.0.0/33
	refused "host" link add a:third host,address=10.3.0.1/24,route=10.4.0.0/16
	nsctl create -n --link=b:more,address=10.5.0.1/24,peer-address=10.5.0.2/24,route=10.6.0.0/16,via=10.5.0.2 c
	nsctl exec c ip route | grep '^10.6.0.0/16 via 10.5.0.2 dev eth0'
}

@test "--route gives routes to link add and create" {
	nsctl create -n r
	nsctl create -n --link=r:left,address=10.1.0.2/24,peer-address=10.1.0.1/24 --route=default,via=10.1.0.1,metric=9 \
		--route=10.7.0.0/16,via=10.1.0.1 --link=r:more,address=10.2.0.2/24,peer-address=10.2.0.1/24 \
		--route=10.8.0.0/16,via=10.2.0.1,src=10.2.0.2 a
	nsctl exec a ip route | grep '^default via 10.1.0.1 dev eth0 .*metric 9'
	nsctl exec a ip route | grep '^10.7.0.0/16 via 10.1.0.1 dev eth0'
	nsctl exec a ip route | grep '^10.8.0.0/16 via 10.2.0.1 dev eth1.*src 10.2.0.2'
	nsctl create -n b
	nsctl link add --route=10.1.0.0/16,via=10.3.0.1 b,address=10.3.0.2/24 r,address=10.3.0.1/24
	nsctl exec b ip route | grep '^10.1.0.0/16 via 10.3.0.1 dev eth0'
	pings b 10.1.0.1
	refused "--link=PEER --route=" create -n --route=default,via=10.1.0.1 c
	refused "route" create -n --link=r:x,address=10.4.0.2/24 --route=10.5.0.0/16,via=10.9.0.1 c
}

@test "A set can have the same address twice, as routers do" {
	nsctl create -n a
	nsctl create -n b
	nsctl link add a:one,address=10.9.9.9/32,address=10.1.0.1/24 b:one,address=10.1.0.2/24
	nsctl link add a:two,address=10.9.9.9/32,address=10.1.1.1/16 b:two
	[ "$(nsctl exec a ip -o addr | grep -c 10.9.9.9)" -eq 2 ]
}

@test "A full subnet, a reserved name and missing IPv6 are refused clearly, and the MTU is as asked for" {
	nsctl network create lan --subnet=10.8.0.0/30
	nsctl create -n --link=net/lan,mtu=9000 m1
	run nsctl create -n --link=net/lan m2
	[ "$status" -ne 0 ]
	[[ "$output" == *10.8.0.0/30* && "$output" != *nsctld.conf* ]]
	refused interface link add m1:all host
	nsctl create -n -r root
	nsctl exec root sysctl -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	refused "IPv6 is switched off" link add m1 root,address=fd00::1/64
	nsctl network create wide --subnet=10.7.0.0/24
	nsctl create -n --link=net/wide,mtu=9000 w1
	nsctl create -n --link=net/wide,mtu=9000 w2
	nsctl exec w1 ping -c 1 -W 20 -M do -s 8900 10.7.0.3
}

@test "The host can be a member of a network, and reads the names of its sets" {
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64
	nsctl create -n --link=net/lan one
	nsctl link add host:lan0 net/lan
	nsctl create -n --link=net/lan,alias=db,alias=db.example two
	on_host ping -c 1 -W 20 10.8.0.4
	on_host ping -c 1 -W 20 fd08::2
	pings two 10.8.0.3
	on_host ip -o addr show | grep 10.8.0.3/24
	[ "$(nsctl hosts)" = $'10.8.0.2\tone\nfd08::2\tone\n10.8.0.4\ttwo db db.example\nfd08::4\ttwo db db.example' ]
	kill_daemon
	start_daemon --config="$config"
	on_host ping -c 1 -W 20 10.8.0.4
	nsctl network rm lan
	fails on_host ip link show lan0
	other network create lan --subnet=10.8.0.0/24
	run other link add host net/lan
	[ "$status" -ne 0 ]
	[[ "$output" == *host-links* ]]
	other network rm lan
}
