#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Egress by list: a set reaches what is on its list, and nothing else. The world has several addresses. Each of them
# has a web server on ports 8000 and 8001.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	# the host's name servers change, so its /etc is a copy in the test's own mount namespace
	etc=$(mktemp -d /run/nsctl-test-etc.XXXXXX)
	cp -a /etc/. "$etc"
	mount --bind "$etc" /etc
	export etc
	set_servers 192.0.2.53
	start_world "egress = $user_id $other_id:mirrors" "publish = $user_id" "[lists]" \
		"mirrors = 198.51.100.1:8000/tcp" "mirrors = @dns" "closed = 198.51.100.2" "[limits]" "egress-entries = 20"
	add_to_world 198.51.100.{1,2,3}/32 2001:db8:1::1/128 2001:db8:1::2/128
	serve_in world second 8001
	count_everything
}

teardown_file() {
	local status=0
	purge_host || status=1
	umount /etc
	rm -r "$etc"
	return $status
}
teardown() { clean_host; }

# set_servers ADDRESS: makes this the host's name server.
set_servers() { echo "nameserver $1" >/etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf; }

# reaches_port SET ADDRESS PORT: succeeds if the list refuses no packet to this port.
reaches_port() {
	local n
	n=$(refused_packets "$1")
	nsctl exec "$1" timeout 20 bash -c ": >/dev/tcp/$2/$3" && echo "something listens at $2" && return 1
	[ "$(refused_packets "$1")" -eq "$n" ]
}
refused_packets() { nsctl --json show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["usage"]["refusedPackets"])'; }
has_refused() { [ "$(refused_packets "$1")" -gt "$2" ]; }

@test "A set reaches the addresses, subnets, ports and protocols on its list, and all others are refused at once" {
	nsctl create -n --allow=198.51.100.1 --allow=198.51.100.2:8000/tcp "--allow=[2001:db8:1::/127]:8001" a
	reaches a 198.51.100.1:8000 198.51.100.1:8001 198.51.100.2:8000
	denies a 198.51.100.2:8001 198.51.100.3:8000 203.0.113.1:8000
	expected=4
	if has_ipv6; then
		reaches a '[2001:db8:1::1]:8001'
		denies a '[2001:db8:1::1]:8000' '[2001:db8:1::2]:8001'
		expected=6
	fi
	nsctl exec a ping -c 1 -W 5 198.51.100.1
	run nsctl exec a ping -c 1 -W 20 198.51.100.2
	[[ "$output" == *"Packet filtered"* ]]
	# each refused packet is counted
	before_that=$(refused_packets a)
	[ "$before_that" -ge "$expected" ]
	denies a 198.51.100.3:8000
	eventually has_refused a "$before_that"
	nsctl show a | grep -E '^ +allowed +198.51.100.1,198.51.100.2:8000/tcp'
	nsctl show a | grep -E '^ +refused +[0-9]+ packets? to'
}

@test "Entries may overlap, and denied entries win" {
	nsctl create -n --allow=198.51.100.0/24:8000 --allow=198.51.100.0/24:8000-8001/tcp --allow=198.51.100.1 \
		--allow=198.51.100.1 --allow=198.51.100.0/31 --deny=198.51.100.2 --deny=198.51.100.3:8001 a
	reaches a 198.51.100.1:8000 198.51.100.1:8001 198.51.100.3:8000
	denies a 198.51.100.2:8000 198.51.100.2:8001 198.51.100.3:8001 203.0.113.1:8000
	nsctl create -n --allow=0.0.0.0/0 --allow=::/0 --deny=198.51.100.0/30 b
	reaches b 203.0.113.1:8000
	if has_ipv6; then reaches b '[2001:db8:1::1]:8001'; fi
	denies b 198.51.100.1:8000
}

@test "A list does not open destinations that the configuration forbids, the host, or other sets" {
	serve_in host neighbour 8002
	nsctl create -n --publish=8090:8000 p
	nsctl exec -d p python3 -m http.server 8000
	nsctl create -n --allow=0.0.0.0/0 a
	reaches a 203.0.113.1:8000
	denies a 169.254.169.254:8000 203.0.113.2:8002 203.0.113.2:8090 "$(address4_of p):8000"
	end_server neighbour
}

@test "A caller inside a set with a list gets no other way out from nsctld" {
	inside() { nsctl exec "$1" "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "${@:2}"; }
	nsctl create -n --allow=198.51.100.1 a
	nsctl network create lan --subnet=10.8.0.0/24 --allow=198.51.100.1
	nsctl create -n --link=net/lan m
	for set in a m; do
		for options in --egress --allow=198.51.100.2 --publish=8090:80; do
			run inside "$set" create -n "$options" inner
			[ "$status" -ne 0 ]
			[[ "$output" == *"limited to a list"* ]]
		done
		run inside "$set" network create wan --egress
		[[ "$output" == *"limited to a list"* ]]
	done
	inside a create -n inner
	nsctl rm inner
	# GetStatus tells a caller inside why it has no other way
	inside a --json call GetStatus | python3 -c '
import json, sys
reply = json.load(sys.stdin)
assert not any(reply["features"][way] for way in ("egress", "publish", "hostLinks")), reply
assert reply["egressLists"] == [] and "limited to a list" in reply["outwardRefused"], reply'
	inside m status | tr -s ' \n' ' ' | grep -F -- '--egress, --publish, links to the host: the caller is inside set m, whose egress is limited'
	for check in egress name-servers; do
		inside a --json doctor "$check" | grep '"verdict":"note".*limited to a list'
	done
	nsctl --json call GetStatus | python3 -c '
import json, sys
reply = json.load(sys.stdin)
assert reply["features"]["egress"] and "outwardRefused" not in reply, reply'
}

@test "The members of a network with a list reach what is on the list, and nothing else" {
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64 --allow=198.51.100.1 --allow=2001:db8:1::1
	nsctl create -n --link=net/lan m
	reaches m 198.51.100.1:8000
	if has_ipv6; then reaches m '[2001:db8:1::1]:8001'; fi
	is_refused m http://198.51.100.2:8000/
	nsctl network list --columns=name,egress,allowed | grep -E '^lan +listed +198.51.100.1,2001:db8:1::1$'
	network_has_refused() { nsctl network show lan | grep -E '^ +refused +([1-9][0-9]+|[2-9]) packets|^ +refused +1 packet '; }
	eventually network_has_refused
	nsctl network show lan | grep -E '^ +allowed +198.51.100.1,2001:db8:1::1$'
	# only GetNetwork has a count of refused packets
	fails grep refusedPackets <(nsctl --json network list)
	cat >"$nets/t.json" <<'END'
{"networks": [{"name": "wan", "subnets": ["10.9.0.0/24"], "allow": ["198.51.100.2"], "deny": ["198.51.100.2:8001"]}],
 "sets": [{"name": "s", "spec": {"namespaces": ["net"], "allow": []}},
          {"name": "t", "spec": {"namespaces": ["net"], "links": [{"peer": {"network": "wan"}}]}}]}
END
	nsctl up "$nets/t.json"
	rm "$nets/t.json"
	denies s 198.51.100.1:8000
	# an empty list is shown as one, and not like that of a set which reaches everything
	nsctl show s | grep -E '^ +allowed +nothing$'
	nsctl --json show s | grep '"allow":\[\]'
	nsctl call CreateNetwork '{"name": "none", "subnets": ["10.7.0.0/24"], "allow": []}' | grep '"allow":\[\]'
	nsctl network list --columns=name,egress | grep -E '^none +listed$'
	reaches t 198.51.100.2:8000
	is_refused t http://198.51.100.2:8001/
}

@test "Entries can be read from a file, and wrong entries are refused with the reason" {
	printf '# mirrors\n 198.51.100.1:8000 # one\n\n2001:db8:1::1\n' >"$nets/list"
	chmod 644 "$nets/list"
	nsctl create -n --allow=@"$nets/list" a
	reaches a 198.51.100.1:8000
	if has_ipv6; then reaches a '[2001:db8:1::1]:8001'; fi
	denies a 198.51.100.1:8001
	echo 'mirror example' >>"$nets/list"
	refused "line 5: mirror example" create -n --allow=@"$nets/list" b
	printf '198.51.100.1\n\xff\n' >"$nets/list"
	refused "--allow=@$nets/list, line 2" create -n --allow=@"$nets/list" b
	# nsctl must not pass over any line of a file, least of all one that denies
	printf '198.51.100.1\0\n198.51.100.2\n' >"$nets/list"
	refused "--deny=@$nets/list: has a byte 0" create -n --allow=::/0 --deny=@"$nets/list" b
	refused "No such file" create -n --allow=@./nowhere b
	refused "--allow=198.51.100.1/24" create -n --allow=198.51.100.1/24 b
	rm "$nets/list"
	refused "@mirror: is no list of [lists]" create -n --allow=@mirror b
	refused "xn--" create -n --allow=bücher.example b
	refused "range of ports" create -n --allow=mirror.example:80-90 b
	refused "only be allowed" create -n --allow=mirror.example --deny=www.mirror.example b
	refused "--deny" create -n --egress --deny=198.51.100.1 b
	refused "egressEntries" create -n $(seq -f '--allow=10.0.%.0f.0/24' 0 16) $(seq -f '--deny=10.1.%.0f.0/24' 0 3) b
}

@test "An administrator's list gives its users what it contains, and changes with the configuration" {
	other create -n --allow=@mirrors theirs
	other exec theirs curl -s -m 10 -o /dev/null http://198.51.100.1:8000/
	exits 7 other exec theirs curl -s -m 20 -o /dev/null http://198.51.100.1:8001/
	for options in --egress "--allow=198.51.100.1" "--allow=@mirrors --allow=@dns" "--egress --allow=@mirrors --allow=::/0"; do
		# shellcheck disable=SC2086
		run other create -n $options more
		[ "$status" -ne 0 ]
		[[ "$output" == *"@mirrors"* ]]
	done
	sed -i 's/198.51.100.1:8000/198.51.100.2:8000/' "$config"
	kill -HUP "$daemon"
	eventually other exec theirs curl -s -m 0.3 -o /dev/null http://198.51.100.2:8000/
	exits 7 other exec theirs curl -s -m 20 -o /dev/null http://198.51.100.1:8000/
	sed -i 's/198.51.100.2:8000/198.51.100.1:8000/' "$config"
	kill -HUP "$daemon"
	other rm theirs
}

@test "A set that denies a list which the configuration no longer has reaches nothing" {
	nsctl create -n --allow=198.51.100.0/30 --deny=@closed a
	reaches a 198.51.100.1:8000
	denies a 198.51.100.2:8000
	sed -i 's/^closed =/other =/' "$config"
	kill -HUP "$daemon"
	reaches_nothing() { denies a 198.51.100.1:8000; }
	eventually reaches_nothing
	denies a 198.51.100.2:8000
	grep 'a reaches nothing: a list that it denies is not in' "$runtime.log"
	sed -i 's/^other =/closed =/' "$config"
	kill -HUP "$daemon"
	eventually quickly_gets a http://198.51.100.1:8000/
	denies a 198.51.100.2:8000
}

@test "@dns allows the name servers that the set was given" {
	in_world ip addr add 198.51.100.53/32 dev lo
	nsctl create -m -n --dns=198.51.100.53 --allow=@dns a
	# no server listens at port 53, so the world refuses the connection, not the list
	reaches_port a 198.51.100.53 53
	before_that=$(refused_packets a)
	denies a 198.51.100.53:8000
	eventually has_refused a "$before_that"
	in_world ip addr del 198.51.100.53/32 dev lo
}

# both_reach ADDRESS, both_refuse ADDRESS: check that the lists of a and of another user's set theirs have port 53 of
# this address, or do not have it.
both_reach() { reaches_port a "$1" 53 && theirs_reaches "$1"; }
both_refuse() { ! reaches_port a "$1" 53 && ! theirs_reaches "$1"; }
theirs_reaches() (
	nsctl() { other "$@"; }
	reaches_port theirs "$1" 53
)

@test "@dns allows the host's current name servers, also in an administrator's list" {
	set_servers 198.51.100.1
	nsctl create -m -n --allow=@dns a
	other create -m -n --allow=@mirrors theirs
	eventually both_reach 198.51.100.1
	eventually both_refuse 198.51.100.2
	set_servers 198.51.100.2
	eventually both_reach 198.51.100.2
	eventually both_refuse 198.51.100.1
	other rm theirs
}

# guide HEADING: runs the commands of this part of docs/egress.md.
guide() {
	local line
	while read -r line; do
		eval "$line" </dev/null || { echo "$line" && return 1; }
	done < <(sed -n "/^## $1/,/^## /s/^    \\$ //p" "$BATS_TEST_DIRNAME/../../docs/egress.md")
}

@test "The examples of the guide to egress work" {
	# A command of the guide runs as the user. One that learns is itself the background job that the guide ends.
	nsctl() {
		[ "$1 $2" != "egress --learn" ] || become_client "$@" 2>"$nets/learning"
		[ ! -e "$nets/learning" ] || eventually grep -q "may reach what its list does not have" "$nets/learning"
		bound "$patience" && as "$user_id" env HOME="$nets/home" timeout "$bounded" "$NSCTL_BUILD/nsctl" "$@"
	}
	mkdir "$nets/home" "$nets/job"
	chown "$user_id:$user_id" "$nets/home" "$nets/job"
	cd "$nets/job"
	guide "A build"
	[ -s package ]
	rm package
	guide "What was refused"
	[ -s package ]
	rm package
	guide "A list that is learned"
	[ "$(cat build.list)" = 198.51.100.2:8000/tcp ]
	[ -s package ]
	guide "An agent"
	[ -s answer ]
	cd / && rm -r "$nets/home" "$nets/job" "$nets/learning"
}

@test "A list stays closed through a flush, a kill, a restart and a reload" {
	watch_world 'ip daddr 198.51.100.2 counter'
	nsctl create -n --allow=198.51.100.1 a
	nsctl exec -d a ping -q -i 0.02 198.51.100.2
	theirs=$(on_host nft -s list table inet theirs)
	on_host nft flush ruleset
	on_host nft -f - <<<"$theirs"
	eventually quickly_gets a http://198.51.100.1:8000/
	kill_daemon
	on_host nft flush ruleset
	on_host nft -f - <<<"$theirs"
	start_daemon --config="$config"
	eventually quickly_gets a http://198.51.100.1:8000/
	kill -HUP "$daemon"
	nsctl create -n --allow=198.51.100.1 b
	reaches b 198.51.100.1:8000
	denies a 198.51.100.2:8000
	[ "$(seen)" -eq 0 ]
	unwatch_world
}
