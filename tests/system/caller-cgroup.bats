#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets in their caller's cgroup (--cgroup=caller). Limits and programs of that cgroup hold for these sets, and the
# sets end with it. The cgroup's user can move processes there and fill cgroups, but gains nothing by that.
# shellcheck disable=SC2154 # variables of daemon.bash

load daemon.bash

setup_file() {
	make_config
	start_counted --config="$config"
	service=$(cgroup_root)/nsctl-caller-$$
	# lets users find the way to their cgroups
	chmod 755 "$(cgroup_root)"
	export config service
}

setup() {
	mkdir "$service"
	delegate "$service"
}

teardown() {
	unset NSCTL_KILL_AT
	answers || start_daemon --config="$config"
	nsctl rm --all
	end_service
	rm -f "$runtime/go"
	eventually counts_are "$before"
}

teardown_file() { purge_daemon; }

# delegate CGROUP: gives the cgroup to the user, as systemd does with Delegate=yes and User=.
delegate() { chown "$user_id" "$1" "$1/cgroup.procs" "$1/cgroup.subtree_control" "$1/cgroup.threads"; }

# end_service: ends all processes in the service's cgroup, and removes it, as systemd does.
end_service() {
	[ -d "$service" ] || return 0
	echo 1 >"$service/cgroup.kill"
	eventually remove_service
}
remove_service() { find "$service" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -d "$service" ]; }

# in_cgroup CGROUP COMMAND...: runs the command in the cgroup, as the user.
in_cgroup() {
	# shellcheck disable=SC2016
	bound "$patience" && CGROUP=$1 timeout "$bounded" sh -c 'echo $$ >"$CGROUP/cgroup.procs" && exec "$@"' sh \
		setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "${@:2}"
}
from_service() { in_cgroup "$service" "$NSCTL_BUILD/nsctl" "$@"; }

# inside SET ARGUMENT...: runs the client within the set.
inside() { nsctl exec "$1" "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "${@:2}"; }

field() { nsctl --json show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"; }
cgroup_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }
absent() { ! nsctl show "$1" >/dev/null 2>&1; }
# populated CGROUP: succeeds if the cgroup contains processes.
populated() { grep -qx 'populated 1' "$1/cgroup.events"; }
# move PID CGROUP: as the user, who has a process in the service.
# shellcheck disable=SC2016 # the inner shell's
move() { in_cgroup "$service" sh -c 'echo "$1" >"$2/cgroup.procs"' sh "$1" "$2"; }
# sleeper SET: leaves a process in the set, and prints its pid.
sleeper() {
	nsctl exec -d "$1" sleep 1000 >/dev/null
	pids_of "$1" | tail -n 1
}
# pids_of SET: prints the pids of the processes in the set's sessions, which the daemon sees in the set's cgroup.
pids_of() { nsctl --json ps "$1" | python3 -c 'import json, sys
for line in sys.stdin:
    process = json.loads(line)
    if "session" in process: print(process["pid"])'; }

# inits: prints the pids of the processes that are directly in the cgroups of sets.
inits() { cat "$service/nsctl-$user_id"/*/cgroup.procs 2>/dev/null || true; }

refused() {
	run from_service "${@:2}"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$1"* ]] || { echo "$output" && false; }
}

@test "--cgroup=caller is refused without delegation, with the unit's missing line, and with unsuitable options" {
	chown root "$service/cgroup.procs"
	refused "Delegate=yes" create --cgroup=caller box
	run nsctl create --cgroup=caller box
	[ "$status" -ne 0 ]
	[[ "$output" == *"Delegate=yes"*"User="* ]]
	# All cgroups belong to root, so for root the service manager's mark counts.
	run root_nsctl create --cgroup=caller box
	[ "$status" -ne 0 ]
	[[ "$output" == *"Delegate=yes"* ]]
	delegate "$service"
	refused MemoryMax= create --cgroup=caller --memory=64M box
	refused "--boot" create --cgroup=caller --boot box
	refused "--no-init" run --cgroup=caller --no-init true
	refused '"other" is not caller' create --cgroup=other box
	[ -z "$(nsctl list --quiet)" ]
}

@test "A signal reaches no process that the user has moved into the set's cgroup" {
	local own pid foreign
	in_cgroup "$service" mkdir "$service/nsctl-$user_id"
	from_service create --cgroup=caller -p box
	own=$(cgroup_root)/$(field box cgroup)
	# one of root's, as sudo starts it in the service
	sleep 1000 3>&- &
	foreign=$!
	echo "$foreign" >"$service/cgroup.procs"
	in_cgroup "$service" mkdir "$service/away"
	move "$(field box init)" "$service/away"
	in_cgroup "$service" rmdir "$own"
	in_cgroup "$service" mkdir "$own"
	move "$foreign" "$own"
	[ "$(cgroup_of "$foreign")" = "$(field box cgroup)" ]
	pid=$(sleeper box)
	nsctl kill --signal=INT box
	eventually is_gone "$pid"
	nsctl kill --signal=TERM box
	fails is_gone "$foreign"
	[ "$(cgroup_of "$foreign")" = "$(field box cgroup)" ]
	kill "$foreign"
	await "$foreign" || true
}

@test "Processes of every kind of set are below the caller's cgroup, and end with it" {
	for options in -p -mpnuiC "-mpnuiC -r" "--all -r"; do
		# shellcheck disable=SC2086
		from_service create --cgroup=caller $options box
		[[ "$(field box cgroup)" == "${service#"$(cgroup_root)"}/"* ]]
		[ "$(cgroup_of "$(field box init)")" = "$(field box cgroup)" ]
		pid=$(sleeper box)
		[[ "$(cgroup_of "$pid")" == "$(field box cgroup)/"* ]]
		# the set's cgroup namespace begins at the set's own cgroup
		[[ "$options" != *C* ]] || nsctl exec box grep -Eqx '0::/[0-9a-f]+' /proc/self/cgroup
		nsctl show box | grep -Eq '^ *processes +2'
		# a command that joins only another namespace of the set enters the pid namespace, too
		[ "$(nsctl exec --only=pid box sh -c 'echo $$')" != $$ ]
		nsctl freeze box
		nsctl thaw box
		nsctl kill --signal=KILL box
		eventually is_gone "$pid"
		pid=$(sleeper box)
		echo 1 >"$service/cgroup.kill"
		eventually absent box
		is_gone "$pid"
		eventually counts_are "$before"
	done
	[ "$(from_service run --cgroup=caller -mp sh -c 'echo ran')" = ran ]
	# --existing does not give the set to another service
	from_service create --cgroup=caller --existing box
	from_service create --cgroup=caller --existing box
	mkdir "$service/other"
	delegate "$service/other"
	run in_cgroup "$service/other" "$NSCTL_BUILD/nsctl" create --cgroup=caller --existing box
	[ "$status" -ne 0 ]
	# nor to a process of the service in a cgroup that the user has made below
	in_cgroup "$service" mkdir "$service/own"
	run in_cgroup "$service/own" "$NSCTL_BUILD/nsctl" create --cgroup=caller --existing box
	[ "$status" -ne 0 ]
	in_cgroup "$service/own" "$NSCTL_BUILD/nsctl" create --cgroup=caller -mp below
	[[ "$(field below cgroup)" == "${service#"$(cgroup_root)"}/own/nsctl-$user_id/"* ]]
}

@test "SIGTERM to all processes of a service ends its set after the set's commands have ended" {
	from_service create --cgroup=caller -mp box
	nsctl create -mp ordinary
	init=$(field box init)
	nsctl exec -d box sh -c 'trap "" TERM; exec sleep 1000'
	pid=$(pids_of box)
	eventually grep -qx sleep "/proc/$pid/comm"
	kill -TERM "$init" "$pid" "$(field ordinary init)"
	nsctl exec box true
	kill -KILL "$pid"
	eventually absent box
	is_gone "$init"
	nsctl exec ordinary true
}

@test "A set inside such a set is in the same cgroup, needs a pid namespace, and ends with it" {
	from_service create --cgroup=caller -mpn outer
	inside outer create -mp inner
	[[ "$(field inner cgroup)" == "$(field outer cgroup)/set-"* ]]
	pid=$(sleeper inner)
	[[ "$(cgroup_of "$pid")" == "$(field inner cgroup)/"* ]]
	[ "$(inside inner list --quiet)" = inner ]
	for options in "create -n other" "run -mp --no-init true" "create -mp --cgroup=caller other"; do
		# shellcheck disable=SC2086
		run inside outer $options
		[ "$status" -ne 0 ]
		[[ "$output" == *"pid namespace"* || "$output" == *"leave it out"* ]] || { echo "$output" && false; }
	done
	run inside outer adopt --target=1 other
	[ "$status" -ne 0 ]
	inside outer network create lan
	nsctl rm outer
	is_gone "$pid"
	[ "$(nsctl list --quiet)" = "" ]
	fails populated "$service"
}

@test "The daemon finds and ends a set whose user moves its processes or changes its cgroups" {
	nsctl create -n outsider
	# the user has made the directory, and so may remove what is in it
	in_cgroup "$service" mkdir "$service/nsctl-$user_id" "$service/elsewhere"
	from_service create --cgroup=caller -mpn box
	own=$(cgroup_root)$(field box cgroup)
	init=$(field box init)
	move "$init" "$service/elsewhere"
	in_cgroup "$service" rmdir "$own"
	in_cgroup "$service" mkdir "$own"
	in_cgroup "$own" sleep 1000 3>&- &
	filling=$!
	eventually populated "$own"
	nsctl exec box true
	nsctl show box | grep -q ready
	# a client inside is in the set, into whatever cgroup it is moved
	mkfifo -m 666 "$runtime/go"
	# shellcheck disable=SC2016
	nsctl exec box sh -c 'read -r line <"$2" && "$0" --socket="$1" list --quiet' "$NSCTL_BUILD/nsctl" "$runtime/socket" "$runtime/go" >"$runtime.told" 3>&- &
	client=$!
	waits() { pid=$(pids_of box) && [ -n "$pid" ]; }
	eventually waits
	move "$pid" "$service/elsewhere"
	[ "$(cgroup_of "$pid")" = "${service#"$(cgroup_root)"}/elsewhere" ]
	echo go >"$runtime/go"
	await "$client"
	[ "$(cat "$runtime.told")" = box ]
	rm "$runtime.told"
	pid=$(sleeper box)
	move "$pid" "$service/elsewhere"
	nsctl rm box
	is_gone "$pid"
	is_gone "$init"
	wait "$filling" || true
	fails populated "$service"
	nsctl rm outsider
}

@test "A daemon that is killed while the user moves processes leaves nothing" {
	in_cgroup "$service" mkdir "$service/elsewhere"
	for point in create-started create-unshared create-furnished create-init create-pinned create-moved create-made remove-started remove-killed remove-unpinned; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		from_service create --cgroup=caller -mpnC box 2>/dev/null || true
		for pid in $(inits); do
			move "$pid" "$service/elsewhere"
		done
		nsctl rm box 2>/dev/null || true
		eventually is_gone "$(cat "$runtime.pid")" || { echo "$point" && false; }
		start_daemon --config="$config"
		nsctl rm --ignore box
		[ -z "$(nsctl list --quiet)" ]
		! populated "$service" || { echo "$point" && false; }
		[ ! -e "$service/nsctl-$user_id" ]
		eventually counts_are "$before"
	done
}

@test "A set ends with its service while no daemon runs, and survives a kill of the daemon" {
	from_service create --cgroup=caller -mp box
	pid=$(sleeper box)
	kill_daemon
	start_daemon --config="$config"
	nsctl exec box true
	kill_daemon
	end_service
	is_gone "$pid"
	# the new cgroup has the same name, but is not the service's
	mkdir "$service"
	delegate "$service"
	start_daemon --config="$config"
	eventually absent box
	# the same holds for a set whose init still runs in another cgroup
	from_service create --cgroup=caller -mp box
	mkdir "$service.other"
	init=$(field box init)
	echo "$init" >"$service.other/cgroup.procs"
	end_service
	mkdir "$service"
	delegate "$service"
	run nsctl exec box true
	[ "$status" -ne 0 ]
	[[ "$output" == *"is gone: remove the set"* ]]
	[ -z "$(ls -d "$service"/nsctl-* 2>/dev/null)" ]
	nsctl rm box
	is_gone "$init"
	rmdir "$service.other"
	eventually counts_are "$before"
}
