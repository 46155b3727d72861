#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Processes that a command leaves in its set. If the command has ended by itself, they go on, count against limits,
# are shown, and end with the set. If the command's client has gone, they end with the command.

load daemon.bash
load hostile.bash

setup() {
	unset runtime
	make_config
	configure '[limits]' 'sessions = 3'
	start_daemon --config="$config"
	before=$(kernel_counts)
}

teardown() {
	answers || start_daemon --config="$config"
	nsctl rm --all
	eventually counts_are "$before"
	purge_daemon
}

# leaves: a command for sh that leaves a process behind, and exits with 7.
leaves='setsid sleep 1000 >/dev/null 2>&1 </dev/null & exit 7'
has_left() { nsctl ps "$1" | grep -q 'left.*sleep 1000'; }
nothing_left() { ! nsctl ps "$1" | grep -q 'sleep 1000'; }
# left_by SESSION: prints how many processes the command has left.
left_by() {
	nsctl --json sessions box | python3 -c 'import json,sys
print(sum(s.get("left", 0) for s in map(json.loads, sys.stdin) if s["session"] == sys.argv[1]))' "$1"
}
used_sessions() { nsctl --json status | python3 -c 'import json,sys; print(json.load(sys.stdin)["used"]["sessions"])'; }
uses() { [ "$(used_sessions)" -eq "$1" ]; }

@test "A process that a command leaves goes on in every kind of set, and the command's status is exact" {
	nsctl create -n plain
	nsctl create box
	for set in plain box; do
		run nsctl exec "$set" sh -c "$leaves"
		[ "$status" -eq 7 ]
		eventually has_left "$set"
	done
	session=$(nsctl exec -d box sh -c "$leaves")
	run nsctl wait "$session"
	[ "$status" -eq 7 ]
	[ "$(left_by "$session")" -eq 1 ]
	nsctl sessions box | grep "^$session  *exit 7 .* 1 "
	[ "$(nsctl --json show box | python3 -c 'import json,sys; print(json.load(sys.stdin)["usage"]["sessions"])')" -eq 2 ]
}

@test "A process that was left counts towards the limit until it has ended" {
	nsctl create box
	run nsctl exec box sh -c "$leaves"
	session=$(nsctl exec -d box sh -c "$leaves")
	run nsctl wait "$session"
	[ "$status" -eq 7 ]
	nsctl exec -d box sleep 1000
	uses 3
	run nsctl exec box true
	[ "$status" -eq 125 ]
	[[ "$output" == *sessions* ]]
	nsctl kill --session="$session" --signal=KILL box
	eventually uses 2
	nsctl exec box true
	[ "$(left_by "$session")" -eq 0 ]
}

@test "A process that was left ends with the command after --end-all, and in a run" {
	nsctl create box
	run nsctl exec --end-all box sh -c "$leaves"
	[ "$status" -eq 7 ]
	nothing_left box
	session=$(nsctl exec -d --end-all box sh -c "$leaves")
	run nsctl wait "$session"
	[ "$status" -eq 7 ]
	nothing_left box
	run nsctl run -n sh -c "$leaves"
	[ "$status" -eq 7 ]
	[ "$(nsctl list --quiet)" = box ]
}

@test "A process that was left ends when the client was killed, terminated or hung up" {
	nsctl create box
	for signal in KILL TERM HUP; do
		# the signal ends the command, but not the process that it has started in a session of its own
		become_client exec box sh -c "setsid sleep 1000 & exec sleep 1000" &
		client=$!
		both() { [ "$(nsctl ps box | grep -c 'sleep 1000')" -eq 2 ]; }
		eventually both
		kill -"$signal" "$client"
		wait "$client" || true
		eventually nothing_left box
	done
	eventually uses 0
}

@test "A process that was left ends when the client's terminal is closed" {
	nsctl create box
	as "$user_id" python3 - "$NSCTL_BUILD/nsctl" <<'PYTHON'
import os, pty, subprocess, sys, time
nsctl = sys.argv[1]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(nsctl, [nsctl, "exec", "-t", "box", "sh", "-c", "setsid sleep 1000 & exec sleep 1000"])
while subprocess.run([nsctl, "ps", "box"], capture_output=True, text=True).stdout.count("sleep 1000") != 2:
    time.sleep(0.05)
os.close(terminal)
os.waitpid(pid, 0)
PYTHON
	eventually nothing_left box
}

@test "A process that was left ends when the runner is killed" {
	nsctl create box
	session=$(nsctl exec -d box sh -c 'setsid sleep 1000 & exec sleep 1000')
	kill -KILL "$(awk '$1 == "runner" { print $2 }' "$runtime/state/sessions/$session.status")"
	run nsctl wait "$session"
	[ "$status" -eq 137 ]
	eventually nothing_left box
	eventually uses 0
}

@test "A new daemon finds the processes that were left, and notices which of them have ended" {
	nsctl create box
	first=$(nsctl exec -d box sh -c "$leaves")
	run nsctl wait "$first"
	kill_daemon
	start_daemon --config="$config"
	[ "$(left_by "$first")" -eq 1 ]
	uses 1
	second=$(nsctl exec -d box sh -c "$leaves")
	run nsctl wait "$second"
	process=$(nsctl ps box | awk -v session="$second" '$0 ~ session { print $1 }')
	kill_daemon
	kill -KILL "$process"
	eventually is_gone "$process"
	start_daemon --config="$config"
	eventually uses 1
	[ "$(left_by "$second")" -eq 0 ]
	has_left box
}

@test "A set with an idle lease waits for the processes that were left" {
	nsctl create --lease=idle:1 box
	run nsctl exec box sh -c "$leaves"
	# this command takes longer than the lease
	nsctl exec box sleep 2
	has_left box
	sleep 2
	has_left box
	nsctl kill --signal=KILL box
	absent() { ! nsctl show box >/dev/null 2>&1; }
	eventually absent
}

@test "A command that cannot be started leaves no cgroup in its set" {
	nsctl create -mpU box
	sessions_of() { find "$(daemon_cgroup)/$user_id" -mindepth 2 -type d; }
	with_none=$(sessions_of)
	as "$user_id" PYTHONPATH="$BATS_TEST_DIRNAME" PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 - <<'PYTHON' 3>&-
from hostile import Connection, error_of
c = Connection()
for i in range(400):
    how = {"user": 7} if i % 2 else {"userName": "nobody-has-this-name"}
    assert error_of(c.call("Exec", {"name": "box", "command": ["/nonexistent"], **how}))
    assert error_of(c.call("Exec", {"name": "box", "command": ["/nonexistent"]}))
PYTHON
	none_more() { [ "$(sessions_of)" = "$with_none" ]; }
	eventually none_more
}

@test "A command that is started while its set is removed ends with the set, and leaves nothing" {
	python "$user_id" <<-'EOF'
		import time
		from hostile import Connection
		remover, *starters = [Connection() for _ in range(4)]
		for i in range(40):
		    remover.ok("Create", {"name": "a", "spec": {"namespaces": ["uts"]}})
		    for starter in starters:
		        starter.request("Exec", {"name": "a", "command": ["sleep", "600"], "detach": True})
		    time.sleep(i % 20 * 0.0005)
		    remover.ok("Remove", {"name": "a"})
		    for starter in starters:
		        starter.receive()
	EOF
	eventually counts_are "$before"
}
