#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Setuid programs and file capabilities have an effect only in an ordinary user's set with a user and a mount
# namespace, and give nothing there that the owner does not have (docs/adr/0027). These tests try to get more.

user_id=61020
other_id=61021
load daemon.bash
load hostile.bash

setup_file() {
	make_runtime
	printf '%s\n' '[accounts]' "subuid = $runtime.subid" "subgid = $runtime.subid" >"$runtime.conf"
	echo "$user_id:200000:65536" >"$runtime.subid"
	chmod 644 "$runtime.subid" "$runtime.conf"
	start_daemon --config="$runtime.conf"
	export runtime daemon
	make_place 755
	count_from_here
}

teardown_file() {
	remove_place
	rm -f "$runtime.subid" "$runtime.conf"
	purge_daemon
}

setup() {
	local directory
	root=$runtime/place/root
	own=$root/own
	options=(--root="$root")
	mkdir -p "$root"/{usr,bin,lib,lib64,dev,proc,own,outer}
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	chown "$user_id:$user_id" "$root" "$own"
}

teardown() {
	nsctl rm --all
	root_nsctl rm --all
	rm -rf "${runtime:?}"/place/*
	eventually counts_are "$before"
}

# no_new_privs COMMAND...: runs a process by COMMAND, and prints its no_new_privs.
no_new_privs() { "$@" sed -n 's/^NoNewPrivs:\t//p' /proc/self/status; }

# options_of PLACE: prints the options of the mount at PLACE, from the table on stdin.
options_of() { awk -v place="$1" '$2 == place { print $4 }'; }

# copy PROGRAM TO OWNER: makes a copy that is setuid and setgid.
copy() {
	cp "$(command -v "$1")" "$2"
	chown "$3:$3" "$2"
	chmod 6755 "$2"
}

# empower FILE: gives the file capabilities, as setcap does on the host.
empower() {
	python3 - "$1" <<'PYTHON'
import os, struct, sys
# chown, dac_override, dac_read_search, fowner, setgid, setuid, net_admin, net_raw, sys_chroot, sys_admin, mknod
given = sum(1 << n for n in (0, 1, 2, 3, 6, 7, 12, 13, 18, 21, 27))
os.setxattr(sys.argv[1], "security.capability", struct.pack("<5I", 0x02000001, given, 0, 0, 0))
PYTHON
}

@test "Commands have no_new_privs, except in sets with the user's own user namespace" {
	nsctl create -mpn plain
	nsctl create -mpn -r rooted
	nsctl create -pn -r unmounted
	nsctl create -mpn --map-current current
	root_nsctl create -mpn -r roots
	[ "$(no_new_privs nsctl exec rooted)" = 0 ]
	[ "$(no_new_privs nsctl exec current)" = 0 ]
	[ "$(no_new_privs nsctl run -mp -r)" = 0 ]
	[ "$(no_new_privs nsctl run -mp -r --no-init)" = 0 ]
	[ "$(no_new_privs nsctl enter -T rooted)" = 0 ]
	[ "$(no_new_privs nsctl exec --only=user,mnt,pid rooted)" = 0 ]
	[ "$(no_new_privs root_nsctl --owner="$user_id" exec rooted)" = 0 ]
	# Without a mount namespace a command has the host's files, and without a user namespace the host's ids.
	[ "$(no_new_privs nsctl exec plain)" = 1 ]
	[ "$(no_new_privs nsctl exec unmounted)" = 1 ]
	[ "$(no_new_privs nsctl exec --only=mnt,pid plain)" = 1 ]
	[ "$(no_new_privs nsctl exec --only=user rooted)" = 1 ]
	[ "$(no_new_privs nsctl run -mp)" = 1 ]
	[ "$(no_new_privs root_nsctl exec roots)" = 1 ]
	[ "$(no_new_privs root_nsctl run -mp -r)" = 1 ]
}

@test "no_new_privs is carried over from the caller, and can be asked for" {
	nsctl create -mpn -r box
	[ "$(no_new_privs as "$user_id" setpriv --no-new-privs "$NSCTL_BUILD/nsctl" exec box)" = 1 ]
	[ "$(no_new_privs as "$user_id" setpriv --no-new-privs "$NSCTL_BUILD/nsctl" run -mp -r)" = 1 ]
	for way in "exec" "exec --only=user,mnt,pid" "enter -T"; do
		# shellcheck disable=SC2086
		[ "$(no_new_privs nsctl $way --no-new-privs box)" = 1 ]
	done
	[ "$(no_new_privs nsctl run -mp -r --no-new-privs)" = 1 ]
	[ "$(no_new_privs nsctl run -mp -r --no-init --no-new-privs)" = 1 ]
	# for root, the two options are refused together
	root_nsctl create -mp roots
	run root_nsctl call Exec '{"name":"roots","command":["true"],"newPrivileges":true,"noNewPrivileges":true}'
	[ "$status" -ne 0 ]
	[[ "$output" == *newPrivileges* ]]
}

@test "A setuid program below a root gives ids of the set" {
	copy id "$own/id-root" "$user_id"
	nsctl create -mp --map-auto "${options[@]}" box
	nsctl exec box sh -c 'cp /own/id-root /own/id-33 && chown 33:34 /own/id-33 && chmod 6755 /own/id-33'
	[ "$(nsctl exec --user=40 --group=41 box /own/id-root -u)" = 0 ]
	[ "$(nsctl exec --user=40 --group=41 box /own/id-33 -u)" = 33 ]
	[ "$(nsctl exec --user=40 --group=41 box /own/id-33 -g)" = 34 ]
	[ "$(nsctl exec --no-new-privs --user=40 --group=41 box /own/id-root -u)" = 40 ]
	# on the host, this file belongs to its owner's subordinate id
	[ "$(stat -c %u:%g "$own/id-33")" = 200032:200033 ]
	# devices on the mount have no effect
	[[ "$(nsctl exec box cat /proc/mounts | options_of /)" == *nodev* ]]
	[[ "$(nsctl exec box cat /proc/mounts | options_of /)" != *nosuid* ]]
	nsctl rm box
	# without a root directory, bind mounts are still nosuid
	nsctl create -mp --map-auto --bind="$own:/mnt" box
	[[ "$(nsctl exec box cat /proc/mounts | options_of /mnt)" == *nosuid*nodev* ]]
	[ "$(nsctl exec --user=40 --group=41 box /mnt/id-33 -u)" = 40 ]
}

@test "A setuid program of another user or of the host's root has no effect, as its ids are not mapped" {
	copy id "$own/id-host" 0
	copy id "$own/id-other" "$other_id"
	chown 0:"$user_id" "$own/id-host"
	chmod 6755 "$own/id-host"
	[ "$(as "$user_id" "$own/id-host" -u)" = 0 ]
	[ "$(as "$user_id" "$own/id-other" -u)" = "$other_id" ]
	for mapping in -r --map-current --map-auto; do
		nsctl create -mp $mapping "${options[@]}" --bind="$own:/outer" box
		nsctl create -mp $mapping bare
		inside=$(nsctl exec box id -u)
		for program in /own/id-host /own/id-other /outer/id-host /outer/id-other; do
			[ "$(nsctl exec box "$program" -u)" = "$inside" ]
		done
		for program in "$own/id-host" "$own/id-other"; do
			[ "$(nsctl exec bare "$program" -u)" = "$inside" ]
			# the command has the host's ids, and sees the set's mounts
			[ "$(nsctl exec --only=mnt box sh -c 'exec /own/id-host -u')" = "$user_id" ]
			[ "$(nsctl exec --only=mnt bare "$program" -u)" = "$user_id" ]
			[ "$(nsctl exec --only=user bare "$program" -u)" = "$inside" ]
		done
		nsctl rm box bare
	done
	# in a set with a user namespace that root has made, the programs give nothing either
	root_nsctl create -mp --map-users=0:0:900 --map-groups=0:0:900 "${options[@]}" --bind="$own:/outer" roots
	[ "$(root_nsctl exec --user=5 --group=5 roots /own/id-host -u)" = 5 ]
	[[ "$(root_nsctl exec roots cat /proc/mounts | options_of /outer)" == *nosuid* ]]
}

@test "File capabilities work in a set, and give nothing that the set's owner does not have" {
	cp "$(readlink -f "$(PATH=/usr/bin:/bin command -v python3)")" "$own/python"
	empower "$own/python"
	mkdir -m 700 "$root/hidden"
	echo secret >"$root/hidden/secret"
	cat >"$root/try.py" <<'PYTHON'
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status"))
gained = []
def attempt(what, action):
    try:
        action()
        gained.append(what)
    except OSError:
        pass
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
attempt("read", lambda: open("/hidden/secret").read())
attempt("read below the mount", lambda: open(sys.argv[1] + "/hidden/secret").read())
attempt("setuid", lambda: os.setuid(100000))
attempt("chown", lambda: os.chown("/own/python", 0, 0))
attempt("mknod", lambda: os.mknod("/own/device", 0o20666, os.makedev(1, 3)))
attempt("name the host", lambda: socket.sethostname(socket.gethostname()))
attempt("enter the host", lambda: call("setns", os.open("/proc/1/ns/net", os.O_RDONLY), 0))
print(int(status["CapEff"], 16) != 0, *gained)
PYTHON
	[ "$(as "$user_id" "$own/python" -c 'import os; print(os.open("/etc/shadow", 0) > 0)')" = True ]
	nsctl create -mp --map-current "${options[@]}" box
	# the file's capabilities work, but give nothing that the set's owner does not have
	[ "$(nsctl exec box /own/python /try.py "")" = True ]
	[ "$(nsctl exec --no-new-privs box /own/python /try.py "")" = False ]
	nsctl exec --only=mnt,pid box /own/python /try.py "" | grep -x False
	nsctl create -mp --map-current bare
	[ "$(nsctl exec bare "$own/python" "$root/try.py" "$root")" = True ]
}

@test "Setuid programs of the host do not trust an /etc that a user has shaped (CVE-2022-31214)" {
	local shaped=$runtime/place/etc program
	mkdir "$shaped"
	printf 'root::0:0::/:/bin/sh\nme::%s:%s::/:/bin/sh\n' "$user_id" "$user_id" >"$shaped/passwd"
	printf 'root::1::::::\n' >"$shaped/shadow"
	printf 'ALL ALL=(ALL) NOPASSWD: ALL\n' >"$shaped/sudoers"
	chmod -R a+rX "$shaped"
	mkdir -m 777 "$runtime/place/made"
	local binds=()
	for file in passwd shadow sudoers; do
		[ -e "/etc/$file" ] && binds+=(--bind="$shaped/$file:/etc/$file")
	done
	for mapping in -r --map-current --map-auto; do
		nsctl create -mpn $mapping "${binds[@]}" box
		for program in "su -c" "sudo -n" "pkexec" "newgrp root -c"; do
			command -v "${program%% *}" >/dev/null || continue
			nsctl exec box sh -c "$program 'touch $runtime/place/made/file'" </dev/null >/dev/null 2>&1 || true
		done
		nsctl exec box touch "$runtime/place/made/own"
		[ -z "$(find "$runtime/place/made" -type f ! -uid "$user_id")" ]
		nsctl rm box
	done
}

@test "A setuid file of a set has no effect when it is passed to a process outside" {
	copy id "$own/id-root" "$user_id"
	nsctl create -m -r "${options[@]}" box
	session=$(nsctl exec -d box sleep 1000)
	pid=$(nsctl ps --json box | python3 -c 'import json, sys; print([json.loads(line) for line in sys.stdin][-1]["pid"])')
	reached=/proc/$pid/root
	[ "$("$reached/own/id-root" -u)" = 0 ]
	[ "$("$own/id-root" -u)" = "$user_id" ]
	nsctl kill box
	run nsctl wait "$session"
	[ "$status" -eq 143 ]
}
