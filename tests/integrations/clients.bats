#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The clients of docs/clients: each asks for the version, is refused a set that does not exist, and runs a command.

load ../system/daemon.bash

clients=$BATS_TEST_DIRNAME/../../docs/clients

setup_file() {
	start_counted
	mkdir "$runtime.go" "$runtime.c"
}
teardown_file() {
	rm -rf "$runtime.go" "$runtime.c"
	purge_daemon
}
teardown() { eventually counts_are "$before"; }

# says LINE...: the client has printed exactly these lines after the version.
says() {
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "version "[0-9]* ]]
	[ "${lines[1]}" = "error org.nsctl.NotFound no-such-set" ]
	diff <(printf '%s\n' "${lines[@]:2}") <(printf '%s\n' "$@")
}

# tells_of NAME: the client has made the set NAME, run a command in it, and removed it.
tells_of() { says "created $1" "started" "ended 0" "event setRemoved"; }

# without_hello: the command has printed it, before or after the client has printed that it runs.
without_hello() {
	[[ $output == *$'\nhello\n'* ]]
	mapfile -t lines <<<"${output/hello$'\n'/}"
}

@test "The Python client makes calls, and receives errors, replies, descriptors and events" {
	run as "$user_id" python3 "$clients/nsctl_socket.py"
	without_hello
	tells_of client-python
}

@test "The shell client makes calls, and receives errors, replies and events" {
	run as "$user_id" env PATH="$NSCTL_BUILD:$PATH" "$clients/client.sh"
	tells_of client-shell
}

@test "The Node.js client makes calls, and receives errors, replies and events" {
	run as "$user_id" node "$clients/client.js"
	tells_of client-node
}

# build_go NAME FILE: makes $runtime.go/NAME.
build_go() {
	HOME=/ GOCACHE=$runtime.go/cache GO111MODULE=off GOPATH=$runtime.go:/usr/share/gocode go build -o "$runtime.go/$1" "$2"
	chmod -R a+rX "$runtime.go"
}

@test "The Go client makes calls, and receives errors, replies, descriptors and events" {
	build_go client "$clients/client.go"
	run as "$user_id" "$runtime.go/client"
	without_hello
	tells_of client-go
}

@test "A generator of another project makes bindings of the interface" {
	command -v varlink-go-interface-generator || skip "there is no varlink-go-interface-generator"
	mkdir -p "$runtime.go/src/orgnsctl"
	cp "$BATS_TEST_DIRNAME/../../protocol/org.nsctl.varlink" "$runtime.go/src/orgnsctl"
	(cd "$runtime.go/src/orgnsctl" && varlink-go-interface-generator org.nsctl.varlink)
	build_go generated "$BATS_TEST_DIRNAME/generated/main.go"
	run as "$user_id" "$runtime.go/generated"
	says "created generated" "listed generated" "removed generated"
}

# build_c NAME: makes $runtime.c/NAME of an example, with the flags of pkg-config.
build_c() {
	local flags=(-Wall -Wextra -Werror)
	sanitized && flags+=("-fsanitize=address,undefined")
	# shellcheck disable=SC2046
	cc -std=gnu99 "${flags[@]}" -o "$runtime.c/$1" "$clients/$1.c" -Wl,-rpath,"$NSCTL_BUILD" \
		$(PKG_CONFIG_PATH=$NSCTL_BUILD/lib pkg-config --define-variable=includedir="$NSCTL_BUILD/../lib" \
			--define-variable=libdir="$NSCTL_BUILD" --cflags --libs libnsctl)
}

@test "The C clients make calls by libnsctl, receive events, and serve several commands in one loop" {
	ln -s libnsctl.so "$NSCTL_BUILD/libnsctl.so.0"
	build_c client
	build_c loop
	chmod -R a+rX "$runtime.c"
	run as "$user_id" "$runtime.c/client"
	without_hello
	says "created client-c" "started" "ended 0" "opened uts" "event setRemoved" "ran 1"
	run as "$user_id" "$runtime.c/loop" 'exit 3' 'kill -9 $$' true
	[ "$status" -eq 0 ]
	diff <(sort <<<"$output" | sed -E 's/"(name|session)":"[^"]*",?//g') - <<-'END'
		exit 3: {"exitStatus":3}
		kill -9 $$: {"signal":9}
		true: {"exitStatus":0}
	END
}
