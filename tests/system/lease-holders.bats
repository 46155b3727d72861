#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Leases with a holder: the process that started nsctl, an inherited pidfd, a pipe. The set ends with the holder,
# whatever is killed on the way, and nothing of a lease stays longer than needed.

load daemon.bash
load hostile.bash
PYTHONPATH=$BATS_TEST_DIRNAME/../lib

setup() {
	unset runtime
	start_daemon
	before=$(kernel_counts)
	nsctl_program=$NSCTL_BUILD/nsctl
	export nsctl_program
}

teardown() {
	answers || start_daemon
	nsctl rm --all
	nsctl network rm --all
	end_servers
	eventually no_watchers
	purge_daemon
}

absent() { ! nsctl show "$1" >/dev/null 2>&1; }
is_listed() { nsctl network list --quiet | grep -qx "$1"; }
not_listed() { ! is_listed "$1"; }
watchers() { cat "$(daemon_cgroup)/watchers/cgroup.procs"; }
no_watchers() { [ -z "$(watchers)" ]; }
count_watchers() { [ "$(watchers | wc -l)" -eq "$1" ]; }

# start_runner NAME SCRIPT: starts a shell as the user, which executes SCRIPT, and then waits until it is ended.
start_runner() {
	start_server "$1" setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
		env -i PATH="$PATH" HOME=/ NSCTL_SOCKET="$runtime/socket" nsctl="$nsctl_program" bash -c "$2
			while :; do sleep 600; done"
}
# start_pipe NAME SCRIPT: starts such a shell that holds the writing end of a pipe. In SCRIPT, $fd is the reading end.
start_pipe() { start_runner "$1" "exec {fd}< <(trap '' TERM; exec sleep 6000); $2"; }

@test "A set with --lease=parent ends with the process that started nsctl, and not before" {
	start_runner one '"$nsctl" create -mpn --lease=parent box'
	start_runner two '"$nsctl" create -n --lease=parent stays'
	eventually nsctl show box
	eventually nsctl show stays
	nsctl show box | grep -q "lease *ends with process $(server_pid one)"
	end_server one
	eventually absent box
	nsctl show stays
	grep -q 'lease has ended (process).*set=box' "$runtime.log"
	end_server two
	eventually absent stays
	eventually counts_are "$before"
}

@test "--lease=parent works for networks, topologies and renewals" {
	topology='{"sets":[{"name":"a","spec":{"namespaces":["net"]}},{"name":"b","spec":{"namespaces":["net"]}}],"networks":[{"name":"wide"}]}'
	start_runner one "
		\"\$nsctl\" network create --lease=parent lan
		echo '$topology' | \"\$nsctl\" up --lease=parent -"
	nsctl create -n box
	nsctl network create later
	start_runner two '"$nsctl" renew --lease=parent box; "$nsctl" network renew --lease=parent later'
	eventually nsctl show b
	eventually is_listed lan
	eventually bash -c '"$@" | grep -q "ends with process"' bash setpriv --reuid "$user_id" --regid "$user_id" \
		--clear-groups "$nsctl_program" --socket="$runtime/socket" show box
	eventually has_process later
	end_server one
	for name in a b; do eventually absent "$name"; done
	for name in lan wide; do eventually not_listed "$name"; done
	nsctl show box
	is_listed later
	end_server two
	eventually absent box
	eventually not_listed later
	eventually counts_are "$before"
}
has_process() {
	nsctl --json network list |
		python3 -c 'import json,sys; sys.exit(not any(n["name"] == sys.argv[1] and "process" in n.get("lease", {})
			for n in map(json.loads, sys.stdin)))' "$1"
}

@test "--lease=parent is refused if the parent is process 1 or cannot be seen" {
	# Process 1 of a pid namespace becomes the parent of nsctl. LeakSanitizer cannot find its own process there,
	# because /proc is not of that namespace.
	run as "$user_id" env ASAN_OPTIONS=detect_leaks=0 unshare --user --pid --fork --kill-child bash -c '"$0" create -n --lease=parent box; exit $?' \
		"$nsctl_program"
	[ "$status" -eq 2 ]
	[[ $output == *"the parent is process 1, which never ends"*"duration"* ]]
	# nsctl is process 1 of a pid namespace, and its parent is outside of it
	run as "$user_id" env ASAN_OPTIONS=detect_leaks=0 unshare --user --pid --fork --kill-child "$nsctl_program" create -n --lease=parent box
	[ "$status" -eq 2 ]
	[[ $output == *"pid namespace that cannot be seen"* ]]
	absent box
}

@test "Thirty runners that are killed at once leave nothing of their leases" {
	runners=()
	for i in {1..30}; do
		# shellcheck disable=SC2016
		setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ bash -c '
			"$0" "$1" create -mpn --lease=parent "storm-$2" &
			"$0" "$1" network create --lease=parent "storm-$2" &
			wait' "$nsctl_program" "--socket=$runtime/socket" "$i" >/dev/null 2>&1 3>&- &
		runners+=($!)
		# the holder ends at a random moment, from before nsctl runs until after the set is made
		sleep "0.0$((i % 10))"
		kill -KILL "$!" 2>/dev/null || true
	done
	wait "${runners[@]}" || true
	eventually no_clients
	eventually counts_are "$before"
	[ -z "$(nsctl ls --quiet)" ]
}
no_clients() { ! pgrep -f -- "--socket=$runtime/socket .* --lease=parent" >/dev/null; }

@test "A set with --lease=fd:N ends with the process behind an inherited pidfd" {
	as "$user_id" python3 - "$nsctl_program" <<'PYTHON'
import os, subprocess, sys, time
sleeper = subprocess.Popen(["sleep", "600"])
fd = os.pidfd_open(sleeper.pid)
os.set_inheritable(fd, True)
subprocess.run([sys.argv[1], "create", "-n", f"--lease=fd:{fd}", "box"], pass_fds=[fd], check=True)
subprocess.run([sys.argv[1], "show", "box"], check=True)
sleeper.kill()
sleeper.wait()
end = time.monotonic() + 60
while subprocess.run([sys.argv[1], "show", "box"], stderr=subprocess.DEVNULL).returncode == 0:
    assert time.monotonic() < end
    time.sleep(0.05)
PYTHON
	eventually counts_are "$before"
}

@test "End of file on a pipe ends its sets, networks and topologies, with one watcher for each request" {
	topology='{"sets":[{"name":"a","spec":{"namespaces":["net"]}},{"name":"b","spec":{"namespaces":["net"]}}],"networks":[{"name":"wide"}]}'
	start_pipe one "
		\"\$nsctl\" create -mpn --lease=fd:\$fd box
		\"\$nsctl\" network create --lease=fd:\$fd lan
		echo '$topology' | \"\$nsctl\" up --lease=fd:\$fd -"
	eventually nsctl show b
	nsctl show box | grep -q 'lease *ends with the pipe'
	count_watchers 3
	# a watcher has no privilege, runs with a uid that no user has, and holds only the pipe
	for pid in $(watchers); do
		grep -q '^CapPrm:\s0*$' "/proc/$pid/status"
		fails grep -q "^Uid:.*\b\($user_id\|0\)\b" "/proc/$pid/status"
		[ "$(find "/proc/$pid/fd" -type l | wc -l)" -eq 1 ]
	done
	end_server one
	for name in box a b; do eventually absent "$name"; done
	for name in lan wide; do eventually not_listed "$name"; done
	grep -q 'lease has ended (pipe).*set=box' "$runtime.log"
	eventually counts_are "$before"
	eventually no_watchers
}

@test "Data in a lease's pipe is not read, and does not end the lease" {
	as "$user_id" python3 - "$nsctl_program" <<'PYTHON'
import os, subprocess, sys, time
def show():
    return subprocess.run([sys.argv[1], "show", "box"], capture_output=True).returncode == 0
reading, writing = os.pipe()
os.write(writing, b"before")
subprocess.run([sys.argv[1], "create", "-n", f"--lease=fd:{reading}", "box"], pass_fds=[reading], check=True)
os.write(writing, b" after")
assert show()
os.close(writing)
end = time.monotonic() + 60
while show():
    assert time.monotonic() < end
    time.sleep(0.05)
assert os.read(reading, 100) == b"before after"
PYTHON
	eventually counts_are "$before"
}

@test "A lease by pipe survives kill -9 of the daemon, and may end meanwhile" {
	start_pipe one '"$nsctl" create -n --lease=fd:$fd box'
	start_pipe two '"$nsctl" create -n --lease=fd:$fd stays'
	eventually nsctl show box
	eventually nsctl show stays
	kill_daemon
	start_daemon
	nsctl show box
	nsctl show stays
	count_watchers 2
	kill_daemon
	end_server one
	start_daemon
	eventually absent box
	nsctl show stays
	stop_daemon
	start_daemon
	nsctl show stays
	end_server two
	eventually absent stays
	eventually no_watchers
}

@test "A watcher of a pipe ends when its set is removed or gets another lease" {
	start_pipe one 'for name in removed renewed timed last; do "$nsctl" create -n --lease=fd:$fd $name; done
		until "$nsctl" show go >/dev/null 2>&1; do sleep 0.1; done
		"$nsctl" renew --lease=1 --lease=fd:$fd timed'
	eventually nsctl show last
	count_watchers 4
	nsctl rm last
	eventually count_watchers 3
	nsctl create -n go
	nsctl rm removed
	eventually absent timed
	eventually count_watchers 1
	nsctl renew renewed --lease=1h
	eventually no_watchers
	end_server one
	nsctl show renewed | grep -q 'lease *ends in'
	nsctl rm renewed go
	eventually counts_are "$before"
}

@test "A set ends when its watcher of the pipe is killed" {
	start_pipe one '"$nsctl" create -n --lease=fd:$fd box'
	eventually nsctl show box
	kill -KILL "$(watchers)"
	eventually absent box
	eventually counts_are "$before"
}

@test "A failed request leaves no watcher, and neither does a daemon that is killed in the middle" {
	nsctl create -n box
	as "$user_id" python3 - "$nsctl_program" <<'PYTHON'
import os, subprocess, sys
def refused(words, fd, *text, stdin=None):
    run = subprocess.run([sys.argv[1], *words], pass_fds=[fd], capture_output=True, text=True, input=stdin)
    assert run.returncode, run
    for part in text:
        assert part in run.stderr, run
reading, writing = os.pipe()
create = ["create", "-n", f"--lease=fd:{reading}"]
refused([*create, "box"], reading, "already")
refused([*create, "--existing", "box"], reading, "already")
refused([*create, "--link=net/none", "other"], reading, "none")
refused(["up", f"--lease=fd:{reading}", "-"], reading, "already", stdin='{"networks":[{"name":"lan"}],'
        '"sets":[{"name":"other","spec":{}},{"name":"box","spec":{}}]}')
refused(["renew", f"--lease=fd:{reading}", "none"], reading, "none")
# the writing end, a descriptor with both ends, a file that is no pipe, and a pipe that has ended are refused
refused(["create", "-n", f"--lease=fd:{writing}", "other"], writing, "reading end")
os.mkfifo("/tmp/nsctl-test-fifo.%d" % os.getpid())
both = os.open("/tmp/nsctl-test-fifo.%d" % os.getpid(), os.O_RDWR)
os.unlink("/tmp/nsctl-test-fifo.%d" % os.getpid())
refused(["create", "-n", f"--lease=fd:{both}", "other"], both, "reading end")
null = os.open("/dev/null", os.O_RDONLY)
refused(["create", "-n", f"--lease=fd:{null}", "other"], null, "is not a pidfd")
refused(["create", "-n", "--lease=fd:900", "other"], null, "Bad file descriptor")
refused([*create, f"--lease=fd:{reading}", "other"], reading, "a second pipe")
os.close(writing)
refused([*create, "other"], reading, "the pipe has ended")
PYTHON
	eventually no_watchers
	nsctl rm box
	for point in create-recorded create-made; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon
		start_pipe "$point" '"$nsctl" create -n --lease=fd:$fd box'
		eventually is_gone "$daemon"
		start_daemon
		end_server "$point"
		eventually absent box
		eventually no_watchers
	done
	eventually counts_are "$before"
}

@test "A descriptor that is not the reading end of a pipe is refused, with the name of the field" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import os, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

def call(method, parameters, fd):
    return Connection().call(method, parameters, [fd])

def refused(reply, field, words):
    assert reply.get("error") == "org.nsctl.InvalidValue", reply
    assert reply["parameters"]["field"] == field, reply
    assert words in reply["parameters"]["reason"], reply

reading, writing = os.pipe()
lease = {"pipeFileDescriptor": 0}
for fd in (writing, os.open("/dev/null", os.O_RDONLY), os.pidfd_open(os.getpid())):
    refused(call("Create", {"name": "box", "spec": {"lease": lease}}, fd),
            "spec.lease.pipeFileDescriptor", "no reading end")
    refused(call("CreateNetwork", {"name": "lan", "lease": lease}, fd), "lease.pipeFileDescriptor", "no reading end")
    refused(call("Apply", {"lease": lease, "networks": [{"name": "lan"}]}, fd),
            "networks[0].lease.pipeFileDescriptor", "no reading end")
refused(call("Create", {"name": "box", "spec": {"lease": {"processFileDescriptor": 0}}}, reading),
        "spec.lease.processFileDescriptor", "not a pidfd")
refused(call("Create", {"name": "box", "spec": {"boot": True, "lease": lease}}, reading), "spec.boot", "a lease")
refused(call("CreateNetwork", {"name": "lan", "boot": True, "lease": lease}, reading), "boot", "a lease")
made = call("Create", {"name": "box", "spec": {"namespaces": ["net"], "lease": lease}}, reading)
assert made["parameters"]["set"]["spec"]["lease"] == {"pipe": True}, made
refused(call("Renew", {"name": "box", "seconds": 5}, reading), "name", "it ends with a pipe")
refused(call("Renew", {"name": "box", "seconds": 5, "lease": lease}, reading), "seconds", "lease.seconds")
ended, end = os.pipe()
os.close(end)
refused(call("Renew", {"name": "box", "lease": lease}, ended), "lease.pipeFileDescriptor", "has ended")
# The client hands over the writing end in several ways, too. No process of the daemon keeps it.
other = Connection()
made = other.call("Create", {"name": "other", "spec": {"namespaces": ["net"], "lease": lease}}, [reading, writing])
assert "error" not in made, made
other.call("GetStatus", {}, [writing])
other.call("Exec", {"name": "box", "command": ["true"], "detach": True, "stdinFileDescriptor": 0}, [writing])
os.close(writing)
PYTHON
	eventually absent box
	eventually absent other
	eventually no_watchers
}

@test "What has a lease by connection ends also if the client goes while it is being made" {
	python 0 "$user_id" "$daemon" <<'PYTHON'
import os, signal, subprocess, sys, time
from varlink import Client

user, daemon = int(sys.argv[1]), sys.argv[2]
path = os.environ["NSCTL_SOCKET"]

def children(pid, name):
    """Returns the pids of a process's children that are executing this program."""
    found = subprocess.run(["pgrep", "-P", pid, "-f", name], stdout=subprocess.PIPE, text=True)
    return found.stdout.split()

def tell_makers(number):
    """Sends a signal to the spawner and to its workers."""
    spawner, = children(daemon, "nsctld-spawner")
    for pid in [spawner] + children(spawner, "nsctld-spawner"):
        os.kill(int(pid), number)

def eventually(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)

def used(what):
    return watcher.call("GetStatus")["used"].get(what, 0)

lease = {"connection": True}
calls = [
    ("Create", {"name": "box", "spec": {"namespaces": ["net"], "lease": lease}}),
    ("CreateNetwork", {"name": "lan", "lease": lease}),
    ("Apply", {"lease": lease, "networks": [{"name": "wide"}], "sets": [{"name": "a", "spec": {"namespaces": ["net"]}}]}),
]
watcher = Client(path, user)
for method, parameters in calls:
    client = Client(path, user)
    client.call("GetStatus")
    tell_makers(signal.SIGSTOP)
    try:
        client.send(method, parameters)
        eventually(lambda: used("sets") + used("networks") > 0)
        client.close()
        eventually(lambda: used("connections") == 1)
        assert used("sets") + used("networks") > 0
    finally:
        tell_makers(signal.SIGCONT)
    eventually(lambda: used("sets") + used("networks") == 0)
PYTHON
	eventually counts_are "$before"
}

@test "Each set has its own conditions, and the first that comes true ends it" {
	start_pipe one '"$nsctl" create -n --lease=parent --lease=fd:$fd --lease=1h --lease=idle:1h box'
	start_pipe two 'for how in pid:$$ fd:$fd; do "$nsctl" create -n --lease=$how --lease=1 first-$$; done'
	user_id=$other_id start_pipe three '"$nsctl" create -n --lease=fd:$fd box'
	eventually nsctl show box
	eventually other show box
	for word in process pipe idle 'ends in'; do nsctl show box | grep -q "lease.*$word"; done
	eventually absent "first-$(server_pid two)"
	end_server one
	eventually absent box
	other show box
	end_server three
	eventually fails other show box
	end_server two
	eventually counts_are "$before"
}

@test "No process inside a set can use the watcher to outlast the lease" {
	start_pipe one '"$nsctl" create -n --lease=fd:$fd box'
	eventually nsctl show box
	for signal in STOP KILL TERM; do
		fails nsctl exec box kill -"$signal" "$(watchers)"
	done
	nsctl exec -d box sleep 600
	nsctl freeze box
	end_server one
	eventually absent box
	eventually counts_are "$before"
}
