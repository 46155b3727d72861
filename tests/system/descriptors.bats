#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154
# Descriptors of clients: the keeper never holds one, so no client can make it wait. Each attack lasts longer than
# any command of the other users may take.

load daemon.bash
load fuse.bash
load hostile.bash

setup() {
	unset runtime
	start_daemon
	nsctl run -mpnuiC true
	before=$(kernel_counts)
}

teardown() {
	remove_fuse fuse
	[ ! -e "$runtime.server-attack" ] || end_server attack
	rm -f "$runtime.attack" "$runtime.trace"
	nsctl rm --all
	eventually counts_are "$before"
	purge_daemon
}

# attack ARGUMENT...: runs the program on stdin as the user, in the background until the test ends; returns when it has
# written "ready".
attack() {
	local program=$runtime.program
	cat >"$program"
	start_server attack setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" \
		PYTHONPATH="$PYTHONPATH" PYTHONDONTWRITEBYTECODE=1 NSCTL_SOCKET="$runtime/socket" \
		python3 -c "$(cat "$program")" "$runtime.attack" "$@"
	rm -f "$program"
	eventually test -s "$runtime.attack"
	cat "$runtime.attack"
	grep -qx ready "$runtime.attack"
}

# Checks that other users are served as before.
check_others() {
	for _ in 1 2 3; do
		other run -mpn true
		other create -n fine
		other exec fine true
		other rm fine
	done
}

# no_workers: succeeds if the daemon has no worker. Idle workers and their lanes end after ten seconds.
no_workers() { [ "$(pgrep -fc "^nsctld-spawner $runtime")" -eq 1 ]; }

@test "More calls with descriptors than there are lanes delay nobody else" {
	nsctl create -mpn box
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	attack <<'PYTHON'
import json, sys, time
from hostile import Connection
out, call = open(sys.argv[1], "w"), {"name": "box", "command": ["true"], "detach": True}
connections = [Connection() for _ in range(100)]
for c in connections:
    c.send(json.dumps({"method": "org.nsctl.Exec", "parameters": call}).encode() + b"\0")
for c in connections:
    reply = c.receive()
    assert "error" not in reply, reply
# the connections stay open, so the front does not end
print("ready", file=out, flush=True)
time.sleep(1000)
PYTHON
	eventually no_workers
	nsctl exec box true
	end_server attack
}

# Prints the processes that close connections for the keeper.
closers() {
	local pid
	for pid in $(pgrep -f "^nsctld-spawner $runtime"); do
		[ "$(stat -c %u "/proc/$pid" 2>/dev/null)" = 61183 ] && echo "$pid"
	done
	true
}
no_closers() { [ -z "$(closers)" ]; }

@test "Lingering sockets in unused requests delay nobody else" {
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	attack <<'PYTHON'
import json, sys, time
from hostile import Connection, close_later, error_of, lingering
kept, waiting, out = [], [], open(sys.argv[1], "w")
for method, field in (("Exec", "stdinFileDescriptor"), ("Exec", "statusFileDescriptor"),
                      ("Exec", "workingDirectoryFileDescriptor"), ("Identify", "processFileDescriptor")):
    for _ in range(3):
        c = Connection()
        descriptor = lingering(kept)
        parameters = {field: 0}
        if method == "Exec":
            parameters |= {"name": "absent", "command": ["true"]}
        # the test closes its copy first, so the daemon has the last one
        c.send(json.dumps({"method": "org.nsctl." + method, "parameters": parameters}).encode() + b"\0",
               [descriptor.fileno()])
        close_later(descriptor)
        waiting.append(c)
for c in waiting:
    reply = c.receive()
    assert error_of(reply), reply
print("ready", file=out, flush=True)
time.sleep(1000)
PYTHON
	check_others
}

@test "Connections that send descriptors before they are accepted delay nobody else" {
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	printf '[limits]\nconnections = 4\n' >"$runtime.conf"
	stop_daemon
	start_daemon --config="$runtime.conf"
	rm -f "$runtime.conf"
	attack <<'PYTHON'
import json, os, socket, sys, time
from hostile import Connection, close_later, lingering
kept, out = [], open(sys.argv[1], "w")
call = json.dumps({"method": "org.nsctl.Exec", "parameters": {"name": "absent", "command": ["true"]}}).encode() + b"\0"
held = [Connection() for _ in range(4)]
for c in held:
    c.ok("GetStatus")
def leave(text):
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.environ["NSCTL_SOCKET"])
    descriptor = lingering(kept)
    try:
        socket.send_fds(s, [text], [descriptor.fileno()] * 3)
    except BrokenPipeError:
        pass  # it has been refused by now
    close_later(descriptor)
    s.close()
for text in (call, b"{", call + call):
    for _ in range(8):
        leave(text)
for c in held:
    c.socket.close()
for _ in range(8):
    leave(call + call)
print("ready", file=out, flush=True)
time.sleep(1000)
PYTHON
	check_others
	# when no socket lingers any more, no closer is left
	end_server attack
	eventually nsctl list
	eventually no_closers
}

@test "FUSE files that never answer delay nobody else, whichever descriptor they are" {
	local request
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	mount_fuse fuse --hang=getattr,flush,release,read,write --only=file
	nsctl create -mpn box
	attack "$runtime/fuse/file" <<'PYTHON'
import os, sys, threading, time
from hostile import Connection
out, path = open(sys.argv[1], "w"), sys.argv[2]
rows = [("Exec", {field: 0}) for field in ("stdinFileDescriptor", "stdoutFileDescriptor", "stderrFileDescriptor",
        "terminalFileDescriptor", "statusFileDescriptor", "workingDirectoryFileDescriptor",
        "terminalSocketFileDescriptor", "commandFileDescriptor")]
rows += [("Exec", {"descriptors": [{"number": 3, "passedFileDescriptor": 0}]})]
rows += [("Create", {"spec": {"namespaces": ["mnt", "user"], "mounts": [{"target": "/mnt", "sourceFileDescriptor": 0} | mount]}})
         for mount in ({"type": "device"}, {"type": "overlay", "source": path})]
rows += [("Capture", {"name": "box", "captureFileDescriptor": 0}),
         ("Apply", {"sets": [{"name": "applied", "spec": {"rootFileDescriptor": 0}}]}),
         ("Renew", {"name": "box", "lease": {"pipeFileDescriptor": 0}}),
("Create", {"spec": {"rootFileDescriptor": 0}}),
         ("Create", {"spec": {"mounts": [{"type": "bind", "target": "/mnt", "sourceFileDescriptor": 0}]}}),
         ("Create", {"spec": {"lease": {"processFileDescriptor": 0}}}),
         ("Create", {"spec": {"lease": {"pipeFileDescriptor": 0}}}),
         ("Adopt", {"name": "adopted", "processFileDescriptor": 0}),
         ("Adopt", {"name": "adopted", "descriptors": [{"type": "net", "namespaceFileDescriptor": 0}]}),
         ("Identify", {"processFileDescriptor": 0})]
left = []
def one(method, parameters):
    c = Connection()
    left.append(c)
    fd = os.open(path, os.O_RDWR)
    parameters = dict(parameters)
    if method == "Exec":
        parameters |= {"name": "box", "command": ["cat"], "detach": True}
    threading.Thread(target=c.call, args=(method, parameters, [fd]), daemon=True).start()
for row in rows:
    one(*row)
time.sleep(0.5)
print("ready", file=out, flush=True)
time.sleep(1000)
PYTHON
	check_others
	# the attacker's process hangs on its own files, too
	end_fuse fuse
	end_server attack
	check_others
	remove_fuse fuse
}

# Prints how many processes that work for the user should end, and hang.
hanging() {
	nsctl status --json 2>/dev/null | sed -n 's/.*"hangingProcesses": *\([0-9]*\).*/\1/p' | tail -n 1
}
some_hang() { [ "$(hanging)" -gt 0 ] 2>/dev/null; }
none_hangs() { [ "$(hanging)" -eq 0 ] 2>/dev/null; }

@test "Processes that hang while they close a command's descriptors are replaced, and count for the user" {
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	mount_fuse fuse --hang=flush --only=file
	nsctl create -mpn box
	attack "$runtime/fuse/file" <<'PYTHON'
import os, sys, threading, time
from hostile import Connection
c = Connection()
fd = os.open(sys.argv[2], os.O_RDWR)
print("ready", file=open(sys.argv[1], "w"), flush=True)
c.call("Exec", {"name": "box", "command": ["true"], "stdinFileDescriptor": 0, "detach": True}, [fd])
time.sleep(1000)
PYTHON
	eventually fuse_hangs fuse flush file
	# The daemon replaces the front, and kills the worker at its deadline. Both still hang.
	eventually some_hang
	nsctl exec box true
	check_others
	end_fuse fuse
	eventually none_hangs
	end_server attack
	remove_fuse fuse
}

@test "A worker that hangs after its last report counts for the user when its lane is closed" {
	: >"$runtime.attack"
	chown "$user_id" "$runtime.attack"
	# only the worker hangs, so the front gets its answer
	mount_fuse fuse --hang=flush --only=file --by=0
	attack "$runtime/fuse/file" <<'PYTHON'
import os, sys, time
from hostile import Connection, error_of
c = Connection()
fd = os.open(sys.argv[2], os.O_RDWR)
reply = c.call("Exec", {"name": "absent", "command": ["true"], "stdinFileDescriptor": 0}, [fd])
assert error_of(reply), reply
print("ready", file=open(sys.argv[1], "w"), flush=True)
time.sleep(1000)
PYTHON
	eventually fuse_hangs fuse flush file
	eventually some_hang
	check_others
	end_fuse fuse
	eventually none_hangs
	end_server attack
	remove_fuse fuse
}

@test "The keeper receives and closes no descriptor of a client except connections (strace)" {
	local keeper
	keeper=$(cat "$runtime.pid")
	nsctl create -mpn box
	nsctl exec box true
	start_server trace strace -qq -yy -e trace=all -o "$runtime.trace" -p "$keeper"
	traced() { grep -q "TracerPid:[[:space:]][1-9]" "/proc/$keeper/status"; }
	eventually traced
	python "$user_id" <<'PYTHON'
import os, socket
from hostile import Connection
def marked():
    return os.memfd_create("a-clients-own")
c = Connection()
for name in ("box", "absent"):
    for field in ("stdinFileDescriptor", "stdoutFileDescriptor", "stderrFileDescriptor", "terminalFileDescriptor",
                  "statusFileDescriptor", "workingDirectoryFileDescriptor"):
        c.call("Exec", {"name": name, "command": ["true"], field: 0}, [marked()])
c.call("Run", {"command": ["true"], "stdinFileDescriptor": 0}, [marked()])
c.call("Identify", {"processFileDescriptor": 0}, [marked()])
c.call("Create", {"spec": {"mounts": [{"type": "bind", "target": "/mnt", "sourceFileDescriptor": 0}]}}, [marked()])
c.call("Create", {"spec": {"rootFileDescriptor": 0}}, [marked()])
c.call("Create", {"spec": {"lease": {"processFileDescriptor": 0}}}, [marked()])
c.call("GetStatus", {}, [marked()] * 3)
# descriptors in a connection from which the daemon does not read any more
for text in (b"{", b"{}\0{}\0{}\0"):
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.environ["NSCTL_SOCKET"])
    socket.send_fds(s, [text], [marked()] * 3)
    s.close()
c.ok("GetStatus")
PYTHON
	nsctl create -n --lease=pid:$$ leased
	nsctl which $$ || true
	end_server trace
	# the trace has recorded the whole connection
	grep -q '^accept4' "$runtime.trace"
	grep -q '^read' "$runtime.trace"
	fails grep 'a-clients-own' "$runtime.trace"
	# the keeper receives descriptors only from its own processes
	fails grep -E '^recvmsg.*SCM_RIGHTS.*(memfd|/dev/pts|TCP)' "$runtime.trace"
}
