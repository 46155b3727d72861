#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Commands with which all that was made with their set ends: Exec with remove.

load daemon.bash
load net.bash

setup_file() {
	start_host
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

# last_of SET WORD...: runs a command with which the set is to end.
last_of() {
	local words
	words=$(printf ', "%s"' "${@:2}")
	nsctl call --more Exec "{\"name\": \"$1\", \"command\": [${words:2}], \"remove\": true}"
}

@test "exec with remove: all that was made with the set ends with the command, and nothing else" {
	nsctl create -n stays
	nsctl network create stays
	up "$two_and_a_network"
	last_of a sh -c 'exit 3' | grep '"exitStatus": *3'
	[ "$(nsctl list --quiet; nsctl --json network list | json_names)" = $'stays\nstays' ]
	nsctl network rm stays
	# a set that was made alone
	last_of stays true
	patience=0 leaves "$before"
	# a command that cannot be started
	up "$two_and_a_network"
	refused ENOENT call Exec '{"name": "a", "command": ["/no/such"], "remove": true}'
	leaves "$before"
	# the lease is over, but not that of the others
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
	# not from inside, where the others cannot be removed either
	up "$two_and_a_network"
	run nsctl exec a "$NSCTL_BUILD/nsctl" call Exec '{"name": "a", "command": ["true"], "remove": true}'
	[ "$status" -ne 0 ]
	[[ "$output" == *"from inside"* ]]
	pings a 10.9.0.2
	nsctl down - <<<"$two_and_a_network"
	patience=0 leaves "$before"
}

@test "exec with remove: the daemon is killed when the command has ended" {
	for point in remove-recorded remove-unpinned remove-forgotten; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		up "$two_and_a_network"
		last_of a true && return 1
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		leaves "$before" || { echo "$point" && return 1; }
	done
}
