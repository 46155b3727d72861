#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A user cannot slow others down: users take turns, and no user fills the log.

load daemon.bash
load counted.bash
load hostile.bash

@test "A create does not wait for the 64 creates that another user has asked for at once" {
	python 0 "$user_id" "$other_id" <<'PYTHON'
import json, select, sys
from hostile import Connection
from users import User
N = 64
def spec(name): return {"name": name, "spec": {"namespaces": ["mnt", "pid", "net", "ipc", "uts"]}}
def crowd(say, hear):
    own = Connection()
    crowd = [Connection() for _ in range(N)]
    for i, c in enumerate(crowd):
        c.send(json.dumps({"method": "org.nsctl.Create", "parameters": spec(f"set{i}")}).encode() + b"\0")
    def ready(sets): return sum(s["state"] == "ready" for s in sets)
    while len(sets := own.ok("List")["sets"]) < N: pass
    say(ready(sets))
    hear()
    say(ready(own.ok("List")["sets"]))
    for c in crowd: assert "error" not in c.receive()
    say("made")
def single(say, hear):
    c = Connection()
    hear()
    c.ok("Create", spec("one"))
    say("made")
first, second = User(int(sys.argv[1]), crowd), User(int(sys.argv[2]), single)
before = first.hear()
second.say("go")
assert second.hear() == "made"
first.say("count")
after = first.hear()
assert after - before < (N - before) / 2, (before, after)
assert first.hear() == "made"
first.end()
second.end()
PYTHON
}

# trace_keeper CALLS: writes these system calls of the keeper to $runtime.trace, until end_trace.
trace_keeper() {
	local keeper
	keeper=$(cat "$runtime.pid")
	start_server trace strace -qq -e "trace=$1" -o "$runtime.trace" -p "$keeper"
	traced() { grep -q "TracerPid:[[:space:]][1-9]" "/proc/$keeper/status"; }
	eventually traced
}

end_trace() {
	end_server trace
	trace=$(cat "$runtime.trace")
	rm "$runtime.trace"
}

@test "The keeper does not read the processes of a set to signal them" {
	nsctl create -mp box
	nsctl exec -d box sh -c 'for i in 1 2 3 4 5; do sleep 1000 & done; wait'
	processes() { [ "$(nsctl ps box | grep -c "sleep 1000")" -ge 5 ]; }
	eventually processes
	trace_keeper pidfd_open,pidfd_send_signal,kill
	nsctl kill -s KILL box
	ended() { fails grep -q "sleep 1000" <(nsctl ps box); }
	eventually ended
	end_trace
	fails grep -E '^(pidfd_send_signal|kill)' <<<"$trace"
}

@test "The keeper does not read the processes of a set to show or count them" {
	nsctl create box
	for _ in 1 2 3; do
		nsctl exec box sh -c 'sleep 1000 >/dev/null 2>&1 </dev/null &'
	done
	nsctl exec -d box sleep 1000
	trace_keeper openat
	[ "$(nsctl ps box | grep -c "sleep 1000")" -eq 4 ]
	[ "$(nsctl ps box | grep -c left)" -eq 3 ]
	[ "$(nsctl --json sessions box | grep -c '"left":1[,}]')" -eq 3 ]
	nsctl --json list | grep '"processes":5,'
	nsctl --json show box | grep '"processes":5,'
	end_trace
	# the trace is complete, because show reads the memory that the set uses
	grep -q memory <<<"$trace"
	fails grep cgroup.procs <<<"$trace"
}

@test "Messages that a user can cause at will do not fill the log" {
	nsctl create -nU box
	other create -nU box
	cat >"$runtime.refused.py" <<'PYTHON'
import os, sys
from hostile import Connection, error_of
from users import become
become(int(sys.argv[1]))
c = Connection()
for _ in range(int(sys.argv[2])):
    assert error_of(c.call("Exec", {"name": "box", "command": ["true"], "newPrivileges": True})) == "NotPermitted"
    c.ok("OpenNamespaces", {"name": "box"})
    while c.fds: os.close(c.fds.pop())
PYTHON
	python 0 "$user_id" 400 <"$runtime.refused.py"
	python 0 "$other_id" 1 <"$runtime.refused.py"
	rm "$runtime.refused.py"
	refused=$(grep -c "refused: .*uid=$user_id" "$runtime.log")
	[ "$refused" -ge 1 ]
	[ "$refused" -le 20 ]
	handed=$(grep -c "opened namespaces of set .*uid=$user_id" "$runtime.log")
	[ "$handed" -ge 1 ]
	[ "$handed" -le 200 ]
	# the other user's lines are in the log
	grep -q "refused: .*uid=$other_id" "$runtime.log"
	grep -q "opened namespaces of set .*uid=$other_id" "$runtime.log"
}

@test "A journal that takes no more lines delays nobody, and the number of lost lines is logged later" {
	own_runtime=$runtime
	unset runtime
	make_runtime
	cat >"$runtime.journal.py" <<'PYTHON'
# journal.py PREFIX: stands for journald. Reads nothing from its socket, which any user may write to, before the file
# PREFIX.read exists. journal.py PREFIX COMMAND...: executes it with stderr as systemd connects it.
import os, socket, sys, time
prefix, place = sys.argv[1], "/run/systemd/journal"
if len(sys.argv) > 2:
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(place + "/stdout")
    os.dup2(stream.fileno(), 2)
    about = os.fstat(2)
    os.environ["JOURNAL_STREAM"] = f"{about.st_dev}:{about.st_ino}"
    os.execv(sys.argv[2], sys.argv[2:])
lines, streams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
for s, name in (lines, "socket"), (streams, "stdout"):
    s.bind(f"{place}/{name}")
    os.chmod(f"{place}/{name}", 0o666)
streams.listen()
open(prefix + ".listens", "w").close()
while not os.path.exists(prefix + ".read"): time.sleep(0.05)
with open(prefix + ".lines", "wb", buffering=0) as file:
    while True: file.write(lines.recv(65536) + b"\n")
PYTHON
	mkdir -p /run/systemd/journal
	start_server journal python3 "$runtime.journal.py" "$runtime"
	eventually test -e "$runtime.listens"
	daemon_in="python3 $runtime.journal.py $runtime" start_daemon
	python "$user_id" <<'PYTHON'
import socket
flood = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
flood.setblocking(False)
try:
    while True: flood.sendto(b"MESSAGE=flood\n", "/run/systemd/journal/socket")
except BlockingIOError: pass
PYTHON
	nsctl create -n box
	nsctl rm box
	[ -z "$(other list --quiet)" ]
	touch "$runtime.read"
	read_up() { nsctl run -n true && grep -q 'MESSAGE=.* ([0-9]* lines before this one were lost)$' "$runtime.lines"; }
	eventually read_up
	# told_of_a_run: succeeds if the log has a line about a run. The line of the run above may have been lost
	# itself, and that of a later run tells of it.
	told_of_a_run() {
		nsctl run -n true && grep -qx "NSCTL_UID=$user_id" "$runtime.lines" && grep -qx 'NSCTL_METHOD=Run' "$runtime.lines"
	}
	eventually told_of_a_run
	grep -qx 'PRIORITY=6' "$runtime.lines"
	purge_daemon
	rm -r "$runtime".* /run/systemd/journal
	runtime=$own_runtime
}
