#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Interactive use of `nsctl enter`: full-screen programs, job control, a window that changes its size; and streams
# of gigabytes.

load daemon.bash
load counted.bash
load hands.bash

setup() {
	nsctl create -mp box
	place=$(mktemp -d "$runtime/place.XXXXXX")
	chmod 777 "$place"
}

teardown() {
	rm -rf "$place"
	nsctl rm --all
	eventually counts_are "$before"
}

@test "Job control works with ^C, ^Z, bg, fg and jobs" {
	terminal "$NSCTL_BUILD/nsctl" enter box bash --norc --noprofile -i <<'PYTHON'
# no other run of this test uses this name
nap = f"sleep 1{os.getpid()}"
until("ready> ")
type(f"{nap}\n"); foreground(nap)
type("\x1a"); until("Stopped"); until("ready> ")
type("jobs\n"); until(f"Stopped.*{nap}")
type("bg\n"); until(f"{nap} &")
type("fg\n"); foreground(nap)
type("\x03"); until(r"\^C"); until("ready> ")
type("echo sta''tus $?\n"); until("status 130")
type("exit 7\n")
assert ends() == 7
PYTHON
}

# Checks that the command has a controlling terminal: text that it writes to /dev/tty appears.
has_terminal() {
	terminal "$@" sh -c 'test -t 0 && echo written >/dev/tty' <<'PYTHON'
until("written")
assert ends() == 0
PYTHON
}

@test "A command has a controlling terminal in all kinds of sets, also if root runs it in another's set" {
	for options in "-n" "-mpnuiC" "-mp -c" "--all -r"; do
		# shellcheck disable=SC2086
		nsctl create $options term
		has_terminal "$NSCTL_BUILD/nsctl" exec -t term
		has_terminal "$NSCTL_BUILD/nsctl" enter term
		terminal_as=0 has_terminal "$NSCTL_BUILD/nsctl" --owner="$user_id" exec -t term
		nsctl rm term
	done
	has_terminal "$NSCTL_BUILD/nsctl" run -mp
	has_terminal "$NSCTL_BUILD/nsctl" run -mp --no-init
	has_terminal "$NSCTL_BUILD/nsctl" run -mp -r --no-init
	terminal_as=0 has_terminal "$NSCTL_BUILD/nsctl" run -mp
}

@test "less pages, searches, follows the window's size and quits" {
	command -v less >/dev/null || skip "less is not here"
	seq -f 'line %g.' 1000 >"$place/text"
	terminal "$NSCTL_BUILD/nsctl" enter box less "$place/text" <<'PYTHON'
until(r"line 23\.")
type(" "); until(r"line 46\.")
# waits for the whole page, because the search's own text appears first
type("/line 500\\.\n"); until(r"line 522\.")
resize(50, 80)
for _ in range(100):
    # the program learns of the new size at some time
    type("r"); until(r":\x1b\[K")
    if b"line 545." in before: break
else: assert False, before
type("g"); until(r"line 1\.")
type("q")
assert ends() == 0
PYTHON
}

@test "vim edits, is suspended and resumed, writes and quits" {
	command -v vim >/dev/null || skip "vim is not here"
	terminal "$NSCTL_BUILD/nsctl" enter box bash --norc --noprofile -i <<PYTHON
path = "$place/edited"
until("ready> ")
type(f"vim -u NONE -N {path}\n")
until("~")
type("ihello from vim\x1b")
until("hello from vim")
resize(40, 100)
for _ in range(100):
    # the program learns of the new size at some time
    type(":set lines? columns?\r"); until(r"columns=\d+"); type("\r")
    if b"lines=40" in before and b"columns=100" in before: break
else: assert False, before
type("\x1a"); until("Stopped"); until("ready> ")
type("fg\n"); until("hello from vim")
type(":wq\r"); until("ready> ")
assert open(path).read() == "hello from vim\n"
type("exit\n")
assert ends() == 0
PYTHON
}

@test "A gigabyte passes through a pipe in both directions unchanged" {
	stream() { openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c 1073741824; }
	command -v openssl >/dev/null || stream() { head -c 1073741824 /dev/zero; }
	wanted=$(stream | cksum)
	[ "$(stream | nsctl exec box cat | cksum)" = "$wanted" ]
}


@test "^C reaches the command, however early it is typed" {
	for milliseconds in 0 1 2 4 6 8 10 15 20 30 50 100; do
		terminal sh -c "printf begins; exec $NSCTL_BUILD/nsctl run sleep 1000" <<-PYTHON
			until("begins")
			time.sleep($milliseconds / 1000)
			type("\x03")
			# exit status 130, or the end by the signal itself
			assert ends() in (130, -signal.SIGINT)
		PYTHON
	done
}

@test "A background job leaves the shell's input alone, and reads when it is in the foreground" {
	terminal env nsctl="$NSCTL_BUILD/nsctl" bash --norc --noprofile -i <<'PYTHON'
until("ready> ")
type("$nsctl exec box cat &\n"); until("ready> ")
for i in range(5):
    type(f"echo typed-$(({i}+10))\n"); until(f"typed-{i + 10}"); until("ready> ")
type("fg\n"); until("exec box cat")
type("to cat\n"); until("to cat\r\n.*to cat")
type("\x04"); until("ready> ")
type("exit 7\n")
assert ends() == 7
PYTHON
}

@test "Lines that other programs write to the terminal begin at the left, and the command sees its own mode" {
	go=$place/go.$BATS_TEST_NUMBER
	terminal env nsctl="$NSCTL_BUILD/nsctl" go="$go" bash --norc --noprofile -i <<'PYTHON'
until("ready> ")
type("(until [ -e $go ]; do sleep 0.1; done; printf 'li''ne%s\\n' 1 2 3) & $nsctl exec box sh -c 'echo be''gun; read x; echo \"got $x\"'\n")
until("begun\r\n")
open(sys.argv[3][3:], "w").close()
until("line1\r\nline2\r\nline3\r\n")
type("it\n"); until("got it\r\n"); until("ready> ")
# nsctl does not change the output of a command that has switched onlcr off, as editors do
type("$nsctl exec box sh -c 'stty -onlcr; echo ra''w; echo lines; stty onlcr; echo do''ne'\n")
until("raw\nlines\n"); until("done\r\n"); until("ready> ")
# bash edits its line at the same time
for _ in range(5):
    type("$nsctl exec -t box stty -a &\n"); until("[^-]icanon"); until("[^-]echo ")
    type("wait\n"); until("ready> ")
type("exit 7\n")
assert ends() == 7
PYTHON
	rm "$go"
}

@test "A command with the terminal as its stdin goes on after bg, and nsctl warns of that" {
	terminal env nsctl="$NSCTL_BUILD/nsctl" bash --norc --noprofile -i <<'PYTHON'
until("ready> ")
def to_background(more):
    # before the command runs, ^Z would stop nsctl alone, which then gives the command no terminal
    type(f"$nsctl exec box sh -c 'echo be''gun; exec sleep 1000' {more}\n"); until("begun")
    type("\x1a"); until("Stopped"); until("ready> ")
    type("bg\n"); until("&")
to_background(""); until("may take what you type")
type("kill %1; wait; echo en''ded\n"); until("ended")
to_background("</dev/null")
type("kill %1; wait; echo en''ded\n"); until("ended")
assert b"may take" not in before
type("exit 7\n")
assert ends() == 7
PYTHON
}

@test "A background run goes on to its end, and leaves the terminal alone" {
	terminal env nsctl="$NSCTL_BUILD/nsctl" bash --norc --noprofile -i <<'PYTHON'
until("ready> ")
type("$nsctl run sh -c 'sleep 1; echo en''ded' &\n"); until("ready> ")
type("stty -a | grep -o ' icanon'\n"); until(r"[\r\n] icanon")
until("ended")
type("wait; jobs; echo no''thing\n"); until("nothing")
assert b"Stopped" not in before
# a command gets the terminal when it comes to the foreground
type("$nsctl run sh -c 'read line; echo got $line' &\n"); until("ready> ")
type("fg\n"); until("nsctl run"); time.sleep(0.5)
type("word\n"); until("got word"); until("ready> ")
type("exit 7\n")
assert ends() == 7
PYTHON
}

@test "Two commands on one terminal leave it as it was" {
	terminal sh -c "$NSCTL_BUILD/nsctl run sh -c 'echo first; sleep 2' & $NSCTL_BUILD/nsctl run sh -c 'echo second; sleep 1'
		wait; stty -a | grep -o ' icanon'" <<'PYTHON'
until(r"[\r\n] icanon")
assert ends() == 0
PYTHON
}

@test "nsctl tells a person who runs a shell by exec of -t, and gives no such hint otherwise" {
	hint='hint: [a-z]+ has no job control here: -t gives it a terminal'
	terminal "$NSCTL_BUILD/nsctl" exec box bash --norc <<<"until('$hint'); type('exit 5\n'); assert ends() == 5"
	terminal "$NSCTL_BUILD/nsctl" exec box sh <<<"until('$hint'); type('exit 6\n'); assert ends() == 6"
	for words in "exec -t box sh" "exec --no-tty box sh" "exec --quiet box sh" "enter box sh" "exec box sh -c :"; do
		# shellcheck disable=SC2086
		terminal "$NSCTL_BUILD/nsctl" $words <<'PYTHON'
type("exit\n")
try:
    while True: look(30)
except EOFError as end: assert b"hint" not in end.args[0], end.args
PYTHON
	done
	[ -z "$(nsctl exec box sh </dev/null 2>&1)" ]
}

@test "nsctl tells a person, but not a script, that a command starts in another directory" {
	mkdir "$place/mine"
	nsctl create -m --tmpfs="$place" elsewhere
	# the caller's home directory is / here
	(cd "$place/mine" && terminal "$NSCTL_BUILD/nsctl" exec -t elsewhere sh -c 'echo in:$PWD!') <<'PYTHON'
until("elsewhere: this directory is not the same inside: starting in the home directory\r\n")
until("in:/!")
assert ends() == 0
PYTHON
	(cd "$place/mine" && terminal "$NSCTL_BUILD/nsctl" enter box sh -c 'echo in:$PWD!') <<PYTHON
until("in:$place/mine!")
assert b"not the same" not in before
assert ends() == 0
PYTHON
	[ "$(cd "$place/mine" && nsctl exec elsewhere pwd 2>&1)" = / ]
}
