#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# graph draws sets, networks and links, in each format; log shows the journal's lines as sentences.

load daemon.bash

setup_file() {
	start_daemon
	export runtime daemon
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create --link=net/lan web
	nsctl create -n db
	nsctl link add web:x0,address=10.1.0.1/24 db:y0,down --name=cable
	nsctl freeze db
}

teardown_file() {
	nsctl rm --all
	nsctl network rm --all
	purge_daemon
}

@test "nsctl graph draws boxes with Unicode and without" {
	drawn=$(as "$user_id" env LANG=C.UTF-8 "$NSCTL_BUILD/nsctl" graph)
	echo "$drawn"
	[[ "$drawn" == *"│ net/lan  10.8.0.0/24 │"*"└─ web:eth0"* ]]
	[[ "$drawn" == *"│ db  frozen │"*"└─ y0 (down) ── web:x0"* ]]
	[[ "$drawn" == *"├─ "*"eth0 10.8.0.2/24 ── net/lan"* ]]
	[ "$drawn" != "$(nsctl graph)" ]
	[ -z "$(nsctl graph | LC_ALL=C grep '[^ -~]')" ]
	nsctl graph | grep -qF '`- y0 (down) -- web:x0'
	root_nsctl graph --all-owners | grep -q "$user_id/web"
}

@test "nsctl graph writes dot and mermaid, and svg where dot is installed" {
	nsctl graph --format=dot | grep -F '"web" -- "db" [taillabel="x0 10.1.0.1/24", headlabel="y0 (down)"]'
	nsctl graph --format=mermaid | grep -F 'n_web ---|"x0 10.1.0.1/24 / y0 (down)"| n_db'
	nsctl graph --format=mermaid | grep -F 'n_net_2flan(["net/lan<br>10.8.0.0/24"])'
	# a text that another user has chosen ends no string, and is no markup
	nsctl link add 'web:x\' 'db:<b>' --name=odd
	nsctl graph --format=dot | grep -F 'taillabel="x\\", headlabel="<b>"'
	nsctl graph --format=mermaid | grep -F '"x\ / #lt;b#gt;"'
	nsctl link rm odd
	run nsctl graph --format=svg
	if command -v dot; then
		[[ "$output" == *"<svg"* ]]
	else
		[ "$status" -eq 1 ]
		[[ "$output" == *"svg needs dot"*graphviz* ]]
	fi
	run nsctl graph --format=png
	[ "$status" -eq 2 ]
}

# drawing_of EXAMPLE: prints the drawing that is below the example's heading in the README of the examples.
drawing_of() {
	sed -n "/^## $1\.json/,/^## /s/^    \(.*[─│].*\)$/\1/p" "$BATS_TEST_DIRNAME/../../docs/examples/README.md"
}

@test "nsctl graph draws the examples as the documents show them" {
	local example
	for example in router two-routers services; do
		other up "$BATS_TEST_DIRNAME/../../docs/examples/$example.json"
		drawn=$(as "$other_id" env LANG=C.UTF-8 "$NSCTL_BUILD/nsctl" graph)
		diff <(echo "$drawn") <(drawing_of "$example")
		other down "$BATS_TEST_DIRNAME/../../docs/examples/$example.json"
	done
}

# A journal that has these lines: journalctl itself needs a machine with systemd.
@test "nsctl log prints user, action and object, and asks journalctl for them" {
	mkdir "$runtime/bin"
	cat >"$runtime/bin/journalctl" <<'SCRIPT'
#!/bin/sh
echo "$@" >"${0%/*}/asked"
echo '{"__REALTIME_TIMESTAMP":"1700000000000000","MESSAGE":"root created set web of sam","NSCTL_UID":"0","NSCTL_SET":"web"}'
echo '{"__REALTIME_TIMESTAMP":"1700000001000000","MESSAGE":"set web of sam: session ended: exit 3","NSCTL_UID":"61000","NSCTL_SET":"web","NSCTL_SESSION":"a0"}'
SCRIPT
	chmod 755 "$runtime/bin/journalctl"
	chmod 777 "$runtime/bin"
	log() { as "$user_id" env TZ=UTC PATH="$runtime/bin:$PATH" "$NSCTL_BUILD/nsctl" log "$@"; }
	[ "$(log web)" = "2023-11-14 22:13:20 root created set web of sam
2023-11-14 22:13:21 set web of sam: session ended: exit 3, session a0" ]
	grep -qF -- "--unit=nsctld NSCTL_UID=61000 NSCTL_SET=web + NSCTL_OWNER=61000 NSCTL_SET=web" "$runtime/bin/asked"
	log --all-owners --since=today --json | grep -q '"NSCTL_SESSION":"a0"'
	grep -qE -- '--unit=nsctld --since=today$' "$runtime/bin/asked"
	run log WEB
	[ "$status" -eq 2 ]
	# lines are printed as they come, however many follow
	echo 'exec yes "{\"MESSAGE\":\"again\"}"' >>"$runtime/bin/journalctl"
	[ "$(log | tail -n +3 | head -n 3 | grep -c ' again$')" -eq 3 ]
	rm -r "${runtime:?}/bin"
	run as "$user_id" env PATH=/nowhere "$NSCTL_BUILD/nsctl" log
	[ "$status" -eq 1 ]
	[[ "$output" == *"no journalctl"* ]]
}
