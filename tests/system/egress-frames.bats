#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Frames that root in a set sends by its way out: frames to the host itself while the firewall's table is missing,
# fragments with a forged source, and errors about another set's packets.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	make_net world
	start_host "egress = $user_id" "publish = $user_id"
	wire_world
	nsctl run -mpnuiC true
	before=$(everything)
	export before
}

teardown_file() { purge_host; }
teardown() {
	end_servers
	clean_host
}

# listen NET: starts a process in this net namespace that writes the text of each datagram to port 7000 to the file
# "heard", one a line.
listen() {
	: >"$nets/heard"
	start_server listener nsenter --net="$nets/$1" -- python3 -c '
import selectors, socket, sys
selector = selectors.DefaultSelector()
for family, address in (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((address, 7000))
    selector.register(s, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        with open(sys.argv[1], "ab") as heard:
            heard.write(key.fileobj.recv(100).rstrip(b".") + b"\n")' "$nets/heard"
	eventually listens "$1"
}
listens() { [ "$(in_net "$1" ss -Hlun sport = 7000 | wc -l)" -eq 2 ]; }
heard() { grep -qx "$1" "$nets/heard"; }

forge=$BATS_TEST_DIRNAME/forge.py

# hold SET: remembers a process in the set, by which the set can be entered while the daemon is dead.
hold() {
	nsctl exec -d "$1" sleep infinity
	holder=$(nsctl ps "$1" | awk '/sleep/ { print $1 }')
}
in_set() { nsenter --target="$holder" --net -- "$@"; }

# mac_of INTERFACE: prints the Ethernet address of the host's interface. end_of SET: prints the host's interface that
# is the other end of the set's eth0.
mac_of() { on_host ip -o link show "$1" | grep -o 'link/ether [0-9a-f:]*' | cut -d' ' -f2; }
end_of() {
	local index
	index=$(nsctl exec "$1" ip -o link show eth0 | sed 's/.*eth0@if\([0-9]*\):.*/\1/')
	on_host ip -o link | sed -n "s/^$index: \(nsc[0-9a-f]*\)@.*/\1/p"
}

# to_host WHERE INTERFACE MAC PREFIX SOURCE4 SOURCE6 LINK-LOCAL: sends every kind of frame that the host takes in.
# WHERE is the command that enters the sender's net namespace.
to_host() {
	local where=$1 interface=$2 mac=$3 prefix=$4 four=$5 six=$6 local=$7 kind
	for kind in plain tagged hop options; do
		$where "$forge" "$interface" "$mac" "$prefix-$kind" "$kind" "$six" 2001:db8::2
	done
	for kind in head tail; do
		$where "$forge" "$interface" "$mac" "$prefix-parts" "$kind" "$six" 2001:db8::2
	done
	$where "$forge" "$interface" "$mac" "$prefix-local" plain "$six" "$local"
	$where "$forge" "$interface" 33:33:00:00:00:01 "$prefix-all" plain "$six" ff02::1
	$where "$forge" "$interface" ff:ff:ff:ff:ff:ff "$prefix-nobody" plain 0.0.0.0 255.255.255.255
	$where "$forge" "$interface" 01:00:5e:00:00:01 "$prefix-nobody-all" plain 0.0.0.0 224.0.0.1
	for kind in plain tagged; do
		$where "$forge" "$interface" "$mac" "$prefix-four-$kind" "$kind" "$four" 203.0.113.2
	done
}

@test "After a flush no frame of a set reaches the host itself, however it is wrapped" {
	listen host
	nsctl create -n -r --egress a
	hold a
	end=$(end_of a)
	mac=$(mac_of "$end")
	local=$(on_host ip -6 -o addr show dev "$end" scope link | awk '{ sub("/.*", "", $4); print $4 }')
	gateway=$(in_set ip -6 route | awk '/^default/ { print $3 }')
	address4=$(address4_of a) address6=$(address6_of a)
	# all of these frames arrive if they come from a namespace that is not guarded
	to_host in_world w0 "$(mac_of up0)" world 203.0.113.1 2001:db8::1 \
		"$(on_host ip -6 -o addr show dev up0 scope link | awk '{ sub("/.*", "", $4); print $4 }')"
	for name in plain tagged hop options parts local all nobody nobody-all four-plain four-tagged; do
		eventually heard "world-$name"
	done
	theirs=$(on_host nft -s list table inet theirs)
	kill_daemon
	on_host nft flush ruleset
	for six in "$address6" 2001:db8::1 fd99::7; do
		to_host in_set eth0 "$mac" set "$address4" "$six" "$local"
		in_set "$forge" eth0 "$mac" set-gateway plain "$six" "$gateway"
		in_set "$forge" eth0 "$mac" set-loopback plain "$six" ::1
	done
	for address in 2001:db8::2 "$gateway" "$local%eth0"; do
		fails in_set ping -c 1 -W 1 "$address"
	done
	fails in_set curl -g -s -m 1 -o /dev/null 'http://[2001:db8::2]:8001/'
	in_world "$forge" w0 "$(mac_of up0)" end plain 2001:db8::1 2001:db8::2
	eventually heard end
	fails grep '^set' "$nets/heard"
	on_host nft -f - <<<"$theirs"
	start_daemon --config="$config"
	# when the table is back, frames to the host are refused, and answers to the host's own questions pass
	eventually daemon_table
	counts input-ours in_set "$forge" eth0 "$mac" set-plain plain "$address6" 2001:db8::2
	counts input-ours in_set "$forge" eth0 "$mac" set-loopback plain "$address6" "$gateway"
	counts check in_set "$forge" eth0 "$mac" set-plain plain fd99::7 2001:db8::2
	in_set "$forge" eth0 "$mac" set-loopback plain "$address6" ::1
	on_host ping -c 1 -W 20 "$address6"
	on_host ping -c 1 -W 20 -s 4000 "$address6"
	on_host ping -c 1 -W 20 "$local%$end"
	fails grep '^set' "$nets/heard"
}

@test "A fragment with another set's source address becomes no part of that set's packets" {
	listen world
	nsctl create -n -r --egress victim
	nsctl create -n -r --egress thief
	victim_mac=$(mac_of "$(end_of victim)") thief_mac=$(mac_of "$(end_of thief)")
	hold victim
	victim=$holder address4=$(address4_of victim) address6=$(address6_of victim)
	hold thief
	thief=$holder
	for pair in "$address4 203.0.113.1" "$address6 2001:db8::1"; do
		read -r source target <<<"$pair"
		holder=$thief
		in_set "$forge" eth0 "$thief_mac" theft tail "$source" "$target"
		holder=$victim
		in_set "$forge" eth0 "$victim_mac" theft head "$source" "$target"
		in_set "$forge" eth0 "$victim_mac" whole tail "$source" "$target"
		in_set "$forge" eth0 "$victim_mac" whole head "$source" "$target"
		eventually heard whole
		fails heard theft
		: >"$nets/heard"
	done
}

# The speaker: sends datagrams to port 7000 of an address ($1) from a port ($2), and writes to a file ($3) when the
# kernel tells it that nobody listens there.
speak='
import socket, sys, time
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[2])))
s.connect((sys.argv[1], 7000))
while True:
    try:
        s.send(b"question")
    except ConnectionRefusedError:
        open(sys.argv[3], "w").write("told")
    time.sleep(0.05)'
# tells FILE COMMAND...: runs the command, which sends an error, and succeeds if the speaker has been told by now.
tells() {
	local file=$1
	shift
	"$@"
	[ -s "$file" ]
}
# is_spared SPEAKER PORT SOURCE WORLD HOST: checks errors about the speaker's conversation. An error from the holder's
# set is counted, and the speaker is not told. An error from the world reaches the speaker.
is_spared() {
	local file=$nets/told-$1 port=$2 source=$3 world=$4 host=$5 chain=from-ours
	[ "$1" = victim ] || chain=input-ours
	for _ in 1 2 3; do
		counts "$chain" in_set "$forge" eth0 "$mac" "$port/$world" error "$source" "$host" || return 1
	done
	: >"$nets/heard"
	# the speaker sends two more questions: by then an error would have reached it
	eventually heard question
	: >"$nets/heard"
	eventually heard question
	[ ! -s "$file" ] || { echo "$1 was told by $source" && return 1; }
	eventually tells "$file" in_world "$forge" w0 "$(mac_of up0)" "$port/$world" error "$world" "$host"
}

@test "An ICMP error about another set's connection is let through neither to a set nor to the host" {
	listen world
	nsctl create -n -r --egress victim
	nsctl create -n -r --egress thief
	mac=$(mac_of "$(end_of thief)")
	hold thief
	for row in "68 $(address4_of thief) 203.0.113.1 203.0.113.2" "70 $(address6_of thief) 2001:db8::1 2001:db8::2"; do
		read -r port source world host <<<"$row"
		install -m 666 /dev/null "$nets/told-victim"
		nsctl exec -d victim python3 -c "$speak" "$world" "$port" "$nets/told-victim"
		eventually heard question
		is_spared victim "$port" "$source" "$world" "$host"
		nsctl kill -s KILL victim
		: >"$nets/told-host"
		start_server speaker nsenter --net="$nets/host" -- python3 -c "$speak" "$world" "$((port + 1))" "$nets/told-host"
		eventually heard question
		is_spared host "$((port + 1))" "$source" "$world" "$host"
		end_server speaker
	done
}

# Sends a datagram to an address ($1) and port ($2), and succeeds when the kernel tells that nobody listens there.
refuses='
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect((sys.argv[1], int(sys.argv[2])))
s.send(b"question")
try:
    s.recv(1)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit("nothing is told")'

@test "An ICMP error about a set's own connection is let through to the host and by a published port" {
	nsctl create -n --egress --publish=8090:9090/udp a
	for address in "$(address4_of a)" "$(address6_of a)"; do
		on_host python3 -c "$refuses" "$address" 9090
	done
	for address in 203.0.113.2 2001:db8::2; do
		in_world python3 -c "$refuses" "$address" 8090
	done
}
