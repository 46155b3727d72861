#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rows of docs/tutorial.md that link sets with each other, with the host and with the outside. The user is an ordinary
# one to whom the configuration allows that. The host and the world are namespaces of the test.

load daemon.bash
load net.bash

setup_file() {
	make_net world
	start_host "host-links = $user_id" "egress = $user_id" "publish = $user_id"
	on_host ip link add up0 type veth peer name w0
	on_host ip link set w0 netns /proc/self/fd/9 9<"$nets/world"
	on_host ip addr add 203.0.113.2/24 dev up0
	on_host ip link set up0 up
	on_host ip route add default via 203.0.113.1
	in_net world ip addr add 203.0.113.1/24 dev w0
	in_net world ip link set w0 up
	serve_in world world 8000
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

pair() {
	nsctl create box --net \
		--link=host:veth0,peer-address=192.168.100.1/24,interface=veth1,address=192.168.100.2/24
}

@test "Row 5: A veth pair to the host works, and is removed with its set" {
	pair
	nsctl exec box ping -c 1 -W 5 192.168.100.1
	on_host ping -c 1 -W 5 192.168.100.2
	on_host ip link show veth0
	nsctl show box | grep 192.168.100.2/24
	nsctl rm box
	fails on_host ip link show veth0
	patience=0 leaves "$before"
	pair
	nsctl exec -d box sleep infinity
	nsctl rm box
	patience=0 leaves "$before"
}

@test "Row 6: A server in a set can be reached over the link" {
	pair
	nsctl exec -d box python3 -m http.server 80
	eventually on_host curl -s -m 5 -o /dev/null http://192.168.100.2/
	fails on_host curl -s -m 5 -o /dev/null http://127.0.0.1:80/
}

@test "Row 22: A pair between two sets can be taken down and up" {
	nsctl create -n a
	nsctl create -n b
	nsctl link add a,address=10.0.0.1/24 b,address=10.0.0.2/24
	nsctl exec a ping -c 1 -W 5 10.0.0.2
	nsctl link down a-b
	fails nsctl exec a ping -c 1 -W 1 10.0.0.2
	nsctl link up a-b
	eventually nsctl exec a ping -c 1 -W 1 10.0.0.2
	nsctl link impair a-b --rate=1mbit
	nsctl link list | grep rate=1mbit
	nsctl link impair a-b --clear
	nsctl link rm a-b
	[ "$(nsctl exec a ip -o link | wc -l)" -eq 1 ]
}

@test "Row 23: A network hands out addresses" {
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan one
	nsctl create -n --link=net/lan two
	nsctl exec one ping -c 1 -W 5 10.8.0.3
	nsctl list | grep '10.8.0.2/24'
	# the host has no interface of the network
	[ -z "$(on_host ip -o link show type bridge)" ]
	nsctl rm one two
	nsctl network rm lan
	patience=0 leaves "$before"
}

@test "Row 24: A set with egress reaches the outside, and not the host" {
	serve_in host neighbour 8001
	nsctl create -n --egress box
	nsctl exec box curl -s -m 10 -o /dev/null http://203.0.113.1:8000/
	fails nsctl exec box curl -s -m 1 -o /dev/null http://203.0.113.2:8001/
	end_server neighbour
	nsctl rm box
	patience=0 leaves "$before"
}

@test "Row 26: A set is a router" {
	nsctl create -n --forward box
	nsctl create -n a
	nsctl create -n b
	nsctl link add a,address=10.1.0.2/24,route=10.2.0.0/16,via=10.1.0.1 box,address=10.1.0.1/24
	nsctl link add b,address=10.2.0.2/24,gateway=10.2.0.1 box,address=10.2.0.1/24
	nsctl exec a ping -c 1 -W 20 10.2.0.2
	nsctl rm a b
}

@test "Row 29: A capture shows packets of a set" {
	nsctl create -n box
	nsctl create -n peer
	nsctl link add box,address=10.0.0.1/24 peer,address=10.0.0.2/24
	nsctl capture --filter=icmp --count=2 box >"$runtime.pcap" &
	client=$!
	eventually test -s "$runtime.pcap"
	nsctl exec box ping -c 1 -W 5 10.0.0.2
	await "$client"
	python3 "$BATS_TEST_DIRNAME/capture.py" "$runtime.pcap" | grep -x 'icmp 10.0.0.2 > 10.0.0.1'
	rm "$runtime.pcap"
	nsctl rm box peer
}

@test "Row 25: A published port leads to the set" {
	nsctl create -n --publish=8080:80 box
	nsctl exec -d box python3 -m http.server 80
	eventually in_net world curl -s -m 5 -o /dev/null http://203.0.113.2:8080/
	nsctl rm box
	fails in_net world curl -s -m 5 -o /dev/null http://203.0.113.2:8080/
}

@test "Row 30: A link can have routes" {
	nsctl create -n r
	nsctl create -n --link=r:a,address=10.1.0.2/24,peer-address=10.1.0.1/24 --route=default,via=10.1.0.1 \
		--route=10.7.0.0/16,via=10.1.0.1,metric=9 box
	routes=$(nsctl exec box ip route)
	grep '^default via 10.1.0.1' <<<"$routes"
	grep '^10.7.0.0/16 via 10.1.0.1 .*metric 9' <<<"$routes"
	link=$(nsctl --json link list box | json_names)
	nsctl link down "$link"
	nsctl link up "$link"
	[ "$(nsctl exec box ip route)" = "$routes" ]
}

@test "Row 31: An interface can have several addresses" {
	nsctl create -n a
	nsctl create -n b
	nsctl link add a,address=10.0.0.1/24,address=10.0.0.11/24,address=fd00::1/64 b,address=10.0.0.2/24
	for address in 10.0.0.1 10.0.0.11; do nsctl exec b ping -c 1 -W 5 $address; done
	nsctl exec a ip -o addr show dev eth0 | grep fd00::1/64
}

@test "Row 32: A set can have further names of hosts" {
	nsctl create --add-host=db:10.0.0.5 --dns-search=example.org box
	nsctl exec box getent hosts db | grep '^10.0.0.5'
	nsctl exec box grep -x 'search example.org' /etc/resolv.conf
	fails on_host grep -w db /etc/hosts
}

@test "Row 33: A member of a network can have aliases" {
	nsctl network create lan --subnet=auto
	nsctl create --link=net/lan,alias=db,alias=cache box
	nsctl create --link=net/lan other
	nsctl exec other getent hosts db
	nsctl exec other ping -c 1 -W 5 cache
}

@test "Rows 34 and 35: A topology comes up twice, and a job runs with services" {
	services=$BATS_TEST_DIRNAME/../../docs/examples/services.json
	for project in one two; do nsctl up -p "$project" "$services"; done
	nsctl exec two.store curl -s -m 20 -o /dev/null http://web/
	nsctl down -p one
	[ "$(nsctl list --quiet)" = $'two.store\ntwo.web' ]
	nsctl down -p two
	nsctl run --with="$services" curl -s -m 20 -o /dev/null http://web/
	patience=0 leaves "$before"
}
