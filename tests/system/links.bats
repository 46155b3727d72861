#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Links and networks of an ordinary user, to whom the policy allows links to the host. The daemon's host is a net
# namespace of the test.

load daemon.bash
load net.bash
load counted-host.bash

tutorial_pair() {
	nsctl create box --net \
		--link=host:veth0,peer-address=192.168.100.1/24,interface=veth1,address=192.168.100.2/24
}

# what_links_have: prints the links as they are recorded, without the numbers of packets.
what_links_have() { nsctl --json link list | sed -E 's/,?"(received|sent)":[0-9]+//g'; }

@test "A pair of two sets carries packets both ways in both families" {
	nsctl create -n a
	nsctl create -n -r b
	nsctl link add a:wire0,address=10.9.0.1/24,address=fd09::1/64,mtu=1400 b,address=10.9.0.2/24,address=fd09::2/64
	pings a 10.9.0.2
	pings b 10.9.0.1
	pings a fd09::2
	pings b fd09::1
	nsctl exec a ip -o link show wire0 | grep 'mtu 1400'
	nsctl exec a ip -o -d link show wire0 | grep 'numtxqueues 1 numrxqueues 1 '
	nsctl exec b ip -o -d link show eth0 | grep 'numtxqueues 1 numrxqueues 1 '
	nsctl link list | grep -E '^a-b +a:wire0'
	# other users do not see the link
	run other link list
	[[ "$output" != *a-b* ]]
	run other link rm a-b
	[[ "$output" == *"no link"* || "$output" == *a-b* ]]
	[ "$status" -ne 0 ]
	pings a 10.9.0.2
	nsctl link rm a-b
	run nsctl exec a ip link show wire0
	[ "$status" -ne 0 ]
	[ "$(nsctl exec b ip -o link | wc -l)" -eq 1 ]
}

@test "A network hands out addresses and takes them back" {
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64
	for i in 1 2 3; do nsctl create -n --link=net/lan "m$i"; done
	pings m1 10.8.0.3
	pings m3 fd08::2
	nsctl rm m1
	nsctl create -n --link=net/lan m4
	nsctl exec m4 ip -o addr show eth0 | grep 'inet 10.8.0.2/24'
	nsctl network list | grep -E '^lan .*10.8.0.0/24.* m2,m3,m4'
	# the host has no interface of the network
	[ -z "$(host_links | grep -v lo)" ]
	nsctl network rm lan
	[ "$(nsctl exec m2 ip -o link | wc -l)" -eq 1 ]
	[ -z "$(nsctl --json link list | json_names)" ]
}

@test "Impossible links are refused, with the end and the reason" {
	nsctl create -n --link=host:veth0,peer-address=10.1.0.1/24,address=10.1.0.2/24 a
	nsctl create -n b
	nsctl create -u names
	nsctl network create lan --subnet=10.8.0.0/24
	links=$(what_links_have)
	refused nobody link add a nobody
	refused nobody link add a net/nobody
	refused "net namespace" link add a names
	refused interface link add a:eth0 b
	refused interface link add "a:a name" b
	refused interface link add a:lo b
	refused address link add host,address=10.1.0.9/24 b
	refused address link add a,address=10.300.0.9/24 b
	refused "prefix" link add a,address=10.3.0.9 b
	refused "10.8.0.1" link add a,address=10.8.0.1/24 net/lan || refused address link add a,address=10.8.0.1/24 net/lan
	refused gateway link add a,address=10.3.0.1/24,gateway=10.4.0.1 b
	refused "cannot be linked to itself" create -n --link=self self
	refused mac link add a,mac=ff:ff:ff:ff:ff:ff b
	refused mtu link add a,mtu=1 b
	refused already link add a b --name=a-host
	refused interface link add b host:veth0
	# two networks may have the same subnet, but no set may be in both
	nsctl network create more --subnet=10.8.0.128/25
	nsctl create -n --link=net/lan member
	refused "overlapping subnet: link member-lan" link add member net/more
	nsctl rm member
	nsctl network rm more
	refused already network create lan
	refused delay link impair a-host --jitter=5ms
	[ "$(what_links_have)" = "$links" ]
	[ "$(nsctl exec b ip -o link | wc -l)" -eq 1 ]
}

@test "Links to the host are refused to users whom the policy does not name" {
	other create -n theirs
	run other link add theirs host:veth9
	[ "$status" -ne 0 ]
	[[ "$output" == *host-links* ]]
	run other create -n --link=host:veth9 more
	[ "$status" -ne 0 ]
	[ "$(other list --quiet)" = theirs ]
	other rm theirs
}

@test "The log names the link, set or network of a call" {
	nsctl create -n a
	nsctl create -n --link=a:wire,name=pair b
	nsctl link down pair
	grep -q ' changed link pair' "$runtime.log"
	nsctl link rm pair
	other create -n theirs
	fails other link add --name=mine theirs host:veth9
	grep -q ': AddLink mine refused: link to the host' "$runtime.log"
	fails other link add theirs host:veth9
	grep -q ': AddLink theirs refused: link to the host' "$runtime.log"
	fails other create -n --link=host:veth9 more
	grep -q ': Create more refused: link to the host' "$runtime.log"
	fails other network create --egress out
	grep -q ': CreateNetwork out refused: egress' "$runtime.log"
	fails other up - <<<'{"networks": [{"name": "lan"}], "links": [{"name": "wide", "a": {"set": "theirs"}, "b": {"host": true}}]}'
	grep -q ': Apply wide refused: ' "$runtime.log"
	fails other run -n --egress --name=once true
	grep -q ': Run once refused: egress' "$runtime.log"
	other rm theirs
}

@test "A create whose link fails leaves no set" {
	on_host ip link add taken type bridge
	refused interface create -n --link=host:taken box
	[ -z "$(nsctl list --quiet)" ]
	on_host ip link show taken
	on_host ip link del taken
	patience=0 leaves "$before"
}

@test "A create whose link leads to what is removed meanwhile names that, and does not count as the daemon's failure" {
	nsctl create -n stays
	failed=$(count_failed)
	for peer in box net/lan; do
		nsctl create -n box
		nsctl network create lan
		# its maker is frozen when it is born
		echo 1 >"$(daemon_cgroup)/$user_id/cgroup.freeze"
		nsctl create -n --link="$peer" late 2>"$runtime/late" &
		creation=$!
		eventually eval 'nsctl list | grep -q "^late .*creating"'
		nsctl rm box
		nsctl network rm lan
		echo 0 >"$(daemon_cgroup)/$user_id/cgroup.freeze"
		status=0
		await "$creation" || status=$?
		cat "$runtime/late"
		[ "$status" -eq 1 ]
		grep -q "no .*${peer#net/}" "$runtime/late"
		rm "$runtime/late"
	done
	[ "$(count_failed)" = "$failed" ]
}
count_failed() { nsctl --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["counters"]["failed"])'; }

@test "A link's state and rate are changed one at a time, shown, and cleared" {
	nsctl create -n a
	nsctl create -n --link=a:wire,address=10.9.0.1/24,peer-address=10.9.0.2/24 b
	link=$(nsctl --json link list | json_names)
	nsctl link down "$link"
	run nsctl exec b ping -c 1 -W 1 10.9.0.2
	[ "$status" -ne 0 ]
	nsctl link up "$link"
	pings b 10.9.0.2
	nsctl link impair "$link" A --rate=1mbit
	nsctl link list | grep 1mbit
	nsctl exec b ip -d link show eth0 | grep 'qdisc tbf'
	nsctl link impair "$link" A --limit=5
	nsctl link list | grep 'rate=1mbit,limit=5'
	refused limit link impair "$link" B --limit=5
	nsctl link impair "$link" A --clear
	run nsctl exec b ip -d link show eth0
	[[ "$output" != *tbf* ]]
	pings a 10.9.0.1
}

@test "Without netem in the kernel, an impairment is refused and changes nothing" {
	nsctl create -n a
	nsctl create -n --link=a,address=10.9.0.1/24,peer-address=10.9.0.2/24 b
	link=$(nsctl --json link list | json_names)
	nsctl link impair "$link" --rate=5mbit
	if nsctl link impair "$link" --delay=5ms; then
		nsctl link list | grep 5ms
		nsctl --json status | grep '"impairments": *true'
	else
		nsctl --json status | grep '"impairments": *false'
		refused netem link impair "$link" --delay=5ms
		nsctl link list | grep 5mbit
		refused netem link add a b,delay=5ms
		[ "$(nsctl --json link list | json_names | wc -l)" -eq 1 ]
	fi
	pings a 10.9.0.1
}

@test "Links outlive the daemon, and are removed with their set afterwards" {
	tutorial_pair
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan m1
	nsctl create -n --link=net/lan m2
	nsctl link impair m1-lan m1 --rate=1mbit
	links=$(what_links_have)
	kill_daemon
	start_daemon --config="$config"
	[ "$(what_links_have)" = "$links" ]
	nsctl exec m1 ip -d link show eth0 | grep 'qdisc tbf'
	pings m1 10.8.0.3
	pings box 192.168.100.1
	nsctl create -n --link=net/lan m3
	pings m3 10.8.0.2
}

@test "A frozen set, and one whose init is gone, lose their links on removal" {
	nsctl create -np --link=host:veth0 box
	nsctl exec -d box sleep infinity
	nsctl freeze box
	nsctl rm box
	[ -z "$(host_links | grep -v lo)" ]
	nsctl create -np --link=host:veth0 box
	kill -KILL "$(nsctl --json show box | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d.get("set",d)["init"])')"
	nsctl rm box
	[ -z "$(host_links | grep -v lo)" ]
}

@test "A process that keeps a set's namespace does not keep its link" {
	nsctl create -nr --link=host:veth0 box
	nsctl exec -d box sleep infinity
	# a process outside the set that holds the namespace changes the set's interface
	pid=$(nsctl ps box | awk '/sleep/ { print $1 }')
	exec 9<"/proc/$pid/ns/net"
	nsctl rm box
	[ -z "$(host_links | grep -v lo)" ]
	exec 9<&-
}

@test "A link is removed although its end on the host was deleted, renamed or set down" {
	# before Linux 6.2, an interface that is up cannot be renamed
	for what in "link del veth0" "link set veth0 down; ip link set veth0 name mine0" "link set veth0 down"; do
		tutorial_pair
		on_host sh -ec "ip $what"
		nsctl rm box
		patience=0 leaves "$before"
	done
	tutorial_pair
	name=$(host_links | grep -o '^nsc[0-9a-f]*')
	make_net elsewhere
	on_host ip link set "$name" netns /proc/self/fd/9 9<"$nets/elsewhere"
	nsctl rm box
	[ "$(in_net elsewhere ip -o link | wc -l)" -eq 1 ]
	umount "$nets/elsewhere"
}

@test "Links and networks touch no interface of others" {
	on_host ip link add nsc123456789ab type veth peer name veth0
	on_host ip link set nsc123456789ab alias nsctl:0123456789abcdef
	on_host ip link add br0 type bridge
	ours=$(host_links)
	nsctl create -n --link=host:veth7,peer-address=10.1.0.1/24 box
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan m1
	refused interface link add box host:veth0
	kill_daemon
	start_daemon --config="$config"
	nsctl rm box m1
	nsctl network rm lan
	[ "$(host_links)" = "$ours" ]
	on_host ip link del nsc123456789ab
	on_host ip link del br0
}

# The daemon is killed at each point. Afterwards the object is whole or absent.

@test "A daemon that is killed while it makes a link leaves a whole link or none" {
	nsctl create -n a
	empty=$(everything)
	for point in link-recorded link-made link-named link-furnished link-answered; do
		killed_at "$point" link add a host:veth0,address=10.1.0.1/24 || return 1
		if nsctl --json link list | json_names | grep a-host; then
			on_host ip link show veth0
			nsctl exec a ip link show eth0
			nsctl link rm a-host
		fi
		leaves "$empty" || { echo "$point" && return 1; }
	done
}

@test "A daemon that is killed while it makes a set with links leaves a whole set or none" {
	for point in create-recorded create-unshared link-made link-furnished create-linked create-pinned-one create-pinned create-made; do
		killed_at "$point" create -n --link=host:veth0,peer-address=10.1.0.1/24 box || return 1
		# a set that was half made may still be listed while it is removed
		if nsctl list | grep -E '^box +[^ ]+ +ready'; then
			on_host ip link show veth0
			nsctl exec box ip link show eth0
			nsctl rm box
		fi
		leaves "$before" || { echo "$point" && return 1; }
	done
}

only_lo() { [ -z "$(host_links | grep -v lo)" ]; }

@test "A daemon that is killed while it removes a link or its set leaves nothing of them" {
	for point in unlink-recorded unlink-started unlink-done unlink-forgotten; do
		nsctl create -n a
		nsctl link add a host:veth0
		killed_at "$point" link rm a-host || return 1
		eventually only_lo || { echo "$point" && return 1; }
		nsctl rm a
		leaves "$before" || { echo "$point" && return 1; }
	done
	for point in remove-recorded remove-killed remove-unpinned remove-unlinked remove-forgotten; do
		nsctl create -n --link=host:veth0 a
		killed_at "$point" rm a || return 1
		leaves "$before" || { echo "$point" && return 1; }
	done
}

has_only_lo() { [ "$(nsctl exec "$1" ip -o link | wc -l)" -eq 1 ]; }

@test "A daemon that is killed while it makes or removes a network leaves nothing" {
	for point in create-recorded create-unshared create-pinned create-made; do
		killed_at "$point" network create lan --subnet=10.8.0.0/24 || return 1
		nsctl network rm --ignore lan
		leaves "$before" || { echo "$point" && return 1; }
	done
	for point in remove-recorded remove-unpinned remove-forgotten; do
		nsctl network create lan --subnet=10.8.0.0/24
		nsctl create -n --link=net/lan m1
		killed_at "$point" network rm lan || return 1
		# the next daemon finishes the removal
		eventually has_only_lo m1
		[ -z "$(nsctl --json link list | json_names)" ]
		nsctl rm m1
		leaves "$before" || { echo "$point" && return 1; }
	done
}

@test "A network takes fifty sets at once, and two hundred in all" {
	nsctl network create lan --subnet=10.8.0.0/16
	for i in $(seq 50); do
		nsctl create -n --link=net/lan "m$i" &
	done
	wait
	[ "$(nsctl list --quiet | wc -l)" -eq 50 ]
	[ "$(nsctl --json link list | python3 -c '
import json, sys
print(len({json.loads(line)["a"]["addresses"][0] for line in sys.stdin}))')" -eq 50 ]
	for i in $(seq 51 200); do nsctl create -n --link=net/lan "m$i"; done
	pings m1 "$(nsctl --json show m200 | python3 -c '
import json, sys
d = json.load(sys.stdin)
print([a for i in d.get("set", d)["interfaces"] for a in i["addresses"] if a.startswith("10.8.")][0].split("/")[0])')"
	for i in $(seq 50); do nsctl rm "m$i" & done
	wait
}
