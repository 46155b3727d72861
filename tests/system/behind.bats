#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The user behind a peer: one user has as many uids and groups as the user's namespaces map. All of them count as
# that user, and share one front, which has no user's rights.

load daemon.bash

setup() {
	unset runtime
	make_runtime
	config=$runtime.conf
	printf '%s\n' "$user_id:200000:65536" >"$runtime.subuid"
	cp "$runtime.subuid" "$runtime.subgid"
	# front_id is the uid of shared fronts. No other test uses this uid.
	front_id=61190
	configure
	cat >"$runtime.many.py" <<'PYTHON'
# many.py COUNT [groups]: makes COUNT connections, each with another uid (or other groups), and holds them until stdin
# ends.
import json, os, socket, sys
count, by_groups = int(sys.argv[1]), sys.argv[2:] == ["groups"]
call = json.dumps({"method": "org.nsctl.GetStatus"}).encode() + b"\0"
held, answers = [], {}
for i in range(1, count + 1):
    if by_groups: os.setgroups([i])
    else: os.setresuid(i, i, 0)
    c = socket.socket(socket.AF_UNIX)
    c.settimeout(60)
    c.connect(os.environ["NSCTL_SOCKET"])
    try: c.sendall(call)
    except BrokenPipeError: pass
    data = b""
    while not data.endswith(b"\0"): data += c.recv(1 << 16)
    reply = json.loads(data[:-1])
    error = reply.get("error", "served").removeprefix("org.nsctl.")
    answers[error] = answers.get(error, 0) + 1
    if error == "LimitExceeded": answers["limit"] = reply["parameters"]
    held.append(c)
    if not by_groups: os.setresuid(0, 0, 0)
print(json.dumps(answers), flush=True)
sys.stdin.read()
PYTHON
	chmod 644 "$runtime.many.py"
	cat >"$runtime.many.mapped.py" <<'PYTHON'
# mapped.py UID WORD...: runs the command as root of a user namespace that UID owns, and that maps UID's subordinate
# ids.
import ctypes, os, sys
uid = int(sys.argv[1])
(there, out), (go, told) = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    assert ctypes.CDLL(None).unshare(0x10000000) == 0
    os.write(out, b"x")
    os.read(go, 1)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    os.execvp(sys.argv[2], sys.argv[2:])
os.read(there, 1)
for what in "uid_map", "gid_map":
    with open(f"/proc/{child}/{what}", "w", encoding="ascii") as file: file.write(f"0 {uid} 1\n1 200000 65536\n")
os.write(told, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PYTHON
}

teardown() {
	end_many
	nsctl rm --all
	rm -f "$config" "$runtime".subuid "$runtime".subgid "$runtime".many.*
	purge_daemon
}

# configure LIMIT...: writes the daemon's configuration with these limits.
configure() {
	printf '%s\n' '[accounts]' "front = $front_id" "subuid = $runtime.subuid" "subgid = $runtime.subgid" '[limits]' "$@" >"$config"
	chmod 644 "$config"
}

# many COMMAND... -- ARGUMENT...: runs many.py by that command, and sets $told to the answers that many.py reports.
many() {
	mkfifo "$runtime.many.in"
	"$@" <"$runtime.many.in" >"$runtime.many.out" 2>&1 3>&- &
	many=$!
	exec 7>"$runtime.many.in"
	eventually test -s "$runtime.many.out"
	told=$(cat "$runtime.many.out")
	echo "$told"
}
end_many() {
	[ -z "${many:-}" ] || { exec 7>&-; wait "$many"; rm -f "$runtime.many.in"; }
	many=
}

# fronts: prints the pids of the daemon's fronts.
fronts() {
	local pid
	for pid in $(pgrep -P "$(pgrep -P "$(cat "$runtime.pid")")"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != nsctld-front ] || echo "$pid"
	done
}
fronts_of() {
	local pid
	for pid in $(fronts); do
		[ "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")" != "$1" ] || echo "$pid"
	done
}
inside_many() { many nsctl exec box python3 - "$@"; }

@test "A thousand uids of one set share one front, which has no user's rights" {
	configure 'connections = 2000'
	start_daemon --config="$config"
	nsctl create -m --map-auto box
	many nsctl exec box python3 "$runtime.many.py" 1000
	[ "$told" = '{"served": 1000}' ]
	# the other two fronts are those of the set's owner and of root
	[ "$(fronts | wc -w)" -le 3 ]
	for front in $(fronts); do
		[ "$(awk '/^Uid:/ { print $2 }' "/proc/$front/status")" != "$user_id" ] || continue
		grep -qx "Uid:	$front_id	$front_id	$front_id	$front_id" "/proc/$front/status"
		grep -qx 'Groups:	 *' "/proc/$front/status"
		grep -qx 'CapPrm:	0000000000000000' "/proc/$front/status"
	done
	[ "$(nsctl list --quiet)" = box ]
	[ -z "$(other list --quiet)" ]
}

@test "Connections of all uids in a set count as their user's, and other users are served" {
	configure 'connections = 20'
	start_daemon --config="$config"
	nsctl create -m --map-auto box
	# one of the 61 connections is that of the command itself, which the user runs from outside
	many nsctl exec box python3 "$runtime.many.py" 60
	[[ $told == *'"served": 19'* && $told == *'"LimitExceeded": 41'* && $told == *'{"limit": "connections", "value": 20}'* ]]
	run nsctl list
	[ "$status" -eq 1 ]
	[[ $output == *"connections (20)"* ]]
	other create -n theirs
	other rm theirs
	end_many
	eventually nsctl list
}

@test "A user gets no more fronts by user namespaces of its own, or by processes that have ended" {
	configure 'connections = 2000'
	start_daemon --config="$config"
	# processes of one user with other groups have the same front
	many env NSCTL_SOCKET="$runtime/socket" python3 "$runtime.many.mapped.py" "$user_id" \
		python3 "$runtime.many.py" 40 groups
	[ "$told" = '{"served": 40}' ]
	[ "$(fronts | wc -w)" -le 3 ]
	end_many
	# A process that has ended is in no namespace. So only its uid says which user it counts against.
	NSCTL_SOCKET=$runtime/socket python3 - 200001 60 <<'PYTHON'
import os, socket, sys
first, count = map(int, sys.argv[1:])
held = []
for i in range(count):
    c = socket.socket(socket.AF_UNIX)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(first + i, first + i, first + i)
        os.setresuid(first + i, first + i, first + i)
        c.connect(os.environ["NSCTL_SOCKET"])
        os._exit(0)
    os.waitpid(child, 0)
    c.settimeout(60)
    c.sendall(b'{"method":"org.nsctl.GetStatus"}\0')
    assert b"error" not in c.recv(1 << 16)
    held.append(c)
PYTHON
	[ "$(fronts | wc -w)" -le 3 ]
}

@test "A subordinate uid on the host is refused as one of its user" {
	start_daemon --config="$config"
	# a process like this is the result of a setuid file that the user has made in its user namespace
	for command in "create -n box" "network create lan --subnet=10.8.0.0/24" "list"; do
		# shellcheck disable=SC2086
		run as 200005 "$NSCTL_BUILD/nsctl" $command
		[ "$status" -eq 1 ]
		[[ $output == *"its uid is a subordinate one of uid $user_id's"* ]]
	done
	as 200005 "$NSCTL_BUILD/nsctl" status >/dev/null
	# the first id after the range belongs to no user
	as $((200000 + 65536)) "$NSCTL_BUILD/nsctl" create -n box
	as $((200000 + 65536)) "$NSCTL_BUILD/nsctl" rm box
}

@test "Monitors inside and outside a set count for the user behind them" {
	configure 'monitors = 2'
	start_daemon --config="$config"
	nsctl create -mn -r box
	for place in 1 2; do
		start_server "monitor$place" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
			"$NSCTL_BUILD/nsctl" --socket="$runtime/socket" monitor
	done
	both() { [ "$(nsctl status --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["used"]["monitors"])')" = 2 ]; }
	eventually both
	run nsctl exec box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" monitor
	[ "$status" -ne 0 ]
	[[ $output == *monitors*2* ]]
	end_servers
}

@test "Fronts are limited for each user and in all, and idle ones make room for others" {
	configure 'fronts = 3'
	start_daemon --config="$config"
	NSCTL_SOCKET=$runtime/socket python3 - "$user_id" "$other_id" <<'PYTHON'
import json, os, socket, sys
user, other = map(int, sys.argv[1:])
held = []
def ask(uid, groups):
    """A connection of that identity, whose process stays, and what it is answered."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        for other_end in held: other_end.close()
        os.setgroups(groups)
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        c = socket.socket(socket.AF_UNIX)
        c.connect(os.environ["NSCTL_SOCKET"])
        try: c.sendall(b'{"method":"org.nsctl.GetStatus"}\0')
        except BrokenPipeError: pass
        theirs.sendall(c.recv(1 << 16))
        theirs.recv(1)
        os._exit(0)
    theirs.close()
    reply = json.loads(ours.recv(1 << 16).rstrip(b"\0"))
    return ours, reply
LIMIT = {"error": "org.nsctl.LimitExceeded", "parameters": {"limit": "fronts", "value": 3}}
for groups in [], [7001], [7002]:
    c, reply = ask(user, groups)
    assert "error" not in reply, reply
    held.append(c)
_, reply = ask(user, [7003])
assert reply == LIMIT, reply
_, reply = ask(other, [])
assert reply == LIMIT, reply
# an identity that has a front needs no further one
_, reply = ask(user, [7001])
assert "error" not in reply, reply
# root is served
_, reply = ask(0, [])
assert "error" not in reply, reply
# an idle front is ended to make room
held.pop().close()
for _ in range(600):
    _, reply = ask(other, [])
    if "error" not in reply: break
    assert reply == LIMIT, reply
else: raise AssertionError("no room")
PYTHON
}

@test "A front has a bound on memory, and the kernel ends it before the keeper" {
	configure 'buffered-bytes = 8M'
	# The unit gives the daemon this value. A test that may not lower the value still checks what follows.
	! choom -n -500 -- true 2>/dev/null || daemon_in="choom -n -500 --"
	start_daemon --config="$config"
	daemon_in=
	nsctl create -mpn box
	nsctl list
	front=$(fronts_of "$user_id")
	[ "$(cat "/proc/$front/oom_score_adj")" -ge 500 ]
	sanitized || [ "$(awk '/^Max data size/ { print $4, $5 }' "/proc/$front/limits")" = "$((72 << 20)) $((72 << 20))" ]
	# a command has its caller's value, not the daemon's
	[ "$(cat "/proc/$(pgrep -P "$(cat "$runtime.pid")")/oom_score_adj")" -ge 0 ]
	[ "$(nsctl exec box cat /proc/self/oom_score_adj)" = "$(cat /proc/self/oom_score_adj)" ]
	[ "$(as "$user_id" sh -c 'echo 77 >/proc/self/oom_score_adj; exec "$@"' - "$NSCTL_BUILD/nsctl" exec box cat /proc/self/oom_score_adj)" = 77 ]
}
