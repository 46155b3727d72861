#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/github-actions: its container hooks, with a player of the runner's side of the contract. No set or process of a job is left.
# shellcheck disable=SC2016,SC2154 # expressions are for the shells of jobs

load ../system/daemon.bash
load ../lib/image.bash

integration=$BATS_TEST_DIRNAME/../../integrations/github-actions

setup_file() {
	start_counted
	images=$(mktemp -d /run/nsctl-test-images.XXXXXX)
	chmod 755 "$images"
	make_image "$images/small" bash sh cat sleep touch ls mv ln cut grep
	chown -R "$user_id" "$images/small"
	mkdir -p "$images/alpine/etc"
	touch "$images/alpine/etc/alpine-release"
	export images
}
teardown_file() {
	purge_daemon
	rm -rf "$images"
}

setup() {
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	install -d -o "$user_id" -g "$user_id" "$home" "$home/runner"
	# as the administrator's copy, with another file
	printf '%s\n' "exec '$integration/nsctl-container-hooks' --config='$home/hooks.conf'" >"$home/hooks.sh"
	printf '%s\n' '[image small:1]' "directory = $images/small" 'entrypoint = /bin/sh -c' '[image host]' 'directory = /' \
		'[image alpine]' "directory = $images/alpine" \
		'[service web]' 'command = cd /tmp && echo "$GREETING" >index.html && exec python3 -m http.server 80' 'port = 80' >"$home/hooks.conf"
	chmod 644 "$home/hooks.sh" "$home/hooks.conf"
}
teardown() {
	end_servers
	eventually nothing_is_left
	rm -rf "$home"
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }

# job KEY=JSON...: prints what the player is to play.
job() {
	python3 -c '
import json, sys
job = {"hooks": sys.argv[1] + "/hooks.sh", "directory": sys.argv[1] + "/runner", "container": {"image": "small:1"}, "steps": []}
job.update((key, json.loads(value)) for key, _, value in (word.partition("=") for word in sys.argv[2:]))
print(json.dumps(job))' "$home" "$@"
}
play() { as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" python3 "$BATS_TEST_DIRNAME/github.py" "$(job "$@")" 2>&1; }

# plays LINE... -- KEY=JSON...: what the job prints has these lines, and ends with cleanup.
plays() {
	local wanted=()
	while [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	output=$(play "${@:2}" 3>&-)
	echo "$output"
	for line in "${wanted[@]}" "cleanup 0"; do grep -qxF -- "$line" <<<"$output"; done
}

@test "Steps run in the image with the runner's directories, variables and paths, and keep their statuses" {
	echo secret >"$home/.token"
	plays "HOME /github/home" "PATH /opt/x:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "value of a step" \
		"no python" "status 0" "status 125" "status 137" -- steps='[
		{"run": "echo HOME $HOME; echo PATH $PATH; echo $VALUE; pwd; touch made /etc/mine; ls /__e; command -v python3 || echo no python",
		 "path": "/opt/x", "env": {"VALUE": "value of a step", "LD_PRELOAD": "/nonexistent", "not a variable": "x"}},
		{"run": "ls /etc/mine && exit 125"}, {"run": "kill -KILL $$"}]'
	[[ $output == *$'\n'/__w/repo/repo$'\n'* && $output == *$'\n'/etc/mine$'\n'* ]]
	[ -e "$home/runner/_work/repo/repo/made" ] && [ ! -e "$images/small/etc/mine" ]
	# the machine's own root directory, without the user's files
	plays "root" "gone" "status 0" -- 'container={"image": "host", "createOptions": "--privileged"}' \
		steps='[{"run": "ls -d /root | cut -c2-; ls -A '"$home"' | grep token || echo gone; touch made-by-host"}]'
	[[ $output == *"options are not used: --privileged"* ]]
	[ -e "$home/runner/_work/repo/repo/made-by-host" ]
}

@test "A job reaches its services by the names that the workflow gives them" {
	plays "good day" "status 0" -- 'services=[{"contextName": "www", "image": "web:1.2", "environmentVariables": {"GREETING": "good day"}}]' \
		steps='[{"run": "exec 3<>/dev/tcp/www/80; printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3; cat <&3"}]'
}

@test "An action that is an image runs in a set of its own" {
	plays "of the step" "status 0" "status 3" "status 1" -- steps='[
		{"image": "docker://small:1", "args": ["\"echo", "of", "the", "step;", "touch", "/__w/repo/repo/step\""]},
		{"image": "small:1", "entryPoint": "/bin/bash", "args": ["-c", "\"exit", "3\""]},
		{"dockerfile": "/__w/_actions/x/Dockerfile"}]'
	[[ $output == *"this runner builds no images"* ]]
	[ -e "$home/runner/_work/repo/repo/step" ]
}

@test "Images that the table lacks, and options that workflows may not choose, are refused with the reason" {
	refused() {
		plays -- "${@:2}"
		[[ $output == *"$1"* && $output != *status* ]]
	}
	refused "this runner has no image other, but small:1 host alpine" 'container={"image": "other"}'
	refused "this runner has no other" 'services=[{"contextName": "x", "image": "other"}]'
	refused "host name" 'services=[{"contextName": "x y", "image": "web"}]'
	refused "volumes are not" 'container={"image": "small:1", "userMountVolumes": [{"sourceVolumePath": "/", "targetVolumePath": "/host"}]}'
	refused "services need a container" container=null 'services=[{"contextName": "x", "image": "web"}]'
}

@test "A job cannot mislead the hooks by links, by its state, or by the daemon's socket" {
	mkdir "$home/elsewhere"
	chown "$user_id" "$home/elsewhere"
	# shellcheck disable=SC2016
	plays "status 0" "still" -- steps='[
		{"run": "cd /__w/_temp/_runner_hook_responses; for f in *; do echo {\\\"state\\\": [1], \\\"isAlpine\\\": 7} >$f; done"},
		{"run": "echo still", "env": {"NSCTL_SOCKET": "/x"}},
		{"run": "echo still; cd /__w; mv _temp/_github_home _temp/x; ln -s '"$home/elsewhere"' _temp/_github_home"}]'
	[ "$(grep -c still <<<"$output")" -eq 2 ]
	plays -- steps='[{"run": "true"}]'
	[[ $output == *_github_home* && $output != *status* ]]
	[ -z "$(ls "$home/elsewhere")" ]
}

@test "A cancelled step gets SIGINT, and a killed runner leaves nothing" {
	plays "interrupted" "status 7" -- cancel=true steps='[{"run": "trap \"echo interrupted; exit 7\" INT; touch started; while sleep 0.1; do :; done"}]'
	rm -r "$home/runner/_work/repo"
	# while it prepares, and while a step runs
	for file in _work/repo/repo _work/repo/repo/started; do
		start_server worker setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i HOME="$home" PATH="$NSCTL_BUILD:$PATH" \
			NSCTL_SOCKET="$runtime/socket" python3 "$BATS_TEST_DIRNAME/github.py" "$(job steps='[{"run": "touch started; sleep 600"}]')"
		eventually test -e "$home/runner/$file"
		kill -KILL "$(server_pid worker)"
		eventually nothing_is_left
		rm -r "$home/runner/_work/repo"
	done
}
