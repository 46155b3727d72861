#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Lists that are learned: `nsctl egress --learn`. The world has several addresses. Each of them has web servers on
# ports 8000 and 8001, and a server on port 7000 that answers each line over TCP and UDP. A name server is at
# 198.51.100.53.

load daemon.bash
load net.bash
load world.bash
load talks.bash

setup_file() {
	start_world "egress = $user_id $other_id:mirrors" "publish = $user_id" "[lists]" "mirrors = 198.51.100.1" "closed = 198.51.100.2"
	add_to_world 198.51.100.{1,2,3,53}/32 192.168.77.1/32 2001:db8:1::1/128
	serve_in world second 8001
	serve_in host host 8001
	serve_names world names --listen-address=198.51.100.53 \
		--host-record=listed.test,198.51.100.1 --host-record=other.test,198.51.100.2 --host-record=same.test,198.51.100.2 \
		--host-record=third.test,198.51.100.3 --host-record=six.test,2001:db8:1::1 --host-record=private.test,192.168.77.1
	serve_talks 198.51.100.{1,2,3} 2001:db8:1::1
	count_everything
}

teardown_file() { purge_host; }
teardown() {
	kill "$(cat "$BATS_TEST_TMPDIR/learner" 2>/dev/null)" 2>/dev/null || true
	clean_host
	forget_talks
}

create() { nsctl create -m -n --dns=198.51.100.53 "$@"; }

# learn SET [OPTION...]: begins to learn the list in the background, and returns when learning has begun. learned:
# ends the learning, and checks that nsctl ends well.
learn() {
	local set=$1
	shift
	# what an earlier one has said would be found before this one has begun, which then loses the signal of learned
	rm -f "$BATS_TEST_TMPDIR/said"
	become_client egress --learn "$@" "$set" >"$BATS_TEST_TMPDIR/list" 2>"$BATS_TEST_TMPDIR/said" &
	learner=$!
	echo "$learner" >"$BATS_TEST_TMPDIR/learner"
	eventually grep "may reach what its list does not have" "$BATS_TEST_TMPDIR/said"
}
learned() {
	kill -TERM "$learner"
	await "$learner" || { cat "$BATS_TEST_TMPDIR/said" && return 1; }
	grep "may reach only its list again" "$BATS_TEST_TMPDIR/said"
}
# has_told ENTRY: succeeds if the printed list has this line, apart from a comment.
has_told() { sed 's/ *#.*//' "$BATS_TEST_TMPDIR/list" | grep -qxF "$1"; }
tells() {
	local entry
	for entry in "$@"; do
		eventually has_told "$entry" || { cat "$BATS_TEST_TMPDIR/list" && return 1; }
	done
}
# tells_only ENTRY...: checks that the printed list has these lines, and no others.
tells_only() { diff <(printf '%s\n' "$@" | sort) <(sort "$BATS_TEST_TMPDIR/list"); }

is_closed() { denies "$1" 198.51.100.2:8000; }
has_no_rules() { ! on_host nft list table inet "$(daemon_table)" | grep -q learned; }
front_pid() { pgrep -u "$user_id" -P "$(pgrep -P "$(cat "$runtime.pid")" nsctld-spawner)" nsctld-front; }
# hold SET: remembers a process in the set, by which the set can be entered while the daemon is dead.
hold() { nsctl exec -d "$1" sleep infinity && holder=$(nsctl ps "$1" | awk '/sleep/ { print $1 }'); }
in_set() { nsenter --target="$holder" --net -- "$@"; }
is_refused_in_set() { exits 7 in_set curl -s -m 20 -o /dev/null "http://$1/"; }

@test "Destinations that a set reaches while its list is learned are printed, and are closed again afterwards" {
	nsctl create -n --allow=198.51.100.1 a
	is_closed a
	learn a
	reaches a 198.51.100.2:8000 198.51.100.2:8001 198.51.100.1:8000
	nsctl exec a ping -c 1 -W 20 198.51.100.3
	talks a udp udp 198.51.100.3
	tells 198.51.100.2:8000/tcp 198.51.100.2:8001/tcp 198.51.100.3 198.51.100.3:7000/udp
	if has_ipv6; then
		reaches a '[2001:db8:1::1]:8000'
		tells '[2001:db8:1::1]:8000/tcp'
	fi
	# the list has no destination that was refused before, and none that was let through is refused
	nsctl egress a | grep -F '198.51.100.2:8000/tcp: 1'
	fails grep -F 198.51.100.1 "$BATS_TEST_TMPDIR/list"
	[ "$(grep -cF 198.51.100.2:8000/tcp "$BATS_TEST_TMPDIR/list")" = 1 ]
	learned
	is_closed a
	ends udp
	has_no_rules
	reaches a 198.51.100.1:8000
}

@test "Learning prints the names that a set has asked for, and the printed list is sufficient" {
	create --allow=listed.test:8000/tcp a
	learn a
	reaches a other.test:8000 third.test:8001 listed.test:8000 private.test:8000 198.51.100.2:8001
	learned
	tells other.test:8000/tcp other.test:8001/tcp third.test:8001/tcp 192.168.77.1:8000/tcp
	grep -F '192.168.77.1:8000/tcp  # private.test' "$BATS_TEST_TMPDIR/list"
	fails grep -F listed.test "$BATS_TEST_TMPDIR/list"
	exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://other.test:8000/
	install -m 644 "$BATS_TEST_TMPDIR/list" "$nets/list"
	nsctl egress --allow=@"$nets/list" a
	reaches a other.test:8000 third.test:8001 listed.test:8000 192.168.77.1:8000
	exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://private.test:8000/
	denies a 198.51.100.3:8000
	nsctl create -m -n --dns=198.51.100.53 --allow=@"$nets/list" b
	reaches b other.test:8001 third.test:8001
	rm "$nets/list"
}

@test "An address with several names is printed with each of them, also in IPv6" {
	create --allow=listed.test a
	learn a --json
	reaches a other.test:8000 same.test:8000
	if has_ipv6; then reaches a six.test:8000; fi
	learned
	python3 - "$BATS_TEST_TMPDIR/list" <<'END'
import json, sys
told = [json.loads(line) for line in open(sys.argv[1])]
assert {"entry": "same.test:8000/tcp", "address": "198.51.100.2", "protocol": "tcp", "name": "same.test"} in told, told
assert {"entry": "other.test:8000/tcp", "address": "198.51.100.2", "protocol": "tcp", "name": "other.test"} in told, told
END
	if has_ipv6; then grep '"six.test:8000/tcp"' "$BATS_TEST_TMPDIR/list"; fi
}

@test "A set whose list has no names has a resolver while the list is learned" {
	create --allow=198.51.100.1 a
	exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://other.test:8000/
	nsctl exec a grep "nameserver 198.51.100.53" /etc/resolv.conf
	learn a
	nsctl exec a grep "nameserver 127.0.0.53" /etc/resolv.conf
	reaches a other.test:8000
	learned
	tells_only other.test:8000/tcp
	nsctl exec a grep "nameserver 198.51.100.53" /etc/resolv.conf
	is_closed a
	# a set with an empty list can learn, too
	nsctl up - <<<'{"sets": [{"name": "b", "spec": {"namespaces": ["mnt", "net"], "allow": [], "dns": ["198.51.100.53"]}}]}'
	learn b
	reaches b third.test:8000
	learned
	tells_only third.test:8000/tcp
}

@test "Denied and forbidden destinations, the host and other sets stay refused during learning" {
	nsctl create -n --allow=198.51.100.1 --deny=198.51.100.2:8000 a
	nsctl create -n --publish=8090:8000 b
	nsctl exec -d b python3 -m http.server 8000
	eventually on_host curl -s -m 0.2 -o /dev/null http://203.0.113.2:8090/
	learn a
	reaches a 198.51.100.2:8001
	denies a 198.51.100.2:8000 169.254.169.254:8000 203.0.113.2:8001 203.0.113.2:8090 "$(address4_of b):8000"
	learned
	tells_only 198.51.100.2:8001/tcp
}

@test "Connections end with the learning, unless the list has their destinations" {
	nsctl create -n --allow=198.51.100.1 a
	learn a
	talks a stays tcp 198.51.100.1
	talks a ends tcp 198.51.100.2
	talks a ends-udp udp 198.51.100.2
	if has_ipv6; then talks a ends6 tcp 2001:db8:1::1; fi
	learned
	ends ends
	ends ends-udp
	if has_ipv6; then ends ends6; fi
	goes_on stays
}

@test "The list is closed when the client, its front or the daemon ends" {
	create --allow=198.51.100.1 a
	hold a
	for victim in learner front; do
		learn a
		reaches a other.test:8000
		talks a ends tcp 198.51.100.3
		[ "$victim" = learner ] || learner=$(front_pid)
		kill -KILL "$learner"
		eventually is_closed a
		ends ends
		eventually has_no_rules
		exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://other.test:8000/
		forget_talks
	done
	# the kernel closes the list while no daemon runs
	learn a
	reaches a 198.51.100.2:8000
	kill_daemon
	fails await "$learner"
	grep "the connection to nsctld was lost" "$BATS_TEST_TMPDIR/said"
	eventually is_refused_in_set 198.51.100.2:8000
	start_daemon --config="$config"
	is_closed a
	has_no_rules
	# a daemon that starts closes the list at once
	learn a
	talks a ends tcp 198.51.100.3
	kill_daemon
	start_daemon --config="$config"
	ends ends
	is_closed a
	has_no_rules
	# a daemon that is stopped closes the list before it ends
	learn a
	talks a ends tcp 198.51.100.2
	stop_daemon
	is_refused_in_set 198.51.100.2:8000
	ends ends
	start_daemon --config="$config"
	reaches a 198.51.100.1:8000
}

@test "The list is closed when the daemon is killed at any point of the learning" {
	nsctl create -n --allow=198.51.100.1 a
	for point in learning learned; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		rm -f "$BATS_TEST_TMPDIR/said"
		become_client egress --learn a >/dev/null 2>"$BATS_TEST_TMPDIR/said" &
		learner=$!
		if [ "$point" = learned ]; then
			eventually grep "may reach what its list does not have" "$BATS_TEST_TMPDIR/said"
			kill -TERM "$learner"
		fi
		eventually is_gone "$(cat "$runtime.pid")"
		wait "$learner" || true
		start_daemon --config="$config"
		is_closed a
		has_no_rules
		reaches a 198.51.100.1:8000
	done
}

@test "A client that was stopped does not keep the list open" {
	nsctl create -n --allow=198.51.100.1 a
	learn a
	reaches a 198.51.100.2:8000
	talks a ends tcp 198.51.100.3
	kill -STOP "$learner"
	eventually is_closed a
	ends ends
	eventually has_no_rules
	kill -CONT "$learner"
	kill -KILL "$learner"
	eventually has_no_rules
}

@test "Learning ends when its output has no reader any more" {
	local pipe=$BATS_TEST_TMPDIR/pipe reader
	nsctl create -n --allow=198.51.100.1 a
	mkfifo "$pipe"
	sleep infinity <"$pipe" &
	reader=$!
	become_client egress --learn a >"$pipe" 2>"$BATS_TEST_TMPDIR/said" &
	learner=$!
	echo "$learner" >"$BATS_TEST_TMPDIR/learner"
	eventually grep "may reach what its list does not have" "$BATS_TEST_TMPDIR/said"
	reaches a 198.51.100.2:8000
	kill "$reader"
	eventually is_gone "$learner"
	is_closed a
	has_no_rules
}

@test "A flush of the firewall does not open the list, and learning goes on" {
	nsctl create -n --allow=198.51.100.1 a
	learn a
	reaches a 198.51.100.2:8000
	tells 198.51.100.2:8000/tcp
	on_host nft delete table inet "$(daemon_table)"
	eventually quickly_gets a http://198.51.100.2:8001/
	tells 198.51.100.2:8001/tcp
	kill -HUP "$(cat "$runtime.pid")"
	eventually quickly_gets a http://198.51.100.3:8001/
	learned
	[ "$(grep -cF 198.51.100.2:8000/tcp "$BATS_TEST_TMPDIR/list")" = 1 ]
	is_closed a
	has_no_rules
}

@test "A reload that takes the right to egress ends the learning, although the client stays connected" {
	nsctl create -n --allow=198.51.100.1 a
	learn a
	reaches a 198.51.100.2:8000
	talks a ends tcp 198.51.100.3
	sed -i "s/^egress = $user_id /egress = /" "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually is_gone "$learner"
	fails await "$learner"
	grep "does not name you" "$BATS_TEST_TMPDIR/said"
	eventually is_closed a
	ends ends
	eventually has_no_rules
	sed -i "s/^egress = /egress = $user_id /" "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually nsctl create -n --allow=198.51.100.1 b
}

@test "A set reaches nothing while the list that it denies is missing from the configuration" {
	nsctl create -n --allow=198.51.100.1 --deny=@closed a
	learn a
	reaches a 198.51.100.3:8000
	denies a 198.51.100.2:8000
	sed -i 's/^closed =/other =/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	reaches_nothing() { denies a 198.51.100.3:8000; }
	eventually reaches_nothing
	denies a 198.51.100.1:8000 198.51.100.2:8000
	learned
	has_no_rules
	learn a
	denies a 198.51.100.1:8000 198.51.100.2:8000
	sed -i 's/^other =/closed =/' "$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually quickly_gets a http://198.51.100.3:8000/
	denies a 198.51.100.2:8000
	learned
	has_no_rules
}

@test "Only users with the right to all egress may learn, and callers inside a set may not" {
	nsctl create -n --allow=198.51.100.1 a
	run other egress --learn a
	[ "$status" -ne 0 ]
	[[ "$output" == *"no set"* || "$output" == *"not"*"found"* || "$output" == *"does not exist"* ]]
	run other egress --learn "--owner=$user_id" a
	[ "$status" -ne 0 ]
	other create -n --allow=@mirrors theirs
	run other egress --learn theirs
	[ "$status" -ne 0 ]
	[[ "$output" == *"for lists alone"* ]]
	exits 7 other exec theirs curl -s -m 20 -o /dev/null http://198.51.100.2:8000/
	other rm theirs
	run nsctl exec a "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" egress --learn a
	[ "$status" -ne 0 ]
	[[ "$output" == *"from outside"* ]]
	nsctl create -n --egress open
	run nsctl egress --learn open
	[[ "$output" == *"has no list, since its egress reaches everything"* ]]
	run nsctl egress --learn --allow=198.51.100.2 a
	[ "$status" -eq 2 ]
	is_closed a
}

@test "One client at a time learns a list, and the list cannot change meanwhile" {
	nsctl create -n --allow=198.51.100.1 a
	learn a
	run nsctl egress --learn a
	[[ "$output" == *"a is learning"* ]]
	run nsctl egress --allow=198.51.100.2 a
	[[ "$output" == *"a is learning"* ]]
	nsctl egress a | grep -E '^ +allowed +198.51.100.1$'
	reaches a 198.51.100.2:8000
	learned
	nsctl egress --allow=198.51.100.2 a
	reaches a 198.51.100.2:8000
	learn a
	learned
}

@test "A set that is removed while its list is learned leaves nothing" {
	for round in 1 2 3; do
		create --allow=198.51.100.1 a
		create --allow=198.51.100.1 b
		learn a
		reaches a other.test:8000
		nsctl rm a
		has_no_rules || { echo "round $round" && return 1; }
		fails await "$learner"
		nsctl rm b
	done
}

@test "The list of a network is learned from what its members reach" {
	nsctl network create lan --subnet=10.8.0.0/24 --dns=198.51.100.53 --allow=198.51.100.1
	nsctl create -m --link=net/lan a
	denies a 198.51.100.2:8000
	learn net/lan
	reaches a 198.51.100.2:8000
	nsctl exec a getent hosts third.test
	reaches a third.test:8000
	learned
	tells_only 198.51.100.2:8000/tcp third.test:8000/tcp
	denies a 198.51.100.2:8000 198.51.100.3:8000
}

@test "Learning prints the first destinations, and says that there were more than it can remember" {
	create --allow=198.51.100.1 a
	learn a
	nsctl exec a python3 -c '
import socket
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(10000, 10400):
    to.sendto(b"x", ("198.51.100.3", port))'
	reaches a 198.51.100.2:8000
	learned
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -ge 128 ]
	grep "more than nsctld could remember" "$BATS_TEST_TMPDIR/said"
	is_closed a
}

@test "Packets reach the world only while a client learns the list" {
	watch_world 'ip daddr 198.51.100.3 counter'
	is_seen() { [ "$(seen)" -gt "$1" ]; }
	nsctl create -n --allow=198.51.100.1 a
	knocks a 198.51.100.3
	refuses_more() { [ "$(nsctl --json egress a | python3 -c 'import json, sys; print(json.load(sys.stdin)["refusedPackets"])')" -gt "$1" ]; }
	eventually refuses_more 10
	[ "$(seen)" = 0 ]
	for _ in 1 2 3 4 5; do
		before_it=$(seen)
		learn a
		eventually is_seen "$before_it"
		learned
		# packets on their way have arrived when later ones were refused
		refused=$(nsctl --json egress a | python3 -c 'import json, sys; print(json.load(sys.stdin)["refusedPackets"])')
		eventually refuses_more "$refused"
		after=$(seen)
		eventually refuses_more $((refused + 50))
		[ "$(seen)" = "$after" ]
	done
	unwatch_world
}
