#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process is held at each fault point of create and exec, and the set's owner attacks all processes. The owner can
# trace no process of the daemon, and can open none of its memory and descriptors. In the tests' own virtual machine
# this also holds with fs.suid_dumpable=1, with which each change of ids would make these processes dumpable.

# The attacker has a uid of its own, because it would find the clients of tests that run beside this one.
user_id=61011
load daemon.bash
load hostile.bash

setup_file() {
	[ -z "${NSCTL_TEST_OWN_MACHINE:-}" ] || sysctl -q fs.suid_dumpable=1
}

teardown_file() {
	[ -z "${NSCTL_TEST_OWN_MACHINE:-}" ] || sysctl -q fs.suid_dumpable=0
}

setup() {
	unset NSCTL_HANG_AT runtime
	start_daemon
}

teardown() {
	let_go
	purge_daemon
}

# Releases held processes. Otherwise those of commands would outlive the daemon, and stay for ever.
let_go() {
	# shellcheck disable=SC2086
	[ -z "${held:-}" ] || kill -KILL $held 2>/dev/null || true
	held=
}

# attacked_at POINT COMMAND...: runs a command of nsctl, holds its process at POINT, and attacks it there.
attacked_at() {
	local client
	stop_daemon
	NSCTL_HANG_AT=$1 start_daemon
	shift
	become_client "$@" >/dev/null 2>&1 &
	client=$!
	is_held() { held=$(pgrep -x "hangs $daemon"); }
	eventually is_held
	attack "$held"
	kill -KILL "$client"
	wait "$client" || true
	kill_daemon
	let_go
	start_daemon
	eventually settled
	nsctl rm --all
}
settled() { ! nsctl list | grep -qE 'creating|removing'; }

# Attacks all processes that the user may trace, among them the held one and those that share its memory.
attack() {
	python "$user_id" "$1" <<'PYTHON'
import os, sys
from attack_join import ATTACKS
worked, tried = [], set()
for name in filter(str.isdigit, os.listdir("/proc")):
    if int(name) == os.getpid(): continue
    tried.add(name)
    for what, attack in ATTACKS.items():
        try:
            if attack(int(name)): worked.append((what, name))
        except OSError:
            pass
assert set(sys.argv[1].split()) <= tried
assert not worked, worked
PYTHON
}

attacked_creating_at() {
	local point=$1 options
	shift
	for options in "-mpnuiC" "--all -r" "-mpn -c" "$@"; do
		# shellcheck disable=SC2086
		attacked_at "$point" create $options box
	done
}

attacked_executing_at() {
	local options
	for options in "-mpnuiC" "--all -r" "-mpn -c" "-n"; do
		# shellcheck disable=SC2086
		nsctl create $options box
		attacked_at "$1" exec box true
	done
	attacked_at "$1" run -mpn --no-init true
	attacked_at "$1" run -mpn -r --no-init true
}

@test "The owner can trace no process of a create that has started" { attacked_creating_at create-started -n; }
@test "The owner can trace no process of a create that has unshared its namespaces" { attacked_creating_at create-unshared -n; }
@test "The owner can trace no process of a create that has furnished its set" { attacked_creating_at create-furnished -n; }
@test "The owner can trace no process of a create that has started its init" { attacked_creating_at create-init; }
@test "The owner can trace no process of a create that has pinned its namespaces" { attacked_creating_at create-pinned -n; }
@test "The owner can trace no process of an exec that has started its runner" { attacked_executing_at exec-started; }
@test "The owner can trace no process of an exec that has joined the set" { attacked_executing_at exec-joined; }
@test "The owner can trace no process of the daemon when a command executes" { attacked_executing_at exec-executed; }
