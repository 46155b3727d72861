#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks over the socket: other users' objects, pretended identities, malformed and endless messages, hostile
# descriptors. The classes are those of docs/attacks.md.

# a user of its own: the kernel counts the descriptors that are on their way for each user, and a client with a low
# limit on open files cannot send any while there are more
user_id=61013
load daemon.bash
load counted.bash
load hostile.bash

# Prints the descriptors of the keeper and of all fronts.
descriptors() {
	local pid
	for pid in "$(cat "$runtime.pid")" $(fronts); do
		find "/proc/$pid/fd" -mindepth 1 2>/dev/null
	done | wc -l
}
fronts() {
	local pid
	for pid in $(pgrep -P "$(pgrep -P "$(cat "$runtime.pid")")"); do
		grep -qx nsctld-front "/proc/$pid/comm" && echo "$pid"
	done
	true
}

@test "Every method answers alike for another user's object and for none (CVE-2026-39402)" {
	nsctl create -mpn theirs
	session=$(nsctl exec -d theirs sleep 1000)
	root_nsctl create -n roots
	nsctl create -n -u linked
	nsctl network create lan
	nsctl link add linked net/lan --name=wire
	python "$other_id" "$user_id" "$session" <<'PYTHON'
import json, sys
from hostile import Connection
from strangers import Stranger
owner, session = int(sys.argv[1]), sys.argv[2]
c = Connection()
stranger = Stranger(["theirs", "roots", "linked", "lan", "wire"], [session])
assert stranger.check_alike([owner, 0, 4000000000]) > 500
stranger.check_silent(owner)
# an end in another user's set is refused like one in a set that does not exist
def link(name): return json.dumps(c.call("AddLink", {"a": {"set": name}, "b": {"set": name}})).replace(name, "NAME")
assert link("theirs") == link("absent"), link("theirs")
PYTHON
	[ "$(nsctl list --quiet | sort | tr '\n' ' ')" = "linked theirs " ]
	nsctl exec theirs true
	nsctl rm linked
	nsctl network rm lan
}

@test "A caller learns nothing of another user's process, or of one that has ended" {
	nsctl create -mp box
	session=$(nsctl exec -d box sleep 1000)
	pid=$(nsctl sessions box | awk -v s="$session" '$1 == s { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+$/) { print $i; exit } }')
	python "$other_id" "${pid:-1}" <<'PYTHON'
import os, subprocess, sys
from hostile import Connection, error_of
c = Connection()
for pid in int(sys.argv[1]), 1:
    fd = os.pidfd_open(pid)
    assert error_of(c.call("Identify", {"processFileDescriptor": 0}, [fd])) == "NotPermitted", pid
child = subprocess.Popen(["true"])
fd = os.pidfd_open(child.pid)
child.wait()
assert error_of(c.call("Identify", {"processFileDescriptor": 0}, [fd])) == "InvalidValue"
# these descriptors are no pidfds
for what in os.open("/", os.O_PATH), os.open("/proc/self", os.O_RDONLY), os.open("/dev/null", os.O_RDWR):
    assert error_of(c.call("Identify", {"processFileDescriptor": 0}, [what])) == "InvalidValue"
PYTHON
}

@test "A uid above 2^31 is served like any other (CVE-2018-19788)" {
	big=4000000000
	as "$big" "$NSCTL_BUILD/nsctl" create -n box
	[ "$(as "$big" "$NSCTL_BUILD/nsctl" exec box id -u)" = "$big" ]
	[ "$(as "$big" "$NSCTL_BUILD/nsctl" list --json | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["owner"])')" = "$big" ]
	run nsctl rm box
	[ "$status" -eq 1 ]
	run other --owner="$big" rm box
	[ "$status" -eq 1 ]
	as "$big" "$NSCTL_BUILD/nsctl" rm box
}

@test "Root of a user namespace is confined, and has no rights of the host's root" {
	nsctl create -n box
	for command in "list" "create -n more" "rm box" "exec box true"; do
		# shellcheck disable=SC2086
		run as "$user_id" unshare -U -r "$NSCTL_BUILD/nsctl" $command
		[ "$status" -ne 0 ]
		[[ "$output" == *"user namespace"* ]]
		# shellcheck disable=SC2086
		run as "$user_id" unshare -U "$NSCTL_BUILD/nsctl" $command
		[ "$status" -ne 0 ]
	done
	[ "$(nsctl list --quiet)" = box ]
}

@test "A client that ends or executes another program is served as it was when it connected (CVE-2013-4288)" {
	nsctl create -n box
	cp "$(command -v sleep)" "$runtime/setuid-sleep"
	chmod 4755 "$runtime/setuid-sleep"
	count=$(descriptors)
	python "$user_id" "$runtime/setuid-sleep" <<'PYTHON'
import json, os, sys
from hostile import Connection
create = json.dumps({"method": "org.nsctl.Create", "parameters": {"name": "made", "spec": {"namespaces": ["net"]}}}).encode() + b"\0"
for i in range(50):
    if os.fork() == 0:
        c = Connection()
        c.send(create)
        os._exit(0)
    os.wait()
for i in range(5):
    # a child inherits the socket and executes a setuid program
    c = Connection()
    os.set_inheritable(c.socket.fileno(), True)
    if os.fork() == 0: os.execv(sys.argv[1], ["sleep", "0.2"])
    c.send(create)
    reply = c.receive()
    assert reply.get("parameters", {}).get("set", {"owner": os.getuid()})["owner"] == os.getuid(), reply
PYTHON
	rm "$runtime/setuid-sleep"
	[ -z "$(root_nsctl list --quiet)" ]
	nsctl rm --ignore made
	returns() { [ "$(descriptors)" -le "$count" ]; }
	eventually returns
}

@test "A socket that was passed on still belongs to the process that connected it (CVE-2019-7304)" {
	mkfifo -m 666 "$runtime/fifo"
	python "$user_id" "$runtime/passed" <<'PYTHON' &
import array, os, socket, sys
from hostile import Connection
c = Connection()
path = "\0nsctl-test-" + sys.argv[1]
listening = socket.socket(socket.AF_UNIX)
listening.bind(path); listening.listen()
taker, _ = listening.accept()
taker.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [c.socket.fileno()]))])
taker.recv(1)
PYTHON
	python "$other_id" "$runtime/passed" <<'PYTHON'
import array, socket, sys, time
from hostile import Connection
taker = socket.socket(socket.AF_UNIX)
for _ in range(600):
    try: taker.connect("\0nsctl-test-" + sys.argv[1]); break
    except OSError: time.sleep(0.05)
_, ancillary, _, _ = taker.recvmsg(1, 100)
c = Connection()
c.socket = socket.socket(fileno=array.array("i", ancillary[0][2])[0])
c.socket.settimeout(60)
c.ok("Create", {"name": "made", "spec": {"namespaces": ["net"]}})
taker.send(b"x")
PYTHON
	wait
	rm "$runtime/fifo"
	[ "$(nsctl list --quiet)" = made ]
	[ -z "$(other list --quiet)" ]
}

# served: checks that another user is served, and the same user on another connection.
served() {
	[ -z "$(other list --quiet)" ]
	nsctl exec box true
}

@test "Slow, incomplete and endless messages of one client do not disturb others" {
	nsctl create -n box
	count=$(descriptors)
	mkfifo -m 666 "$runtime/ready" "$runtime/go"
	python "$user_id" "$runtime" <<'PYTHON' &
import json, os, sys
from hostile import Closed, Connection
status = b'{"method":"org.nsctl.GetStatus"}\0'
# the client sends thousands of calls, and reads no answer
slow = [Connection() for _ in range(8)]
for c in slow:
    c.socket.setblocking(False)
    try:
        while True: c.socket.send(status * 1000)
    except BlockingIOError: pass
# the client sends a call byte by byte
drop = Connection()
drop.send(status[:20])
# A message that does not end: the daemon closes the connection when the message exceeds the maximum size.
endless = Connection()
try:
    while True: endless.send(b" " * 65536)
except (OSError, Closed): pass
# a half-closed connection is still answered
half = Connection()
half.send(status)
half.socket.shutdown(1)
assert "parameters" in half.receive()
open(sys.argv[1] + "/ready", "w").close()
open(sys.argv[1] + "/go").read()
for byte in status[20:]: drop.send(bytes([byte]))
assert "parameters" in drop.receive()
# a client that begins to read finds one answer to each call
c = slow[0]
c.socket.setblocking(True)
c.socket.settimeout(60)
calls = Connection()
calls.socket.settimeout(60)
import threading
def write():
    for _ in range(10): calls.send(status * 1000)
writer = threading.Thread(target=write)
writer.start()
for _ in range(10000): assert "parameters" in calls.receive()
writer.join()
calls.socket.setblocking(False)
try: assert False, calls.socket.recv(1)
except BlockingIOError: pass
PYTHON
	attacker=$!
	read -r _ <"$runtime/ready" || true
	served
	served
	: >"$runtime/go"
	await "$attacker"
	rm "$runtime/ready" "$runtime/go"
	served
	returns() { [ "$(descriptors)" -le "$count" ]; }
	eventually returns
}

@test "The daemon closes descriptors that no call asks for" {
	nsctl create -n box
	python "$user_id" </dev/null
	count=$(descriptors)
	python "$user_id" <<'PYTHON'
import json, os
from hostile import Closed, Connection, error_of
fds = [os.open("/dev/null", os.O_RDWR)] * 253
for _ in range(20):
    c = Connection()
    for method, parameters in (("GetStatus", {}), ("Get", {"name": "none"}), ("NoSuchMethod", {}), ("Create", {"x": 1}),
                               ("Exec", {"name": "none", "command": ["true"], "stdinFileDescriptor": 252})):
        try: reply = c.call(method, parameters, fds)
        except Closed: c = Connection()
    # descriptors with half a message, whose rest never comes
    c = Connection()
    c.send(b'{"method":', fds)
    # descriptors with the bytes of several messages
    c = Connection()
    c.send(b'{"method":"org.nsctl.GetStatus"}\0{"method"', fds)
PYTHON
	served
	returns() { [ "$(descriptors)" -le "$count" ]; }
	eventually returns
}

@test "Unsuitable descriptors are refused with the name of their field" {
	nsctl create -m box
	nsctl create -n wired
	python "$user_id" <<'PYTHON'
import os, socket, tempfile
from hostile import Connection, error_of
c = Connection()
path = os.open("/", os.O_PATH | os.O_DIRECTORY)
directory = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
file = os.open("/etc/passwd", os.O_RDONLY)
read, write = os.pipe()
pair = socket.socketpair()
memory = os.memfd_create("m")
def refused(field, fd, method="Exec", **more):
    reply = c.call(method, {"name": "box", "command": ["true"], field: 0, **more}, [fd])
    assert error_of(reply) == "InvalidValue" and reply["parameters"]["field"] == field, (field, reply)
for field in "stdinFileDescriptor", "stdoutFileDescriptor", "stderrFileDescriptor":
    refused(field, path)
for fd in path, directory, file, read, memory, pair[0].fileno():
    refused("statusFileDescriptor", fd)
for fd in path, directory, file, read, write, memory, pair[0].fileno():
    refused("terminalFileDescriptor", fd)
def create(spec, fd):
    reply = c.call("Create", {"name": "made", "spec": spec}, [fd])
    assert error_of(reply) in ("InvalidValue", "SystemError"), (spec, reply)
    assert "spec." in str(reply["parameters"]), reply
for fd in file, read, memory, pair[0].fileno():
    create({"namespaces": ["mnt"], "rootFileDescriptor": 0}, fd)
    create({"namespaces": ["mnt"], "mounts": [{"type": "bind", "target": "/usr", "sourceFileDescriptor": 0}]}, fd)
def refused_capture(field, *fds):
    numbers = {"captureFileDescriptor": 0, **({"stopFileDescriptor": 1} if len(fds) > 1 else {})}
    reply = c.call("Capture", {"name": "wired", **numbers}, fds, more=True)
    assert error_of(reply) == "InvalidValue" and reply["parameters"]["field"] == field, (field, reply)
for fd in path, directory, file, read:
    refused_capture("captureFileDescriptor", fd)
for fd in path, directory, file, write, memory, pair[0].fileno():
    refused_capture("stopFileDescriptor", pair[1].fileno(), fd)
# a socket and a pipe are allowed as a command's standard descriptors
reply = c.call("Exec", {"name": "box", "command": ["echo", "hello"], "stdoutFileDescriptor": 0}, [pair[1].fileno()])
assert not error_of(reply), reply
assert pair[0].recv(100) == b"hello\n"
assert not c.ok("List")["sets"][2:], "something was made"
PYTHON
}

@test "A FUSE file system that never answers delays its own user alone" {
	[ -e /dev/fuse ] || skip "kernel lacks /dev/fuse"
	mkdir "$runtime/fuse"
	python3 - "$runtime/fuse" "$runtime/mounted" 3>&- <<'PYTHON' &
import ctypes, os, sys, time
fd = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"hang", sys.argv[1].encode(), b"fuse", 6, options) < 0:
    open(sys.argv[2], "w").write("failed")
    sys.exit(1)
open(sys.argv[2], "w").write("mounted")
time.sleep(1000)
PYTHON
	server=$!
	tried() { [ -s "$runtime/mounted" ]; }
	eventually tried
	if ! grep -q mounted "$runtime/mounted"; then
		rm -r "$runtime/fuse" "$runtime/mounted"
		skip "kernel lacks FUSE here"
	fi
	nsctl create -m box
	python "$user_id" "$runtime/fuse" <<'PYTHON' &
import os, sys
from hostile import Connection, error_of
c = Connection()
fd = os.open(sys.argv[1], os.O_PATH)
reply = c.call("Create", {"name": "hung", "spec": {"namespaces": ["mnt"], "rootFileDescriptor": 0}}, [fd])
assert error_of(reply), reply
PYTHON
	attacker=$!
	nsctl exec -d --chdir="$runtime/fuse/x" box true >/dev/null 2>&1 3>&- &
	for _ in $(seq 10); do
		other run -n true
		nsctl create -n quick
		nsctl rm quick
	done
	await "$attacker"
	kill -KILL "$server"
	umount -l "$runtime/fuse"
	wait || true
	rmdir "$runtime/fuse"
	rm "$runtime/mounted"
}

@test "Pending calls end with their connection, and the user's other connections stay" {
	nsctl create -n box
	session=$(nsctl exec -d box sleep 1000)
	python "$user_id" "$session" <<'PYTHON'
import json, os, sys
from hostile import Connection
def message(method, parameters, **flags):
    return json.dumps({"method": "org.nsctl." + method, "parameters": parameters, **flags}).encode() + b"\0"
def hang_up_after(method, parameters, **flags):
    """The answer to the first call shows that the front has read the second."""
    c = Connection()
    c.send(message("GetStatus", {}) + message(method, parameters, **flags))
    c.receive()
    c.socket.close()
honest = Connection()
honest.ok("Create", {"name": "leased", "spec": {"namespaces": ["net"], "lease": {"connection": True}}})
honest.ok("Create", {"name": "slow", "spec": {"namespaces": ["pid"]}})
honest.ok("Exec", {"name": "slow", "command": ["sh", "-c", "trap : TERM; while :; do sleep 1; done"], "detach": True})
for i in range(1100):
    hang_up_after("WaitSession", {"session": sys.argv[1]})
    hang_up_after("Remove", {"name": "slow", "grace": 60.0})
for i in range(20):
    hang_up_after("Exec", {"name": "box", "command": ["sleep", "1000"], "detach": True}, more=True)
null = os.open("/dev/null", os.O_RDWR)
for i in range(60):
    c = Connection()
    c.request("GetStatus")
    c.request("Capture", {"name": "box", "captureFileDescriptor": 0}, [null], more=True)
    c.receive()
    c.socket.close()
    # the lanes that carried the descriptors of such calls now carry those of others
    honest.ok("Exec", {"name": "box", "command": ["true"], "detach": True})
    os.close(honest.fds.pop())
assert "leased" in [s["name"] for s in honest.ok("List")["sets"]]
# the connection may still have as many waiting calls as before
waiting = Connection()
waiting.send(message("WaitSession", {"session": sys.argv[1]}))
honest.ok("Kill", {"name": "box", "signal": 9, "session": sys.argv[1]})
assert waiting.receive()["parameters"]["signal"] == 9
honest.ok("Kill", {"name": "box", "signal": 9})
PYTHON
	eventually [ -z "$(nsctl ls --quiet | grep leased)" ]
}

@test "A call above the limit on waiting calls is refused, and no other call ends" {
	root_nsctl create -n box
	session=$(root_nsctl exec -d box sleep 1000)
	python 0 "$session" <<'PYTHON'
import resource, select, sys, time
from hostile import Connection
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
wait = b'{"method":"org.nsctl.WaitSession","parameters":{"session":"%s"}}\0' % sys.argv[1].encode()
waiting = [Connection() for _ in range(1024)]
for c in waiting: c.send(wait)
late = Connection()
# the daemon reads the earlier messages gradually
for _ in range(6000):
    reply = late.call("Get", {"name": "box"})
    if "error" in reply: break
    time.sleep(0.01)
assert reply == {"error": "org.nsctl.LimitExceeded", "parameters": {"limit": "requests", "value": 1024}}, reply
assert late.ok("List")["sets"]
late.ok("Kill", {"name": "box", "signal": 18})  # SIGCONT, which ends nothing
waiting.pop().socket.close()
for _ in range(6000):
    if "error" not in late.call("Get", {"name": "box"}): break
    time.sleep(0.01)
else: raise SystemExit("still refused")
# no waiting call has ended because of that
poll = select.poll()
for c in waiting: poll.register(c.socket, select.POLLIN)
ended = poll.poll(0)
assert not ended, len(ended)
PYTHON
}

@test "Each method answers hostile strings in each field exactly once, and makes nothing of them" {
	python "$user_id" <<'PYTHON'
import json, re
from hostile import Closed, Connection, error_of
from interface import Interface
c = Connection()
interface = Interface(c.ok("org.varlink.service.GetInterfaceDescription", {"interface": "org.nsctl"})["description"])
STRINGS = ["\n", "a\nb", "../x", "a/../b", "-x", "0123456789abcdef", "1000x", "-1", "\x1b[2J", "\u202e", "%n%s", "$(id)", "`id`",
           "a;id", "a" * 5000, "", " ", "host", "a:b", "255.255.255.256", "::g", "/proc/self/fd/9"]
NUMBERS = ["-1", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "1e3", "-9223372036854775808",
           "1.5", "NaN", "Infinity", "1e999", '"1"', "0x10", "00", "null", "[]"]
def put(value, path, mark):
    if not path: return mark
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], mark)
    return copy
def only(value, path):
    """What leads to the path, and what a struct must have: names."""
    if not path: return value
    if isinstance(value, dict):
        keep = {k: v for k, v in value.items() if k in ("name", "command", "a", "b", "signal", "session", "type", "target", "peer",
                                                         "host", "inside", "outside", "count", "protocol", "hostPort", "port")
                and k != path[0] and not isinstance(v, dict)}
        return {**keep, path[0]: only(value[path[0]], path[1:])}
    return [only(value[0], path[1:])] if isinstance(value, list) else value
asked = refused = 0
for method, parameters in interface.methods().items():
    if method in ("Monitor", "WaitSession"): continue
    value, leaves = interface.sample(("struct", parameters))
    for path, leaf in leaves:
        marks = [json.dumps(s) for s in STRINGS] if leaf in ("string", "enum") else NUMBERS
        for mark in marks:
            body = json.dumps({"method": "org.nsctl." + method, "parameters": put(only(value, path), path, "@MARK@")})
            try:
                c.send(body.replace('"@MARK@"', mark).encode() + b"\0")
                reply = c.receive()
                refused += error_of(reply) is not None
            except (Closed, BrokenPipeError):
                # text that is no JSON ends its connection, and nothing else
                assert mark in ("NaN", "Infinity", "1e999", "0x10", "00", "9223372036854775808"), (method, path, mark)
                c = Connection()
                refused += 1
            asked += 1
    # each call gets one answer, so the next answer belongs to the next call
    assert "version" in c.ok("GetStatus")
assert asked > 2000, asked
for found in c.ok("List")["sets"]:
    assert re.fullmatch(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?", found["name"]), found
    assert not re.search(r"[\x00-\x1f\x7f]", json.dumps(found, ensure_ascii=False)), found
for link in c.ok("ListLinks")["links"]: c.call("RemoveLink", {"name": link["name"]})
for network in c.ok("ListNetworks")["networks"]: c.call("RemoveNetwork", {"name": network["name"]})
PYTHON
	served_now() { nsctl create -n box && nsctl exec box true; }
	nsctl rm --all
	served_now
}

@test "A command gets nothing that belongs to another user's command (CVE-2020-14370)" {
	cat >"$runtime/state.sh" <<'SH'
env | grep -v '^_=' | sort
umask; pwd; ulimit -a; id -G; nice
cat /proc/self/oom_score_adj
grep -E '^(Sig(Q|Pnd|ShdPnd|Blk|Ign|Cgt)|Cap|NoNewPrivs|Groups|Seccomp):' /proc/self/status | grep -v SigQ
cat /proc/self/cpuset 2>/dev/null
SH
	chmod 755 "$runtime/state.sh"
	state() { (cd / && as "$other_id" "$NSCTL_BUILD/nsctl" exec --clean-env --env=A=b box sh "$runtime/state.sh"); }
	other create -n box
	state >"$BATS_TEST_TMPDIR/before"
	nsctl create -n box
	as "$user_id" env SECRET=known bash -c '
		cd /usr; umask 0777; ulimit -n 50 -c 0; trap "" USR1 TERM; renice -n 5 $$ >/dev/null
		echo 500 >/proc/self/oom_score_adj
		for i in $(seq 10); do "$1" exec --env=TOKEN=known box true; done' - "$NSCTL_BUILD/nsctl"
	state >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	fails grep known "$BATS_TEST_TMPDIR/after"
	# each command has a keyring of its own
	nsctl exec box sh -c 'cat /proc/keys' | fails grep -v "_ses\|_uid\|_tid\|_pid"
	rm "$runtime/state.sh"
}
