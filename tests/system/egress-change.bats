#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Lists of egress that change while sets run. The world has several addresses. Each of them has a web server on port
# 8000, and a server on port 7000 that answers each line over TCP and UDP.

load daemon.bash
load net.bash
load world.bash
load talks.bash

setup_file() {
	start_world "egress = $user_id $other_id:mirrors" "[lists]" "mirrors = 198.51.100.1" "spare = 198.51.100.2" \
		"names = n1.test n2.test n3.test n4.test" "[limits]" "egress-entries = 20" "egress-names = 6"
	add_to_world 198.51.100.{1,2,3}/32 2001:db8:1::1/128 2001:db8:1::2/128
	serve_talks 198.51.100.{1,2,3} 2001:db8:1::1 2001:db8:1::2
	count_everything
}

teardown_file() { purge_host; }
teardown() {
	clean_host
	forget_talks
}

# list SET: prints the list in one line: the allowed entries, then the denied ones.
list() {
	nsctl --json egress "$1" | python3 -c '
import json, sys
reply = json.load(sys.stdin)
print(*reply["allow"], "|", *reply["deny"])'
}
# refused_to SET: prints the destinations that were refused.
refused_to() {
	nsctl --json egress "$1" | python3 -c '
import json, sys
for refused in json.load(sys.stdin).get("refusedDestinations", []):
    print(refused["address"], refused["protocol"], refused.get("port", "-"))'
}
has_refused() { refused_to "$1" | grep -qxF "$2"; }

@test "Entries that are added can be reached at once, and those that are removed or denied cannot" {
	nsctl create -n --allow=198.51.100.1 a
	[ "$(list a)" = "198.51.100.1 |" ]
	denies a 198.51.100.2:8000
	nsctl egress --allow=198.51.100.2:8000/tcp --allow=198.51.100.3 a
	reaches a 198.51.100.2:8000
	reaches a 198.51.100.3:8000
	[ "$(list a)" = "198.51.100.1 198.51.100.2:8000/tcp 198.51.100.3 |" ]
	nsctl egress --deny=198.51.100.3:8000 --remove=198.51.100.1/32 a
	denies a 198.51.100.1:8000
	denies a 198.51.100.3:8000
	reaches a 198.51.100.2:8000
	[ "$(list a)" = "198.51.100.2:8000/tcp 198.51.100.3 | 198.51.100.3:8000" ]
	nsctl show a | grep -E '^ +denied +198.51.100.3:8000'
	nsctl egress --remove=198.51.100.3:8000 a
	reaches a 198.51.100.3:8000
	# an entry that the list has already is not added again, and does not count again
	nsctl egress $(seq -f '--allow=198.51.100.%.0f/32' 3 3) $(seq -f '--allow=10.0.%.0f.0/24' 0 16) a
	refused egressEntries egress --allow=10.1.0.0/24 --allow=10.2.0.0/24 a
	nsctl egress $(seq -f '--remove=10.0.%.0f.0/24' 0 16) a
	nsctl egress --allow=@spare a
	[ "$(list a)" = "198.51.100.2:8000/tcp 198.51.100.3 @spare |" ]
}

@test "Connections end when their entry is removed, and other connections go on" {
	nsctl create -n --allow=198.51.100.0/24 --allow=2001:db8:1::/64 --allow=198.51.100.1 --allow=2001:db8:1::1 a
	for kind in tcp udp; do
		talks a "$kind-stays" "$kind" 198.51.100.1
		talks a "$kind-ends" "$kind" 198.51.100.2
		if has_ipv6; then
			talks a "$kind-stays6" "$kind" 2001:db8:1::1
			talks a "$kind-ends6" "$kind" 2001:db8:1::2
		fi
	done
	nsctl create -n --allow=198.51.100.0/24 b
	talks b others tcp 198.51.100.2
	nsctl egress --remove=198.51.100.0/24 --remove=2001:db8:1::/64 a
	# a file NAME.new would be one that is about to be renamed to NAME
	for talk in "$nets/talks"/*-ends{,6}; do [ ! -e "$talk" ] || ends "$(basename "$talk")"; done
	for talk in "$nets/talks"/*-stays{,6} "$nets/talks/others"; do [ ! -e "$talk" ] || goes_on "$(basename "$talk")"; done
	nsctl egress --deny=198.51.100.1:7000/udp a
	ends udp-stays
	goes_on tcp-stays
	run nsctl exec a ping -c 1 -W 20 198.51.100.2
	[[ "$output" == *"Packet filtered"* ]]
}

@test "The connections of a network's members end when their entry is removed" {
	nsctl network create lan --subnet=10.8.0.0/24 --allow=198.51.100.1 --allow=198.51.100.2
	nsctl create -n --link=net/lan m
	talks m stays tcp 198.51.100.1
	talks m ends tcp 198.51.100.2
	nsctl egress --remove=198.51.100.2 net/lan
	ends ends
	goes_on stays
	[ "$(list net/lan)" = "198.51.100.1 |" ]
	is_refused m http://198.51.100.2:8000/
	eventually has_refused net/lan "198.51.100.2 tcp 8000"
	nsctl --json network list | grep -E '"allow": ?\["198.51.100.1"\]'
}

@test "nsctl egress shows what was refused, by destination" {
	nsctl create -n --allow=198.51.100.1 a
	[ -z "$(refused_to a)" ]
	for _ in 1 2 3; do denies a 198.51.100.2:8000; done
	denies a 198.51.100.3:8001
	nsctl exec a ping -c 1 -W 20 198.51.100.3 || true
	nsctl exec a bash -c 'echo x >/dev/udp/198.51.100.2/53' || true
	if has_ipv6; then denies a '[2001:db8:1::1]:8000'; fi
	eventually has_refused a "198.51.100.2 udp 53"
	refused_to a >"$BATS_TEST_TMPDIR/refused"
	head -n 1 "$BATS_TEST_TMPDIR/refused" | grep -x "198.51.100.2 tcp 8000"
	grep -x "198.51.100.3 tcp 8001" "$BATS_TEST_TMPDIR/refused"
	grep -x "198.51.100.3 icmp -" "$BATS_TEST_TMPDIR/refused"
	if has_ipv6; then grep -x "2001:db8:1::1 tcp 8000" "$BATS_TEST_TMPDIR/refused"; fi
	nsctl egress a | grep -E '^ +198.51.100.2:8000/tcp: 3$'
	nsctl show a | grep -E '^ +198.51.100.2:8000/tcp: 3$'
	# the rules are in a form that nft(8) can print
	on_host nft list ruleset | grep -E 'update @denied4-nsc[0-9a-f]+ '
	# a change of the list keeps the counts
	nsctl egress --allow=198.51.100.3 a
	nsctl egress a | grep -E '^ +198.51.100.2:8000/tcp: 3$'
	nsctl egress a | grep -E '^ +refused +[0-9]+ packets? to'
	# many destinations neither make the answer too long nor fill the set of another list
	nsctl create -n --allow=198.51.100.1 b
	nsctl exec a python3 -c '
import socket
for port in range(1000, 1300):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.2", port))'
	eventually has_refused a "198.51.100.2 udp 1000"
	[ "$(refused_to a | wc -l)" -eq 64 ]
	denies b 198.51.100.2:8000
	eventually has_refused b "198.51.100.2 tcp 8000"
	# the removal of another set changes the table, and keeps the counts, too
	nsctl rm b
	nsctl create -n --allow=198.51.100.1 b
	nsctl rm b
	[ "$(refused_to a | wc -l)" -eq 64 ]
}

@test "Only permitted users may change a list, and a wrong change is refused with the reason" {
	nsctl create -n --allow=198.51.100.1 a
	nsctl create -n --egress plain
	refused "--remove=198.51.100.2: is not on the list" egress --remove=198.51.100.1 --remove=198.51.100.2 a
	refused "--allow=198.51.100.1/24" egress --allow=198.51.100.2 --allow=198.51.100.1/24 a
	refused "--allow=@mirror: is no list" egress --allow=@mirror a
	refused "make it with --allow" egress --allow=198.51.100.1 plain
	refused "make it with --allow" egress plain
	refused "nobody" egress nobody
	for command in "egress a" "egress --owner=$user_id a" "egress --allow=198.51.100.1 --owner=$user_id a"; do
		# shellcheck disable=SC2086
		run other $command
		[ "$status" -ne 0 ]
		[[ "$output" == *"no set"* || "$output" == *"not"*"found"* || "$output" == *"does not exist"* ]]
	done
	inside() { nsctl exec a "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "$@"; }
	for option in --allow=198.51.100.2 --remove=198.51.100.1 --deny=198.51.100.1; do
		run inside egress "$option" a
		[ "$status" -ne 0 ]
		[[ "$output" == *"from outside"* ]]
	done
	inside egress a | grep -E '^ +allowed +198.51.100.1$'
	[ "$(list a)" = "198.51.100.1 |" ]
	# this user may have only the administrator's list
	other create -n --allow=@mirrors theirs
	run other egress --allow=198.51.100.2 theirs
	[ "$status" -ne 0 ]
	[[ "$output" == *"@mirrors"* ]]
	other egress --remove=@mirrors --deny=198.51.100.3 theirs
	other egress --allow=@mirrors theirs
	other rm theirs
}

@test "The names of lists are limited, and equal lists count once" {
	used() { nsctl --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["used"]["egressNames"])'; }
	nsctl create -m -n --allow=@names a
	nsctl create -m -n --allow=@names b
	nsctl network create lan --subnet=10.8.0.0/24 --allow=@names
	[ "$(used)" -eq 4 ]
	# the limit leaves no room for one more name
	refused "egressNames" create -m -n --allow=@names --allow=own.test c
	refused "egressNames" network create --subnet=10.9.0.0/24 --allow=@names --allow=own.test wan
	refused "egressNames" egress --allow=own.test a
	[ "$(list a)" = "@names |" ]
	[ "$(used)" -eq 4 ]
	nsctl rm b
	nsctl network rm lan
	nsctl egress --allow=own.test a
	[ "$(used)" -eq 5 ]
	kill_daemon
	start_daemon --config="$config"
	[ "$(used)" -eq 5 ]
	# the daemon reads the same lists again, and counts them as before
	kill -HUP "$(cat "$runtime.pid")"
	nsctl egress --allow=198.51.100.1 a
	[ "$(used)" -eq 5 ]
	nsctl rm a
	[ "$(used)" -eq 0 ]
}

@test "A change of a list survives restarts, and kills of the daemon at any point" {
	nsctl create -n --allow=198.51.100.1 --allow=198.51.100.2 a
	nsctl network create lan --subnet=10.8.0.0/24 --allow=198.51.100.2
	for point in list-recorded list-changed list-enforced; do
		talks a stays tcp 198.51.100.1
		talks a ends tcp 198.51.100.2
		killed_at "$point" egress --remove=198.51.100.2 a
		[ "$(list a)" = "198.51.100.1 |" ]
		ends ends
		goes_on stays
		denies a 198.51.100.2:8000
		nsctl egress --allow=198.51.100.2 a
		reaches a 198.51.100.2:8000
	done
	nsctl egress --allow=198.51.100.1 --remove=198.51.100.2 net/lan
	stop_daemon
	start_daemon --config="$config"
	[ "$(list a)" = "198.51.100.1 198.51.100.2 |" ]
	[ "$(list net/lan)" = "198.51.100.1 |" ]
	refused egressEntries egress $(seq -f '--allow=10.0.%.0f.0/24' 0 17) a
}

@test "A change that takes too long fails at its deadline, and the old list holds" {
	stop_daemon
	NSCTL_HANG_AT=list-changed start_daemon --config="$config"
	nsctl create -n --allow=198.51.100.1 --allow=198.51.100.2 a
	nsctl egress --remove=198.51.100.2 a >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	first=$!
	has_begun() { [ "$(list a)" = "198.51.100.1 |" ]; }
	eventually has_begun
	run nsctl egress --deny=198.51.100.1 a
	[[ "$output" == *"a is changing"* ]]
	fails await "$first"
	[ -s "$BATS_TEST_TMPDIR/first" ]
	[ "$(list a)" = "198.51.100.1 198.51.100.2 |" ]
	eventually quickly_gets a http://198.51.100.2:8000/
	stop_daemon
	start_daemon --config="$config"
	[ "$(list a)" = "198.51.100.1 198.51.100.2 |" ]
}

@test "Connections end when a list of the configuration no longer has their entry" {
	nsctl create -n --allow=@spare --allow=198.51.100.1 a
	talks a stays tcp 198.51.100.1
	talks a ends tcp 198.51.100.2
	sed -i 's/^spare = .*/spare = 198.51.100.3/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	ends ends
	goes_on stays
	sed -i 's/^spare = .*/spare = 198.51.100.2/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
}

@test "A destination that is not listed stays closed during fifty changes" {
	watch_world 'ip daddr 198.51.100.3 counter'
	nsctl create -n --allow=198.51.100.1 a
	knocks a 198.51.100.3
	eventually has_refused a "198.51.100.3 icmp -"
	for i in $(seq 1 25); do
		nsctl egress "--allow=198.51.100.2:$i" --deny=198.51.100.2:9000/udp a
		nsctl egress "--remove=198.51.100.2:$i" --remove=198.51.100.2:9000/udp a
	done
	[ "$(seen)" -eq 0 ]
	unwatch_world
	[ "$(list a)" = "198.51.100.1 |" ]
}

@test "Clients inside a set may leave while the daemon restores the firewall for their calls" {
	nsctl create -n --allow=198.51.100.1 a
	# a call without a name is about the caller's own set
	nsctl exec a python3 -c '
import os, socket, time
for _ in range(300):
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.environ["NSCTL_SOCKET"])
    s.sendall(b"{\"method\":\"org.nsctl.SetEgress\",\"parameters\":{}}\0")
    s.close()
    time.sleep(0.003)' 3>&- &
	leaving=$!
	# the daemon restores its table when it reads the configuration again
	until is_gone "$leaving"; do
		kill -HUP "$(cat "$runtime.pid")"
		sleep 0.02
	done
	await "$leaving"
	[ "$(list a)" = "198.51.100.1 |" ]
}
