#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The terminal of a command in a set with a root directory of its own. It has a name in the set, and belongs to the
# command's user.

load daemon.bash
load hands.bash

setup_file() { start_with_subids; }
teardown_file() { purge_daemon; }

setup() {
	local directory
	place=$(mktemp -d "$runtime/place.XXXXXX")
	mkdir "$place/root" "$place/root"/{usr,bin,lib,lib64,dev,proc}
	chmod -R 755 "$place"
	options=(--root="$place/root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
}

teardown() {
	nsctl rm --all
	rm -r "$place"
	eventually counts_are "$before"
}

# named COMMAND...: checks that the command's terminal is the first of the set's, and that its names open it.
named() {
	terminal "$NSCTL_BUILD/nsctl" "$@" sh -c '
		tty && stat -c owner:%u "$(tty)" && id -u && echo out >/dev/stdout && echo tty >/dev/tty && stty size
		ls /dev/pts; exit 7' <<'PYTHON'
until("/dev/pts/0\r\n")
until(r"owner:(\d+)\r\n\1\r\n")
until("out\r\n"); until("tty\r\n"); until("24 80\r\n"); until(r"0 +ptmx\r\n")
assert ends() == 7
PYTHON
}

@test "The terminal has a name in a set with a root, and belongs to the command's user" {
	nsctl create -mp "${options[@]}" plain
	named exec -t plain
	nsctl create -mp -r "${options[@]}" rooted
	named exec -t rooted
	nsctl create -mp --map-auto "${options[@]}" mapped
	named exec -t --user=5 --group=5 mapped
	named exec -t mapped
	named run -mp -r "${options[@]}"
	terminal_as=0 named --owner="$user_id" exec -t rooted
}

two_have_ended() { [ "$(nsctl sessions box | grep -c ' exit [0-9].*norc')" = 2 ]; }

@test "The terminal handles ^C, ^Z, a new window size and a hang-up like any other" {
	nsctl create -mp -r "${options[@]}" box
	terminal "$NSCTL_BUILD/nsctl" enter box bash --norc --noprofile -i <<'PYTHON'
nap = f"sleep 1{os.getpid()}"
until("ready> ")
type(f"{nap}\n"); foreground(nap)
type("\x1a"); until("Stopped"); until("ready> ")
type("fg\n"); foreground(nap)
type("\x03"); until(r"\^C"); until("ready> ")
resize(33, 99)
for _ in range(100):
    # the command learns of the new size at some time
    type("stty size; echo si''ze\n"); until("size\r\n")
    if b"33 99" in before: break
else: assert False, before
type("exit 7\n")
assert ends() == 7
PYTHON
	terminal "$NSCTL_BUILD/nsctl" enter box bash --norc --noprofile -i <<'PYTHON'
until("ready> ")
type("trap '' HUP\n"); until("ready> ")
os.close(master)
PYTHON
	eventually two_have_ended
}

@test "The client's own terminal is used, whatever root inside puts in place of /dev/pts" {
	nsctl create -mp -r "${options[@]}" box
	for what in 'mount -t tmpfs none /dev/pts && mkfifo /dev/pts/ptmx' \
		'mount -t devpts none /dev/pts && mount --bind /dev/null /dev/pts/ptmx'; do
		nsctl exec box sh -c "$what"
		terminal "$NSCTL_BUILD/nsctl" exec -t box sh -c 'test -t 0 && echo written >/dev/tty' <<'PYTHON'
until("written")
assert ends() == 0
PYTHON
	done
}
