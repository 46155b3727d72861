#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Lists with names of hosts. The world has two name servers: that of the sets (--dns) is at 198.51.100.53 and
# 2001:db8:1::53, that of the host at 203.0.113.53. They give different addresses for site.test. Each address of the
# world has a web server on ports 8000 and 8001.

load daemon.bash
load net.bash
load world.bash
load talks.bash

setup_file() {
	local lists=() big=() i
	# these are 150 names with four addresses each
	for i in {0..599}; do
		big+=("--host-record=b$((i / 4)).big.test,192.0.$((2 + i / 256)).$((i % 256)),600")
	done
	# these are 9999 names, nine in each line
	for i in $(seq 0 9 9990); do
		lists+=("many = $(seq -f 'n%.0f.many.test' -s ' ' "$i" $((i + 8)))")
	done
	start_world "egress = $user_id $other_id:site" "[lists]" "site = site.test:8000/tcp" "${lists[@]}"
	add_to_world 198.51.100.{1,2,3,53}/32 203.0.113.53/32 2001:db8:1::1/128 2001:db8:1::53/128
	serve_in world second 8001
	# the host's name server, which only this test's daemon sees
	echo "nameserver 203.0.113.53" >"$nets/resolv.conf"
	mount --bind "$nets/resolv.conf" /etc/resolv.conf
	serve_names world names --listen-address=198.51.100.53 --listen-address=2001:db8:1::53 \
		--host-record=listed.test,198.51.100.1 --host-record=other.test,198.51.100.2 \
		--host-record=six.listed.test,2001:db8:1::1 --host-record=third.listed.test,198.51.100.3 \
		--cname=alias.listed.test,middle.test --cname=middle.test,end.test --host-record=end.test,198.51.100.3 \
		--host-record=private.listed.test,10.0.0.1 --host-record=metadata.listed.test,169.254.169.254 \
		--host-record=ula.listed.test,fd00::1 --host-record=mapped.listed.test,::ffff:198.51.100.2 \
		--host-record=mixed.listed.test,10.0.0.1 --host-record=mixed.listed.test,198.51.100.1 \
		--host-record=site.test,198.51.100.2 --address=/many.test/198.51.100.1 "${big[@]}"
	serve_names world host-names --listen-address=203.0.113.53 \
		--host-record=site.test,198.51.100.1 --address=/many.test/198.51.100.1 "${big[@]}"
	serve_talks 198.51.100.{1,2,3}
	count_everything
}

teardown_file() {
	umount /etc/resolv.conf
	purge_host
}
teardown() {
	clean_host
	forget_talks
}

# finds_not SET NAME...: checks that the set finds no address for any of these names.
finds_not() {
	local set=$1 name
	shift
	for name in "$@"; do
		exits 6 nsctl exec "$set" curl -s -m 20 -o /dev/null "http://$name:8000/" || return 1
	done
}
# code_of SET NAME: prints the code with which the resolver answers a question for this name, whose labels are written
# as in messages.
code_of() {
	nsctl exec "$1" python3 -c '
import socket, sys
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.settimeout(30)
to.connect(("127.0.0.53", 53))
name = sys.argv[1].encode().decode("unicode_escape").encode("latin-1")
to.send(b"\0\1\1\0\0\1\0\0\0\0\0\0" + name + b"\0\0\1\0\1")
print(to.recv(4096)[3] & 15)' "$2"
}
create() { nsctl create -m -n --dns=198.51.100.53 "$@"; }
no_stranger() { ! grep "another program has changed" "$runtime.log"; }
has_table() { [ -n "$(daemon_table)" ]; }
resolver_pid() { pgrep -P "$(pgrep -P "$(cat "$runtime.pid")" nsctld-spawner)" nsctld-resolver; }
has_no_resolver() { ! resolver_pid; }
# elements: prints how many elements the firewall has for addresses of names. has_elements N: succeeds if it has N of
# them.
elements() { on_host nft list table inet "$(daemon_table)" | grep -o '"nsc[^,]* timeout [0-9]' | wc -l; }
has_elements() { [ "$(elements)" -eq "$1" ]; }

@test "A set reaches the addresses of a listed name after it has asked for it, and only at the listed ports" {
	create --allow=Listed.test:8000/tcp "--allow=*.listed.test" a
	denies a 198.51.100.1:8000
	reaches a listed.test:8000 198.51.100.1:8000
	denies a 198.51.100.1:8001
	reaches a third.listed.test:8001
	finds_not a other.test listed.test.example
	denies a 198.51.100.2:8000
	create --allow=other.test b
	denies b 198.51.100.1:8000
	reaches b other.test:8001
	nsctl rm a b
	eventually has_no_resolver
}

@test "Names work with IPv6 addresses, with an IPv6 name server, and over TCP" {
	has_ipv6 || skip "kernel lacks force_forwarding: sets have no egress by IPv6"
	nsctl create -m -n --dns=2001:db8:1::53 --dns-option=use-vc "--allow=*.listed.test:8001" a
	denies a '[2001:db8:1::1]:8001'
	reaches a six.listed.test:8001
	reaches a '[2001:db8:1::1]:8001'
	denies a '[2001:db8:1::1]:8000'
}

@test "A listed name leads where its aliases lead, but the aliases themselves are not listed" {
	create "--allow=*.listed.test" a
	reaches a alias.listed.test:8000
	finds_not a middle.test end.test
}

@test "A listed name leads to no private and no forbidden address" {
	create "--allow=*.listed.test" a
	finds_not a private.listed.test metadata.listed.test ula.listed.test mapped.listed.test
	denies a 169.254.169.254:8000 198.51.100.2:8000
	[ "$(nsctl exec a getent ahosts mixed.listed.test | awk '{ print $1 }' | sort -u)" = 198.51.100.1 ]
	reaches a mixed.listed.test:8000
}

@test "Names of an administrator's list are asked at the host's name servers, whatever the set's are" {
	other create -m -n --dns=198.51.100.53 --allow=@site theirs
	other exec theirs curl -s -m 10 -o /dev/null http://site.test:8000/
	[ "$(other exec theirs getent ahostsv4 site.test | awk '{ print $1; exit }')" = 198.51.100.1 ]
	exits 7 other exec theirs curl -s -m 20 -o /dev/null http://198.51.100.2:8000/
	other rm theirs
	# the set's name servers are asked for names that the user has listed, beside those of the administrator's
	# list
	create --allow=@site --allow=listed.test --allow=other.test:8001 a
	[ "$(nsctl exec a getent ahostsv4 site.test | awk '{ print $1; exit }')" = 198.51.100.1 ]
	reaches a site.test:8000 listed.test:8001 other.test:8001
	denies a 198.51.100.2:8000
}

@test "The host's current name servers are asked, even if one is on loopback" {
	other create -m -n --allow=@site theirs
	address() { other exec theirs getent ahostsv4 site.test | awk '{ print $1; exit }'; }
	[ "$(address)" = 198.51.100.1 ]
	serve_names host stub --listen-address=127.0.0.1 --host-record=site.test,198.51.100.3
	echo "nameserver 127.0.0.1" >"$nets/resolv.conf"
	kill -HUP "$(cat "$runtime.pid")"
	leads_to() { [ "$(address)" = "$1" ]; }
	eventually leads_to 198.51.100.3
	other exec theirs curl -s -m 10 -o /dev/null http://site.test:8000/
	echo "nameserver 203.0.113.53" >"$nets/resolv.conf"
	kill -HUP "$(cat "$runtime.pid")"
	eventually leads_to 198.51.100.1
	other rm theirs
	end_server stub
}

@test "A name that is removed from an administrator's list leads nowhere, and its addresses are closed" {
	other create -m -n --allow=@site theirs
	is_closed() { exits 7 other exec theirs curl -s -m 20 -o /dev/null http://198.51.100.1:8000/; }
	other exec theirs curl -s -m 10 -o /dev/null http://site.test:8000/
	sed -i 's/^site = site.test/site = another.test/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually is_closed
	exits 6 other exec theirs curl -s -m 20 -o /dev/null http://site.test:8000/
	sed -i 's/^site = another.test/site = site.test/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually other exec theirs curl -s -m 0.3 -o /dev/null http://site.test:8000/
	other rm theirs
}

@test "Connections to a name that is removed from an administrator's list during learning end with the learning" {
	sed -i 's/^site = site.test.*/site = site.test listed.test/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	for set in a b; do
		create --allow=@site "$set"
		eventually reaches "$set" site.test:8001
	done
	talks a named tcp 198.51.100.1
	become_client egress --learn a >"$BATS_TEST_TMPDIR/list" 2>"$BATS_TEST_TMPDIR/said" &
	learner=$!
	eventually grep "may reach what its list does not have" "$BATS_TEST_TMPDIR/said"
	sed -i 's/^site = site.test.*/site = listed.test/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	is_closed() { exits 7 nsctl exec b curl -s -m 20 -o /dev/null http://198.51.100.1:8000/; }
	eventually is_closed
	goes_on named
	kill -TERM "$learner"
	await "$learner"
	ends named
	sed -i 's|^site = listed.test|site = site.test:8000/tcp|' "$config"
	kill -HUP "$(cat "$runtime.pid")"
}

@test "A list may have 10,000 names, and one more is refused" {
	create --allow=@many a
	reaches a n0.many.test:8000 n9998.many.test:8001
	finds_not a n9999.many.test
	create --allow=@many --allow=listed.test b
	reaches b listed.test:8000 n5000.many.test:8000
	refused "10000 names" create -m -n --allow=@many --allow=listed.test --allow=other.test c
}

@test "A topology can list names for a set, and for a network whose members ask at its gateway" {
	cat >"$nets/t.json" <<'END'
{"networks": [{"name": "lan", "subnets": ["10.8.0.0/24"], "dns": ["198.51.100.53"], "allow": ["listed.test"]}],
 "sets": [{"name": "s", "spec": {"namespaces": ["mnt", "net"], "dns": ["198.51.100.53"], "allow": ["listed.test:8001/tcp"]}},
          {"name": "t", "spec": {"namespaces": ["mnt", "net"], "links": [{"peer": {"network": "lan"}}]}}]}
END
	nsctl up "$nets/t.json"
	rm "$nets/t.json"
	reaches s listed.test:8001
	denies s 198.51.100.1:8000
	reaches t listed.test:8000
	is_refused t http://198.51.100.2:8000/
	finds_not t other.test
}

@test "Floods of questions and silent name servers do not keep answers from another set" {
	create --allow=listed.test a
	create "--allow=*.listed.test" flood
	# the world drops packets to this address, so a name server there gives no answer
	in_world ip addr add 198.51.100.54/32 dev lo
	in_world nft -f - <<'END'
add table inet silent
add chain inet silent input { type filter hook input priority 0; }
add rule inet silent input ip daddr 198.51.100.54 drop
END
	nsctl create -m -n --dns=198.51.100.54 --allow=listed.test silent
	# The program asks for a listed name and for another one by turns, as fast as it can.
	nsctl exec -d flood python3 -c '
import itertools, socket
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.connect(("127.0.0.53", 53))
for i in itertools.count():
    name = b"\5other\4test\0" if i % 2 else b"\4n%03d\6listed\4test\0" % (i % 1000)
    to.send(b"\0\1\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1")'
	for _ in 1 2 3; do
		reaches a listed.test:8000
	done
	# the resolver answers SERVFAIL (2), and is not silent
	[ "$(code_of silent '\6listed\4test')" = 2 ]
	[ "$(code_of silent '\5other\4test')" = 5 ]
	reaches a listed.test:8001
	nsctl rm flood silent a
	in_world nft delete table inet silent
	in_world ip addr del 198.51.100.54/32 dev lo
}

@test "Equal questions of a user's sets are asked once at the name server" {
	in_world ip addr add 198.51.100.54/32 dev lo
	in_world nft -f - <<'END'
add table inet silent
add chain inet silent input { type filter hook input priority 0; }
add rule inet silent input ip daddr 198.51.100.54 udp dport 53 counter drop
END
	local askers=() counted set
	for set in a b; do
		nsctl create -m -n --dns=198.51.100.54 --allow=listed.test "$set"
		nsctl exec "$set" python3 -c '
import socket
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.settimeout(60)
to.connect(("127.0.0.53", 53))
name = b"\6listed\4test\0"
for i in range(32):
    to.send(bytes([0, i, 1, 16 * (i % 4), 0, 1, 0, 0, 0, 0, 0, 0]) + (name.upper() if i % 2 else name) + b"\0\1\0\1")
assert sorted(to.recv(4096)[:4] for i in range(32)) == [bytes([0, i, 0x81, 0x82]) for i in range(32)]' &
		askers+=($!)
	done
	await "${askers[0]}"
	await "${askers[1]}"
	# if each question had been asked alone, the name server would have been asked three times for each
	counted=$(in_world nft list chain inet silent input | grep -o 'packets [0-9]*' | cut -d' ' -f2)
	[ "$counted" -ge 1 ]
	[ "$counted" -lt 64 ]
	in_world nft delete table inet silent
	in_world ip addr del 198.51.100.54/32 dev lo
}

@test "A set with the most addresses and ports allowed leaves as many to other sets of its user" {
	local ports
	mapfile -t ports < <(seq -f '--allow=*.big.test:%.0f/tcp' 32)
	create "${ports[@]}" greedy
	# shellcheck disable=SC2016 # the inner shell's
	nsctl exec greedy sh -c 'for i in $(seq 0 149); do getent ahostsv4 "b$i.big.test"; done; true' >/dev/null
	has_elements 16384
	create --allow=listed.test:8000/tcp modest
	reaches modest listed.test:8000
	nsctl rm greedy modest
	eventually has_elements 0
}

@test "A removed name leads nowhere, even if its address was just being let through" {
	asks() { other exec theirs getent ahostsv4 "$1"; }
	asks_in_vain() { ! asks "$1"; }
	has_more_than() { [ "$(elements)" -gt "$1" ]; }
	sed -i 's|^site = .*|& *.big.test:8000/tcp|' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	other create -m -n --allow=@site theirs
	eventually asks b0.big.test
	other exec -d theirs python3 -c '
import socket
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.connect(("127.0.0.53", 53))
for i in range(1, 150):
    label = b"b%d" % i
    to.send(b"\0\1\1\0\0\1\0\0\0\0\0\0" + bytes([len(label)]) + label + b"\3big\4test\0\0\1\0\1")
to.recv(4096)'
	eventually has_more_than 40
	sed -i 's|^\(site = [^ ]*\).*|\1|' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually asks_in_vain b0.big.test
	eventually asks site.test
	eventually has_elements 1
	other rm theirs
}

@test "Names can be added to and removed from a list while its set runs" {
	create --allow=198.51.100.3 a
	finds_not a listed.test
	nsctl egress --allow=LISTED.test:8000/tcp --allow=listed.test:7000 --allow=other.test a
	reaches a listed.test:8000 other.test:8001
	denies a 198.51.100.1:8001
	nsctl egress --remove=other.TEST a
	finds_not a other.test
	denies a 198.51.100.2:8001
	reaches a listed.test:8000
	run nsctl egress --remove=other.test a
	[ "$status" -ne 0 ]
	[[ "$output" == *"is not on the list"* ]]
	run nsctl egress --deny=other.test a
	[ "$status" -ne 0 ]
	[[ "$output" == *"is a name, which can only be allowed"* ]]
	nsctl egress --remove=listed.test:8000/tcp --remove=listed.test:7000 a
	eventually has_no_resolver
	finds_not a listed.test
	denies a 198.51.100.1:8000
	[ "$(elements)" -eq 0 ]
	reaches a 198.51.100.3:8000
}

@test "A program that occupies the resolver's port in its set keeps names away until it ends" {
	create --allow=198.51.100.3 a
	nsctl exec -d a python3 -c '
import socket, time
holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
holder.bind(("127.0.0.53", 53))
time.sleep(3600)'
	is_occupied() { nsctl exec a grep -q ':0035 ' /proc/net/udp; }
	eventually is_occupied
	nsctl egress --allow=listed.test:8000/tcp a
	eventually grep "set a reaches no names of its list: cannot" "$runtime.log"
	finds_not a listed.test
	reaches a 198.51.100.3:8000
	nsctl kill a
	eventually quickly_gets a http://listed.test:8000/
}

@test "Members of a network ask at its gateway as long as the network's list has names" {
	nsctl network create --subnet=10.8.0.0/24 --dns=198.51.100.53 --allow=198.51.100.3 lan
	nsctl create -m -n --link=net/lan member
	finds_not member listed.test
	nsctl egress --allow=listed.test net/lan
	reaches member listed.test:8000
	nsctl egress --remove=listed.test net/lan
	finds_not member listed.test
	denies member 198.51.100.1:8000
}

@test "A set that joins or leaves a network asks that network's name servers, or the host's again" {
	nsctl network create --subnet=10.8.0.0/24 --dns=198.51.100.53 lan
	nsctl create -m -n --allow=listed.test a
	finds_not a listed.test
	nsctl link add a net/lan
	reaches a listed.test:8000
	nsctl link rm a-lan
	exits 2 nsctl exec a getent hosts listed.test
}

@test "Connections to names go on while the list has them, through changes and a reload of the firewall" {
	create --allow=listed.test --allow=third.listed.test --allow=198.51.100.2 a
	reaches a listed.test:8000 third.listed.test:8000
	talks a first tcp 198.51.100.1
	talks a second tcp 198.51.100.2
	talks a third udp 198.51.100.3
	nsctl egress --remove=198.51.100.2 --allow=other.test a
	ends second
	goes_on first
	goes_on third
	kill -HUP "$(cat "$runtime.pid")"
	eventually denies a 198.51.100.1:8000
	goes_on first
	goes_on third
	nsctl egress --deny=198.51.100.3 a
	ends third
	goes_on first
	nsctl egress --remove=third.listed.test a
	ends first
	reaches a listed.test:8000
}

@test "Connections to a removed name end whenever the daemon is killed, and others go on" {
	create --allow=listed.test --allow=third.listed.test a
	for point in list-recorded list-changed list-enforced names-ended; do
		eventually reaches a listed.test:8000 third.listed.test:8000
		talks a ends tcp 198.51.100.1
		talks a ends6 udp 198.51.100.3
		killed_at "$point" egress --remove=third.listed.test a
		ends ends
		ends ends6
		eventually reaches a listed.test:8000
		denies a 198.51.100.3:8000
		talks a stays tcp 198.51.100.1
		stop_daemon
		NSCTL_KILL_AT=lists-enforced start_daemon --config="$config" || eventually is_gone "$daemon"
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		goes_on stays
		nsctl egress --allow=third.listed.test a
		goes_on stays
	done
	# connections to a name at a port that is taken off end, although the name stays at another port
	eventually reaches a listed.test:8000
	nsctl egress --allow=listed.test:7000/tcp --remove=listed.test a
	ends stays
}

@test "Connections to names that an administrator's list loses end, even if no daemon runs" {
	rereads() { kill -HUP "$(cat "$runtime.pid")"; }
	restarts() {
		stop_daemon
		start_daemon --config="$config"
	}
	# has_site "ENTRIES" HOW: gives the administrator's list these entries, and lets the daemon read them by HOW.
	has_site() {
		sed -i "s|^site = .*|site = $1|" "$config"
		"$2"
	}
	create --allow=@site a
	for how in rereads restarts; do
		has_site "site.test listed.test" rereads
		eventually quickly_gets a http://site.test:8000/
		talks a stays tcp 198.51.100.1
		has_site "site.test listed.test more.test" rereads
		goes_on stays
		has_site site.test "$how"
		ends stays
	done
	has_site site.test:8000/tcp rereads
}

@test "The addresses that a set was let through are removed with it" {
	create --allow=listed.test:8000/tcp --allow=third.listed.test:8000 keeps
	create "--allow=*.listed.test:8000/tcp" a
	reaches keeps listed.test:8000
	reaches a third.listed.test:8000
	has_elements 2
	nsctl rm a
	eventually has_elements 1
	reaches keeps third.listed.test:8000
	has_elements 3
	# The daemon must recognise its own changes. Otherwise it would restore its table, without addresses of names.
	no_stranger
}

@test "A resolver that dies is replaced, and nothing is open unasked after a flush or a kill of the daemon" {
	create "--allow=*.listed.test" --allow=listed.test a
	nsctl network create lan --subnet=10.8.0.0/24 --dns=198.51.100.53 --allow=listed.test
	nsctl create -m -n --link=net/lan m
	reaches a listed.test:8000
	reaches m listed.test:8000
	old=$(resolver_pid)
	kill -KILL "$old"
	eventually quickly_gets a http://third.listed.test:8000/
	[ "$(resolver_pid)" != "$old" ]
	# another program deletes the table, and the daemon restores it
	on_host nft delete table inet "$(daemon_table)"
	eventually has_table
	denies a 169.254.169.254:8000 198.51.100.1:8000
	eventually quickly_gets a http://listed.test:8000/
	eventually quickly_gets m http://listed.test:8000/
	# another program deletes the table while no daemon runs
	kill_daemon
	on_host nft delete table inet "$(daemon_table)"
	gets_not a http://198.51.100.1:8000/
	start_daemon --config="$config"
	eventually quickly_gets a http://third.listed.test:8000/
	denies a 198.51.100.1:8000 169.254.169.254:8000
	reaches a listed.test:8000
	eventually quickly_gets m http://listed.test:8000/
}
