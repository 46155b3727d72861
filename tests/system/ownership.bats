#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Owners of sets: two ordinary users and root, their limits, the policy, confined callers, and callers inside a set.

# a user of its own: the kernel counts the descriptors that are on their way for each user, and a client with a low
# limit on open files cannot send any while there are more
user_id=61012 other_id=61014
load daemon.bash

setup() { make_config; }

teardown() { purge_daemon; }

# call UID METHOD JSON NAME: prints the reply, or the error, with NAME in place of the object's name.
call() {
	as "$1" timeout 60 "$NSCTL_BUILD/nsctl" call "$2" "$3" 2>&1 | sed "s/$4/NAME/g"
}

@test "Every method answers alike for a missing set and for another user's" {
	start_daemon
	nsctl create -mpn mine
	for row in 'Get {"name":"NAME"}' 'Remove {"name":"NAME"}' 'Renew {"name":"NAME"}' \
		'Exec {"name":"NAME","command":["true"]}' 'ListSessions {"name":"NAME"}' \
		'OpenNamespaces {"name":"NAME"}' 'ListProcesses {"name":"NAME"}' \
		'Kill {"name":"NAME","signal":9}' 'Freeze {"name":"NAME"}' 'Thaw {"name":"NAME"}'; do
		method=${row%% *} parameters=${row#* }
		absent=$(call "$other_id" "$method" "${parameters//NAME/none}" none)
		theirs=$(call "$other_id" "$method" "${parameters//NAME/mine}" mine)
		parameters=${parameters//NAME/mine}
		named=$(call "$other_id" "$method" "${parameters%?},\"owner\":$user_id}" mine)
		echo "$method: $absent / $theirs / $named"
		[[ "$absent" == *NotFound* ]]
		[ "$absent" = "$theirs" ]
		[[ "$named" == *NotFound* ]]
	done
	[ -z "$(other list)" ]
	[ -z "$(other list --all-owners)" ]
	nsctl exec mine true
}

@test "A user cannot wait for another user's session" {
	start_daemon
	nsctl create -n mine
	session=$(nsctl exec -d mine sleep 1000)
	run other wait "$session"
	[ "$status" -eq 1 ]
	[[ "$output" == *"no session"* ]]
}

@test "Two users can have sets of the same name" {
	start_daemon
	nsctl create -n box
	other create -u box
	[ "$(nsctl list | awk '{ print $4 }')" = net ]
	[ "$(other list | awk '{ print $4 }')" = uts ]
	other rm box
	nsctl exec box true
}

@test "Root sees all sets, and acts in a user's set as its owner" {
	start_daemon
	nsctl create -mp box
	root_nsctl list --all-owners | grep box
	[ -z "$(root_nsctl list)" ]
	[ "$(root_nsctl --owner="$user_id" exec box id -u)" = "$user_id" ]
	root_nsctl --owner="$user_id" rm box
	[ -z "$(nsctl list)" ]
}

@test "A list of others' sets says that they are not shown, if they are not" {
	configure '[allow]' "administer = 61002"
	start_daemon --config="$config"
	other create -n theirs
	nsctl create -n mine
	for list in "list --owner=$other_id" "list --all-owners" "network list --all-owners" "link list --all-owners"; do
		# shellcheck disable=SC2086
		[[ "$(nsctl $list 2>&1 >/dev/null)" == *"only root and administrators see others' "*s$'\n'"hint: [allow] administer"* ]]
		# shellcheck disable=SC2086
		[ -z "$(nsctl $list --quiet 2>&1 >/dev/null; nsctl $list --json 2>&1 >/dev/null)" ]
		# shellcheck disable=SC2086
		[ -z "$(root_nsctl $list 2>&1 >/dev/null; as 61002 "$NSCTL_BUILD/nsctl" $list 2>&1 >/dev/null)" ]
	done
	[ -z "$(nsctl list --owner="$user_id" 2>&1 >/dev/null)" ]
	[[ "$(fails nsctl link list --owner="$other_id" 2>&1)" == *"see others' links"$'\n'* ]]
	[[ "$(fails nsctl monitor --owner="$other_id" 2>&1)" == *"see others' sets"$'\n'* ]]
}

# uids_told COMMAND...: prints the uids that `users --json` tells when it is run by the command.
uids_told() { "$@" --json users | python3 -c 'import json, sys; print(*[json.loads(line)["uid"] for line in sys.stdin])'; }

@test "nsctl users shows root and administrators all users, and shows others themselves" {
	configure '[limits]' 'sets = 7' '[allow]' "administer = 61002"
	start_daemon --config="$config"
	nsctl create -n a
	nsctl create -mpn b
	other create -n c
	root_nsctl create -mpn roots
	[ "$(uids_told root_nsctl)" = "0 $user_id $other_id" ]
	[ "$(uids_told as "61002" "$NSCTL_BUILD/nsctl")" = "$(printf '%s\n' 0 "$user_id" "$other_id" "61002" | sort -n | xargs)" ]
	[ "$(uids_told nsctl)" = "$user_id" ]
	[ "$(uids_told other)" = "$other_id" ]
	[ "$(uids_told nsctl exec b "$NSCTL_BUILD/nsctl" --socket="$runtime/socket")" = "$user_id" ]
	[ "$(uids_told root_nsctl exec roots "$NSCTL_BUILD/nsctl" --socket="$runtime/socket")" = 0 ]
	[ "$(root_nsctl users --columns=user,sets | awk -v u="$user_id" '$1 == u { print $2 }')" = 2/7 ]
	[ "$(root_nsctl users --columns=user,sets | awk '$1 == "root" { print $2 }')" = 1 ]
	[ "$(uids_told root_nsctl --owner="$other_id")" = "$other_id" ]
	run nsctl users box
	[ "$status" -eq 2 ]
	run nsctl users --columns=colour
	[ "$status" -eq 2 ]
	# a user without anything is not listed; the connection of rm may end a moment later
	other rm c
	lists_users() { [ "$(uids_told root_nsctl)" = "$*" ]; }
	eventually lists_users 0 "$user_id"
}

@test "nsctl users receives a long list in pages" {
	start_daemon
	for uid in $(seq 30000 30499); do as "$uid" "$NSCTL_BUILD/nsctl" --quiet create -n box; done
	[ "$(uids_told root_nsctl | xargs -n 1 | sort -nu | grep -c '^30')" -eq 500 ]
	run root_nsctl --json call ListUsers
	echo "$output" | cut -c 1-300
	[[ "$output" == *ExpectedMore* ]]
	[ "$(root_nsctl call --more ListUsers | grep -c users)" -gt 1 ]
}

@test "A limit for each uid is named when it is reached, and other users have their own" {
	configure '[limits]' 'sets = 2' 'sessions = 1'
	start_daemon --config="$config"
	nsctl create -n a
	nsctl create -n b
	run nsctl create -n c
	[ "$status" -eq 1 ]
	[[ "$output" == *sets*2* ]]
	other create -n c
	session=$(nsctl exec -d a sleep 1000)
	run nsctl exec a true
	[ "$status" -eq 125 ]
	[[ "$output" == *sessions*1* ]]
	nsctl kill --session="$session" --signal=KILL a
	eventually nsctl exec a true
	nsctl rm b
	nsctl create -n c
}

@test "A bad configuration is refused with file, line and key" {
	configure '[limits]' '# a comment' 'setz = 2'
	run "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --config="$config"
	[ "$status" -eq 1 ]
	[[ "$output" == *"$config:3:"*setz* ]]
	configure '[allow]' 'connect = nobody-of-this-name'
	run "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --config="$config"
	[ "$status" -eq 1 ]
	[[ "$output" == *"$config:2:"*connect*nobody-of-this-name* ]]
	: >"$config"
	start_daemon
}

@test "The configuration decides who may connect, have user namespaces and publish" {
	configure '[allow]' "connect = $user_id" 'user-namespaces =' "ip-netns = $user_id"
	start_daemon --config="$config"
	run other list
	[ "$status" -eq 1 ]
	[[ "$output" == *connect* ]]
	run nsctl create -r box
	[ "$status" -eq 1 ]
	[[ "$output" == *user-namespaces* ]]
	name=nsctl-test-$$
	nsctl create -n --ip-netns "$name"
	[ "$(ip netns exec "$name" ip -o link | wc -l)" -eq 1 ]
	nsctl rm "$name"
	[ ! -e "/run/netns/$name" ]
}

@test "--ip-netns needs the policy's permission, and leaves others' names alone" {
	start_daemon
	run nsctl create -n --ip-netns box
	[ "$status" -eq 1 ]
	[[ "$output" == *ip-netns* ]]
	name=nsctl-test-$$
	ip netns add "$name"
	run root_nsctl create -n --ip-netns "$name"
	[ "$status" -eq 1 ]
	ip netns list | grep -w "$name"
	[ -z "$(root_nsctl list)" ]
	ip netns del "$name"
}

@test "A caller under a seccomp filter is confined unless a key names its user, however many groups it has" {
	start_daemon --config="$config"
	cat >"$runtime.filtered.py" <<'PYTHON'
import ctypes, os, struct, sys
# groups of ten digits make /proc/PID/status as long as it can be for a peer that is served
os.setgroups(range(4000000000, 4000000000 + int(sys.argv[2])))
os.setresgid(*3 * [int(sys.argv[1])])
os.setresuid(*3 * [int(sys.argv[1])])
libc = ctypes.CDLL(None)
allow = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(allow)))
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert libc.prctl(PR_SET_SECCOMP, 2, program, 0, 0) == 0
os.execv(sys.argv[3], sys.argv[3:])
PYTHON
	for groups in 1 256; do
		run python3 "$runtime.filtered.py" "$user_id" "$groups" "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n box
		[ "$status" -eq 1 ]
		[[ "$output" == *SystemCallFilter=*"[allow] unfiltered"* ]]
	done
	configure '[allow]' "unfiltered = $user_id" 'confined = *' 'nested = root'
	stop_daemon
	start_daemon --config="$config"
	python3 "$runtime.filtered.py" "$user_id" 1 "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n box
	grep -q '\[allow\] confined nested: ignored' "$runtime.log"
	rm "$runtime.filtered.py"
}

@test "A caller inside a set can act on that set, and on none beside it" {
	start_daemon
	nsctl create -n box
	nsctl create -n other
	inside() { nsctl exec box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "$@"; }
	[ "$(inside list --quiet)" = box ]
	run inside rm other
	[ "$status" -eq 1 ]
	[ "$(nsctl list --quiet | wc -l)" -eq 2 ]
}

@test "Commands get no descriptors, variables, groups or capabilities of the daemon" {
	start_daemon
	nsctl create -n box
	[ "$(nsctl exec box sh -c 'ls /proc/self/fd' | tr '\n' ' ')" = "0 1 2 3 " ]
	nsctl exec --clean-env --env=A=1 box env >"$BATS_TEST_TMPDIR/env"
	fails grep -vE '^(A|PATH|HOME|TERM|USER|LOGNAME|NSCTL_SET)=' "$BATS_TEST_TMPDIR/env"
	[ "$(nsctl exec box id -G)" = "$user_id" ]
	nsctl exec box grep -E '^Cap(Inh|Prm|Eff|Amb):\s0+$' /proc/self/status | wc -l | grep -x 4
	nsctl exec box grep -x 'NoNewPrivs:.1' /proc/self/status
	[ "$(as "$user_id" sh -c "ulimit -n 77; umask 027; exec '$NSCTL_BUILD/nsctl' exec box sh -c 'ulimit -n; umask'" | tr '\n' ' ')" = "77 0027 " ]
}

@test "Root's command in another user's set has the owner's login environment, and none of root's" {
	local uid home shell
	uid=$(id -u daemon)
	home=$(getent passwd daemon | cut -d: -f6)
	shell=$(getent passwd daemon | cut -d: -f7)
	start_daemon
	as "$uid" "$NSCTL_BUILD/nsctl" create -n box
	export TOKEN=secret
	[ "$(TERM=vt100 root_nsctl --owner="$uid" exec box env | sort)" = "$(sort <<-END
		HOME=$home
		LOGNAME=daemon
		NSCTL_SET=box
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		SHELL=${shell:-/bin/sh}
		TERM=vt100
		USER=daemon
	END
	)" ]
	fails sh -c '"$@" | grep TOKEN' - env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" --owner="$uid" exec --clean-env box env
	fails sh -c '"$@" | grep TOKEN' - env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" --owner="$uid" enter -T box env
	[ "$(root_nsctl --owner="$uid" exec --env=TOKEN box sh -c 'echo $TOKEN$HOME')" = "secret$home" ]
	[ "$(root_nsctl --owner="$uid" exec --preserve-env box sh -c 'echo $TOKEN')" = secret ]
	run root_nsctl --owner="$uid" exec --preserve-env --clean-env box true
	[ "$status" -eq 125 ]
	[[ "$output" == *--preserve-env* ]]
	# a user may name itself as owner; an owner without an account has no sets
	root_nsctl create -n roots
	[ "$(root_nsctl --owner=0 exec roots sh -c 'echo $TOKEN')" = secret ]
	nsctl create -n box
	[ "$(root_nsctl --owner="$user_id" exec box sh -c 'echo $HOME$TOKEN')" = / ]
	unset TOKEN
}

@test "A user cannot ask for newPrivileges, nor signal the init of a set" {
	start_daemon
	nsctl create -a -r box
	run as "$user_id" "$NSCTL_BUILD/nsctl" call Exec '{"name":"box","command":["true"],"newPrivileges":true}'
	[ "$status" -eq 1 ]
	[[ "$output" == *NotPermitted* ]]
	init=$(nsctl show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')
	run as "$user_id" kill -KILL "$init"
	[ "$status" -ne 0 ]
	run nsctl exec box sh -c 'kill -KILL 1'
	nsctl kill --signal=KILL box
	nsctl exec box true
	[ -e "/proc/$init" ]
}

@test "OpenNamespaces serves only sets with a user namespace of the caller's" {
	start_daemon
	nsctl create -n plain
	nsctl create -r -n rooted
	run as "$user_id" "$NSCTL_BUILD/nsctl" call OpenNamespaces '{"name":"plain"}'
	[[ "$output" == *NotPermitted* ]]
	run as "$user_id" "$NSCTL_BUILD/nsctl" call OpenNamespaces '{"name":"rooted"}'
	[ "$status" -eq 0 ]
}

@test "Hostile bytes end their connection, and not the daemon" {
	start_daemon
	nsctl create -n box
	as "$user_id" python3 - "$runtime/socket" <<'PYTHON'
import socket, sys
def send(data, close=True):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(sys.argv[1])
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536): pass
    except OSError:
        pass
    s.close()
send(b"not json\0")
send(b"{}\0")
send(b"[" * 100000)
send(b'{"method":"org.nsctl.Get","parameters":' + b'{"a":' * 1000 + b"1" + b"}" * 1001 + b"\0")
send(b'{"method":"a","method":"b"}\0')
send(b"x" * (1 << 21))
send(b'{"method":"org.nsctl.Create","parameters":{"name":"a\\u0000b"}}\0')
send(b'{"method":"org.nsctl.Get","parameters":{"name":"box"}}\0' * 2000)
PYTHON
	nsctl exec box true
}
