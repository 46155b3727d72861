#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/github-actions, with a stand-in for the runner's process of a job. No set or process of a job is left.
# shellcheck disable=SC2154

load ../system/daemon.bash

hooks=$BATS_TEST_DIRNAME/../../integrations/github-actions

setup_file() { start_counted; }
teardown_file() { purge_daemon; }
setup() {
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	install -d -o "$user_id" -g "$user_id" "$home" "$home/_work" "$home/_work/repository" "$home/_work/temp"
	# the file of a step's script takes the place of {0}
	shell=$(sed -n 's/^ *shell: //p' "$hooks/README.md")
	worker=(env -i HOME="$home" PATH="$NSCTL_BUILD:$hooks:$PATH" NSCTL_SOCKET="$runtime/socket" hooks="$hooks"
		GITHUB_SERVER_URL=https://github.example.com GITHUB_REPOSITORY=some/thing GITHUB_RUN_ID=1 GITHUB_RUN_ATTEMPT=1
		GITHUB_JOB='a "job"' RUNNER_NAME=here GITHUB_WORKSPACE="$home/_work/repository" RUNNER_TEMP="$home/_work/temp" shell="$shell" bash -c)
}
teardown() {
	end_servers
	eventually nothing_is_left
	rm -rf "$home"
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }

# A job, as the runner's process for it runs one: step SCRIPT runs a step, whose script is a file of the runner's.
worker_says='
	step() { echo "$1" >"$RUNNER_TEMP/script" && (cd "$GITHUB_WORKSPACE" && ${shell/"{0}"/"$RUNNER_TEMP/script"}); }
	bash -e "$hooks/job-started.sh" || exit 99
'

@test "Steps run in the job's set with its files, and their statuses are kept" {
	echo secret >"$home/.credentials"
	# shellcheck disable=SC2016
	run as "$user_id" "${worker[@]}" "$worker_says"'
		step "echo made >file; touch /usr/x ~/../x || ls -A ~"
		step "cat file; sleep 600 & ip -o link | wc -l"
		for status in 0 1 125 255; do step "exit $status"; echo "status $?"; done
		step "false; echo not reached"; echo "status $?"
		bash -e "$hooks/job-completed.sh"; echo "completed $?"
		step true; echo "status $?"' 3>&-
	[ "$status" -eq 0 ]
	[[ $output == *work$'\n'made$'\n'1$'\n'"status 0"$'\n'"status 1"$'\n'"status 125"$'\n'"status 255"$'\n'"status 1"$'\n'"completed 0"* ]]
	[[ $output == *"there is no set"*"status 125" ]]
	[[ $output != *credentials* ]]
	[ "$(cat "$home/_work/repository/file")" = made ]
	nothing_is_left
}

@test "The set ends with the runner's process" {
	start_server worker setpriv --reuid "$user_id" --regid "$user_id" --clear-groups "${worker[@]}" "$worker_says"'
		step "touch started; sleep 600"; true'
	eventually test -e "$home/_work/repository/started"
	kill -KILL "$(server_pid worker)"
	eventually nothing_is_left
}
