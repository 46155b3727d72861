#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Arriving connections: the limit of connections is checked before any costly step, a client beyond it gets the
# reason, and users are served in turn.

load daemon.bash
load hostile.bash
# hostile.py's client can connect as any user
PYTHONPATH=$BATS_TEST_DIRNAME/../lib

setup() { make_config; }

teardown() {
	rm -f "$runtime.trace"
	purge_daemon
}

# trace OPTION...: writes the keeper's system calls to $runtime.trace; returns when tracing has begun.
trace() {
	start_server trace strace -qq -o "$runtime.trace" -p "$(cat "$runtime.pid")" "$@"
	eventually traced
}
traced() { fails grep -q '^TracerPid:[[:space:]]0$' "/proc/$(cat "$runtime.pid")/status"; }

@test "A user at the limit on connections is told the limit, and other users are served" {
	printf '[limits]\nconnections = 3\n' >"$config"
	start_daemon --config="$config"
	nsctl create -n box
	python 0 "$user_id" "$other_id" <<'PYTHON'
import os, subprocess, sys
from varlink import Client, ConnectionLost, VarlinkError
path, user, other = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), int(sys.argv[2])
held = [Client(path, user) for _ in range(3)]
for c in held: c.call("GetStatus")
for asks in True, False:
    c = Client(path, user)
    try:
        # a client that sends no call is told the reason, too, and then its connection is closed
        c.call("GetStatus") if asks else c.receive()
        raise AssertionError("served")
    except VarlinkError as error:
        assert error.name == "LimitExceeded" and error.parameters == {"limit": "connections", "value": 3}, error
    try: raise AssertionError(c.receive())
    except ConnectionLost: pass
    c.close()
def nsctl(*words):
    command = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", os.environ["NSCTL_BUILD"] + "/nsctl"]
    done = subprocess.run(command + list(words), capture_output=True, text=True)
    return done.returncode, done.stderr
for words, expected in (["list"], 1), (["exec", "box", "true"], 125), (["create", "-n", "more"], 1), (["monitor"], 1):
    status, said = nsctl(*words)
    assert status == expected and "connections (3)" in said, (words, status, said)
Client(path, other).call("GetStatus")
# a connection that was closed makes room for another one
held.pop().close()
for _ in range(600):
    if nsctl("exec", "box", "true")[0] == 0: break
else: raise AssertionError("no room")
PYTHON
	grep -q "connection refused: limit of connections uid=$user_id" "$runtime.log"
	nsctl rm box
}

@test "A refused connection is cheap, because the daemon reads nothing of its process and logs little" {
	printf '[limits]\nconnections = 1\n' >"$config"
	start_daemon --config="$config"
	python 0 "$user_id" "$runtime" <<'PYTHON'
import os, subprocess, sys
from varlink import Client, VarlinkError
path, user, runtime = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), sys.argv[2]
held = Client(path, user)
held.call("GetStatus")
with open(runtime + ".pid", encoding="ascii") as file: keeper = file.read().strip()
trace = subprocess.Popen(["strace", "-qq", "-o", runtime + ".trace", "-p", keeper, "-e", "trace=openat,accept4"])
def is_traced():
    with open(f"/proc/{keeper}/status", encoding="ascii") as file: return "\nTracerPid:\t0\n" not in file.read()
while not is_traced(): pass
for _ in range(100):
    c = Client(path, user, 60)
    try: raise AssertionError(c.receive())
    except VarlinkError as error: assert error.name == "LimitExceeded", error
    c.close()
trace.terminate()
trace.wait()
with open(runtime + ".trace", encoding="ascii", errors="replace") as file: calls = file.read()
assert calls.count("accept4(") >= 100, calls
assert "openat(" not in calls, calls
PYTHON
	[ "$(grep -c 'connection refused' "$runtime.log")" -le 20 ]
}

@test "A user who floods the socket does not make other users wait" {
	start_daemon
	# examining a peer takes a while now, because about ten files are opened for it
	trace -e trace=openat -e inject=openat:delay_exit=20000
	python 0 "$user_id" "$other_id" <<'PYTHON'
import os, select, sys
from varlink import Client
path, user, other = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), int(sys.argv[2])
# the front answers this itself, when it has been given the connection
CALL = "org.varlink.service.GetInfo"
# The start of a front takes as long as the machine likes. So the test starts the fronts of both users first.
for uid in user, other: Client(path, uid, 60).call(CALL)
flood = [Client(path, user) for _ in range(40)]
for c in flood: c.send(CALL, {})
def answered(): return len(select.select([c.socket for c in flood], [], [], 0)[0])
while not answered(): pass
waiting = Client(path, other, 60)
before = answered()
waiting.call(CALL)
# most of the connections that arrived before it have not been answered meanwhile
meanwhile = answered() - before
assert meanwhile < 20, (before, meanwhile)
for c in flood: c.receive()
PYTHON
	end_server trace
}

@test "Accepted connections are served while further ones arrive without end" {
	start_daemon
	# connections are accepted more slowly than they arrive
	trace -e trace=accept4 -e inject=accept4:delay_exit=5000
	python 0 "$user_id" "$other_id" <<'PYTHON'
import os, signal, socket, sys, time
from varlink import Client
path, user, other = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), int(sys.argv[2])
def flood():
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    while True:
        c = socket.socket(socket.AF_UNIX)
        c.connect(path)
        c.sendall(b"{")
        c.close()
children = []
for _ in range(2):
    children.append(os.fork())
    if children[-1] == 0: flood()
try:
    Client(path, other, 100).call("GetStatus")
finally:
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
PYTHON
	end_server trace
}

# backlog: prints how many connections may wait at the socket.
backlog() { ss -xlH src "$runtime/socket" | awk '{print $4}'; }
backlog_is() { [ "$(backlog)" = "$1" ]; }

@test "The socket's queue is short during a flood, and long again afterwards" {
	start_daemon
	backlog_is 512
	cat >"$runtime.flood.py" <<'PYTHON'
import os, socket, sys
os.setgroups([])
os.setresgid(*3 * [int(sys.argv[2])])
os.setresuid(*3 * [int(sys.argv[2])])
while True:
    c = socket.socket(socket.AF_UNIX)
    c.connect(sys.argv[1])
    c.close()
PYTHON
	start_server flood python3 "$runtime.flood.py" "$runtime/socket" "$user_id"
	eventually backlog_is 16
	other create -n box
	other rm box
	end_server flood
	rm "$runtime.flood.py"
	# a connection that is served shows that the flood is over
	calm() { nsctl list && backlog_is 512; }
	eventually calm
}

@test "A user whose connections ask for nothing is still served, and so are others" {
	start_daemon
	python 0 "$user_id" "$other_id" <<'PYTHON'
import os, sys
from varlink import Client
path, user, other = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), int(sys.argv[2])
idle = [Client(path, user) for _ in range(200)]
# when the last connection has reached a front, all of them have
idle[-1].call("GetStatus")
for c in idle: c.close()
for uid in (user, other): Client(path, uid, 60).call("GetStatus")
PYTHON
}

@test "The daemon keeps a bounded number of refused connections open" {
	printf '[limits]\nconnections = 1\n' >"$config"
	start_daemon --config="$config"
	python 0 "$user_id" "$(cat "$runtime.pid")" <<'PYTHON'
import os, sys
from varlink import Client, VarlinkError
path, user, keeper = os.environ["NSCTL_SOCKET"], int(sys.argv[1]), sys.argv[2]
def descriptors(): return len(os.listdir(f"/proc/{keeper}/fd"))
held = Client(path, user)
held.call("GetStatus")
before = descriptors()
refused = []
for _ in range(200):
    refused.append(Client(path, user, 60))
    try: raise AssertionError(refused[-1].receive())
    except VarlinkError as error: assert error.name == "LimitExceeded", error
assert descriptors() - before < 80, (before, descriptors())
held.call("GetStatus")
PYTHON
}
