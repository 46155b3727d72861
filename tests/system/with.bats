#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Services, and commands whose end removes all that was made with their set: run --with, and Exec with remove.

load daemon.bash
load net.bash

setup_file() {
	start_host
	examples=$BATS_TEST_DIRNAME/../../docs/examples
	export examples
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

# up TEXT [OPTION...]: makes the topology that TEXT describes.
up() {
	local text=$1
	shift
	nsctl up "$@" - <<<"$text"
}

two_and_a_network='{
	"networks": [{"name": "lan", "subnets": ["10.8.0.0/24"]}],
	"sets": [
		{"name": "a", "spec": {"namespaces": ["net"], "links": [{"peer": {"network": "lan"}}]}},
		{"name": "b", "spec": {"namespaces": ["net", "uts"]}}],
	"links": [
		{"a": {"set": "b"}, "b": {"network": "lan"}},
		{"name": "wire", "a": {"set": "a", "addresses": ["10.9.0.1/24"]},
		 "b": {"set": "b", "addresses": ["10.9.0.2/24"]}}]}'

@test "A service that does not get ready ends the whole topology" {
	service() { echo '{"networks": [{"name": "lan"}], "sets": [{"name": "s", "spec": {}, '"$1"'}]}' >"$nets/service.json"; }
	not_ready() {
		service "$2"
		refused "up $nets/service.json: $1" up "$nets/service.json"
		refused "run --with=$nets/service.json: $1" run --with="$nets/service.json" true
		patience=0 leaves "$before"
	}
	not_ready "s: its command has ended with status 3" '"command": ["sh", "-c", "exit 3"], "ready": {"port": 80}'
	not_ready "s: no-such-program: No such file" '"command": ["no-such-program"]'
	not_ready "s: ready.command: no-such-program: No such file" '"command": ["sleep", "600"], "ready": {"command": ["no-such-program"]}'
	not_ready "s: it is not ready in time (ready.seconds: 0.3): ready.command " '"command": ["sleep", "600"], "ready": {"command": ["false"], "seconds": 0.3}'
	not_ready "s: it is not ready in time (ready.seconds: 0.3): ready.command " '"command": ["sleep", "600"], "ready": {"command": ["sleep", "600"], "seconds": 0.3}'
	not_ready "s: it is not ready in time (ready.seconds: 2): nothing listens on port 81" '"command": ["python3", "-m", "http.server", "81", "--bind", "127.0.0.1"],
		"ready": {"port": 81, "seconds": 2}'
	# what a service prints may say why it has ended
	service '"command": ["sh", "-c", "echo told; exit 3"], "ready": {"port": 80}'
	refused "hint: its output may say why: \`nsctl up ... 2>FILE\` keeps it" up "$nets/service.json"
	nsctl up "$nets/service.json" 2>"$nets/output" && return 1
	grep -x told "$nets/output"
	refused told run --with="$nets/service.json" true
	patience=0 leaves "$before"
	echo '{"sets": []}' >"$nets/service.json"
	refused "it has no network" run --with="$nets/service.json" true
	refused "--project=p: works only with --with" run --project=p true
}

@test "nsctl run --with starts services for a command, returns its status, and leaves nothing" {
	run nsctl run --with="$examples/services.json" sh -c 'curl -s -m 20 -o /dev/null http://web/ && getent hosts db && hostname; exit 7'
	[ "$status" -eq 7 ]
	grep -E 'store|db$' <<<"$output"
	grep -x run <<<"$output"
	patience=0 leaves "$before"
	jobs=()
	for i in 1 2 3; do
		nsctl run --with="$examples/services.json" sh -c "curl -s -m 20 -o /dev/null http://web/ && exit 1$i" 2>/dev/null &
		jobs+=($!)
	done
	for i in 1 2 3; do
		code=0
		wait "${jobs[i - 1]}" || code=$?
		[ "$code" -eq "1$i" ]
	done
	patience=0 leaves "$before"
	nsctl run --with="$examples/services.json" --project=job --name=tests -mpn env | grep -x NSCTL_SET=job.tests
	refused "the command's set is called web, too" run --with="$examples/services.json" --name=web true
	# a message about the command's set names the option
	refused "run: --sysctl=net.ipv4.no_such=1: " run --with="$examples/services.json" --sysctl=net.ipv4.no_such=1 true
	# Run makes the sets that Apply cannot make
	[ "$(nsctl run --with="$examples/services.json" --no-init sh -c 'getent hosts web >/dev/null && echo $$' 2>/dev/null)" = 1 ]
	nsctl run --with="$examples/services.json" --lease=1h getent hosts web
	patience=0 leaves "$before"
}

sleeps_in_run() { nsctl ps "$(nsctl list --quiet | grep '\.run$')" | grep -q 'sleep 600'; }

@test "nsctl run --with leaves nothing when its client or the daemon is killed" {
	echo '{"networks": [{"name": "lan"}], "sets": [{"name": "s", "spec": {}, "command": ["sleep", "600"],
		"ready": {"command": ["false"], "seconds": 600}}]}' >"$nets/never.json"
	# the client is killed while it waits for a service
	become_client run --with="$nets/never.json" true &
	client=$!
	eventually eval '[ -n "$(nsctl list --quiet)" ]'
	kill -KILL $client
	leaves "$before"
	# an interrupted `up` removes what it has made
	become_client up "$nets/never.json" &
	client=$!
	eventually eval '[ "$(nsctl sessions s | wc -l)" -gt 2 ]'
	kill -TERM $client
	wait $client && return 1
	patience=0 leaves "$before"
	# the client is killed while the command runs
	become_client run --with="$examples/services.json" sleep 600 2>/dev/null &
	client=$!
	eventually sleeps_in_run
	kill -KILL $client
	leaves "$before"
	# the client is killed, and the command has time to end by itself
	mkdir -m 777 "$nets/told"
	become_client run --with="$examples/services.json" \
		sh -c "trap 'touch $nets/told/hup' HUP; touch $nets/told/runs; while :; do sleep 0.1; done" 2>/dev/null &
	client=$!
	eventually test -e "$nets/told/runs"
	kill -KILL $client
	eventually test -e "$nets/told/hup"
	leaves "$before"
	rm -r "$nets/told"
	# a daemon that was killed changes nothing for the command, nor for its end
	become_client run --with="$examples/services.json" sleep 600 2>/dev/null &
	client=$!
	eventually sleeps_in_run
	kill_daemon
	start_daemon --config="$config"
	eventually sleeps_in_run
	[ "$(nsctl list --quiet | wc -l)" -eq 3 ]
	kill -TERM $client
	code=0
	wait $client || code=$?
	[ "$code" -eq 143 ]
	patience=0 leaves "$before"
	# client and daemon are killed
	become_client run --with="$examples/services.json" sleep 600 2>/dev/null &
	client=$!
	eventually sleeps_in_run
	kill_daemon
	kill -KILL $client
	start_daemon --config="$config"
	leaves "$before"
	for point in apply-recorded apply-part apply-counted; do
		killed_at $point run --with="$examples/services.json" true
		leaves "$before" || { echo "$point" && return 1; }
	done
	echo '{"networks": [{"name": "lan"}], "sets": [{"name": "s", "spec": {}}]}' >"$nets/quiet.json"
	for point in exec-ends-set exec-recorded exec-started exec-executed remove-recorded remove-started remove-unpinned \
		remove-forgotten; do
		killed_at $point run --with="$nets/quiet.json" false
		leaves "$before" || { echo "$point" && return 1; }
	done
}

# last_of SET WORD...: runs a command with which the set ends.
last_of() {
	local words
	words=$(printf ', "%s"' "${@:2}")
	nsctl call --more Exec "{\"name\": \"$1\", \"command\": [${words:2}], \"remove\": true}"
}

@test "Exec with remove ends all that was made with the set, and nothing else" {
	nsctl create -n stays
	nsctl network create stays
	up "$two_and_a_network"
	last_of a sh -c 'exit 3' | grep '"exitStatus": *3'
	[ "$(nsctl list --quiet; nsctl --json network list | json_names)" = $'stays\nstays' ]
	nsctl network rm stays
	# the set was made alone
	last_of stays true
	patience=0 leaves "$before"
	# the command cannot be started
	up "$two_and_a_network"
	refused ENOENT call Exec '{"name": "a", "command": ["/no/such"], "remove": true}'
	leaves "$before"
	# the set has no lease any more; the others keep theirs
	up "$two_and_a_network" --lease=1h
	nsctl call Exec '{"name": "a", "command": ["sleep", "600"], "detach": true, "remove": true}'
	refused "it lives until it is removed" renew a
	nsctl renew b
	nsctl kill a
	leaves "$before"
	# while the command runs, nothing of it is idle
	expires() { nsctl --json show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin).get("expires"))'; }
	up "$two_and_a_network" --lease=idle:1h
	[ "$(expires b)" != None ]
	nsctl call Exec '{"name": "a", "command": ["sleep", "600"], "detach": true, "remove": true}'
	[ "$(expires a) $(expires b)" = "None None" ]
	nsctl kill a
	leaves "$before"
	# a caller inside the set may not remove the others
	up "$two_and_a_network"
	run nsctl exec a "$NSCTL_BUILD/nsctl" call Exec '{"name": "a", "command": ["true"], "remove": true}'
	[ "$status" -ne 0 ]
	[[ "$output" == *"from inside"* ]]
	pings a 10.9.0.2
	nsctl down - <<<"$two_and_a_network"
	patience=0 leaves "$before"
	# a set that is made again at each boot cannot end with a command
	nsctl create -n --boot stays
	refused "it has boot" call Exec '{"name": "stays", "command": ["true"], "remove": true}'
	nsctl rm stays
	# before the Apply is complete, a command may not end its sets: it would go on
	stop_daemon
	NSCTL_HANG_AT=link-made start_daemon --config="$config"
	nsctl create -n stays
	up '{"sets": [{"name": "a", "spec": {}}, {"name": "b", "spec": {"links": [{"peer": {"set": "a"}}]}}]}' &
	eventually eval '[ -n "$(nsctl list --quiet | grep -x b)" ]'
	refused Busy call Exec '{"name": "a", "command": ["true"], "remove": true}'
	last_of stays true
	kill_daemon
	wait $! || true
	start_daemon --config="$config"
	leaves "$before"
}

@test "Exec with remove leaves nothing when the daemon is killed before or after the command" {
	for point in exec-ends-set exec-recorded remove-recorded remove-unpinned remove-forgotten; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		up "$two_and_a_network"
		last_of a true && return 1
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		leaves "$before" || { echo "$point" && return 1; }
	done
}

@test "A set that was to end with a command ends after a kill of the daemon although another command runs in it" {
	for point in exec-ends-set exec-recorded; do
		up "$two_and_a_network"
		nsctl exec --detach a sleep 600
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		last_of a true && return 1
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		leaves "$before" || { echo "$point" && return 1; }
	done
}
