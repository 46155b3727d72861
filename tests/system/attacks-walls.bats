#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks on walls and on Adopt: callers that change or vanish in the middle of a request, hostile descriptors, and
# every method from behind a wall. The classes are those of docs/attacks.md.

load daemon.bash
load hostile.bash

setup_file() {
	start_counted
	mkdir -m 755 "$runtime/hidden"
	echo secret >"$runtime/hidden/secret"
}

teardown_file() {
	end_servers
	rm -r "$runtime/hidden"
	purge_daemon
}

teardown() {
	end_servers
	nsctl rm --all
	other rm --all
	nsctl network rm --all
	eventually counts_are "$before"
}

# make_wall: starts a process in a mount namespace in which another directory is mounted over the hidden one.
make_wall() {
	# shellcheck disable=SC2016
	start_server wall unshare --mount sh -c 'mount -t tmpfs none "$0/hidden" && : >"$0/hidden/up" && exec sleep infinity' "$runtime"
	is_up() { [ "$(ls "/proc/$(server_pid wall)/root$runtime/hidden")" = up ]; }
	eventually is_up
}

# behind ARGUMENT...: runs the program on stdin as the user, behind the wall.
behind() { nsenter --target="$(server_pid wall)" --mount -- env - PATH="$PATH" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
	env NSCTL_SOCKET="$runtime/socket" PYTHONPATH="$PYTHONPATH" PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 - "$@" 3>&-; }

@test "Every method from behind a wall answers for a host's object as for none" {
	make_wall
	nsctl create -mpn hosts
	nsctl create -n peer
	nsctl link add hosts peer --name=wire
	nsctl network create lan
	session=$(nsctl exec -d hosts sleep 1000)
	pid=$(nsctl --json sessions hosts | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["pid"])')
	behind "$session" "$pid" <<'PYTHON'
import json, os, sys
from hostile import Connection, error_of
from strangers import Stranger
session, pid = sys.argv[1], int(sys.argv[2])
c = Connection()
stranger = Stranger(["hosts", "wire", "lan", "peer"], [session])
# what a restarted service needs, to tidy up
through = {"Get", "List", "Remove", "Renew"}
assert stranger.check_alike([os.getuid()], but=through) > 150
def alike(method, make, name):
    ask = lambda n: json.dumps(c.call(method, make(n))).replace(n, "NAME")
    assert "NotFound" in ask("absent"), (method, ask("absent"))
    assert ask(name) == ask("absent"), (method, name, ask(name))
# what is made is linked with nothing of the host's
end = lambda n: {"set": n}
net = lambda n: {"network": n}
links = lambda e: {"name": "made", "spec": {"namespaces": ["net"], "links": [{"peer": e}]}}
for kind, name in (end, "hosts"), (net, "lan"):
    alike("Create", lambda n: links(kind(n)), name)
    alike("Run", lambda n: {**links(kind(n)), "command": ["true"]}, name)
    alike("Apply", lambda n: {"sets": [{"name": "made", "spec": {"namespaces": ["net"]}}],
                              "links": [{"a": {"set": "made"}, "b": kind(n)}]}, name)
c.ok("Create", {"name": "own", "spec": {"namespaces": ["net"]}})
alike("AddLink", lambda n: {"a": {"set": "own"}, "b": end(n)}, "hosts")
alike("AddLink", lambda n: {"a": {"set": "own"}, "b": net(n)}, "lan")
# a name that is in use on the host is in use behind the wall, too
assert error_of(c.call("Create", {"name": "hosts", "existing": True})) == "Exists"
assert error_of(c.call("CreateNetwork", {"name": "lan"})) == "Exists"
reply = Connection().call("Monitor", more=True)
assert [s["name"] for s in reply["parameters"]["sets"]] == ["own"], reply
# a process of that set cannot be adopted either
process = os.pidfd_open(pid)
assert error_of(c.call("Adopt", {"name": "stolen", "processFileDescriptor": 0, "namespaces": ["net"]}, [process])) == "NotPermitted"
namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
assert error_of(c.call("Adopt", {"name": "stolen", "descriptors": [{"type": "net", "namespaceFileDescriptor": 0}]}, [namespace])) == "NotPermitted"
stranger.check_silent(but=through)
PYTHON
	nsctl exec hosts true
	nsctl rm own hosts peer
}

@test "A caller that changes or ends while it is served gets nothing from beyond its wall" {
	make_wall
	behind "$runtime/hidden" <<'PYTHON'
import ctypes, os, signal, socket, sys, time
from hostile import Closed, Connection, error_of, run_in
hidden = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNS, NEWNET = 0x10000000, 0x00020000, 0x40000000
def tree_of_its_own():
    libc.unshare(NEWUSER | NEWNS | NEWNET)
    libc.mount(b"none", hidden.encode(), b"tmpfs", 0, None)
    os.chroot("/usr")
def program_of_roots(): os.execv("/usr/bin/passwd", ["passwd", "-S"])
def end(): os.kill(os.getpid(), signal.SIGKILL)
def ask_and(change, delay):
    """Returns the answer to a Create, after which the caller changes."""
    end_of_socket = socket.socket(socket.AF_UNIX)
    c = Connection(connected=end_of_socket)
    child = os.fork()
    if child == 0:
        for descriptor in 1, 2: os.dup2(os.open("/dev/null", os.O_RDWR), descriptor)
        end_of_socket.settimeout(None)
        end_of_socket.connect(os.environ["NSCTL_SOCKET"])
        c.request("Create", {"name": "box", "spec": {"namespaces": ["mnt", "pid"]}})
        time.sleep(delay)
        change()
        os._exit(1)
    os.waitpid(child, 0)
    return c.receive()
own = Connection()
for change in tree_of_its_own, program_of_roots, end:
    for i in range(8):
        # The caller changes at different moments: before the daemon looks at it, and after the daemon needs it.
        reply = ask_and(change, i * 0.001)
        assert error_of(reply) in (None, "NotPermitted"), reply
        if not error_of(reply):
            assert run_in(own, {"name": "box", "command": ["ls", hidden]}) == (0, "up\n"), change
            own.ok("Remove", {"name": "box"})
assert own.ok("List")["sets"] == []
PYTHON
}

@test "Adopt refuses descriptors that are neither a namespace nor a process" {
	python "$user_id" <<'PYTHON'
import os, select, socket, subprocess
from hostile import Connection, error_of
c = Connection()
kinds = "mnt", "net", "user", "pid", "uts", "ipc", "cgroup", "time"
def refused(fd, **parameters):
    reply = c.call("Adopt", {"name": "stolen", **parameters}, [fd])
    assert error_of(reply) == "InvalidValue", (os.readlink(f"/proc/self/fd/{fd}"), parameters, reply)
def as_namespaces(fd):
    for kind in kinds: refused(fd, descriptors=[{"type": kind, "namespaceFileDescriptor": 0}])
# the first process has ended and was not waited for; the second one was waited for
zombie, gone = subprocess.Popen(["true"]), subprocess.Popen(["true"])
pidfds = [os.pidfd_open(process.pid) for process in (zombie, gone)]
gone.wait()
epoll = select.epoll()
for fd in pidfds: select.select([fd], [], [])
files = [os.open("/proc/self/ns/net", os.O_PATH), os.open("/proc/self/ns", os.O_RDONLY), os.open("/proc/self/exe", os.O_RDONLY),
         os.open("/proc/self/mem", os.O_RDWR), os.memfd_create("memory"), os.eventfd(0), epoll.fileno(),
         socket.socketpair()[0].detach(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).detach(), *os.pipe()]
for fd in files + pidfds:
    refused(fd, processFileDescriptor=0)
    as_namespaces(fd)
as_namespaces(os.pidfd_open(os.getpid()))
assert c.ok("List")["sets"] == []
PYTHON
}
