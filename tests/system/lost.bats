#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon goes away in the middle of a call. The client repeats calls that were not read, and calls that can be
# repeated without harm. For others it reports that their outcome is not known. The daemon is a program of the test,
# which follows a script.

setup() {
	directory=$(mktemp -d)
	chmod 755 "$directory"
	export NSCTL_SOCKET=$directory/socket
}

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
	rm -rf "$directory"
}

nsctl() { timeout 60 "$NSCTL_BUILD/nsctl" "$@"; }

# serve STEP...: serves one connection by each STEP: "unread" closes it without reading, "read" closes it after
# reading, and other texts are replies. Each call that was read is a line of $directory/calls.
serve() {
	python3 - "$directory" "$@" 3>&- <<'END' &
import json, socket, sys, time
directory, steps = sys.argv[1], sys.argv[2:]
server = socket.socket(socket.AF_UNIX)
server.bind(directory + "/socket")
server.listen()
for step in steps:
    connection, _ = server.accept()
    if step == "unread":
        while not connection.recv(1, socket.MSG_PEEK):
            pass
    else:
        data = b""
        while not data.endswith(b"\0"):
            data += connection.recv(65536)
        with open(directory + "/calls", "a") as calls:
            calls.write(json.loads(data[:-1])["method"] + "\n")
        if step != "read":
            connection.sendall(step.encode() + b"\0")
    connection.close()
time.sleep(60)
END
	server=$!
	for _ in $(seq 600); do
		[ -S "$directory/socket" ] && return
		sleep 0.05
	done
	return 1
}

calls() { wc -l <"$directory/calls"; }

@test "The client repeats any call that the daemon had not read" {
	serve unread unread '{"parameters":{"name":"box"}}'
	run nsctl create -n box
	[ "$status" -eq 0 ]
	[ "$output" = box ]
	[ "$(calls)" -eq 1 ]
}

@test "The client sends the descriptors again when it repeats a call" {
	serve unread unread '{"error":"org.nsctl.NotFound","parameters":{"what":"set","name":"box"}}'
	run nsctl exec box true
	[ "$status" -eq 125 ]
	grep -q 'no set called box' <<<"$output"
	[ "$(calls)" -eq 1 ]
}

@test "The client repeats a harmless call even if the daemon had read it" {
	serve read read '{"parameters":{"sets":[],"summaries":[]}}' read '{"parameters":{"name":"box"}}'
	nsctl list
	nsctl create --existing -n box
	[ "$(calls)" -eq 5 ]
}

@test "create says that its outcome is not known, and where to look" {
	serve read
	run nsctl create -n box
	[ "$status" -eq 4 ]
	[ "${lines[0]}" = "nsctl: create box: nsctld ended before it answered; it is not known whether the call was carried out" ]
	[ "${lines[1]}" = "hint: \`nsctl show box\` shows it" ]
	[ "$(calls)" -eq 1 ]
}

@test "exec, run, kill and link add say that their outcome is not known" {
	serve read read read read
	run nsctl exec box true
	[ "$status" -eq 125 ]
	grep -q 'it is not known' <<<"$output"
	grep -q 'nsctl sessions box' <<<"$output"
	run nsctl run -n true
	[ "$status" -eq 125 ]
	grep -q 'it is not known' <<<"$output"
	run nsctl kill box
	[ "$status" -eq 4 ]
	run nsctl link add one:veth0 two:veth0
	[ "$status" -eq 4 ]
	grep -q 'nsctl link list' <<<"$output"
	[ "$(calls)" -eq 4 ]
}

@test "rm succeeds if the set is gone at the second try" {
	serve read '{"error":"org.nsctl.NotFound","parameters":{"what":"set","name":"box"}}' \
		'{"error":"org.nsctl.NotFound","parameters":{"what":"set","name":"box"}}'
	nsctl rm box
	run nsctl rm box
	[ "$status" -eq 1 ]
	[ "$(calls)" -eq 3 ]
}

@test "The client stops asking a daemon that goes away each time" {
	# shellcheck disable=SC2046 # one word each
	serve $(yes read | head -n 30)
	run nsctl show box
	[ "$status" -eq 4 ]
	[ "$(calls)" -le 25 ]
}

@test "The client waits for a daemon that was killed and comes back soon" {
	# this is a socket on which no process listens any more
	serve
	kill "$server"
	wait "$server" 2>/dev/null || true
	nsctl version | grep -q 'does not answer'
	(nsctl list >"$directory/out" 2>&1 && echo 0 || echo $?) >"$directory/status" 3>&- &
	rm "$directory/socket"
	serve '{"parameters":{"sets":[],"summaries":[]}}'
	timeout 60 sh -c 'until [ -s "$1" ]; do sleep 0.05; done' sh "$directory/status"
	# the socket may have appeared in between
	[ "$(cat "$directory/status")" -eq 0 ] || grep -q 'No such file' "$directory/out"
}

@test "The client asks an older daemon, which knows no brief answers, for a whole one" {
	serve '{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"brief"}}' \
		'{"parameters":{"set":{"name":"box"}}}'
	run nsctl create -n box
	[ "$status" -eq 0 ]
	[ "$output" = box ]
	[ "$(calls)" -eq 2 ]
	# the client asks for a whole answer only once
	kill "$server" && rm "$NSCTL_SOCKET" "$directory/calls"
	serve '{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"brief"}}' \
		'{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"brief"}}'
	run nsctl create -n box
	[ "$status" -ne 0 ]
	[[ "$output" == *"another version"* ]]
}

@test "a daemon that lacks something is told as an older or newer one, with both versions" {
	said() {
		serve '{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"columns"}}' \
			"{\"parameters\":{\"version\":\"$1\"}}"
		run nsctl list
		kill "$server" && rm "$NSCTL_SOCKET" "$directory/calls"
		[ "$status" -eq 1 ]
		[[ "$output" == *"nsctld does not accept a parameter (columns)"*"$2"* ]]
	}
	ours=$(nsctl version | sed -n 's/^nsctl //p')
	said 0.0.1 "hint: nsctld is version 0.0.1, and older than this nsctl ($ours); after an upgrade it has to be restarted"
	said 99.1 "hint: nsctld is version 99.1, and newer than this nsctl ($ours): upgrade nsctl"
	said "$ours" "hint: nsctld is another build of version $ours than this nsctl; after an upgrade it has to be restarted"
}
