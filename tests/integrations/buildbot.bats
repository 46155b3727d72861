#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/buildbot, with a master and two workers: several builds at once, one that takes too long, one whose worker is
# killed. Nothing of their sets is left.
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

@test "several builds at once, each step in a set of its own; with services" {
	for branch in master services master status; do change $branch; done
	has "tests 0 " 2
	has "services 0 " 1
	has "status 2 " 1
}

@test "what takes too long is ended, also if it ignores SIGTERM, and what it has started" {
	for branch in late stubborn; do change $branch; done
	has "late 2 " 1
	has "stubborn 2 " 1
}

@test "a worker is killed: its sets end, and the build is repeated by the other worker" {
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
