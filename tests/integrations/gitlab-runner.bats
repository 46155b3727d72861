#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/gitlab-runner, with a player of GitLab Runner's side of the contract. Whatever is cancelled or killed, no
# set, process or mount of a job is left, and no directory after the next job.
# shellcheck disable=SC2154

load ../system/daemon.bash

driver=$BATS_TEST_DIRNAME/../../integrations/gitlab-runner/nsctl-gitlab-runner

setup_file() { start_counted; }
teardown_file() { purge_daemon; }

setup() {
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	install -d -o "$user_id" -g "$user_id" "$home" "$home/runner" "$home/work"
	configure_driver
}

teardown() {
	eventually nothing_is_left
	rm -rf "$home"
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }

# configure_driver LINE...: the administrator's file. The directory of jobs is below the runner's home.
configure_driver() {
	printf '%s\n' '[runner]' "directory = $home/work" "$@" >"$home/driver.conf"
	chmod 644 "$home/driver.conf"
}

# job [KEY=JSON...]: prints what the player is to play.
job() {
	python3 - "$driver" "$home" "$@" <<'PYTHON'
import json, sys
driver, home, *given = sys.argv[1:]
job = {"driver": [driver, f"--config={home}/driver.conf"], "directory": home + "/runner", "id": 1, "script": "true"}
job.update((key, json.loads(value)) for key, _, value in (word.partition("=") for word in given))
print(json.dumps(job))
PYTHON
}

# play [KEY=JSON...]: plays a job as the user, whose home has the runner's files.
play() {
	as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" python3 "$BATS_TEST_DIRNAME/gitlab.py" "$(job "$@")" 2>&1
}

# ends HOW KEY=JSON...: the job ends so; what it has printed is in $output.
ends() {
	output=$(play "${@:2}" 3>&-)
	echo "$output"
	[ "$(tail -n 1 <<<"$output")" = "$1" ]
}

no_directories() { [ -z "$(ls -A -I cache -I lock "$home/work")" ]; }

# points: sets twelve times, spread over what a job takes on this machine now.
points() {
	local start=${EPOCHREALTIME/./}
	ends success id=100 "$quiet"
	mapfile -t points < <(awk -v all=$((${EPOCHREALTIME/./} - start)) 'BEGIN { for (i = 0; i < 12; i++) print all * i / 12e6 }')
}
quiet='services=[{"name": "quiet"}]'

@test "A job runs in a set of its own, succeeds, and leaves nothing" {
	ends success 'script="echo host $HOSTNAME; ls -A ~ /tmp; echo made >file; ip -o link | wc -l"' 'after="cat builds/* 2>&1; echo after"'
	[[ $output == *"prepared in job-1"*"host job-1"*after* ]]
	no_directories
}

@test "The job's status is its script's, including 125 and those of signals" {
	for status in 1 2 31 32 125 126 127 254; do
		ends "failed $status" "script=\"exit $status\""
	done
	ends "failed 137" 'script="kill -KILL $$"'
	ends "failed 143" 'script="kill $$"'
	no_directories
}

@test "A runner that gives too little information is a system failure, and the log says what is missing" {
	run as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" SYSTEM_FAILURE_EXIT_CODE=32 "$driver" --config="$home/driver.conf" config
	[ "$status" -eq 32 ]
	[[ $output == *"JOB_RESPONSE_FILE is unset: GitLab Runner is too old"* ]]
}

@test "A set that disappears is a system failure, and not a failure of the job" {
	as "$user_id" env HOME="$home" true
	ends system "script=\"$NSCTL_BUILD/nsctl --socket=$runtime/socket rm \$NSCTL_SET; sleep 600\""
}

@test "A job's environment is clean, and the job cannot see the runner's files" {
	echo secret >"$home/.token"
	ends success 'script="env; echo files: $(ls -A ~)"'
	[[ $output != *SECRET* && $output != *CUSTOM_ENV* && $output != *JOB_RESPONSE* && $output != *.token* ]]
	ends success "script=\"touch /usr/x 2>&1 || echo cannot\""
	[[ $output == *cannot* ]]
}

@test "A job may set the options that the administrator's table allows, and no others" {
	configure_driver '[job]' 'root = no' '[allow]' 'root = yes'
	ends success 'script="id -u"' 'variables={"NSCTL_ROOT": "yes"}'
	grep -qx 0 <<<"$output"
	ends success 'script="id -u"'
	grep -qx "$user_id" <<<"$output"
	for variables in '{"NSCTL_EGRESS": "yes"}' '{"NSCTL_MEMORY": "1G"}' '{"NSCTL_ROOT": "$(id)"}' '{"NSCTL_CPUS": "-1"}'; do
		ends "failed without status" "variables=$variables"
		[[ $output == *"nsctl: NSCTL_"* ]]
	done
	configure_driver '[allow]' 'root = perhaps'
	ends system 'variables={"NSCTL_ROOT": "yes"}'
}

@test "Services come from the administrator's table, and answer by their names before the job begins" {
	configure_driver '[service web]' 'command = cd /tmp && echo "$GREETING" >index.html && exec python3 -m http.server 80' 'port = 80' \
		'[service group/quiet]' 'command = exec sleep 600'
	ends success 'services=[{"name": "web:1.2", "alias": "www", "variables": [{"key": "GREETING", "value": "good day"}]}, {"name": "group/quiet"}]' \
		again=true 'script="for name in web www; do curl -s http://$name/; done; grep -c quiet /etc/hosts"'
	[ "$(grep -cx 'good day' <<<"$output")" -eq 2 ]
	ends "failed without status" 'services=[{"name": "other"}]'
	[[ $output == *"this runner has no other"* ]]
	ends "failed without status" 'services=[{"name": "web", "command": ["x"]}]'
}

@test "Two jobs of one user have the same services at the same time" {
	configure_driver '[service web]' 'command = cd /tmp && exec python3 -m http.server 80' 'port = 80'
	play id=1 'services=[{"name": "web"}]' 'script="curl -sf http://web/ | head -n 1"' >"$home/one" 3>&- &
	ends success id=2 'services=[{"name": "web"}]' 'script="curl -sf http://web/ | head -n 1"'
	wait "$!"
	[ "$(tail -n 1 "$home/one")" = success ]
}

@test "Processes and closed directories that a job leaves are removed" {
	ends success 'script="mkdir -p deep/er && touch deep/er/x && chmod 0 deep/er deep; setsid sleep 600 & sleep 0"'
	no_directories
}

@test "A job that is cancelled at any point leaves nothing" {
	configure_driver '[service quiet]' 'command = exec sleep 600'
	points
	for point in "${points[@]}"; do
		ends cancelled "cancel=$point" "$quiet" 'script="trap : TERM; for i in {1..600}; do sleep 1; done"'
		eventually nothing_is_left
		no_directories
	done
}

@test "A job whose runner is killed at any point leaves nothing" {
	configure_driver '[service quiet]' 'command = exec sleep 600'
	points
	for point in "${points[@]}"; do
		play "kill=$point" "$quiet" 'script="sleep 600"' 3>&- || true
		eventually no_drivers
		eventually nothing_is_left
	done
	ends success id=99
	no_directories
}
no_drivers() { ! pgrep -f "$home/driver.conf" >/dev/null; }
