#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The client's contract: its verbs, its output for people and programs, exit statuses, signals, and pipes.

load daemon.bash
load counted.bash

# json KEY: prints the value of KEY in the first document on stdin.
json() { python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())[sys.argv[1]])' "$1"; }

@test "Commands that run commands return the command's status, 128+N, 127, 126 or 125, and others 1, 2 or 4" {
	nsctl create -n box
	run nsctl exec box sh -c 'exit 42'
	[ "$status" -eq 42 ]
	run nsctl exec box sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	status=0
	nsctl exec box no-such-command || status=$?
	[ "$status" -eq 127 ]
	run nsctl exec box /etc/passwd
	[ "$status" -eq 126 ]
	run nsctl exec none true
	[ "$status" -eq 125 ]
	run nsctl exec --chdir=/no/such/directory box true
	[ "$status" -eq 125 ]
	run nsctl show none
	[ "$status" -eq 1 ]
	run nsctl create --no-such-option box
	[ "$status" -eq 2 ]
	run nsctl --socket=/run/no/such/socket list
	[ "$status" -eq 4 ]
	[[ "$output" == *hint:* ]]
}

@test "--timeout ends a command with all that it has started, and returns the status of timeout(1)" {
	nsctl create box
	run nsctl exec --timeout=1s box sleep 1000
	[ "$status" -eq 124 ]
	run nsctl run --timeout=1s sleep 1000
	[ "$status" -eq 124 ]
	run nsctl exec --timeout=1h box sh -c 'exit 3'
	[ "$status" -eq 3 ]
	# the command ignores SIGTERM, so nsctl must kill it
	run nsctl exec --timeout=1s box sh -c 'trap "" TERM; sleep 1000 & while :; do sleep 0.1; done'
	[ "$status" -eq 124 ]
	ended() { ! nsctl ps box | grep sleep; }
	eventually ended
	run nsctl exec -d --timeout=1s box true
	[ "$status" -eq 125 ]
	[[ "$output" == *"--detach and --timeout"* ]]
	nsctl rm box
}

@test "create, list, show and rm print for people and as JSON" {
	[ "$(nsctl create -n --label=job=1 --hostname=h -u box)" = box ]
	[ "$(nsctl list --quiet)" = box ]
	nsctl list | grep -E '^box +61000 +ready +net,uts '
	[ "$(nsctl list --json | json name)" = box ]
	[ "$(nsctl show --json box | json state)" = ready ]
	nsctl show box | grep -E 'hostname +h'
	[ "$(nsctl list --quiet --label=job=1)" = box ]
	[ -z "$(nsctl list --quiet --label=job=2)" ]
	[ "$(nsctl list --quiet --state=ready)" = box ]
	[ -z "$(nsctl list --quiet --state=broken)" ]
	nsctl rm box
	run nsctl rm box
	[ "$status" -eq 1 ]
	nsctl rm --ignore box
}

@test "A brief Create returns the owner of the set, and is answered in its turn" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<-'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

EMPTY = {"namespaces": [], "spec": {}, "interfaces": [], "usage": {"processes": 0, "sessions": 0}}
client = Connection()
spec = {"namespaces": ["net"]}
names = [f"box{i}" for i in range(9)]
for name in names:
    client.request("Create", {"name": name, "spec": spec, "brief": True})
    client.request("Get", {"name": name})
for name in names:
    brief, whole = client.receive()["parameters"]["set"], client.receive()["parameters"]["set"]
    assert brief["name"] == name and whole["namespaces"], (brief, whole)
    assert brief == {key: whole[key] for key in ("name", "owner", "id", "state", "created")} | EMPTY, (brief, whole)
# A refusal is the same as without brief. An answer about an existing set has all members.
refusal = client.call("Create", {"name": "box0", "spec": spec, "brief": True})
assert refusal["error"] == "org.nsctl.Exists", refusal
existing = client.call("Create", {"name": "box0", "spec": spec, "brief": True, "existing": True})
assert existing["parameters"]["set"]["namespaces"], existing
client.request("Create", {"name": "last", "spec": spec, "brief": True}, oneway=True)
assert client.call("Get", {"name": "last"})["parameters"]["set"]["state"] == "ready"
PYTHON
}

@test "--existing accepts a set that was made with the same options, and no other" {
	nsctl create -n --tmpfs=/mnt -m box
	id=$(nsctl show --json box | json id)
	nsctl create -n --tmpfs=/mnt -m --existing box
	[ "$(nsctl show --json box | json id)" = "$id" ]
	run nsctl create -n --existing box
	[ "$status" -eq 1 ]
	run nsctl create -n --tmpfs=/mnt -m box
	[ "$status" -eq 1 ]
	[[ "$output" == *--existing* ]]
}

@test "A refusal names the value, its bounds, and the alternatives" {
	nsctl create -nu box
	run nsctl exec --only=mnt,net box true
	[[ "$output" == *"--only=mnt,net: the set has net,uts of its own, but not mnt"* ]]
	run nsctl create --memory=1M other
	[[ "$output" == *"--memory=1M: 1048576 is less than 4194304 bytes"* ]]
	run nsctl create --lease=1000000h other
	[[ "$output" == *"--lease"*": 3600000000 is not between 0.001 and 3153600000 seconds"* ]]
	run nsctl create -n --link=box,rate=1 other
	[[ "$output" == *"--link="*", rate: 1 is less than 8000 bits per second"* ]]
	run nsctl rm B
	[[ "$output" == "nsctl: rm B: a name is "* ]]
	run nsctl create -mp=x other
	[[ "$output" == *'"=" follows a letter that takes no value'* ]]
	run nsctl kill --session=zzz box
	[[ "$output" == *"--session=zzz: a session is 16 hexadecimal digits"* ]]
	run nsctl create -n --link=box,delay=90s other
	[[ "$output" == *"delay: 90000 is not between 0 and 60000 milliseconds"* ]]
	run nsctl create -n --existing --hostname=h -u box
	[[ "$output" == *"was made with other options"* ]]
	run nsctl create -n --egress other
	[[ "$output" == *"nsctl status"* ]]
	run nsctl delete box
	[[ "$output" == *"nsctl rm"* ]]
	nsctl rm box
}

@test "With --json, errors are JSON on stderr" {
	error() { "$@" 2>&1 >/dev/null | python3 -c 'import json,sys
for line in sys.stdin:
    error = json.loads(line)
    print(error.get("error"), error["message"], error.get("hint"))'; }
	[[ "$(error nsctl --json show none)" == "org.nsctl.NotFound show none: there is no set called none "*"nsctl list"* ]]
	[[ "$(error nsctl list --json --state=x)" == "None list: --state: "*"nsctl help list"* ]]
	[ "$(error nsctl --json rm none gone | wc -l)" -eq 2 ]
	# --json counts at any place of the command line, unless it is an argument of a command to be run
	[[ "$(error nsctl create --bad --json)" == "None create: there is no option --bad "* ]]
	[[ "$(error nsctl bad --json)" == "None there is no command bad "* ]]
	[[ "$(error nsctl link bad --json)" == "None there is no command link bad "* ]]
	[[ "$(nsctl exec none true --json 2>&1)" == "nsctl: exec none: "* ]]
	[[ "$(error nsctl --json --socket=/run/none list)" == "None cannot reach nsctld at /run/none"* ]]
}

@test "A failed create names the option, and leaves nothing" {
	run nsctl create -m --tmpfs=/no/such/directory box
	[ "$status" -eq 1 ]
	[[ "$output" == *--tmpfs* ]]
	run nsctl create -m --bind=/no/such/source:/mnt box
	[ "$status" -eq 1 ]
	[[ "$output" == */no/such/source* ]]
	run nsctl create -n -T --monotonic=-1000000000 box
	[ "$status" -eq 1 ]
	[ -z "$(nsctl list)" ]
}

@test "A set can have bind mounts, a tmpfs and another root" {
	root=$(mktemp -d "$runtime/root.XXXXXX")
	mkdir "$root"/{usr,bin,lib,lib64,proc,dev,tmp,mnt,sys}
	chmod -R a+rX "$root"
	echo hello >"$root/mnt/file"
	options=(--root="$root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mpn $user "${options[@]}" --tmpfs=/tmp:1M box
		[ "$(nsctl exec box cat /mnt/file)" = hello ]
		nsctl exec box sh -c 'echo x >/dev/null && test -c /dev/zero && test -d /proc/1'
		nsctl exec box sh -c 'echo x >/tmp/x && test -s /tmp/x'
		run nsctl exec box touch /usr/x
		[ "$status" -ne 0 ]
		nsctl exec box cat /proc/mounts | awk '$2 !~ "^/(proc|dev)" && $4 !~ /nodev/ { exit 1 }'
		# in a user namespace, no file of another user can be setuid (setuid.bats), so nosuid is not needed
		[ -n "$user" ] || nsctl exec box cat /proc/mounts | awk '$2 !~ "^/(proc|dev)" && $4 !~ /nosuid/ { exit 1 }'
		nsctl rm box
	done
	rm -r "$root"
}

@test "Pipes carry hundreds of megabytes unchanged" {
	nsctl create -n box
	size=${NSCTL_TEST_MEGABYTES:-300}MB
	sum=$(head -c "$size" /dev/zero | sha256sum)
	[ "$(head -c "$size" /dev/zero | nsctl exec box cat | sha256sum)" = "$sum" ]
}

@test "Signals to the client reach the command" {
	nsctl create -mpn box
	for signal in TERM USR1 HUP INT QUIT; do
		ready=$runtime/ready.$signal
		mkfifo -m 666 "$ready"
		become_client exec box sh -c "trap 'exit 77' $signal; echo up >'$ready'; while :; do sleep 0.1; done" &
		client=$!
		read -r _ <"$ready"
		kill -"$signal" "$client"
		status=0
		await "$client" || status=$?
		[ "$status" -eq 77 ]
		rm "$ready"
	done
}

@test "An attached command dies with its client, and a detached one lives and can be waited for" {
	nsctl create -n box
	become_client exec box sleep 1000 &
	client=$!
	runs() { nsctl sessions box | grep -q runs; }
	eventually runs
	kill -KILL "$client"
	wait "$client" || true
	ended() { ! runs; }
	eventually ended
	session=$(nsctl exec -d box sh -c 'sleep 0.1; exit 6')
	run nsctl wait "$session"
	[ "$status" -eq 6 ]
}

@test "A command in a plain set may have a group of its caller, and no other group" {
	nsctl create -n box
	with_groups() { setpriv --reuid "$user_id" --regid "$user_id" --groups 61234,61235 env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	[ "$(with_groups exec --group=61235 box id -g)" = 61235 ]
	[ "$(with_groups exec --group=61235 box id -G | tr ' ' '\n' | sort -n | xargs)" = "$user_id 61234 61235" ]
	# A file that excludes the caller's own group excludes the command, too.
	install -m 604 -g "$user_id" /dev/null "$runtime/excluding"
	fails with_groups exec --group=61235 box cat "$runtime/excluding"
	rm "$runtime/excluding"
	run with_groups exec --group=61236 box true
	[ "$status" -eq 125 ]
	run nsctl exec --group=61235 box true
	[ "$status" -eq 125 ]
}

@test "Arguments, variables and the directory are passed on as bytes" {
	nsctl create -n box
	[ "$(nsctl exec box printf %s $'caf\xe9' | od -An -tx1 | tr -d ' ')" = 636166e9 ]
	[ "$(nsctl exec -e X=$'\xe9' box sh -c 'printf %s "$X"' | od -An -tx1 | tr -d ' ')" = e9 ]
	own_variable() { X=$'\xe9' setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	[ "$(own_variable exec box sh -c 'printf %s "$X"' | od -An -tx1 | tr -d ' ')" = e9 ]
	run nsctl exec $'caf\xe9' true
	[ "$status" -eq 125 ]
	[[ "$output" == *"caf\xe9 is not valid UTF-8"* ]]
	directory=$(mktemp -d "$runtime/$(printf 'd\351').XXXXXX")
	chmod 755 "$directory"
	[ "$(cd "$directory" && nsctl exec box sh -c 'pwd -P')" = "$directory" ]
	rmdir "$directory"
	# lists show the command's words
	nsctl sessions box | grep -q 'printf %s .caf?'
	run nsctl exec --chdir=$'/\xe9' box true
	[ "$status" -eq 125 ]
	run nsctl run $'\xe9'
	[ "$status" -eq 127 ]
}

@test "Descriptors above 2 are passed on if --fd names them, but not those of directories" {
	nsctl create -n box
	nsctl create -mp --map-root-user inner
	for set in box inner; do
		[ "$(nsctl exec --fd=7 --fd=8:3 "$set" sh -c 'cat <&7; cat <&3' 7<<<one 8<<<two)" = "$(printf 'one\ntwo')" ]
		# a descriptor of a process substitution can be passed
		# shellcheck disable=SC2016
		[ "$(as "$user_id" bash -c 'exec 7< <(echo passed); "$0" exec --fd=7:5 "$1" cat /proc/self/fd/5' "$NSCTL_BUILD/nsctl" "$set")" = passed ]
		# no descriptor is passed on unless it is named
		run nsctl exec "$set" sh -c 'cat <&7' 7<<<secret
		[ "$status" -ne 0 ]
		[[ "$output" != *secret* ]]
	done
	# what a shell makes of a process substitution names a pipe
	# shellcheck disable=SC2016
	[ "$(as "$user_id" bash -c '"$0" exec inner cat <(echo one) && "$0" exec box sed "--file=/dev/fd/9" <<<two 9< <(echo s/two/2/)' "$NSCTL_BUILD/nsctl")" = "$(printf 'one\n2')" ]
	# a file is passed only by --fd, even if the command's words name its descriptor
	echo secret >"$runtime.file"
	run nsctl exec box cat /dev/fd/7 7<"$runtime.file"
	[[ "$status" -ne 0 && "$output" != *secret* ]]
	# a script that mentions a descriptor does not get it
	run nsctl exec box sh -c 'cat /dev/fd/9' 9< <(echo secret)
	[[ "$status" -ne 0 && "$output" != *secret* ]]
	# a make that is run as a command shares the jobserver of the make that has called nsctl
	printf 'all:\n\t+%s exec box $(MAKE) --no-print-directory -f %s\n' "$NSCTL_BUILD/nsctl" "$runtime.inner" >"$runtime.outer"
	printf 'all: a b\na b:\n\t@echo $@\n' >"$runtime.inner"
	run as "$user_id" make -s -j2 -f "$runtime.outer"
	[ "$status" -eq 0 ]
	[[ "$output" != *jobserver* ]]
	inherits() { python3 -c 'import os, subprocess, sys
read, write = os.pipe()
os.write(write, b"kept"); os.close(write)
os.dup2(read, 9)
sys.exit(subprocess.run(sys.argv[1:], pass_fds=[9]).returncode)' "$@"; }
	[ "$(as "$user_id" bash -c "$(declare -f inherits)"'; inherits "$@"' x "$NSCTL_BUILD/nsctl" exec --preserve-fds box sh -c 'cat <&9')" = kept ]
	run nsctl exec --fd=7 box true 7</
	[ "$status" -eq 125 ]
	[[ "$output" == *"descriptor 7 is a directory"* ]]
	run nsctl exec --fd=7 box true
	[ "$status" -eq 125 ]
	run nsctl exec --fd=7:2 box true 7</dev/null
	[ "$status" -eq 125 ]
	run nsctl exec --fd=7:4 --fd=8:4 box true 7</dev/null 8</dev/null
	[ "$status" -eq 125 ]
}

@test "A command inherits its caller's personality, scheduling, timer slack and filter of core dumps" {
	nsctl create -n box
	for set in "exec box" "run -mp"; do
		# shellcheck disable=SC2086
		output=$(as "$user_id" setarch -R ionice -c 3 chrt -i 0 sh -c '
			echo 0x3f >/proc/self/coredump_filter
			exec python3 -c "import ctypes, os, sys
ctypes.CDLL(None).prctl(29, 70000, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])" "$@"' x "$NSCTL_BUILD/nsctl" $set sh -c '
			cat /proc/self/personality /proc/self/coredump_filter; chrt -p $$; ionice -p $$
			python3 -c "import ctypes; print(ctypes.CDLL(None).prctl(30, 0, 0, 0, 0))"')
		[[ "$output" == *00040000*0000003f*SCHED_IDLE*idle*70000* ]]
		# the worker's next command has the defaults again
		# shellcheck disable=SC2086
		[ "$(nsctl $set cat /proc/self/personality /proc/self/coredump_filter)" = "$(printf '00000000\n00000033')" ]
	done
}

@test "A command has the system's scheduler slice, and not the short one of nsctld" {
	cat >"$runtime.slice.py" <<'PYTHON'
import ctypes, platform, struct
number = {"x86_64": 315}.get(platform.machine(), 275)
attributes = ctypes.create_string_buffer(48)
if ctypes.CDLL(None, use_errno=True).syscall(number, 0, attributes, 48, 0) < 0: raise OSError(ctypes.get_errno())
print(struct.unpack_from("Q", attributes, 24)[0])
PYTHON
	own=$(python3 "$runtime.slice.py")
	nsctl create box
	for set in "exec box" "run -mp"; do
		# shellcheck disable=SC2086
		[ "$(nsctl $set python3 "$runtime.slice.py")" = "$own" ]
	done
	[ "$(client_in="nice -n 5" nsctl exec box python3 "$runtime.slice.py")" = "$own" ]
}

@test "A command gets its caller's real-time class if the user may have that class" {
	nsctl create -n box
	root_nsctl create -n roots
	# shellcheck disable=SC2016
	policy='sed "s/.*) //" /proc/$$/stat | cut -d" " -f38,39'
	for class in f:1 r:2; do
		# root gave the process a real-time class that its user may not have, so the command does not get it
		[ "$(client_in="chrt -${class%:*} 7" nsctl exec box sh -c "$policy")" = "0 0" ]
		[ "$(client_in="chrt -${class%:*} 7" root_nsctl exec roots sh -c "$policy")" = "7 ${class#*:}" ]
		# only CAP_SYS_RESOURCE can raise the limit
		! prlimit --rtprio=10 true 2>/dev/null ||
			[ "$(client_in="prlimit --rtprio=10 chrt -${class%:*} 7" nsctl exec box sh -c "$policy")" = "7 ${class#*:}" ]
	done
	root_nsctl rm roots
}

@test "Variables can be set and left out" {
	nsctl create -n box
	own() { setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env A=a B=b C=c NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	[ "$(own exec --unset-env=A --unset-env=B --env=B=x box sh -c 'echo "${A-none} $B $C"')" = "none x c" ]
	[ "$(nsctl exec -e NSCTL_SET=other box sh -c 'echo $NSCTL_SET')" = box ]
	[ "$(nsctl run -n --name=job sh -c 'echo $NSCTL_SET')" = job ]
}

@test "--env-file reads variables from a text of lines K=V and K" {
	local file=$BATS_TEST_TMPDIR/variables
	nsctl create -n box
	printf '# comment\n\nA=a b\r\n  B="quoted"=#x\nC\nD=\nE=1\nE=2\nUNKNOWN\nLAST=no end' >"$file"
	own() { setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env C=mine NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	# shellcheck disable=SC2016
	[ "$(own exec --env-file=/dev/stdin box sh -c 'echo "$A|$B|$C|${D-unset}|$E|${UNKNOWN-unset}|$LAST"' <"$file")" = 'a b|"quoted"=#x|mine||2|unset|no end' ]
	# in the order of the options, the last one counts
	# shellcheck disable=SC2016
	[ "$(own run -n --env=D=first --env-file=/dev/stdin --env=A=last sh -c 'echo "$A|$D"' <"$file")" = 'last|' ]
	refuses() {
		run own exec "--env-file=$1" box true <"$file"
		echo "$output"
		[ "$status" -eq 125 ]
		[[ "$output" == *"--env-file=$1"*"$2"* ]]
	}
	refuses /none/variables 'No such file'
	refuses / 'Is a directory'
	refuses /dev/zero 'more than'
	# the file is opened with the user's rights
	refuses /etc/shadow 'Permission denied'
	printf 'A=1\n=b\n' >"$file"
	refuses /dev/stdin 'line 2'
	printf 'A=1\0B=2\n' >"$file"
	refuses /dev/stdin 'byte 0'
	seq -f 'V%.0f=1' 4097 >"$file"
	refuses /dev/stdin 'more than 4096 variables'
}

@test "nsctl run -C DIR is refused, and the message says what to write instead" {
	run nsctl run -C /usr true
	[ "$status" -eq 125 ]
	[[ "$output" == *--chdir=/usr* ]]
	nsctl run -C true
}

@test "A command can have as many arguments as execve(2) takes" {
	nsctl create -n box
	as "$user_id" python3 - "$NSCTL_BUILD/nsctl" <<'PYTHON'
import subprocess, sys
words = ["x" * 100000] * 14 + ["last"]
count = ["sh", "-c", 'echo $#; shift 14; echo "$1"', "x"] + words
assert subprocess.check_output(count, text=True) == "15\nlast\n"
assert subprocess.check_output([sys.argv[1], "exec", "box"] + count, text=True) == "15\nlast\n"
PYTHON
}

@test "A detached command alone writes to the file on its stdout, and a missing command ends with 127" {
	nsctl create -n box
	file=$(mktemp "$runtime/log.XXXXXX")
	chmod 666 "$file"
	nsctl exec -d box echo only-this >"$file"
	logged() { [ "$(cat "$file")" = only-this ]; }
	eventually logged
	rm "$file"
	status=0
	output=$(nsctl exec -d box no-such-command 2>&1) || status=$?
	[ "$status" -eq 127 ]
	[[ "$output" == *no-such-command* ]]
	run nsctl exec -d box /etc/passwd
	[ "$status" -eq 126 ]
}

@test "A mount point is made on the set's own tmpfs, and nowhere else" {
	place=$(mktemp -d "$runtime/place.XXXXXX")
	chown "$user_id" "$place"
	mkdir -p "$place/job/deep"
	echo kept >"$place/job/deep/file"
	chmod -R a+rX "$place"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -m $user --tmpfs="$place" --bind="$place/job:$place/new/job" \
			--bind="$place/job/deep/file:$place/file" --tmpfs="$place/empty" box
		[ "$(nsctl exec box cat "$place/new/job/deep/file" "$place/file")" = "$(printf 'kept\nkept')" ]
		[ "$(nsctl exec box ls "$place" | xargs)" = "empty file new" ]
		nsctl exec box touch "$place/mine"
		nsctl rm box
		# the daemon would have to make this directory on the host, so it refuses
		# shellcheck disable=SC2086
		run nsctl create -m $user --tmpfs=/mnt --bind="$place:/mnt/in" --tmpfs=/mnt/in/new box
		[ "$status" -eq 1 ]
		[ "$(ls "$place")" = job ]
	done
	rm -r "$place"
}

@test "A root without /dev is refused, with the reason" {
	root=$(mktemp -d "$runtime/root.XXXXXX")
	chmod 755 "$root"
	run nsctl create -m --root="$root" box
	rmdir "$root"
	[ "$status" -eq 1 ]
	[[ "$output" == *"--root=$root: "*/dev* ]]
}

@test "freeze, thaw, kill and ps act on a set's processes" {
	nsctl create -mp box
	nsctl exec -d box sleep 1000
	[ "$(nsctl ps box | grep -c sleep)" -eq 1 ]
	nsctl freeze box
	run nsctl exec box true
	[ "$status" -eq 125 ]
	[[ "$output" == *frozen* ]]
	nsctl thaw box
	nsctl exec box true
	nsctl kill --signal=KILL box
	no_sleep() { ! nsctl ps box | grep -q sleep; }
	eventually no_sleep
}

@test "The client says so when its command's set is removed" {
	nsctl create -n box
	become_client exec box sleep 1000 2>"$runtime.said" &
	client=$!
	runs() { nsctl sessions box | grep -q runs; }
	eventually runs
	nsctl rm box
	status=0
	await "$client" || status=$?
	[ "$status" -eq 137 ]
	grep -q "exec box: the set was removed" "$runtime.said"
	rm "$runtime.said"
}

@test "A frozen set can be removed" {
	nsctl create -mp box
	nsctl exec -d box sleep 1000
	nsctl freeze box
	nsctl rm box
}

@test "Leases end sets, and can be renewed" {
	nsctl create -n --lease=1s short
	nsctl create -n --lease=1h long
	gone() { ! nsctl show short >/dev/null 2>&1; }
	eventually gone
	nsctl renew long 2h
	nsctl list | grep -E 'long .* (1h|2h|119m)'
	run nsctl renew none
	[ "$status" -eq 1 ]
}

@test "A lease by connection ends with the connection" {
	as "$user_id" python3 - "$runtime/socket" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b'{"method":"org.nsctl.Create","parameters":{"name":"box","spec":{"namespaces":["net"],"lease":{"connection":true}}}}\0')
assert b'"state":"ready"' in s.recv(65536).replace(b'": "', b'":"')
PYTHON
	gone() { ! nsctl show box >/dev/null 2>&1; }
	eventually gone
}

@test "nsctl rm --grace sends SIGTERM first" {
	nsctl create -n box
	directory=$(mktemp -d "$runtime/grace.XXXXXX")
	chmod 777 "$directory"
	nsctl exec -d box sh -c "cd '$directory'; trap 'echo told >term; exit' TERM; echo x >up; while :; do sleep 0.1; done"
	eventually test -s "$directory/up"
	nsctl rm --grace=10 box
	[ "$(cat "$directory/term")" = told ]
	rm -r "$directory"
}

@test "nsctl rm --grace waits for the processes of a set, and not for its init" {
	nsctl create -mpn box
	nsctl rm --grace=3600 box
	nsctl create -mpn box
	nsctl exec -d box sleep 600
	nsctl rm --grace=3600 box
}

@test "A second nsctl rm shortens the grace period of the first" {
	directory=$(mktemp -d "$runtime/grace.XXXXXX")
	chmod 777 "$directory"
	for kinds in -mn -mnp; do
		nsctl create $kinds box
		nsctl exec -d box sh -c "trap '' TERM; echo x >'$directory/up$kinds'; while :; do sleep 0.1; done"
		eventually test -s "$directory/up$kinds"
		nsctl rm --grace=3600 box &
		first=$!
		eventually eval 'nsctl list | grep -q "^box .*removing"'
		# this one does not make it longer
		nsctl rm --grace=86400 box &
		second=$!
		nsctl rm --grace=1 box
		await "$first"
		await "$second"
	done
	rm -r "$directory"
}

@test "The status file tells a command's 125 from nsctl's own" {
	nsctl create -n box
	directory=$(mktemp -d "$runtime/status.XXXXXX")
	chmod 777 "$directory"
	run nsctl exec --status-file="$directory/status" box sh -c 'exit 125'
	[ "$status" -eq 125 ]
	[ "$(cat "$directory/status")" = 125 ]
	run nsctl exec --status-file="$directory/other" none true
	[ "$status" -eq 125 ]
	[ ! -s "$directory/other" ]
	rm -r "$directory"
}

@test "A command starts in its caller's directory if that is the same one inside" {
	nsctl create -n box
	directory=$(mktemp -d "$runtime/cwd.XXXXXX")
	chmod 755 "$directory"
	[ "$(cd "$directory" && nsctl exec box pwd)" = "$directory" ]
	[ "$(nsctl exec --chdir=/usr box pwd)" = /usr ]
	rmdir "$directory"
}

@test "A command has a terminal of its own, with job control" {
	nsctl create -mp box
	run as "$user_id" python3 - "$NSCTL_BUILD/nsctl" <<'PYTHON'
import fcntl, os, pty, select, struct, subprocess, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["nsctl", "enter", "box", "sh", "-i"])
seen = b""
def until(text):
    global seen
    end = time.time() + 30
    while text not in seen:
        if time.time() > end: sys.exit("waited for %r, got %r" % (text, seen))
        if select.select([fd], [], [], 0.2)[0]:
            try: seen += os.read(fd, 65536)
            except OSError: sys.exit("ended: %r" % seen)
    seen = b""
os.write(fd, b"tty; echo te''rminal\n"); until(b"terminal")
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
for _ in range(100):
    os.write(fd, b"stty size; echo si''ze\n")
    end = time.time() + 30
    while b"size\r" not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]: seen += os.read(fd, 65536)
    if b"33 99" in seen: break
    seen = b""
else: sys.exit("window size")
seen = b""
os.write(fd, b"sleep 1000\n")
end = time.time() + 30
while b"sleep 1000" not in subprocess.run([sys.argv[1], "ps", "box"], capture_output=True).stdout:
    if time.time() > end: sys.exit("sleep does not start")
seen = b""
os.write(fd, b"\x03echo interr''upted\n"); until(b"interrupted")
os.write(fd, b"exit 5\n")
status = None
while status is None:
    done, s = os.waitpid(pid, os.WNOHANG)
    if done: status = os.waitstatus_to_exitcode(s)
    elif select.select([fd], [], [], 0.1)[0]:
        try: os.read(fd, 65536)
        except OSError: pass
sys.exit(status)
PYTHON
	echo "$output"
	[ "$status" -eq 5 ]
}

@test "status, version, which, call and help print what they should" {
	nsctl create -n box
	nsctl status | grep -E 'sets +1 of 1024 +#\.{9}$'
	nsctl status | grep -E '^works +links, networks'
	nsctl status | grep -E '^not allowed +--egress, --publish'
	# a call with a mistake is counted nowhere, and one that a right forbids as refused
	counter() { nsctl call GetStatus | grep -o "\"$1\": *[0-9]*" | grep -o '[0-9]*$'; }
	failed=$(counter failed) refused=$(counter refused)
	run nsctl show none
	run nsctl create box
	run nsctl create --egress out
	[ "$status" -eq 1 ]
	[ "$(counter failed)" -eq "$failed" ]
	[ "$(counter refused)" -eq $((refused + 1)) ]
	# status gives a reason for each feature that does not work
	nsctl call GetStatus | grep -q '"limits": *true' || nsctl status | grep -E '^does not work +limits: .*controller'
	[ "$(nsctl version | wc -l)" -eq 2 ]
	[ "$(nsctl --version)" = "$(nsctl version)" ]
	[ "$(nsctl --json -V)" = "$(nsctl --json version)" ]
	nsctl exec box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" which | grep -E 'set +box'
	nsctl call GetStatus | json version
	nsctl call org.varlink.service.GetInfo | json product | grep -x nsctld
	run nsctl call NoSuchMethod
	[ "$status" -eq 1 ]
}

@test "Help groups the commands, has each option once, and shows examples in 80 columns; no line ends in a blank" {
	nsctl help | grep -x 'Networks:'
	nsctl help | grep -x -A 1 'Options of every command:' | grep -- --socket
	for command in create run; do
		nsctl help $command | grep -x -A 3 'Limits:' | grep -- --cpus
	done
	nsctl help create | grep -- --tmpfs
	[ "$(nsctl help create | grep -c -- --socket)" -eq 1 ]
	nsctl help link add | grep -x '  nsctl link add --name=cable web net/lan'
	[ -z "$(nsctl help | grep -w complete)" ]
	{
		nsctl help
		nsctl table | awk -F '\t' '$1 == "verb" { print $2 }' | while read -r verb; do
			# shellcheck disable=SC2086
			nsctl help $verb
		done
	} >"$BATS_TEST_TMPDIR/help"
	[ "$(grep -c '^Examples:$' "$BATS_TEST_TMPDIR/help")" -gt 30 ]
	fails grep -E '.{81}| $' "$BATS_TEST_TMPDIR/help"
}

@test "Command words of similar programs lead to nsctl's own, which all exist" {
	for words in "remove:rm" "delete:rm" "stop:rm" "ps -a:list" "link delete:link rm" "netns:create" "inspect:show" \
		"pause:freeze" "bridge:network create" "tc:link impair" "compose:up" "shell:enter" "kil:kill" "net:network" "link lis:link list"; do
		# shellcheck disable=SC2086
		run nsctl ${words%:*} box
		[ "$status" -eq 2 ]
		grep -x "nsctl: there is no command ${words%:*}" <<<"$output"
		grep -E "^hint: write .nsctl ${words#*:} " <<<"$output"
		# shellcheck disable=SC2086
		nsctl help ${words#*:} >/dev/null
	done
	run nsctl help net
	[[ "$output" == *"hint: write \`nsctl network "* ]]
	run nsctl create --linc=a box
	[[ "$output" == *"there is no option --linc=a"*"hint: write --link" ]]
	run nsctl complet
	[[ "$output" == *'hint: `nsctl help` lists them' ]]
}

# metric FILE NAME [LABEL=VALUE...]: prints the values of this metric, as the parser of Prometheus' own client reads the file.
metric() {
	python3 -c '
import sys
from prometheus_client.parser import text_string_to_metric_families
wanted = dict(word.split("=", 1) for word in sys.argv[3:])
for family in text_string_to_metric_families(open(sys.argv[1]).read()):
    for sample in family.samples:
        if sample.name == sys.argv[2] and wanted.items() <= sample.labels.items():
            print("%g" % sample.value)' "$@"
}

# metrics CALL: makes a call of io.systemd.Metrics as an ordinary user, and prints its replies.
metrics() { nsctl --json call --more "io.systemd.Metrics.$1"; }

# names: prints each name in the documents on stdin, once.
names() { sed -E 's/.*"name": *"([^"]*)".*/\1/' | sort -u; }

@test "Metrics show what the caller may see, on the socket, for Prometheus, and in a file" {
	local file=$runtime.prom
	nsctl create -n box
	other create -n box
	nsctl exec -d box sleep 1000
	# GetInfo names the interface, and each of its methods needs "more"
	nsctl call org.varlink.service.GetInfo | grep -q io.systemd.Metrics
	nsctl --json call org.varlink.service.GetInterfaceDescription '{"interface": "io.systemd.Metrics"}' | grep -q 'value: any'
	run nsctl call io.systemd.Metrics.List
	grep -q ExpectedMore <<<"$output"
	# every metric is described
	[ -z "$(comm -23 <(metrics List | names) <(metrics Describe | names))" ]
	metrics List | grep -q "\"name\":\"org.nsctl.set_state\",.*\"object\":\"box\",.*\"owner\":$user_id"
	# a user sees the user's own sets, and root sees all
	nsctl metrics >"$file"
	[ "$(metric "$file" nsctl_sets)" = 1 ]
	[ "$(metric "$file" nsctl_set_processes set=box)" = 1 ]
	[ "$(metric "$file" nsctl_set_state set=box value=ready owner="$user_id")" = 1 ]
	[ "$(metric "$file" nsctl_used what=sessions)" = 1 ]
	[ "$(metric "$file" nsctl_limit what=sets)" -ge 1 ]
	[ "$(metric "$file" nsctl_operations_total what=created)" -ge 2 ]
	# the writer has the capabilities of nsctl-metrics.service
	client_in="setpriv --bounding-set -all,+dac_override" root_nsctl metrics --textfile="$file"
	[ "$(stat -c %a "$file")" = 644 ]
	[ "$(metric "$file" nsctl_sets)" = 2 ]
	[ "$(metric "$file" nsctl_set_processes owner="$other_id")" = 0 ]
	[ -n "$(metric "$file" nsctl_set_cpu_seconds_total owner="$user_id" set=box)" ]
	# a failure leaves the file as it was, and makes no file beside it
	run root_nsctl --socket=/run/no/such/socket metrics --textfile="$file"
	[ "$status" -eq 4 ]
	[ "$(metric "$file" nsctl_sets)" = 2 ]
	run root_nsctl metrics --textfile=/run/no/such/file
	[ "$status" -eq 1 ]
	grep -q -- "--textfile: /run/no/such/file: No such file" <<<"$output"
	[ "$(compgen -G "$file*")" = "$file" ]
	rm "$file"
	other rm box
}
