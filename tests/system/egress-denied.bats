#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Events and the log tell what lists of egress refuse. Nothing listens at the addresses that the tests try.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "egress = $user_id $other_id" "[limits]" "sets = 40"
	count_everything
}

teardown_file() { purge_both; }
teardown() {
	local reader
	for reader in "${readers[@]}"; do
		kill "$reader" 2>/dev/null || true
		wait "$reader" 2>/dev/null || true
	done
	clean_host
}

setup() {
	heard=$BATS_TEST_TMPDIR/heard
	readers=()
}

# listen [OPTION...]: starts a monitor in the background, which writes to $heard.
listen() {
	become_client --json monitor "$@" >"$heard" 2>"$heard.err" &
	readers+=($!)
	eventually grep -q '"sets"' "$heard"
}
# listen_as UID FILE OPTION...: starts a monitor as this user, which writes to FILE.
listen_as() {
	as "$1" "$NSCTL_BUILD/nsctl" --json monitor "${@:3}" >"$2" 2>&1 3>&- &
	readers+=($!)
	eventually grep -q '"sets"' "$2"
}

# told FILE: prints a line for each thing that was refused, with the sum of the counts: OBJECT WHAT COUNT.
told() { python3 -c '
import collections, json, sys
sums = collections.Counter()
for line in open(sys.argv[1]):
    event = json.loads(line)
    if event.get("what") != "egressDenied":
        continue
    detail = event["detail"]
    place = event["set"] if "set" in event else "net/" + event["network"]
    what = detail.get("name") or "{address} {protocol} {port}".format(**{"port": "-", **detail})
    sums[place + " " + what] += int(detail["count"])
for what, n in sorted(sums.items()):
    print(what, n)' "${1:-$heard}"; }
is_told() { grep -qxF "$1" <<<"$(told "${2:-$heard}")"; }
tells_of() { grep -qF "$1" <<<"$(told "${2:-$heard}")"; }
logged() { grep -q "$1" "$runtime.log" || { tail "$runtime.log" && return 1; }; }

# send SET N ADDRESS PORT...: sends N datagrams to each port.
send() {
	nsctl exec "$1" python3 -c '
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
for port in sys.argv[3:]:
    for _ in range(int(sys.argv[1])):
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (sys.argv[2], int(port)))' "${@:2}"
}

@test "Each refused destination is one event with the number of its packets, for each protocol and family" {
	listen
	nsctl create -n --allow=203.0.113.1 a
	denies a 198.51.100.2:8000
	send a 7 198.51.100.2 53
	run nsctl exec a ping -c 3 -i 0.2 -W 20 198.51.100.3
	if has_ipv6; then
		denies a '[2001:db8:1::1]:8000'
		send a 4 2001:db8:1::1 53
		run nsctl exec a ping -c 2 -i 0.2 -W 20 2001:db8:1::2
		eventually is_told "a 2001:db8:1::1 tcp 8000 1"
		eventually is_told "a 2001:db8:1::1 udp 53 4"
		eventually is_told "a 2001:db8:1::2 icmpv6 - 2"
	fi
	eventually is_told "a 198.51.100.2 tcp 8000 1"
	eventually is_told "a 198.51.100.2 udp 53 7"
	eventually is_told "a 198.51.100.3 icmp - 3"
	logged "set a of .* was refused 198.51.100.2:53/udp ([0-9]* packets).* uid=$user_id .*set=a"
	# Events do not repeat packets that were told of. They also tell of the last packets, although the list has
	# just sent a message.
	for _ in {1..12}; do
		send a 2 198.51.100.2 53
		sleep 0.2
	done
	eventually is_told "a 198.51.100.2 udp 53 31"
	send a 1 198.51.100.4 53
	eventually is_told "a 198.51.100.4 udp 53 1"
	is_told "a 198.51.100.2 udp 53 31"
	is_told "a 198.51.100.2 tcp 8000 1"
	is_told "a 198.51.100.3 icmp - 3"
	# no packet that the list allows was refused
	gets a http://203.0.113.1:8000/
	fails tells_of 203.0.113.1
}

@test "nsctl monitor prints refused destinations as lines for people" {
	become_client monitor >"$heard" 2>&1 &
	readers+=($!)
	nsctl create -n --allow=203.0.113.1 a
	send a 3 198.51.100.2 53
	eventually grep -q ' set a was refused 198.51.100.2:53/udp (3 packets)$' "$heard"
	run nsctl exec a ping -c 1 -W 20 198.51.100.2
	eventually grep -q ' set a was refused 198.51.100.2/icmp (1 packet)$' "$heard"
	if has_ipv6; then
		send a 1 2001:db8:1::1 53
		eventually grep -q ' set a was refused \[2001:db8:1::1\]:53/udp (1 packet)$' "$heard"
	fi
	nsctl doctor | grep "monitor and log tell what lists of egress refuse"
	nsctl call GetStatus | grep '"egressDenied": *true'
}

@test "A name that is not on the list is reported as refused" {
	listen
	nsctl create -m -n --dns=198.51.100.53 --allow=listed.test a
	exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://other.test/
	# the names of the next second are told together
	for name in one two three four; do exits 6 nsctl exec a curl -s -m 20 -o /dev/null "http://$name.test/"; done
	for name in other one two three four; do eventually tells_of "a $name.test"; done
	logged "was refused the name other.test ("
	# the list tells them, too, the last one first
	nsctl egress a | grep -E '^ +the name other.test: [0-9]+$'
	[ "$(nsctl egress a | grep -o 'the name [a-z]*' | cut -d' ' -f3 | xargs)" = "four three two one other" ]
	# of a name that is too long for an event, the beginning is told
	nsctl exec a python3 -c '
import socket
question = bytes.fromhex("000101000001000000000000") + 3 * (b"\x3f" + 63 * b"\x01") + bytes.fromhex("0000010001")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(question, ("127.0.0.53", 53))'
	eventually tells_of 'a \001\001'
}

@test "A set that ends with its command still reports what was refused" {
	listen
	nsctl run -n --allow=203.0.113.1 --name=job sh -c '! curl -s -m 20 http://198.51.100.2:8000/'
	eventually is_told "job 198.51.100.2 tcp 8000 1"
	nsctl create -n --allow=203.0.113.1 a
	send a 2 198.51.100.2 {1000..1039}
	nsctl rm a
	has_forty() { [ "$(told | grep -c '^a 198.51.100.2 udp 10[0-9][0-9] 2$')" -eq 40 ]; }
	eventually has_forty
	# the events about packets come before that of the set's removal
	python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
removed = [i for i, event in enumerate(events) if event.get("what") == "setRemoved" and event["set"] == "a"]
denied = [i for i, event in enumerate(events) if event.get("what") == "egressDenied" and event["set"] == "a"]
assert len(removed) == 1 and max(denied) < removed[0], events' "$heard"
}

@test "Refusals of a network's members are reported, also after changes and reloads of the firewall" {
	listen
	nsctl network create lan --subnet=10.8.0.0/24 --allow=203.0.113.1
	nsctl create -n --link=net/lan m
	denies m 198.51.100.2:8000
	eventually is_told "net/lan 198.51.100.2 tcp 8000 1"
	nsctl egress --allow=198.51.100.2 net/lan
	send m 3 198.51.100.2 53
	send m 2 198.51.100.3 53
	eventually is_told "net/lan 198.51.100.3 udp 53 2"
	fails tells_of "198.51.100.2 udp"
	nsctl egress --remove=198.51.100.2 net/lan
	send m 3 198.51.100.2 53
	eventually is_told "net/lan 198.51.100.2 udp 53 3"
	is_told "net/lan 198.51.100.2 tcp 8000 1"
	# the counters begin anew with the new table
	on_host nft delete table inet "$(daemon_table)"
	has_log_rule() { on_host nft list ruleset | grep -q "log prefix"; }
	eventually has_log_rule
	eventually gets m http://203.0.113.1:8000/
	send m 4 198.51.100.3 53
	eventually is_told "net/lan 198.51.100.3 udp 53 6"
	nsctl rm m
	nsctl network rm lan
}

@test "A new daemon reports what was refused before its start" {
	nsctl create -n --allow=203.0.113.1 a
	send a 5 198.51.100.2 53
	kill_daemon
	start_daemon --config="$config"
	listen
	eventually gets a http://203.0.113.1:8000/
	send a 2 198.51.100.2 53
	eventually is_told "a 198.51.100.2 udp 53 2"
	stop_daemon
	start_daemon --config="$config"
	eventually gets a http://203.0.113.1:8000/
	send a 1 198.51.100.2 55
	eventually is_told "a 198.51.100.2 udp 55 1"
}

@test "Only users who may see a set hear what it was refused" {
	listen_as "$other_id" "$heard.other" --all-owners
	root_nsctl --json monitor --all-owners >"$heard.root" 2>&1 3>&- &
	readers+=($!)
	listen mine
	nsctl create -n --allow=203.0.113.1 mine
	nsctl create -n --allow=203.0.113.1 too
	other create -n --allow=203.0.113.1 theirs
	send mine 1 198.51.100.2 53
	send too 1 198.51.100.2 53
	other exec theirs bash -c 'echo x >/dev/udp/198.51.100.3/53' || true
	eventually is_told "theirs 198.51.100.3 udp 53 1" "$heard.other"
	eventually is_told "mine 198.51.100.2 udp 53 1"
	eventually is_told "theirs 198.51.100.3 udp 53 1" "$heard.root"
	eventually is_told "mine 198.51.100.2 udp 53 1" "$heard.root"
	eventually is_told "too 198.51.100.2 udp 53 1" "$heard.root"
	fails tells_of mine "$heard.other"
	fails tells_of theirs
	fails tells_of too
	other rm theirs
}

@test "A set with endless refusals takes no events from other sets" {
	root_nsctl --json monitor --all-owners >"$heard.root" 2>"$heard.err" 3>&- &
	readers+=($!)
	eventually grep -q '"sets"' "$heard.root"
	nsctl create -n --allow=203.0.113.1 flood
	nsctl create -n --allow=203.0.113.1 calm
	other create -n --allow=203.0.113.1 theirs
	nsctl exec -d flood python3 -c '
import socket
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for port in range(1000, 1300):
        try:
            to.sendto(b"x", ("198.51.100.2", port))
        except OSError:
            pass'
	flooded() { [ "$(told "$heard.root" | grep -c '^flood ')" -ge 60 ]; }
	eventually flooded
	other exec theirs bash -c 'echo x >/dev/udp/198.51.100.3/53' || true
	send calm 3 198.51.100.3 53
	eventually is_told "theirs 198.51.100.3 udp 53 1" "$heard.root"
	# the sets of one user share the events that a minute allows
	patience=150 eventually is_told "calm 198.51.100.3 udp 53 3" "$heard.root"
	# up to 128 destinations can be told at once, and the monitor has not lost any event
	[ "$(told "$heard.root" | grep -c '^flood ')" -le 128 ]
	[ ! -s "$heard.err" ]
	other rm theirs
	nsctl rm flood
	answers
	# the user's events of this minute are spent: the next test begins with a daemon that has told none
	stop_daemon
	start_daemon --config="$config"
}

@test "A second daemon has its own group of the kernel's log, and other programs keep theirs" {
	with_second start_daemon --config="$config"
	nsctl create -n --allow=203.0.113.1 a
	second() { with_second nsctl "$@"; }
	second create -n --allow=203.0.113.1 b
	[ "$(on_host nft list ruleset | grep -o 'log prefix "[0-9a-f]*" group [0-9]*' | awk '{ print $5 }' | sort -u | wc -l)" -eq 2 ]
	listen
	with_second listen_as "$user_id" "$heard.second"
	send a 2 198.51.100.2 53
	second exec b bash -c 'echo x >/dev/udp/198.51.100.3/53' || true
	eventually is_told "a 198.51.100.2 udp 53 2"
	eventually is_told "b 198.51.100.3 udp 53 1" "$heard.second"
	fails tells_of "b "
	fails tells_of "a " "$heard.second"
	second rm b
	with_second purge_daemon
	send a 1 198.51.100.2 53
	eventually is_told "a 198.51.100.2 udp 53 3"
}

@test "Without a free log group packets are counted, doctor says so, and names are still reported" {
	cat >"$nets/groups.py" <<'END'
import socket, struct, sys
NETLINK_NETFILTER, BIND = 12, 1
to = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
to.bind((0, 0))
for group in range(0x8000, 0xf000):
    body = struct.pack(">BBH", 0, 0, group) + struct.pack("=HHB3x", 5, 1, BIND)
    to.send(struct.pack("=IHHII", 16 + len(body), 4 << 8 | 1, 1, group, 0) + body)
open(sys.argv[1], "w").close()
sys.stdin.read()
END
	stop_daemon
	mkfifo "$nets/hold"
	sleep infinity >"$nets/hold" 3>&- &
	holder=$!
	readers+=("$holder")
	on_host python3 "$nets/groups.py" "$nets/held" <"$nets/hold" 3>&- &
	readers+=($!)
	eventually test -e "$nets/held"
	start_daemon --config="$config"
	nsctl call GetStatus | grep '"egressDenied": *false'
	nsctl doctor | grep "neither monitor nor log tell of them"
	listen
	nsctl create -m -n --dns=198.51.100.53 --allow=listed.test a
	send a 2 198.51.100.2 53
	exits 6 nsctl exec a curl -s -m 20 -o /dev/null http://other.test/
	counted_both() { nsctl show a | grep -E '^ +198.51.100.2:53/udp: 2$'; }
	eventually counted_both
	eventually tells_of "a other.test"
	fails tells_of 198.51.100.2
	kill "${readers[@]}"
	wait "${readers[@]}" || true
	readers=()
	rm "$nets/hold" "$nets/held" "$nets/groups.py"
	stop_daemon
	start_daemon --config="$config"
	nsctl call GetStatus | grep '"egressDenied": *true'
}
