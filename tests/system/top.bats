#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# `nsctl top`: what it shows, what its keys do, and what it does to sets. A person uses it at a terminal of 80
# columns.

load daemon.bash
load counted.bash
load hands.bash

setup() {
	[ -x "$NSCTL_BUILD/nsctl-top" ] || skip "built without ncurses"
	place=$(mktemp -d "$runtime/place.XXXXXX")
	chmod 777 "$place"
	nsctl network create lan --subnet=auto
	nsctl create --link=net/lan alpha
	nsctl create --link=net/lan beta
}

teardown() {
	rm -rf "$place"
	nsctl prune
	eventually counts_are "$before"
}

@test "nsctl top sorts by each key, and fits a resized terminal" {
	nsctl exec -d beta sh -c 'while :; do :; done'
	nsctl exec -d beta ping -q -i 0.05 alpha
	nsctl exec -d alpha sleep 1000
	terminal "$NSCTL_BUILD/nsctl" top --delay=1s <<'PYTHON'
sizes = [24, 30] * 100
def painted(*texts):
    """Waits until the whole screen has these texts, from the top to the bottom."""
    for _ in range(20):
        # a change of the size has the screen painted anew
        resize(sizes.pop(), 80); until("q quit")
        screen = before.split(b"\x1b[2J")[-1]
        if re.search(".*".join(texts).encode(), screen, re.DOTALL): return
        look(1)
    assert False, before
painted("2 sets", r"\*CPU%", "beta", "ready", "3", "[1-9]", "alpha", r"0\.0", "quit")
type("a"); painted(r"NAME\*", "alpha", "beta")
type("p"); painted(r"\*PROCS", "beta", "alpha")
type("a"); painted(r"NAME\*", "alpha", "beta")
type("n"); painted(r"\*PKT IN/s", r"\*OUT/s", "sort: ")
type("m"); painted(r"\*MEMORY", "sort: ")
type("q")
assert ends() == 0
PYTHON
}

@test "nsctl top freezes, thaws, kills and enters the selected set" {
	nsctl exec -d alpha sleep 1000
	terminal "$NSCTL_BUILD/nsctl" top --delay=1s <<'PYTHON'
until("alpha"); until("q quit")
type("f"); until("frozen")
type("f"); until("ready")
type("k"); until("to all processes of alpha")
type("n")
type("k"); until("to all processes of alpha")
type("k"); until("q quit")
type("\x1bOB")  # the second set
type("e"); until(r"\$ ")
type("hostname >/dev/tty; exit 3\n"); until("\nbeta")
until("q quit")
type("q")
assert ends() == 0
PYTHON
	ended() { [ "$(nsctl ps alpha --quiet | wc -l)" -le 1 ]; }
	eventually ended
	nsctl exec beta true
}

@test "nsctl top says that the daemon is away, and goes on when it is back" {
	terminal "$NSCTL_BUILD/nsctl" top --delay=1s <<PYTHON &
until("alpha")
open("$place/seen", "w")
until("nsctld does not answer")
open("$place/away", "w")
until("q quit")
type("q")
assert ends() == 0
PYTHON
	person=$!
	eventually test -e "$place/seen"
	kill_daemon
	eventually test -e "$place/away"
	start_daemon
	await "$person"
}

@test "nsctl top refuses to run without a terminal, and --all-owners shows root all sets" {
	run nsctl top
	[ "$status" -eq 2 ]
	[[ "$output" == *"it draws on a terminal"* ]]
	run nsctl --json top
	[ "$status" -eq 2 ]
	run nsctl top --delay=0
	[[ "$output" == *'--delay: "0" is not a time from 1s to 1h'* ]]
	other create -n gamma
	terminal_as=0 terminal "$NSCTL_BUILD/nsctl" top --all-owners <<'PYTHON'
until("3 sets"); until("OWNER"); until("61001")
type("q")
assert ends() == 0
PYTHON
	other rm gamma
}
