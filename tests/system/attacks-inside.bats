#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Attacks from inside a set: on processes that join it, on the caller's terminal, on the host's privileges. The
# classes are those of docs/attacks.md.

# The attacker has a uid of its own, because it traces all processes that it can, and would find the clients of tests
# that run beside this one.
user_id=61010
load daemon.bash
load hostile.bash

setup_file() {
	start_daemon
	export runtime daemon
	make_place 777
	count_from_here
}

teardown_file() {
	remove_place
	purge_daemon
}

teardown() {
	nsctl rm --all
	for mounted in hostile/proc hostile/covered view/covered view; do
		! mountpoint -q "$runtime/place/$mounted" || umount "$runtime/place/$mounted"
	done
	rm -rf "${runtime:?}"/place/*
	eventually counts_are "$before"
}

# under_attack COMMAND...: runs the command, while a process in box attacks every process that appears there.
under_attack() {
	local found=$runtime/place/found.$RANDOM
	nsctl exec -d box python3 "$BATS_TEST_DIRNAME/attack_join.py" "$found"
	begins() { grep -q begins "$found"; }
	eventually begins
	"$@"
	as "$user_id" touch "$found.stop"
	ends() { grep -q '^ends' "$found"; }
	eventually ends
	fails grep -vE '^(begins|ends)' "$found"
}

# Lets the user trace the client. LeakSanitizer, in builds that have it, cannot work in a traced process.
enters() {
	as "$user_id" env ASAN_OPTIONS=detect_leaks=0 bash -c 'for i in $(seq 100); do "$1" exec box true || exit 1; done' - "$NSCTL_BUILD/nsctl"
}

@test "A process that joins a plain set cannot be traced, and leaks nothing (CVE-2019-5736, CVE-2016-9962)" {
	nsctl create -mp box
	sum=$(sha256sum "$NSCTL_BUILD"/nsctl*)
	under_attack enters
	[ "$(sha256sum "$NSCTL_BUILD"/nsctl*)" = "$sum" ]
}

@test "A process that joins a set with root and all capabilities inside cannot be traced" {
	nsctl create -a -r box
	under_attack enters
}

@test "A process that joins a set with the host's pid namespace cannot be traced" {
	nsctl create -n box
	under_attack enters
}

@test "No descriptor of the daemon leads out of a set (CVE-2024-21626)" {
	root=$runtime/place/root
	mkdir -p "$root"/{usr,bin,lib,lib64,proc,dev}
	options=(--root="$root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	nsctl create -mp "${options[@]}" rooted
	nsctl create -mpn -r inside
	nsctl create -n plain
	python "$user_id" <<'PYTHON'
import os
from hostile import Connection, error_of, run_in
c = Connection()
here = os.open("/", os.O_PATH | os.O_DIRECTORY)
for name in "rooted", "inside", "plain":
    for pid in "self", "thread-self":
        for n in range(64):
            reply = run_in(c, {"name": name, "command": ["/bin/pwd"], "workingDirectory": f"/proc/{pid}/fd/{n}"})[0]
            assert error_of(reply) == "InvalidValue", (name, n, reply)
    for path in "/proc/self/cwd", "/proc/self/root", "/proc/self/fd/1/..", "/proc/1/root":
        reply = run_in(c, {"name": name, "command": ["/bin/pwd"], "workingDirectory": path})[0]
        assert error_of(reply) in ("InvalidValue", "SystemError"), (name, path, reply)
    # the program tries descriptors as the working directory, and as the home directory
    for n in range(64):
        path = f"/proc/self/fd/{n}"
        read, write = os.pipe()
        reply = c.call("Exec", {"name": name, "command": ["/bin/pwd"], "environment": ["HOME=" + path],
                                "workingDirectory": path, "workingDirectoryFileDescriptor": 0,
                                "stdoutFileDescriptor": 1}, [here, write], more=True)
        os.close(write)
        while reply.get("continues"): reply = c.receive()
        assert os.read(read, 4096) == b"/\n", (name, n, reply)
        os.close(read)
PYTHON
}

# in_every_way WORD...: runs a command that checks something in box and in new sets, by exec, enter and run.
in_every_way() {
	nsctl exec box "$@"
	nsctl exec --clean-env --env=PATH="$PATH" box "$@"
	nsctl exec --only=net box "$@"
	nsctl enter -T box "$@"
	nsctl run -mpn "$@"
	nsctl run -mpn --no-init "$@"
	nsctl run -mpn -r "$@"
	nsctl run -mpn -c "$@"
	nsctl run -mpn -r --no-init "$@"
}

@test "A command has the descriptors 0, 1 and 2, and no others" {
	nsctl create -mpn box
	in_every_way sh -c '[ "$(echo /proc/self/fd/*)" = "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3" ] || { ls -l /proc/self/fd >&2 && exit 1; }'
}

@test "A plain set has no capabilities, and no set has inheritable or ambient ones (CVE-2022-29162)" {
	nsctl create -mpn box
	in_every_way sh -c 'grep -qE "^CapInh:.0+$" /proc/self/status && grep -qE "^CapAmb:.0+$" /proc/self/status'
	nsctl exec box sh -c '! grep -E "^Cap(Prm|Eff):.*[1-9a-f]" /proc/self/status'
	nsctl run -mpnc sh -c '! grep -E "^Cap(Prm|Eff):.*[1-9a-f]" /proc/self/status'
	nsctl run -mpnr grep -E '^CapEff:.0*1ff+$' /proc/self/status
}

@test "Root without capabilities, who cannot regain them, has none in a set" {
	# no_new_privs keeps a program from regaining the capabilities
	root_nsctl create -n box
	cat >"$runtime/place/give-up" <<-'PYTHON'
		import ctypes, os, struct, sys
		libc = ctypes.CDLL(None, use_errno=True)
		assert libc.prctl(38, 1, 0, 0, 0) == 0
		assert libc.syscall(126, struct.pack("Ii", 0x20080522, 0), bytes(24)) == 0
		os.execvp(sys.argv[1], sys.argv[1:])
	PYTHON
	give_up() { NSCTL_SOCKET=$runtime/socket python3 "$runtime/place/give-up" "$@"; }
	has_some=
	for command in "" "$NSCTL_BUILD/nsctl exec box" "$NSCTL_BUILD/nsctl run -n"; do
		# shellcheck disable=SC2086
		give_up $command grep -qE '^CapPrm:.0+$' /proc/self/status || has_some+="$command;"
	done
	root_nsctl rm box
	rm "$runtime/place/give-up"
	echo "$has_some"
	[ -z "$has_some" ]
}

@test "Setuid programs have no power in a set whose files its user has chosen (CVE-2022-31214)" {
	shaped=$runtime/place/etc
	mkdir "$shaped"
	printf 'root::0:0::/:/bin/sh\nme::%s:%s::/:/bin/sh\n' "$user_id" "$user_id" >"$shaped/passwd"
	printf 'root::1::::::\n' >"$shaped/shadow"
	printf 'me ALL=(ALL) NOPASSWD: ALL\n' >"$shaped/sudoers"
	printf 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession sufficient pam_permit.so\n' >"$shaped/pam"
	cp "$(command -v id)" "$runtime/place/setuid-id"
	chmod 4755 "$runtime/place/setuid-id"
	chmod -R a+rX "$shaped"
	# outside of the set, this setuid program gives its owner's rights
	[ "$(as "$user_id" "$runtime/place/setuid-id" -u)" = 0 ]
	options=()
	for file in passwd shadow sudoers; do
		[ -e "/etc/$file" ] && options+=(--bind="$shaped/$file:/etc/$file")
	done
	[ -e /etc/pam.d/su ] && options+=(--bind="$shaped/pam:/etc/pam.d/su")
	for mapping in "" -r -c; do
		# shellcheck disable=SC2086
		nsctl create -mpn $mapping "${options[@]}" --bind="$runtime/place:/mnt" box
		inside=$(nsctl exec box id -u)
		[ "$(nsctl exec box /mnt/setuid-id -u)" = "$inside" ]
		[ "$(nsctl exec box "$runtime/place/setuid-id" -u)" = "$inside" ]
		# these programs may answer anything, but none of them becomes a process of the host's root
		for program in "su -c id root" "sudo -n id" "mount /mnt" "umount /mnt" "ping -c1 -W1 127.0.0.1" "passwd -S" "newgrp" "chsh -s /bin/sh"; do
			command -v "${program%% *}" >/dev/null || continue
			nsctl exec box sh -c "$program; touch $runtime/place/made; true" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 || true
			[ -n "$mapping" ] || fails grep 'uid=0' "$BATS_TEST_TMPDIR/out"
			[ "$(stat -c %u "$runtime/place/made")" = "$user_id" ]
			rm -f "$runtime/place/made"
		done
		nsctl rm box
	done
}

@test "A file that is made setuid inside gives outside only its maker's rights (CVE-2025-64507)" {
	mkdir -p "$runtime/place/own"
	chown "$user_id" "$runtime/place/own"
	nsctl create -mp -r --bind="$runtime/place/own:/mnt" box
	nsctl exec box sh -c 'cp "$(command -v id)" /mnt/id && chown 0:0 /mnt/id && chmod 6755 /mnt/id'
	[ "$(stat -c %u:%g "$runtime/place/own/id")" = "$user_id:$user_id" ]
	[ "$(other_runs "$runtime/place/own/id")" = "$user_id" ]
	# inside, the mount is nosuid, because the host sees its files
	[ "$(nsctl exec box /mnt/id -u)" = 0 ]
	nsctl exec box cat /proc/mounts | awk '$2 == "/mnt" && $4 !~ /nosuid/ { exit 1 }'
	fails nsctl exec box mknod /mnt/device c 1 3
}
other_runs() { as "$other_id" "$1" -u; }

@test "A command cannot type into its caller's terminal (CVE-2017-5226, CVE-2016-2779)" {
	cat >"$runtime/place/push.py" <<'PYTHON'
import fcntl, os, struct, sys, termios
TIOCLINUX = 0x541C
worked = []
for fd in 0, 1, 2:
    for what, request, argument in (("TIOCSTI", termios.TIOCSTI, b"x"),
                                    ("TIOCLINUX", TIOCLINUX, struct.pack("b7x", 3)),
                                    ("TIOCSCTTY", termios.TIOCSCTTY, 0), ("TIOCSCTTY", termios.TIOCSCTTY, 1)):
        try:
            fcntl.ioctl(fd, request, argument)
            worked.append(what)
        except OSError:
            pass
try:
    os.open("/dev/tty", os.O_RDWR)
    worked.append("/dev/tty")
except OSError:
    pass
print("worked", *worked)
PYTHON
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mp $mapping box
		for verb in "exec" "enter" "run" "run --no-tty"; do
			as "$user_id" timeout 60 python3 - "$NSCTL_BUILD/nsctl" "$verb" "$runtime/place/push.py" <<'PYTHON'
import fcntl, os, subprocess, sys, termios, tty
nsctl, verb, program = sys.argv[1:]
master, slave = os.openpty()
tty.setraw(slave)  # nothing is echoed: what is there to read has been typed, or pushed
child = subprocess.Popen([nsctl, *verb.split(), *(["-mp"] if "run" in verb else ["box"]), "python3", program],
                         stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                         preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
seen = b""
while b"worked" not in seen or not seen.endswith(b"\n"): seen += os.read(master, 4096)
assert child.wait() == 0
if verb not in ("enter", "run"):
    # none of this works on the caller's own terminal; a terminal that nsctl makes belongs to the set
    assert seen.strip() == b"worked", seen
os.set_blocking(slave, False)
try: assert False, os.read(slave, 100)
except BlockingIOError: pass
PYTHON
		done
		nsctl rm box
	done
}

@test "A command cannot read a terminal that its caller can only write to" {
	nsctl create -n box
	nsctl create -mp -r rooted
	NSCTL_SOCKET=$runtime/socket python3 - "$user_id" <<'PYTHON'
import fcntl, os, sys, termios
sys.path.insert(0, os.environ["PYTHONPATH"])
from hostile import Connection, error_of
READ = "import os; print(os.read(os.open('/dev/tty', os.O_RDONLY), 100))"

def attack(terminal):
    """Another user's terminal, as with mesg y: nobody's controlling one."""
    try:
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        assert False, "the user can take it without nsctl"
    except PermissionError:
        pass
    for name in "box", "rooted":
        reading, writing = os.pipe()
        reply = Connection().call("Exec", {"name": name, "command": ["/usr/bin/env", "python3", "-c", READ],
                                           "environment": ["PATH=" + os.environ["PATH"]],
                                           "terminalFileDescriptor": 0, "stdoutFileDescriptor": 1, "detach": True},
                                  [terminal, writing])
        assert error_of(reply) == "InvalidValue", reply
        assert reply["parameters"]["field"] == "terminalFileDescriptor", reply
        os.close(writing)
        assert os.read(reading, 100) == b""
    # a descriptor that is no terminal is refused, even if it has a name
    reply = Connection().call("Exec", {"name": "box", "command": ["/bin/true"], "terminalFileDescriptor": 0},
                              [os.open("/dev/null", os.O_RDWR)])
    assert error_of(reply) == "InvalidValue", reply

user = int(sys.argv[1])
master, slave = os.openpty()
terminal = os.open(os.ttyname(slave), os.O_WRONLY | os.O_NOCTTY)
os.write(master, b"secret\n")
child = os.fork()
if child == 0:
    status = 1
    try:
        os.setsid()
        os.setgroups([]), os.setresgid(user, user, user), os.setresuid(user, user, user)
        attack(terminal)
        status = 0
    finally:
        os._exit(status)
assert os.waitpid(child, 0)[1] == 0
# no process has read the text that was typed
os.set_blocking(slave, False)
assert os.read(slave, 100) == b"secret\n"
PYTHON
	nsctl rm box rooted
}

@test "A set's own libraries and files are never loaded with the host's rights (CVE-2019-14271, CVE-2025-32463)" {
	root=$runtime/place/root
	mkdir -p "$root"/{usr,bin,lib,lib64,proc,dev,tmp,etc,mnt}
	chmod 777 "$root/mnt"
	printf '#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\n__attribute__((constructor)) static void trojan(void)\n{\n\tchar path[64];\n\tsnprintf(path, sizeof(path), "/mnt/loaded-%%d-%%d", geteuid(), getpid());\n\tclose(open(path, O_CREAT | O_WRONLY, 0666));\n}\n' >"$runtime/place/trojan.c"
	"${CC:-cc}" -shared -fPIC -o "$root/etc/trojan.so" "$runtime/place/trojan.c"
	for name in files compat dns resolve systemd; do
		cp "$root/etc/trojan.so" "$root/etc/libnss_$name.so.2"
	done
	echo /etc/trojan.so >"$root/etc/ld.so.preload"
	printf 'passwd: files\ngroup: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
	printf 'root::0:0::/:/bin/sh\n' >"$root/etc/passwd"
	chmod -R a+rX "$root"
	options=(--root="$root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mpnuiC $mapping "${options[@]}" box
		nsctl exec box true
		nsctl exec --user="$(nsctl exec box id -u)" box sh -c 'exit 0'
		nsctl enter -T box true
		nsctl show box >/dev/null
		nsctl ps box
		nsctl list --quiet | grep -x box
		root_nsctl --owner="$user_id" exec box true
		nsctl rm box
	done
	# only the user's own commands have loaded the hostile library
	ls "$root"/mnt/loaded-*
	[ -z "$(find "$root/mnt" ! -uid "$user_id" -name 'loaded-*')" ]
}

# Makes a root directory of the user's, $root, with root's directory hidden/ in it; ${options[@]} has the mounts that
# programs need.
make_hostile_root() {
	local directory
	root=$runtime/place/hostile
	mkdir -p "$root"/{usr,bin,lib,lib64,dev,etc,own}
	options=(--root="$root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	chown -R "$user_id" "$root"
	mkdir -p -m 755 "$root/hidden/cgroup"
	echo secret >"$root/hidden/cgroup/secret"
	chmod 700 "$root/hidden"
}

@test "The daemon looks up a root's /sys, /proc and /dev with the rights of the set's owner" {
	make_hostile_root
	as "$user_id" mkdir "$root/sys" "$root/proc"
	as "$user_id" ln -s ../hidden "$root/sys/fs"
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mpn $mapping "${options[@]}" box
		# in a user namespace the kernel makes no sysfs here
		[ -n "$mapping" ] || nsctl exec box test -d /sys/class/net
		fails nsctl exec box cat /sys/fs/cgroup/secret
		nsctl rm box
	done
	for name in sys proc dev; do
		as "$user_id" mv "$root/$name" "$root/own/$name"
		as "$user_id" ln -s hidden/cgroup "$root/$name"
		for mapping in "" -r; do
			# shellcheck disable=SC2086
			fails nsctl run -mpn $mapping "${options[@]}" true
			[ "$name" = sys ] || [ -n "$mapping" ] || fails nsctl run -mpn --no-init "${options[@]}" true
		done
		as "$user_id" rm "$root/$name"
		as "$user_id" mv "$root/own/$name" "$root/$name"
	done
	nsctl run -mpn "${options[@]}" true
	nsctl run -mpn --no-init "${options[@]}" true
}

@test "The daemon follows no procfs link in a root's /sys" {
	make_hostile_root
	as "$user_id" mkdir "$root/proc"
	mount -t proc none "$root/proc"
	for target in proc/self/cwd/own proc/self/root//own proc/thread-self/fd/3 /proc/1/root//sys; do
		as "$user_id" ln -s "$target" "$root/sys"
		run nsctl create -mn "${options[@]}" box
		[ "$status" -ne 0 ]
		as "$user_id" rm "$root/sys"
	done
	# a symbolic link that stays within the root is followed
	as "$user_id" ln -s own "$root/sys"
	nsctl create -mn "${options[@]}" box
	nsctl exec box test -d /own/class/net
	nsctl rm box
}

@test "A link in a set's /etc to a file of /proc shows nothing that its owner may not see" {
	local file=/proc/$(cat "$runtime.pid")/maps place=$runtime/place/etc
	fails as "$user_id" cat "$file"
	as "$user_id" mkdir -p "$place"
	as "$user_id" touch "$place/resolv.conf"
	as "$user_id" ln -s "$file" "$place/nsswitch.conf"
	as "$user_id" ln -s "$file" "$place/hosts"
	nsctl create -mn --bind="$place:/etc" --dns=192.0.2.1 box
	for name in hosts nsswitch.conf; do
		fails nsctl exec box grep -q r-xp "/etc/$name"
	done
}

@test "No link in a root's /sys moves a mount away from what it hides" {
	make_hostile_root
	mkdir "$root/covered"
	echo secret >"$root/covered/secret"
	mount -t tmpfs none "$root/covered"
	as "$user_id" mkdir -p "$root/proc" "$root/sys/fs"
	as "$user_id" ln -s /covered "$root/sys/fs/cgroup"
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mn $mapping "${options[@]}" box
		# in a user namespace the kernel makes no sysfs here
		[ -n "$mapping" ] || nsctl exec box test -d /sys/class/net
		fails nsctl exec box cat /covered/secret
		nsctl rm box
	done
}

@test "Root inside cannot change the flags of the host's mounts, nor see what they cover" {
	view=$runtime/place/view
	mkdir -p "$view/covered" "$view"/{usr,bin,lib,lib64,dev,proc,mnt}
	mkdir -m 777 "$view/own"
	echo secret >"$view/covered/secret"
	mknod -m 666 "$view/device" c 1 7
	# the administrator has made this mount nodev and read-only
	mount --bind "$view" "$view"
	mount -t tmpfs none "$view/covered"
	mount -o remount,bind,ro,nodev,nosuid,noexec "$view"
	options=()
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	cat >"$runtime/place/unlock.sh" <<-'SH'
		for flags in rw dev suid exec rw,dev,suid,exec; do
			mount -o "remount,bind,$flags" "$1" && echo "$flags"
		done
		umount "$1/covered" && echo uncovered
		cat "$1/covered/secret" && echo found
		touch "$1/own/file" && echo written
		head -c 1 "$1/device" >/dev/null && echo read
		[ ! -e "$1/mnt/unlock.sh" ] || ! mount -o "remount,bind,rw" /usr || echo usr
		echo ran
	SH
	nsctl create -m -r --bind="$view:/mnt" --bind="$runtime/place/unlock.sh:$runtime/place/unlock.sh:ro" box
	[ "$(nsctl exec box sh "$runtime/place/unlock.sh" /mnt 2>/dev/null)" = ran ]
	nsctl exec box grep ' /mnt ro,nosuid,nodev,noexec' /proc/self/mountinfo
	nsctl rm box
	nsctl create -mp -r --root="$view" "${options[@]}" --bind="$runtime/place:/mnt" box
	[ "$(nsctl exec box sh /mnt/unlock.sh "" 2>/dev/null)" = ran ]
	[ "$(nsctl exec box sh /mnt/unlock.sh /mnt/view 2>/dev/null)" = ran ]
	nsctl rm box
}

@test "Harmful characters in names are not shown (CVE-2024-28085)" {
	nsctl create -mp --label=k=v box
	cat >"$runtime/place/named.py" <<'PYTHON'
import ctypes, os, time
ctypes.CDLL(None).prctl(15, b"\x1b[2J\nx\x7f\xe2\x80\xae", 0, 0, 0)
open("/mnt/up" if os.path.exists("/mnt/up") else os.environ["UP"], "w").close()
time.sleep(1000)
PYTHON
	nsctl exec -d --env=UP="$runtime/place/up" box python3 "$runtime/place/named.py" $'\e]0;title\a' $'two\nlines' $'\u202eright to left\u2066'
	up() { [ -e "$runtime/place/up" ]; }
	eventually up
	for command in "ps box" "sessions box" "show box" "list" "which" "ps --json box" "sessions --json box"; do
		# shellcheck disable=SC2086
		nsctl $command >"$BATS_TEST_TMPDIR/out"
		python3 - "$BATS_TEST_TMPDIR/out" <<'PYTHON'
import sys, unicodedata
text = open(sys.argv[1], encoding="utf-8").read()
bad = [c for c in text if c != "\n" and (ord(c) < 32 or ord(c) == 127 or unicodedata.category(c) in ("Cc", "Cf"))]
assert not bad, (bad, text)
PYTHON
	done
	[ "$(nsctl sessions box | wc -l)" -le 2 ]
	for bad in $'a=\e[31m' $'a=\n' $'a=\u202e' $'\e=a'; do
		run nsctl create --label="$bad" bad
		[ "$status" -ne 0 ]
	done
}

@test "A command cannot write to release_agent or to the host's controls (CVE-2022-0492)" {
	for mapping in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mpnuiC $mapping box
		for file in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe \
			/sys/kernel/uevent_helper /sys/fs/cgroup/release_agent /sys/fs/cgroup/cgroup.procs \
			/sys/fs/cgroup/*/release_agent; do
			fails nsctl exec box sh -c 'echo x 2>/dev/null >"$1"' - "$file" 2>/dev/null || { echo "$file" && false; }
		done
		nsctl rm box
	done
}
