#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The clients of docs/clients: each asks for the version, is refused a set that does not exist, and runs a command.

load ../system/daemon.bash

clients=$BATS_TEST_DIRNAME/../../docs/clients

setup_file() { start_counted; }
teardown_file() { purge_daemon; }
teardown() { eventually counts_are "$before"; }

# says LINE...: the client has printed exactly these lines after the version.
says() {
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "version "[0-9]* ]]
	[ "${lines[1]}" = "error org.nsctl.NotFound no-such-set" ]
	diff <(printf '%s\n' "${lines[@]:2}") <(printf '%s\n' "$@")
}

# without_hello: the command has printed it, before or after the client has printed that it runs.
without_hello() {
	[[ $output == *$'\nhello\n'* ]]
	mapfile -t lines <<<"${output/hello$'\n'/}"
}

@test "Python: calls, errors, replies, descriptors" {
	run as "$user_id" python3 "$clients/nsctl_socket.py"
	without_hello
	says "started" "ended 0"
}

@test "shell: calls, errors, replies" {
	run as "$user_id" env PATH="$NSCTL_BUILD:$PATH" "$clients/client.sh"
	says "started" "ended 0"
}

@test "Node.js: calls, errors, replies" {
	run as "$user_id" node "$clients/client.js"
	says "started" "ended 0"
}

@test "Go: calls, errors, replies, descriptors" {
	mkdir "$runtime.go"
	HOME=/ GOCACHE=$runtime.go/cache go build -o "$runtime.go/client" "$clients/client.go"
	chmod -R a+rX "$runtime.go"
	run as "$user_id" "$runtime.go/client"
	rm -rf "$runtime.go"
	without_hello
	says "started" "ended 0"
}
