#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the keeper reads of a client's process when the client connects: the set that the process is in, and the limits
# that its commands get. The process may end, or execute a setuid program, at any moment.

# a user of its own: see ownership.bats
user_id=61015
load daemon.bash
load hostile.bash

setup_file() {
	# the key names this user, who must not get out of a set by it
	config=$(mktemp /run/nsctl-test.conf.XXXXXX)
	printf '[allow]\nconfined = *\n' >"$config"
	start_daemon --config="$config"
	export runtime daemon config
	make_place 755
	count_from_here
}

teardown_file() {
	remove_place
	rm -f "$config"
	purge_daemon
}

teardown() {
	nsctl rm --all
	rm -rf "${runtime:?}"/place/*
	eventually counts_are "$before"
}

# stretch: delays the keeper after it has checked that a peer lives, so that the peer can end before the keeper reads
# more.
stretch() {
	start_server stretched strace -qq -o /dev/null -p "$(cat "$runtime.pid")" -e trace=poll,ppoll \
		-e inject=poll,ppoll:delay_exit=100000
	eventually stretched
}
stretched() { fails grep -q '^TracerPid:[[:space:]]0$' "/proc/$(cat "$runtime.pid")/status"; }

@test "A client that ends while the daemon examines it still counts as inside its set" {
	nsctl create -n box
	cat >"$runtime/place/race.py" <<'PYTHON'
import json, os, socket, time
# This call succeeds only if the daemon takes the caller for a process outside of all sets.
CALL = json.dumps({"method": "org.nsctl.Create", "parameters": {"name": "made-from-inside", "existing": True,
                                                                 "spec": {"namespaces": ["net"]}}}).encode() + b"\0"
for delay in (0, 0.02, 0.05, 0.05, 0.08):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    child = os.fork()
    if child == 0:
        connection.connect(os.environ["NSCTL_SOCKET"])
        time.sleep(delay)
        os._exit(0)
    os.waitpid(child, 0)
    connection.sendall(CALL)
    data = b""
    while not data.endswith(b"\0"):
        more = connection.recv(1 << 16)
        assert more, "no answer"
        data += more
    reply = json.loads(data[:-1])
    assert reply.get("error") == "org.nsctl.NotPermitted", reply
PYTHON
	stretch
	nsctl exec box python3 "$runtime/place/race.py"
	end_server stretched
	[ "$(nsctl list --quiet)" = box ]
}

@test "A process of another user that has got the pid of a client that ended is not taken for it on an old kernel" {
	[ -e /proc/sys/kernel/ns_last_pid ] || skip "kernel lacks CONFIG_CHECKPOINT_RESTORE"
	stop_daemon
	daemon_in=$NSCTL_BUILD/tests/kernel/old-kernel start_daemon --config="$config"
	# runs as root, to stop the daemon until the pid is used again
	NSCTL_SOCKET=$runtime/socket python3 - "$user_id" "$other_id" "$(cat "$runtime.pid")" 3>&- <<'PYTHON'
import os, signal, socket, sys
from hostile import Connection, error_of
from users import become
uid, other, daemon = map(int, sys.argv[1:])

def start(user, work):
    """Starts a process of this user, which does its work and then waits. Returns its pid."""
    ready, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(user)
        work()
        os.write(say, b"x")
        signal.pause()
    os.close(say)
    assert os.read(ready, 1) == b"x"
    os.close(ready)
    return pid

def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

def connect_and_reuse(user):
    """Returns a connection whose process has ended, and another process, of this user, that has the pid."""
    connecting = socket.socket(socket.AF_UNIX)
    os.kill(daemon, signal.SIGSTOP)
    try:
        while True:
            pid = start(uid, lambda: connecting.connect(os.environ["NSCTL_SOCKET"]))
            end(pid)
            with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
                file.write(str(pid - 1))
            found = start(user, lambda: None)
            if found == pid:
                return Connection(connected=connecting), found
            end(found)
            connecting.close()
            connecting = socket.socket(socket.AF_UNIX)
    finally:
        os.kill(daemon, signal.SIGCONT)

c, pid = connect_and_reuse(other)
reply = c.call("Create", {"name": "box", "spec": {"namespaces": ["net"]}})
assert error_of(reply) == "NotPermitted", reply
end(pid)
PYTHON
	stop_daemon
	start_daemon --config="$config"
}

@test "A command has the limits that its caller had when it connected" {
	nsctl create -n box
	python "$user_id" <<'PYTHON'
import json, os, resource
from hostile import Connection
names = ("NOFILE", "CORE", "STACK", "NPROC", "MEMLOCK")
nice = os.nice(3)
some = sorted(os.sched_getaffinity(0))[-1:]
os.sched_setaffinity(0, some)
with open("/proc/self/oom_score_adj", "w") as file: file.write("321")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
had = {n: resource.getrlimit(getattr(resource, "RLIMIT_" + n)) for n in names}
c = Connection()
# an answer shows that the daemon has examined the peer
c.ok("GetStatus")
os.nice(5)
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))
program = ("import json,os,resource;print(json.dumps([os.nice(0),sorted(os.sched_getaffinity(0)),"
           "open('/proc/self/oom_score_adj').read().strip(),"
           "[resource.getrlimit(getattr(resource,'RLIMIT_'+n)) for n in %r]]))" % (names,))
out, result = os.pipe()
status, told = os.pipe()
c.ok("Exec", {"name": "box", "command": ["python3", "-c", program], "environment": ["PATH=" + os.environ["PATH"]],
              "stdoutFileDescriptor": 0, "statusFileDescriptor": 1}, [result, told])
os.close(result); os.close(told)
got = json.loads(os.fdopen(out).read())
assert got == [nice, some, "321", [list(had[n]) for n in names]], (got, had)
PYTHON
}

@test "The limits of a setuid program that the caller executes after connecting are not passed on" {
	nsctl create -n box
	cp "$(command -v prlimit)" "$runtime/place/raise"
	chmod 4755 "$runtime/place/raise"
	python "$user_id" "$runtime/place/raise" <<'PYTHON'
import os, resource, socket, sys
from hostile import Connection, error_of
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
def limits_after(looked_at):
    """A command whose caller executes the program: when the daemon has looked at it for certain, or at once."""
    (input_end, keep), (said_end, say) = os.pipe(), os.pipe()
    c = Connection.__new__(Connection)
    c.socket, c.buffer, c.fds = socket.socket(socket.AF_UNIX), b"", []
    c.socket.settimeout(60)
    child = os.fork()
    if child == 0:
        c.socket.connect(os.environ["NSCTL_SOCKET"])
        if looked_at: c.ok("GetStatus")
        os.dup2(input_end, 0)
        os.dup2(say, 1)
        os.execv(sys.argv[1], ["prlimit", "--nofile=150:200", "cat"])
    os.write(keep, b"x")
    # the process has executed the program, and has the limits
    assert os.read(said_end, 1) == b"x"
    (output, result), (ended, tell) = os.pipe(), os.pipe()
    reply = c.call("Exec", {"name": "box", "command": ["sh", "-c", "ulimit -n; ulimit -Hn"],
                            "environment": ["PATH=" + os.environ["PATH"]],
                            "stdoutFileDescriptor": 0, "statusFileDescriptor": 1}, [result, tell])
    for fd in result, tell: os.close(fd)
    said = os.fdopen(output).read().split()
    for fd in input_end, keep, said_end, say, ended: os.close(fd)
    os.waitpid(child, 0)
    return reply, said
reply, said = limits_after(True)
assert "error" not in reply and said == ["100", "200"], (reply, said)
for _ in range(20):
    # the daemon must not use these limits, at whatever moment it reads them
    reply, said = limits_after(False)
    assert said == ["100", "200"] or (error_of(reply) == "NotPermitted" and not said), (reply, said)
PYTHON
}

@test "A caller that executes a setuid program after connecting cannot make a user namespace" {
	cp "$(command -v prlimit)" "$runtime/place/raise"
	chmod 4755 "$runtime/place/raise"
	# runs as root, to stop the daemon until the program is executed
	NSCTL_SOCKET=$runtime/socket python3 - "$user_id" "$(cat "$runtime.pid")" "$runtime/place/raise" 3>&- <<'PYTHON'
import os, signal, socket, sys
from hostile import Connection, error_of
from users import become
uid, daemon = int(sys.argv[1]), int(sys.argv[2])
connecting = socket.socket(socket.AF_UNIX)
(input_end, keep), (said_end, say) = os.pipe(), os.pipe()
os.kill(daemon, signal.SIGSTOP)
try:
    if os.fork() == 0:
        become(uid)
        connecting.connect(os.environ["NSCTL_SOCKET"])
        os.dup2(input_end, 0)
        os.dup2(say, 1)
        os.execv(sys.argv[3], ["prlimit", "--nofile=150:200", "cat"])
    os.close(input_end)
    os.write(keep, b"x")
    assert os.read(said_end, 1) == b"x"
finally:
    os.kill(daemon, signal.SIGCONT)
c = Connection(connected=connecting)
for method, more in ("Create", {}), ("Run", {"command": ["true"]}):
    reply = c.call(method, {"name": "box", "spec": {"namespaces": ["user", "net"], "userMapping": "root"}, **more})
    assert error_of(reply) == "NotPermitted" and reply["parameters"]["what"] == "user namespaces from here", reply
c.ok("Create", {"name": "box", "spec": {"namespaces": ["net"]}})
os.close(keep)
os.wait()
PYTHON
}
