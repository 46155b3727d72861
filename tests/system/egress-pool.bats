#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Addresses of ways out. nsctld leaves alone those that the host has or routes within the pool. Two daemons on one
# host do not give out the same addresses, even if both choose at the same time.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "egress = $user_id"
	make_net lan
	on_host ip link add up1 type veth peer name l0
	on_host ip link set l0 netns /proc/self/fd/9 9<"$nets/lan"
	on_host ip link set up1 up
	in_net lan ip link set l0 up
	count_everything
}

teardown_file() { purge_both; }
teardown() {
	on_host ip addr flush dev up1
	in_net lan ip addr flush dev l0
	clean_host
}

# Prints the addresses of both ends of each way out of both daemons, one a line.
way_addresses() { on_host ip -o addr | grep ' nsc' | awk '{ print $4 }'; }
no_address_twice() { [ -z "$(way_addresses | sort | uniq -d)" ]; }

@test "Ways out leave alone the addresses that the host has or routes within the pool" {
	on_host ip addr add 10.213.0.254/24 dev up1
	on_host ip addr add fd6e:7363:746c::5/128 dev up1 nodad
	in_net lan ip addr add 10.213.0.2/24 dev l0
	on_host ping -c 1 -W 20 10.213.0.2
	on_host ip route add 10.213.1.0/30 via 10.213.0.2
	nsctl create -n --egress a
	# 10.213.1.0/30 is in use by a route, so 10.213.1.4/30 is the first free one
	[ "$(address4_of a)" = 10.213.1.6 ]
	gets a http://203.0.113.1:8000/
	on_host ip route get 10.213.0.2 | grep 'dev up1'
	on_host ping -c 1 -W 20 10.213.0.2
	# the record has the addresses that were taken, also after a restart
	nsctl --json link list | grep -F 10.213.1.6
	nsctl --json show a | grep -F 10.213.1.6
	kill_daemon
	start_daemon --config="$config"
	nsctl --json link list | grep -F 10.213.1.6
	eventually quickly_gets a http://203.0.113.1:8000/
	nsctl create -n --egress b
	[ "$(address4_of b)" = 10.213.1.10 ]
}

@test "A host whose network contains the whole pool has ways out" {
	on_host ip addr add 10.250.0.1/8 dev up1
	nsctl create -n --egress a
	[ "$(address4_of a)" = 10.213.0.2 ]
	gets a http://203.0.113.1:8000/
}

@test "A way out is refused where the host routes the whole pool, and leaves nothing" {
	on_host ip route add 10.213.0.0/17 dev up1
	on_host ip route add 10.213.128.0/17 dev up1
	refused egress-pool-v4 create -n --egress a
	[ -z "$(nsctl list --quiet)" ]
	on_host ip route flush dev up1
}

make_many() {
	local i
	for i in 1 2 3 4 5 6 7 8; do nsctl create --quiet -n --egress "many$i" || return 1; done
}

@test "Two daemons use different addresses, even if both make sets at the same time" {
	mkdir -m 755 "$runtime.second"
	with_second start_daemon --config="$config"
	for round in 1 2 3; do
		with_second make_many 3>&- &
		second=$!
		make_many
		await "$second"
		[ "$(way_addresses | wc -l)" -ge 16 ]
		no_address_twice
		gets many8 http://203.0.113.1:8000/
		with_second gets many8 http://203.0.113.1:8000/
		# the sets of one daemon do not reach those of the other
		with_second nsctl exec -d many1 python3 -m http.server 8002 --bind ::
		theirs=$(with_second address4_of many1)
		eventually on_host curl -s -o /dev/null "http://$theirs:8002/"
		is_refused many1 "http://$theirs:8002/"
		nsctl rm --all
		# the other daemon's ways and rules stay when this daemon's last one is removed
		with_second gets many8 http://203.0.113.1:8000/
		with_second nsctl rm --all
	done
	with_second purge_daemon
}
