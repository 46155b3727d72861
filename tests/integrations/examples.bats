#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples for bats and Make, and the hook for Buildkite's agent. Nothing of them is left.
# shellcheck disable=SC2154

load ../system/daemon.bash

integrations=$BATS_TEST_DIRNAME/../../integrations

setup_file() { start_counted; }
teardown_file() { purge_daemon; }
setup() {
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	install -d -o "$user_id" -g "$user_id" "$home" "$home/builds"
}
teardown() {
	end_servers
	eventually nothing_is_left
	rm -rf "$home"
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }
in_path() { as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" "$@" 3>&-; }

@test "bats: the example's tests pass" {
	in_path env -u BATS_TMPDIR TMPDIR="$home" "$BATS_ROOT/bin/bats" --formatter tap "$integrations/bats/example.bats"
}

@test "Make: the example's recipes pass, at the same time" {
	run in_path make -s -j2 -f "$integrations/make/example.mk" check
	[ "$status" -eq 0 ]
	[ "$(grep -c passed <<<"$output")" -eq 2 ]
}

# hook COMMAND: runs the hook as the agent does, which reads it into a shell.
hook() {
	# shellcheck disable=SC2016
	in_path env BUILDKITE_BUILD_CHECKOUT_PATH="$home/builds" BUILDKITE_COMMAND="$1" \
		bash -c 'cd "$BUILDKITE_BUILD_CHECKOUT_PATH" && . "$0"' "$integrations/buildkite/command"
}

@test "Buildkite: the command's status is the step's; only the checkout is kept" {
	for code in 0 1 124 125 255; do
		run hook "exit $code"
		[ "$status" -eq "$code" ]
	done
	run hook 'false; echo not reached'
	[ "$status" -eq 1 ]
	hook 'echo made >file; echo secret >~/other; touch /usr/x 2>/dev/null || sleep 600 &'
	[ "$(cat "$home/builds/file")" = made ]
	[ ! -e "$home/other" ]
}

@test "Buildkite: a cancelled step leaves nothing, nor does a killed agent" {
	for signal in TERM KILL; do
		# shellcheck disable=SC2016
		start_server agent setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env HOME="$home" PATH="$NSCTL_BUILD:$PATH" \
			NSCTL_SOCKET="$runtime/socket" BUILDKITE_BUILD_CHECKOUT_PATH="$home/builds" \
			BUILDKITE_COMMAND="touch started; sleep 600" bash -c 'cd "$BUILDKITE_BUILD_CHECKOUT_PATH" && . "$0"' \
			"$integrations/buildkite/command"
		eventually test -e "$home/builds/started"
		kill -"$signal" -- "-$(server_pid agent)"
		eventually nothing_is_left
		end_server agent
		rm "$home/builds/started"
	done
}
