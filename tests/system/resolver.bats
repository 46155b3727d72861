#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# nsctld-resolver by itself. It is between the stub resolver of libc in one net namespace, and dnsmasq in another.
# resolver.py takes the part of the keeper.

load daemon.bash
load net.bash

setup_file() {
	local many=() i
	make_runtime
	make_net host
	make_net inside
	for i in $(seq 60); do
		many+=(--host-record="many.example.org,192.0.2.$i")
	done
	start_server names nsenter --net="$nets/host" -- dnsmasq --no-daemon --user=root --pid-file= --conf-file=/dev/null \
		--no-resolv --no-hosts --local-service=host --port=5300 --listen-address=127.0.0.1 --bind-interfaces \
		--host-record=both.example.org,192.0.2.1,2001:db8::1 --cname=alias.example.org,both.example.org \
		--host-record=rebound.example.org,192.0.2.2 --host-record=rebound.example.org,10.0.0.1 \
		--local=/example.org/ --address=/other.org/192.0.2.3 "${many[@]}"
	start_resolver both.example.org '*.example.org'
	export nets runtime
}

# start_resolver NAME...: starts a resolver with this list. The messages that it sends to the keeper go to
# $runtime.messages.
start_resolver() {
	# shellcheck disable=SC2016
	start_server resolver nsenter --net="$nets/host" -- bash -c 'exec python3 "$@" >"$0" 2>&1' "$runtime.messages" \
		"$BATS_TEST_DIRNAME/resolver.py" "$NSCTL_BUILD/nsctld-resolver" "$nets/inside" 127.0.0.1 5300 "$@"
	eventually grep -qx ready "$runtime.messages"
}

teardown_file() {
	end_servers
	umount "$nets"/*
	rm -rf "$nets" "$runtime" "$runtime.messages"
}

# lookup SERVER NAME: prints the addresses that libc finds by this name server, in a net namespace in which nothing
# else answers.
lookup() {
	# shellcheck disable=SC2016
	in_net inside unshare --mount bash -c '
		mount -t tmpfs none /etc
		echo "nameserver $0" >/etc/resolv.conf
		echo "hosts: dns" >/etc/nsswitch.conf
		getent ahosts "$1"' "$1" "$2" | awk '$2 == "STREAM" { print $1 }' | sort
}

told() { grep -qE "$1" "$runtime.messages"; }

@test "The resolver finds addresses of both families by servers of both, and lets them through" {
	local server
	for server in 127.0.0.1 ::1; do
		[ "$(lookup "$server" Both.Example.ORG)" = "$(printf '%s\n' 192.0.2.1 2001:db8::1)" ]
	done
	told '^allow both.example.org 192.0.2.1$'
	told '^allow both.example.org 2001:db8::1$'
}

@test "The resolver lets the addresses of an alias through for the alias" {
	[ "$(lookup 127.0.0.1 alias.example.org)" = "$(printf '%s\n' 192.0.2.1 2001:db8::1)" ]
	told '^allow alias.example.org 192.0.2.1$'
}

@test "The resolver leaves an address that the keeper refuses out of the answer" {
	[ "$(lookup 127.0.0.1 rebound.example.org)" = 192.0.2.2 ]
	told '^allow rebound.example.org .*10.0.0.1'
}

@test "The resolver repeats a question over TCP if the answer is too long for a datagram" {
	[ "$(lookup 127.0.0.1 many.example.org | wc -l)" -eq 60 ]
}

@test "The resolver refuses and reports a name that is not on the list" {
	[ -z "$(lookup 127.0.0.1 www.other.org)" ]
	eventually told '^denied www.other.org$'
	fails told '^allow www.other.org'
}

@test "The resolver does not report a listed name that does not exist" {
	[ -z "$(lookup 127.0.0.1 none.example.org)" ]
	fails told 'none.example.org'
}
