#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGTERM to the daemon. The daemon finishes operations in progress, and leaves those that have not begun for the next
# daemon. It waits for nothing that may take for ever.

load daemon.bash
load hostile.bash

setup() {
	unset runtime
	start_daemon
	before=$(kernel_counts)
	nsctl create -mpn box
}

teardown() {
	rm -f "$runtime"/go
	purge_daemon
}

ended_well() {
	eventually is_gone "$daemon"
	status=0
	await "$daemon" || status=$?
	[ "$status" -eq 0 ]
	fails grep -q 'not all requests in progress' "$runtime.log"
}

removing() { root_nsctl list --all-owners | grep box | grep -q removing; }

@test "A removal that is in progress is finished and answered before the daemon ends" {
	nsctl exec -d box sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	become_client rm --grace=2 box &
	client=$!
	eventually removing
	kill -TERM "$daemon"
	status=0
	await "$client" || status=$?
	[ "$status" -eq 0 ]
	ended_well
	start_daemon
	[ -z "$(nsctl list --quiet)" ]
	eventually counts_are "$before"
}

@test "The answer that a command has started arrives before the end, even if the front is slow" {
	nsctl status
	front=$(pgrep -u "$user_id" -P "$(pgrep -P "$daemon" nsctld-spawner)" nsctld-front)
	# each message takes the front a while, as on a busy machine
	start_server slow strace -qq -o /dev/null -e trace=recvmsg -e inject=recvmsg:delay_enter=300000 -p "$front"
	traced() { grep -q "TracerPid:[[:space:]][1-9]" "/proc/$front/status"; }
	eventually traced
	cat >"$runtime.ask.py" <<'PYTHON'
from hostile import Connection
asking = Connection()
asking.send(b'{"method": "org.nsctl.Exec", "more": true, "parameters": {"name": "box", "command": ["sleep", "1000"]}}\0')
answer = asking.receive()
assert answer["continues"] and answer["parameters"]["session"], answer
PYTHON
	python "$user_id" <"$runtime.ask.py" &
	client=$!
	eventually grep -q 'started a session' "$runtime.log"
	kill -TERM "$daemon"
	status=0
	await "$client" || status=$?
	[ "$status" -eq 0 ]
	rm "$runtime.ask.py"
	ended_well
	start_daemon
}

@test "A front that its user has stopped delays the daemon's end only for a bounded time" {
	become_client monitor >"$runtime.monitor" &
	listening=$!
	eventually grep -q box "$runtime.monitor"
	front=$(pgrep -u "$user_id" -P "$(pgrep -P "$daemon" nsctld-spawner)" nsctld-front)
	setpriv --reuid "$user_id" --clear-groups kill -STOP "$front"
	kill -TERM "$daemon"
	eventually is_gone "$daemon"
	eventually is_gone "$front"
	kill "$listening"
	wait "$listening" || true
	start_daemon
}

@test "The daemon does not wait for running commands, for waiting clients, or for monitors" {
	mkfifo "$runtime/go"
	chmod 666 "$runtime/go"
	session=$(nsctl exec -d box sh -c "read -r x <'$runtime/go'; exit 3")
	become_client exec box sh -c "read -r x <'$runtime/go'; exit 3" &
	attached=$!
	become_client wait "$session" &
	waiting=$!
	become_client monitor >"$runtime.monitor" &
	listening=$!
	eventually grep -q box "$runtime.monitor"
	two_run() { [ "$(nsctl sessions box | grep -c runs)" -eq 2 ]; }
	eventually two_run
	kill -TERM "$daemon"
	ended_well
	start_daemon
	two_run
	kill "$listening"
	rm -f "$runtime.monitor"
	kill "$attached" "$waiting"
	wait "$attached" "$waiting" "$listening" || true
	nsctl rm box
	eventually counts_are "$before"
}

@test "The daemon closes idle connections in good order when it ends" {
	as "$user_id" python3 -u - "$runtime/socket" >"$runtime.idle" 3>&- <<'END' &
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.sendall(b'{"method":"org.nsctl.GetStatus"}\0')
assert connection.recv(65536)
print("answered")
assert connection.recv(65536) == b""
END
	idle=$!
	eventually grep -q answered "$runtime.idle"
	rm "$runtime.idle"
	kill -TERM "$daemon"
	ended_well
	await "$idle"
	start_daemon
	nsctl rm box
}

@test "Connections that nobody has accepted do not delay the daemon's end, even with lingering sockets" {
	# more connections than the keeper accepts before it handles the signal
	kill -STOP "$daemon"
	start_server lingers setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env \
		NSCTL_SOCKET="$runtime/socket" python3 -c "
import os, socket, time
from hostile import close_later, lingering
kept, held = [], []
for _ in range(300):
    lingers, connection = lingering(kept), socket.socket(socket.AF_UNIX)
    connection.connect(os.environ['NSCTL_SOCKET'])
    socket.send_fds(connection, [b'x'], [lingers.fileno()])
    close_later(lingers)
    held.append(connection)
time.sleep(600)
"
	waiting() { [ "$(ss -xl src "$runtime/socket" | awk -v s="$runtime/socket" '$5 == s { print $3 }')" -eq 300 ]; }
	eventually waiting
	kill -TERM "$daemon"
	kill -CONT "$daemon"
	eventually is_gone "$daemon"
	end_server lingers
	start_daemon
	nsctl rm box
}
