# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The outside of a test of ways out: a net namespace "world" that the host's default route leads to. Loaded after
# net.bash.

in_world() { in_net world "$@"; }

# Joins the host (up0, 203.0.113.2) with the world (w0, 203.0.113.1). The world also has 169.254.169.254, the address
# of metadata services. Link-local addresses are usable at once, without a check of their uniqueness, during which
# they would receive nothing.
wire_world() {
	on_host ip link add up0 type veth peer name w0
	on_host ip link set w0 netns /proc/self/fd/9 9<"$nets/world"
	on_host sh -c 'echo 0 >/proc/sys/net/ipv6/conf/up0/accept_dad'
	in_world sh -c 'echo 0 >/proc/sys/net/ipv6/conf/w0/accept_dad'
	on_host ip addr add 203.0.113.2/24 dev up0
	on_host ip addr add 2001:db8::2/64 dev up0 nodad
	on_host ip link set up0 up
	in_world ip addr add 203.0.113.1/24 dev w0
	in_world ip addr add 2001:db8::1/64 dev w0 nodad
	in_world ip addr add 169.254.169.254/32 dev lo
	in_world ip link set w0 up
	on_host ip route add default via 203.0.113.1
	on_host ip route add default via 2001:db8::1
	# the table of another program, which nsctld must leave alone
	on_host nft add table inet theirs
	on_host nft add chain inet theirs forward '{ type filter hook forward priority 0; }'
	on_host nft add rule inet theirs forward counter
}

# start_world LINE...: makes the host and starts its daemon (with these lines in [allow]), and the world with a web
# server.
start_world() {
	make_net world
	start_host "$@"
	wire_world
	serve_in world world 8000
	eventually on_host curl -s -o /dev/null http://203.0.113.1:8000/
}

# add_to_world ADDRESS/PREFIX...: gives the world these addresses, too.
add_to_world() {
	local address
	for address in "$@"; do
		in_world ip addr add "$address" dev lo
	done
}

# serve_names NET SERVER OPTION...: starts a name server in this net namespace, which knows only what the options say.
serve_names() {
	start_server "$2" nsenter --net="$nets/$1" -- dnsmasq --no-daemon --user=root --pid-file= --conf-file=/dev/null \
		--no-resolv --no-hosts --bind-interfaces --local-service=net "${@:3}"
}

gets() { nsctl exec "$1" curl -s -m 10 -o /dev/null "$2"; }
quickly_gets() { nsctl exec "$1" curl -s -m 0.3 -o /dev/null "$2"; }
gets_not() { ! nsctl exec "$1" curl -s -m 1 -o /dev/null "$2"; }
has_ipv6() { [ -e /proc/sys/net/ipv6/conf/lo/force_forwarding ]; }

# exits STATUS COMMAND...: succeeds if the command ends with this status.
exits() {
	local expected=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" -eq "$expected" ] || { echo "$* ended with $status" && return 1; }
}

# is_refused SET URL: succeeds if the connection is refused at once (curl's 7), and does not hang (28).
is_refused() { exits 7 nsctl exec "$1" curl -g -s -m 20 -o /dev/null "$2"; }

# reaches SET HOST:PORT...: the set reaches all of these. denies SET HOST:PORT...: all of these refuse it at once.
reaches() {
	local set=$1 at
	shift
	for at in "$@"; do
		nsctl exec "$set" curl -g -s -m 10 -o /dev/null "http://$at/" || { echo "$set: $at is refused" && return 1; }
	done
}
denies() {
	local set=$1 at
	shift
	for at in "$@"; do
		is_refused "$set" "http://$at/" || return 1
	done
}

# address4_of SET, address6_of SET: print the address of the way out's end inside the set.
address4_of() { nsctl exec "$1" ip -4 -o addr show eth0 | awk '{ sub("/.*", "", $4); print $4 }'; }
address6_of() { nsctl exec "$1" ip -6 -o addr show eth0 scope global | awk '{ sub("/.*", "", $4); print $4 }'; }

daemon_table() { on_host nft list tables | grep -o 'nsctl-[0-9a-f]*'; }
# counted CHAIN: prints how many packets the rules in this chain of the daemon's table have counted.
counted() {
	on_host nft list chain inet "$(daemon_table)" "$1" |
		awk '/counter/ { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) } END { print n + 0 }'
}
has_counted() { [ "$(counted "$1")" -gt "$2" ]; }
# counts CHAIN COMMAND...: checks that the command succeeds, and that the chain has counted packets meanwhile.
counts() {
	local chain=$1 n
	n=$(counted "$chain")
	shift
	"$@" && eventually has_counted "$chain" "$n"
}

# watch_world RULE...: from here on, the world looks at what it receives by these rules of nft, one of which counts.
watch_world() {
	local rule
	in_world nft add table inet seen
	in_world nft add chain inet seen input '{ type filter hook input priority 0; }'
	for rule in "$@"; do
		in_world nft add rule inet seen input "$rule"
	done
}
# Prints how many packets the rules of watch_world() have counted.
seen() { in_world nft list chain inet seen input | grep -o 'packets [0-9]*' | cut -d' ' -f2; }
unwatch_world() { in_world nft delete table inet seen; }

# knocks SET ADDRESS: makes the set try, from here on, to reach this address, by ICMP, UDP and TCP.
knocks() {
	nsctl exec -d "$1" ping -q -i 0.002 "$2"
	nsctl exec -d "$1" python3 -c '
import socket, sys
while True:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        try:
            with socket.socket(socket.AF_INET, kind) as client:
                client.settimeout(1)
                client.connect((sys.argv[1], 8000))
                client.send(b"x")
        except OSError:
            pass' "$2"
}

# with_second COMMAND...: runs a helper with a second daemon of this host. purge_both: purge_host, and before that
# purge_daemon of the second one, if there is one.
with_second() {
	local runtime=$runtime.second daemon
	"$@"
}
purge_both() {
	local status=0
	[ ! -d "$runtime.second" ] || with_second purge_daemon || status=1
	purge_host && return $status
}
