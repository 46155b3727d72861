#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/buildbot, with a master and two workers: several builds at once, one that takes too long, one whose worker is
# killed; then three hosts with a daemon and a worker each, one of which is cut off. Nothing of their sets is left.
# shellcheck disable=SC2154

load ../system/daemon.bash

integration=$BATS_TEST_DIRNAME/../../integrations/buildbot

setup_file() {
	start_counted
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	chown "$user_id" "$home"
	export home
	as_user buildbot create-master master
	cp "$integration"/* "$home/master/"
	cat "$BATS_TEST_DIRNAME/buildbot.cfg" >>"$home/master/master.cfg"
	start_part master buildbot start --nodaemon master
	for name in one two; do
		as_user buildbot-worker create-worker --umask=0o22 $name 127.0.0.1 $name change-me
		start_worker $name
	done
	eventually has_workers
}
teardown_file() {
	purge_daemon
	rm -rf "$home"
}
teardown() { eventually nothing_is_left; }

as_user() { as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" bash -c 'cd && exec "$@"' - "$@" 3>&-; }
start_part() {
	start_server "$1" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i HOME="$home" PATH="$NSCTL_BUILD:$PATH" \
		NSCTL_SOCKET="$runtime/socket" bash -c 'cd && exec "$@" >>'"$1.log"' 2>&1' - "${@:2}"
}
start_worker() { start_part "$1" buildbot-worker start --nodaemon "$1"; }
has_workers() { [ "$(cat "$home"/{one,two}/twistd.log | grep -c 'worker is ready')" -eq 2 ]; }
nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && counts_are "$before"; }

# change BRANCH: what a change in this branch starts is in buildbot.cfg.
change() { as_user buildbot sendchange --master=127.0.0.1:9989 --auth=changes:change-me --who=test --branch="$1" file; }

# results: prints the builder, the result (0: success, 2: failure, 5: to be repeated, None: it runs) and the worker of each build.
results() {
	python3 -c '
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute("""select builders.name, results, workers.name from builds
    join builders on builderid = builders.id join workers on workerid = workers.id order by builds.id"""):
    print(*row)' "$home/master/state.sqlite"
}
# has RESULT COUNT: waits for so many lines of results.
has() { eventually counts "$@" || { results; tail -n 20 "$home"/*/twistd.log; return 1; }; }
counts() { [ "$(results | grep -c "^$1")" -ge "$2" ]; }

@test "Several builds run at once, with each step in a set of its own and with services" {
	for branch in master services master status; do change $branch; done
	has "tests 0 " 2
	has "services 0 " 1
	has "status 2 " 1
}

@test "A master accepts the steps that the README shows" {
	{
		cat "$integration/master.cfg"
		echo 'from buildbot.plugins import steps'
		echo 'factory = util.BuildFactory()'
		sed -n 's/^    //p' "$integration/README.md"
		echo 'BuildmasterConfig["builders"][0].factory = factory'
	} >"$home/master/readme.cfg"
	as_user buildbot checkconfig master/readme.cfg
	sed -i 's/timeout=/timeot=/' "$home/master/readme.cfg"
	fails as_user buildbot checkconfig master/readme.cfg
}

@test "A step that takes too long is ended with all that it has started, even if it ignores SIGTERM" {
	for branch in late stubborn; do change $branch; done
	has "late 2 " 1
	has "stubborn 2 " 1
}

@test "The sets of a killed worker end, and another worker repeats the build" {
	change long
	has "long None " 1
	eventually eval '[ -n "$(nsctl ls --quiet)" ]'
	worker=$(results | sed -n 's/^long None //p')
	end_server "$worker"
	has "long 5 $worker" 1
	has "long None " 1
	eventually eval '[ "$(nsctl ls --quiet | wc -l)" -eq 1 ]'
	end_server "$(results | sed -n 's/^long None //p')"
}

# --- a fleet: hosts that are sets of this daemon (fleet.json), each with a daemon of its own, and linked to the master ---

on() { root_nsctl exec "$1" "${@:2}"; }
# The same as the user, who runs the host's worker.
user_on() {
	on "$1" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i HOME="$home" PATH="$NSCTL_BUILD:$PATH" \
		NSCTL_SOCKET="/run/$1/socket" bash -c 'cd && exec "$@"' - "${@:2}"
}
# Settings by which either side of a connection notices soon that the other one is cut off, and does not take it for cut
# off when a busy machine answers late.
impatient="net.ipv4.tcp_keepalive_time=1 net.ipv4.tcp_keepalive_intvl=1 net.ipv4.tcp_keepalive_probes=15 net.ipv4.tcp_retries2=6"
start_host() {
	# shellcheck disable=SC2086
	on "$1" sysctl -qw $impatient
	root_nsctl exec -d "$1" "$NSCTL_BUILD/nsctld" --runtime-directory="/run/$1" --state-directory="/run/$1.state"
	as_user buildbot-worker create-worker --umask=0o22 "$1" "10.9.${1#host}.1" "$1" change-me
	eventually user_on "$1" nsctl ls --quiet
	user_on "$1" bash -c "buildbot-worker start --nodaemon $1 >$1.log 2>&1 </dev/null 3>&- &"
}
works() { grep -q 'worker is ready' "$home/$1/twistd.log"; }
sets_on() { user_on "$1" nsctl ls --quiet | wc -l; }
holds() { [ "$(sets_on "$1")" -eq "$2" ]; }
is_empty() {
	local records
	records=$(on "$1" find "/run/$1/state/sets" "/run/$1/state/links" -type f) && [ -z "$records" ]
}
# Makes sets whose leases end by what this host notices: a pipe is closed, and a set is idle, when the master is not reached.
watch_master() {
	local watch="while ping -qc 1 -W 15 10.9.${1#host}.1; do sleep 0.1; done >/dev/null 2>&1"
	user_on "$1" bash -c "exec nsctl create -mp --lease=fd:5 piped 5< <($watch)"
	user_on "$1" nsctl create -mp --lease=idle:1 watching
	user_on "$1" nsctl exec -d watching sh -c "$watch"
}

@test "Another host repeats the job of a host that was cut off, and nothing is left on any host" {
	# shellcheck disable=SC2086
	sysctl -qw $impatient
	root_nsctl up "$BATS_TEST_DIRNAME/fleet.json"
	for host in host1 host2 host3; do start_host $host; done
	for host in host1 host2 host3; do eventually works $host; done
	change fleet
	has "fleet None " 1
	host=$(results | sed -n 's/^fleet None //p')
	eventually holds "$host" 2
	watch_master "$host"
	holds "$host" 4
	root_nsctl link down "cable${host#host}"
	has "fleet 5 $host" 1
	has "fleet None " 1
	other=$(results | sed -n 's/^fleet None //p')
	[ "$other" != "$host" ]
	# the worker makes the directory a moment after it has been chosen
	eventually test -d "$home/$other/fleet/build"
	touch "$home/$other/fleet/build/go"
	has "fleet 0 $other" 1
	for host in host1 host2 host3; do eventually is_empty $host; done
	root_nsctl down "$BATS_TEST_DIRNAME/fleet.json"
	rm -rf /run/host[123] /run/host[123].state
}
