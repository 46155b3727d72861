#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples for bats and Make, the hook for Buildkite's agent, and the shell for Jenkins, Woodpecker and Forgejo. Nothing of them is left.
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

@test "The tests of the bats example pass" {
	in_path env -u BATS_TMPDIR TMPDIR="$home" "$BATS_ROOT/bin/bats" --formatter tap "$integrations/bats/example.bats"
}

@test "The recipes of the Make example pass at the same time" {
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

@test "The Buildkite hook returns the command's status, and keeps the checkout alone" {
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

@test "A cancelled Buildkite step leaves nothing, and neither does a killed agent" {
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

# shell ARGUMENT...: runs nsctl-sh in the workspace, or $shell.
shell() {
	# shellcheck disable=SC2016
	in_path env WORKSPACE="${workspace:-$home/builds}" ${output_file:+GITHUB_OUTPUT="$output_file"} \
		bash -c 'cd "$WORKSPACE" && exec "$0" "$@"' "$integrations/recipes/${shell:-nsctl-sh}" "$@"
}
# in_readme KEY: prints the words after the key in the examples of README.md.
in_readme() { sed -n "s/^    .* $1: \"*\([^\"]*\)\"*.*/\1/p" "$integrations/recipes/README.md"; }

@test "The shell runs scripts as Jenkins, Woodpecker and Forgejo call it" {
	# Jenkins: a script beside the workspace, or in /tmp
	install -d -o "$user_id" "$home/builds@tmp"
	# shellcheck disable=SC2016
	for script in "$home/builds@tmp/script.sh" "$(mktemp /tmp/jenkins.XXXXXX)"; do
		printf '%s\n' '[ -z "$(ls -A /tmp | grep -v jenkins)" ]; echo made >file; sleep 600 &' 'exit 7' >"$script"
		chmod 644 "$script"
		run shell -xe "$script"
		rm "$script"
		echo "$output"
		[ "$status" -eq 7 ]
		[[ $output == *"+ exit 7"* ]]
		[ "$(cat "$home/builds/file")" = made ]
		rm "$home/builds/file"
	done
	# Woodpecker: the image is the shell
	shell=$(in_readme image)
	run shell -e -c $'echo \'+ false\'\nfalse\necho not reached'
	[ "$status" -eq 1 ]
	[ "$output" = "+ false" ]
	# Forgejo: the script's file takes the place of {0}
	read -r shell option place < <(in_readme shell)
	[ "$place" = "{0}" ]
	output_file=$home/output
	install -o "$user_id" /dev/null "$output_file"
	# shellcheck disable=SC2016
	echo 'echo name=value >>"$GITHUB_OUTPUT"; ! touch ~/../x 2>/dev/null' >"$home/script"
	shell "$option" "$home/script"
	[ "$(cat "$output_file")" = name=value ]
	# the user has no account here, so that all is home
	workspace=/
	run shell -c true
	[ "$status" -eq 125 ]
	echo "$output"
	[[ $output == *"contains the home directory"* ]]
}
