#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests see only their own objects, even while another program of the machine makes mounts, interfaces and net
# namespaces, as container engines do.

load daemon.bash

# Makes namespaces that stand for a machine with a container engine, in which the tests run.
setup_file() {
	export place
	place=$(mktemp -d /run/noise.XXXXXX)
	cat >"$place/engine" <<'END'
#!/bin/bash
# Makes and removes mounts, a veth and a net namespace, over and over, until the file "stop" exists.
n=0
while [ ! -e "$1/stop" ]; do
	n=$((n + 1))
	mkdir "$1/mount$n" "/tmp/noise$n.$$"
	mount -t tmpfs none "$1/mount$n"
	mount -t tmpfs none "/tmp/noise$n.$$"
	ip netns add "noise$n"
	ip link add "noise$n" type veth peer name "esion$n"
	echo "$n" >"$1/rounds"
	ip link del "noise$n"
	ip netns del "noise$n"
	umount "/tmp/noise$n.$$" "$1/mount$n"
	rmdir "/tmp/noise$n.$$" "$1/mount$n"
done
END
	chmod +x "$place/engine"
}

teardown_file() { rm -rf "$place"; }

has_worked() { [ "$(cat "$place/rounds" 2>/dev/null || echo 0)" -gt "$1" ]; }

@test "Tests pass beside a container engine, and do not see its mounts and interfaces" {
	rm -f "$place/stop" "$place/rounds"
	"$place/engine" "$place" >"$place/log" 2>&1 3>&- &
	engine=$!
	eventually has_worked 3
	before=$(cat "$place/rounds")
	run "$BATS_TEST_DIRNAME/../lib/isolated" "$BATS_TEST_DIRNAME/spare.bats"
	after=$(cat "$place/rounds")
	touch "$place/stop"
	await "$engine"
	echo "$output"
	[ "$status" -eq 0 ]
	fails grep '^not ok' <<<"$output"
	[ "$after" -gt "$before" ]
	[ ! -s "$place/log" ]
}

@test "Two runs of the same tests do not see each other" {
	for n in 1 2; do
		"$BATS_TEST_DIRNAME/../lib/isolated" "$BATS_TEST_DIRNAME/spare.bats" >"$place/output$n" 2>&1 3>&- &
		pids[n]=$!
	done
	for n in 1 2; do
		await "${pids[n]}" || { cat "$place/output$n" && return 1; }
	done
	grep -q '^ok' "$place/output1"
	grep -q '^ok' "$place/output2"
}

@test "Tests pass in a checkout that ordinary users cannot reach" {
	mkdir "$place/home"
	cp -R "$BATS_TEST_DIRNAME"/../../{README.md,build,completions,docs,integrations,lib,protocol,tests} "$place/home"
	chmod -R go= "$place/home"
	fails as "$user_id" ls "$place/home"
	NSCTL_BUILD=$place/home/build run "$place/home/tests/lib/isolated" "$place/home/tests/system/spare.bats"
	rm -rf "$place/home"
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^ok' <<<"$output"
}
