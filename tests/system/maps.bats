#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Row 9 of the tutorial: user namespaces with several ids, for ordinary users. Files of the test assign the ranges of
# ids. games is an account of the system, to which they give a range by its name.

load daemon.bash

setup_file() {
	make_runtime
	printf '%s\n' '[accounts]' "subuid = $runtime.subuid" "subgid = $runtime.subgid" >"$runtime.conf"
	give "$user_id:200000:65536" "games:300000:10"
	start_counted --config="$runtime.conf"
}

teardown_file() {
	rm -f "$runtime.conf" "$runtime.subuid" "$runtime.subgid"
	purge_daemon
}

setup() {
	give "$user_id:200000:65536" "games:300000:10"
}

teardown() {
	nsctl rm --all
	root_nsctl rm --all
	eventually counts_are "$before"
}

# give LINE...: replaces the contents of both files by these lines.
give() {
	printf '%s\n' "$@" >"$runtime.subuid"
	printf '%s\n' "$@" >"$runtime.subgid"
	chmod 644 "$runtime.subuid" "$runtime.subgid"
}

# inside_map FILE: prints the map of box in one line.
inside_map() { nsctl exec box awk '{ printf "%s%s:%s:%s", (NR > 1 ? " " : ""), $1, $2, $3 }' "/proc/self/$1"; }
# outside_id PID ROW: prints an id that the process has on the host.
outside_id() { awk -v row="$2:" '$1 == row { print $3 }' "/proc/$1/status"; }
# refused WORD... -- OPTION...: nsctl create with these options fails, and its error contains all of the words.
refused() {
	local words=()
	while [ "$1" != -- ]; do words+=("$1") && shift; done
	shift
	run nsctl create "$@" box
	[ "$status" -ne 0 ]
	for word in "${words[@]}"; do
		[[ "$output" == *"$word"* ]] || { echo "$output: no $word" && return 1; }
	done
}

@test "A command of root has none of root's groups if its id inside is not root's" {
	root() { setpriv --groups 0,4 env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	root create -U --map-users=0:500000:10 --map-groups=0:500000:10 box
	root exec box grep -Eqx 'Groups:\s*' /proc/self/status
	root create -U -r own
	root exec own grep -Eqx 'Groups:\s*(0 65534|65534 0) ?' /proc/self/status
}

@test "-r and -c map the caller beside --map-auto, as with unshare(1)" {
	nsctl create -U -r --map-auto box
	[ "$(inside_map uid_map)" = "0:$user_id:1 1:200000:65536" ]
	nsctl rm box
	nsctl create -U --map-auto -c box
	[ "$(inside_map uid_map)" = "$user_id:$user_id:1 0:200000:$user_id $((user_id + 1)):$((200000 + user_id)):$((65536 - user_id))" ]
	[ "$(nsctl exec box id -u)" = "$user_id" ]
	[ "$(nsctl exec --user=0 box id -u)" = 0 ]
	nsctl show box | grep -E 'user map +currentAuto'
}

@test "-r and -c add the caller's own ids to --map-users and --map-groups" {
	nsctl create -U -r --map-users=1:200000:10 --map-groups=5:200000:10 box
	[ "$(inside_map uid_map)" = "0:$user_id:1 1:200000:10" ]
	[ "$(inside_map gid_map)" = "0:$user_id:1 5:200000:10" ]
	nsctl rm box
	nsctl create -U --map-users=1:200000:10 -c box
	[ "$(inside_map uid_map)" = "1:200000:10 $user_id:$user_id:1" ]
	nsctl rm box
	refused "overlaps" -- -U -r --map-users=0:200000:10
}

@test "--map-subids maps the first range of each file to the same ids inside" {
	for file in subuid subgid; do
		mount --bind "$runtime.$file" "/etc/$file"
	done
	give "games:300000:10" "$user_id:200000:65536" "$user_id:400000:10"
	nsctl create -U -c --map-subids box
	[ "$(inside_map uid_map)" = "$user_id:$user_id:1 200000:200000:65536" ]
	[ "$(inside_map gid_map)" = "$user_id:$user_id:1 200000:200000:65536" ]
	nsctl rm box
	nsctl create -U --map-subids box
	[ "$(inside_map uid_map)" = "200000:200000:65536" ]
	nsctl rm box
	give "games:300000:10"
	refused "--map-subids" /etc/subuid -- --map-subids
	umount /etc/subuid /etc/subgid
}

@test "--keep-caps gives a command all capabilities in its user namespace" {
	nsctl create -mu -c box
	[ "$(nsctl exec --keep-caps box sh -c 'id -u; awk "/^Cap(Eff|Bnd)/ { print \$2 }" /proc/self/status' | uniq | wc -l)" = 2 ]
	nsctl exec --keep-caps box sh -c 'hostname inside && hostname' | grep -x inside
	fails nsctl exec box hostname outside
	# the command cannot write to files of the host's root
	fails nsctl exec --keep-caps box sh -c ': >>/etc/passwd'
	[ "$(nsctl run -u -c --keep-caps sh -c 'hostname other && hostname')" = other ]
	nsctl create -m plain
	run nsctl exec --keep-caps plain true
	[ "$status" -eq 125 ]
	[[ "$output" == *"--keep-caps: needs a user namespace"* ]]
}

@test "A command with another id can open its terminal again and write to --tmpfs=/tmp" {
	nsctl create -m --map-auto --tmpfs=/tmp box
	nsctl exec -C / --user=5 --group=5 box touch /tmp/x
	as "$user_id" python3 - "$NSCTL_BUILD/nsctl" <<'PYTHON'
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "exec", "-t", "-C", "/", "--user=5", "--group=5", "box",
                           "sh", "-c", "echo written >/dev/stdout && exit 7"])
seen = b""
try:
    while data := os.read(terminal, 4096): seen += data
except OSError: pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7, seen
assert b"written" in seen
PYTHON
}

@test "Row 9: --map-auto maps root, and all that subuid and subgid give" {
	nsctl create --all --map-auto box
	[ "$(inside_map uid_map)" = "0:$user_id:1 1:200000:65536" ]
	[ "$(inside_map gid_map)" = "0:$user_id:1 1:200000:65536" ]
	[ "$(nsctl exec box id -u)" = 0 ]
	[ "$(nsctl exec box cat /proc/self/setgroups)" = allow ]
	nsctl show box | grep -E 'user map +auto'
	# on the host, the ids are those of the subordinate range
	nsctl exec box sh -c 'umask 0; mkdir /dev/shm/x && chown 33:34 /dev/shm/x && stat -c %u:%g /dev/shm/x && rmdir /dev/shm/x' | grep -x 33:34
	session=$(nsctl exec -d --user=33 --group=34 box sleep 1000)
	pid=$(nsctl ps --json box | python3 -c '
import json, sys
for line in sys.stdin:
    process = json.loads(line)
    if process.get("session") == sys.argv[1]: print(process["pid"])' "$session")
	[ "$(outside_id "$pid" Uid)" = 200032 ]
	[ "$(outside_id "$pid" Gid)" = 200033 ]
	# the command has none of its owner's groups
	[ -z "$(awk '$1 == "Groups:" { print $2 }' "/proc/$pid/status")" ]
	nsctl kill box
	run nsctl wait "$session"
	[ "$status" -eq 143 ]
}

@test "Row 9: --map-users and --map-groups map the given ranges" {
	nsctl create -m --map-users="0:$user_id:1" --map-users=5:200005:10 --map-groups=0:200000:1000 box
	[ "$(inside_map uid_map)" = "0:$user_id:1 5:200005:10" ]
	[ "$(inside_map gid_map)" = "0:200000:1000" ]
	[ "$(nsctl exec box id -u)" = 0 ]
	[ "$(nsctl exec --user=7 box id -u)" = 7 ]
	nsctl show --json box | python3 -c '
import json, sys
assert json.load(sys.stdin)["spec"]["uidMap"][1] == {"inside": 5, "outside": 200005, "count": 10}'
	nsctl rm box
	# the map that is not given is the one of -r
	nsctl create --map-users=0:200000:10 box
	[ "$(inside_map gid_map)" = "0:$user_id:1" ]
	[ "$(nsctl exec box cat /proc/self/setgroups)" = deny ]
}

@test "Row 9: Ranges that do not belong to the caller are refused" {
	refused --map-users 0 yours -- --map-users=0:0:1
	refused --map-users "$other_id" yours -- --map-users="0:$other_id:1"
	refused --map-users yours -- --map-users=0:199999:2
	refused --map-users yours -- --map-users=0:265536:1
	refused --map-users yours -- --map-users=0:300000:1
	refused --map-groups yours -- --map-groups=0:0:1
	refused --map-groups yours -- --map-groups=0:100000:65536
	refused overlaps -- --map-users=0:200000:10 --map-users=5:200100:1
	refused --map-users -- --map-users=0:200000:0
	refused --map-users -- --map-users=0:4294967295:1
	refused --map-users -- --map-users=0:200000:4294967296
	# a user without subordinate ids gets no map
	run other create --map-auto box
	[ "$status" -eq 1 ]
	[[ "$output" == *"/etc/subuid"*none* ]]
	[ -z "$(nsctl list)" ]
}

@test "Row 9: A range that is given by name belongs to that user alone" {
	games=$(id -u games)
	in_games() { as "$games" "$NSCTL_BUILD/nsctl" "$@"; }
	in_games create --map-auto box
	[ "$(in_games exec box cat /proc/self/uid_map | tr -s ' ' | tail -n 1)" = " 1 300000 10" ]
	in_games rm box
}

@test "Row 9: A range that is taken away is refused at once, and a file that others can write is ignored" {
	nsctl create --map-auto box
	give "other:200000:65536"
	run nsctl create --map-auto another
	[ "$status" -eq 1 ]
	# the set keeps its maps
	[ "$(nsctl exec --user=33 box id -u)" = 33 ]
	give "$user_id:200000:65536"
	chmod 666 "$runtime.subgid"
	run nsctl create --map-auto another
	[ "$status" -eq 1 ]
	chown "$user_id" "$runtime.subuid"
	chmod 600 "$runtime.subgid"
	run nsctl create --map-auto another
	[ "$status" -eq 1 ]
	chown 0 "$runtime.subuid"
	nsctl create --map-auto another
}

@test "Row 9: A mistake in subuid maps neither root nor the daemon's own accounts" {
	give "$user_id:0:65536"
	refused none -- --map-auto
	refused yours -- --map-users=0:0:10
	give "$user_id:61000:1000"
	refused "nsctld's own" -- --map-users=0:61100:100
	give "$user_id" "$user_id:" ":::" "$user_id:1" "$user_id:-1:5" "$user_id:5:5:5" "$user_id: 5:5"
	refused none -- --map-auto
}

@test "Row 9: The ids of a set survive the daemon, and end with the set" {
	nsctl create --map-auto -p -m box
	kill_daemon
	start_daemon --config="$runtime.conf"
	[ "$(nsctl exec --user=33 box id -u)" = 33 ]
	nsctl exec -d --user=33 box sleep 1000
	run nsctl exec --user=70000 box true
	[ "$status" -eq 125 ]
	[[ "$output" == *--user* ]]
	# the set's owner may end all of its processes
	nsctl kill --signal=KILL box
	nsctl rm box
}

@test "Row 9: A mapped id inside a set is neither its owner nor a user of the host to the daemon" {
	nsctl create -p -m --map-auto box
	# the daemon takes a caller with another id inside neither for the owner, nor for a user of the host
	run nsctl exec --user=33 box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" list
	[ -z "$output" ]
	run nsctl exec --user=33 box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" exec box id
	[ "$status" -eq 125 ]
	run nsctl exec --user=33 box "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n more
	[ "$status" -eq 1 ]
	[ "$(nsctl list --quiet)" = box ]
}

@test "Row 9: All ids and sets of a user share the limit on processes that the caller had" {
	# No other test uses this uid, because the kernel counts all its processes.
	local uid=$((62000 + RANDOM % 1000)) crowd total
	crowd='
import os, signal, sys
ids, wanted, n = int(sys.argv[1]), int(sys.argv[2]), 0
while n < wanted:
    try:
        child = os.fork()
    except BlockingIOError:
        break
    if child == 0:
        os.setresuid(*[n % ids] * 3)
        signal.pause()
    n += 1
print(n, flush=True)
signal.pause()'
	limited() { as "$uid" prlimit --nproc=60 "$NSCTL_BUILD/nsctl" "$@"; }
	give "$uid:200000:10"
	limited create --map-auto many
	limited create -r one
	limited exec one python3 -c "$crowd" 1 30 >"$runtime.one" 3>&- &
	eventually test -s "$runtime.one"
	[ "$(cat "$runtime.one")" = 30 ]
	limited exec many python3 -c "$crowd" 4 160 >"$runtime.many" 3>&- &
	eventually test -s "$runtime.many"
	total=$(($(cat "$runtime.many") + 30))
	echo "$total processes"
	[ "$total" -gt 30 ]
	[ "$total" -lt 60 ]
	as "$uid" "$NSCTL_BUILD/nsctl" rm --all
	wait
	rm "$runtime.one" "$runtime.many"
}
