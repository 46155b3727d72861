#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Packets that a way out does not let through: packets with a forged source, to sets that others have linked to the
# host, and to destinations that the policy forbids. The host and the world are net namespaces of the test. The host
# forwards, as with docker.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "host-links = $user_id $other_id" "egress = $user_id" "publish = $user_id"
	on_host sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	count_everything
}

teardown_file() { purge_host; }
teardown() {
	on_host nft delete table inet probe 2>/dev/null || true
	other rm --all
	clean_host
}

# talk ADDRESS FILE: starts a process of the host that exchanges datagrams with this address. The process listens at
# port 7000, sends to port 5000, and writes each datagram that it receives to FILE.
talk() {
	start_server talker nsenter --net="$nets/host" -- python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7000))
s.settimeout(0.2)
while True:
    s.sendto(b"question", (sys.argv[1], 5000))
    try:
        data = s.recv(100)
        open(sys.argv[2], "ab").write(data + b"\n")
    except OSError:
        pass' "$1" "$2"
}
# A program that answers each datagram to port 5000.
answer='
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 5000))
while True:
    data, address = s.recvfrom(100)
    s.sendto(b"answer", address)'
# forge SET ADDRESS TARGET: sends "forged" to TARGET, port 7000, from the set, as if ADDRESS had sent it from port
# 5000, at which it talks with the host. Then begins a connection from ADDRESS to the world.
forge() {
	nsctl exec "$1" ip addr add "$2/$([[ $2 == *:* ]] && echo 128 || echo 32)" dev lo
	nsctl exec "$1" python3 -c '
import socket, sys
six = ":" in sys.argv[1]
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 5000))
for target in ((sys.argv[2], 7000), ("2001:db8::1" if six else "203.0.113.1", 7001)):
    for i in range(5):
        s.sendto(b"forged", target)' "$2" "$3"
}
has_line() { grep -q "^$1\$" "$2" 2>/dev/null; }

@test "A packet with another set's source address is not let through as an answer" {
	nsctl create -n --egress victim
	nsctl exec -d victim python3 -c "$answer"
	nsctl create -n -r --egress thief
	# Now the thief knows the Ethernet address of its gateway. The gateway would not tell it to a forged address.
	gets thief http://203.0.113.1:8000/
	nsctl exec thief curl -g -s -m 20 -o /dev/null 'http://[2001:db8::1]:8000/'
	on_host nft add table inet probe
	on_host nft add chain inet probe post '{ type filter hook forward priority 10; }'
	on_host nft add rule inet probe post udp dport 7001 counter
	for address in "$(address4_of victim)" "$(address6_of victim)"; do
		gateway=$(nsctl exec victim ip route get "$([[ $address == *:* ]] && echo 2001:db8::1 || echo 203.0.113.1)" |
			grep -o 'via [0-9a-f.:]*' | cut -d' ' -f2)
		talk "$address" "$nets/heard"
		eventually has_line answer "$nets/heard"
		counts check forge thief "$address" "$gateway"
		# later datagrams have arrived, so an earlier one would have arrived, too
		: >"$nets/heard"
		eventually has_line answer "$nets/heard"
		fails has_line forged "$nets/heard"
		fails grep -v 'packets 0 ' <(on_host nft list chain inet probe post | grep counter)
		end_server talker
		rm "$nets/heard"
	done
}

@test "A set with egress and a set that others have linked to the host cannot reach each other" {
	other create -n --link=host:theirs0,peer-address=10.71.0.1/24,peer-address=fd71::1/64,address=10.71.0.2/24,address=fd71::2/64,gateway=10.71.0.1 theirs
	other exec -d theirs python3 -m http.server 8002 --bind ::
	eventually on_host curl -s -o /dev/null http://10.71.0.2:8002/
	on_host curl -g -s -m 20 -o /dev/null 'http://[fd71::2]:8002/'
	nsctl create -n --egress a
	gets a http://203.0.113.1:8000/
	counts from-ours is_refused a http://10.71.0.2:8002/
	counts from-ours is_refused a 'http://[fd71::2]:8002/'
	# not even the owner's own host link is reached
	nsctl create -n --link=host:mine0,peer-address=10.72.0.1/24,address=10.72.0.2/24 mine
	counts from-ours is_refused a http://10.72.0.2:8002/
	# nor does the other user's set reach this one
	nsctl exec -d a python3 -m http.server 8003 --bind ::
	eventually on_host curl -s -o /dev/null "http://$(address4_of a):8003/"
	counts to-ours exits 7 other exec theirs curl -s -m 20 -o /dev/null "http://$(address4_of a):8003/"
}

@test "Destinations that are out of reach are refused at once, and counted" {
	serve_in host neighbour 8001
	nsctl create -n --egress a
	nsctl create -n --egress b
	nsctl exec -d b python3 -m http.server 8002 --bind ::
	counts from-ours is_refused a http://169.254.169.254:8000/
	counts from-ours is_refused a "http://$(address4_of b):8002/"
	counts from-ours is_refused a "http://[$(address6_of b)]:8002/"
	counts input-ours is_refused a http://203.0.113.2:8001/
	counts input-ours is_refused a 'http://[2001:db8::2]:8001/'
	# other protocols than TCP are refused by an ICMP error, which ping prints
	run nsctl exec a ping -c 1 -W 20 169.254.169.254
	[[ "$output" == *"Packet filtered"* ]]
	run nsctl exec a ping -c 1 -W 20 2001:db8::2
	[[ "$output" == *"Administratively prohibited"* ]]
	end_server neighbour
}

@test "Host and set find each other as neighbours, by link-local addresses too" {
	nsctl create -n -r --egress a
	local=$(nsctl exec a ip -6 -o addr show eth0 scope link | awk '{ sub("/.*", "", $4); print $4 }')
	end=$(on_host ip -o link | grep -o 'nsc[0-9a-f]*' | head -n 1)
	[ -n "$local" ]
	on_host ping -c 1 -W 20 "$local%$end"
	nsctl exec a ip neigh flush all
	on_host ip neigh flush all
	gets a http://203.0.113.1:8000/
	nsctl exec a curl -g -s -m 20 -o /dev/null 'http://[2001:db8::1]:8000/'
	on_host ping -c 1 -W 20 "$(address6_of a)"
}
