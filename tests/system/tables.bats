#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tables fit the terminal, and their columns can be chosen and sorted. Programs get all columns whole, without
# headings. Everything that tells a set's state says that a frozen set is frozen.

load daemon.bash

# These tests change nothing that others look at, so one setting is enough for all.
setup_file() {
	start_daemon
	export runtime daemon
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create --link=net/lan database-of-the-accounting-department
	nsctl create -mpn --link=net/lan web
	nsctl link add web:x0,address=10.1.0.1/24 database-of-the-accounting-department --name=cable
	nsctl exec -d web sh -c 'sleep 1000 & wait'
	nsctl freeze database-of-the-accounting-department
}

teardown_file() {
	nsctl rm --all
	nsctl network rm --all
	purge_daemon
}

# on COLUMNS COMMAND...: prints what nsctl prints on a terminal of this width.
on() {
	local columns=$1
	shift
	as "$user_id" env TERM="${term-xterm}" NO_COLOR="${no_color-}" LANG=C.UTF-8 \
		"$BATS_TEST_DIRNAME/screen.py" "$columns" "$NSCTL_BUILD/nsctl" "$@"
}

# column N: prints a column of a table for programs.
column() { awk -v "n=$1" '{ print $n }' | xargs; }

@test "Tables fit the terminal, and names are cut last" {
	for columns in 200 80 40; do
		for verb in list "link list" "network list" "ps web" "sessions web"; do
			# shellcheck disable=SC2086
			no_color=1 on "$columns" $verb
		done
	done
	no_color=1 on 200 list | grep -qE '^NAME +OWNER +STATE +NAMESPACES +ADDRESSES +PROCESSES +AGE +EXPIRES +PORTS$'
	no_color=1 on 60 list | grep -qE '^NAME +OWNER +STATE +AGE$'
	fails grep -q NAMESPACES <(no_color=1 on 60 list)
	no_color=1 on 45 list | grep -q '^database-of-the-accounting-department'
	# a column that the user has chosen is not left out
	no_color=1 on 60 list -o name,namespaces | grep -q NAMESPACES
}

@test "show breaks long lines between items on a terminal, and nowhere else" {
	nsctl create -n --link=net/lan,address=10.8.0.77/24,address=10.9.0.77/24,address=10.10.0.77/24,address=fd00:1:2:3::77/64 long
	no_color=1 on 80 show long | grep -A 1 "  eth0 up 10.8.0.77/24 .* fd00:1:2:3::77/64$" | grep -qE "^ {16}fe80::[^ ]+, link long-lan$"
	for columns in 100 80 60; do
		no_color=1 on "$columns" show long
	done
	nsctl show long | grep -qE '^ {14}[^ ]+ up 10.8.0.77/24 10.9.0.77/24 10.10.0.77/24 fd00:1:2:3::77/64'
	words() { grep -v "^  created" | tr -s "[:space:]" " "; }
	[ "$(no_color=1 on 60 show long | words)" = "$(nsctl show long | words)" ]
	nsctl rm long
}

@test "List returns the columns that it is asked for, with null for missing members" {
	[ "$(nsctl call --more org.nsctl.List '{"columns":["frozen","expires","name"]}')" = \
		'{"columns":{"count":2,"name":["database-of-the-accounting-department","web"],"frozen":[true,null]},"sets":[]}' ]
	run nsctl call --more org.nsctl.List '{"columns":[]}'
	[ "$status" -eq 1 ]
	[[ "$output" == *InvalidValue*columns*"must not be empty"* ]]
}

@test "The column age has the whole milliseconds since each set was created, and sorts sets by their age" {
	nsctl call --more org.nsctl.List '{"columns":["created","age"]}' | python3 -c '
import json, sys, time
columns = json.load(sys.stdin)["columns"]
for created, age in zip(columns["created"], columns["age"]):
    now = time.time()
    assert isinstance(age, int) and 0 <= age <= (now - created) * 1000, (created, age, now)
assert columns["age"][0] > columns["age"][1], columns'
	[ "$(nsctl list -o name --sort=age | column 1)" = "web database-of-the-accounting-department" ]
	[ "$(nsctl list -o name --sort=-age | column 1)" = "database-of-the-accounting-department web" ]
}

@test "Columns can be chosen and sorted, and programs get no headings and whole values" {
	[ "$(nsctl list -o processes,name --sort=name | column 2)" = "database-of-the-accounting-department web" ]
	[ "$(nsctl list -o NAME --sort=-processes | column 1)" = "web database-of-the-accounting-department" ]
	nsctl list | grep -qE '^web +61000 +ready +mnt,pid,net +10.1.0.1/24,10.8.0.3/24 '
	no_color=1 on 80 list --no-headings | grep -q web
	fails grep -q NAME <(no_color=1 on 80 list --no-headings)
	run nsctl list -o name,colour
	[ "$status" -eq 2 ]
	[[ "$output" == *'--columns: there is no column "colour"'*"NAME OWNER STATE"* ]]
	run nsctl list --sort=colour
	[ "$status" -eq 2 ]
	run nsctl list --json -o name
	[ "$status" -eq 2 ]
	for verb in "link list" "network list" "ps web" "sessions web"; do
		# shellcheck disable=SC2086
		[ -n "$(nsctl $verb -o all --sort=age)" ]
	done
}

@test "Frozen is a state for people, programs and monitors" {
	frozen=database-of-the-accounting-department
	[ "$(nsctl list -o name,state | grep frozen | column 1)" = "$frozen" ]
	[ "$(nsctl list --quiet --state=frozen)" = "$frozen" ]
	[ "$(nsctl list --quiet --state=ready)" = web ]
	nsctl show "$frozen" | grep -qE 'state +frozen'
	nsctl show "$frozen" | grep -qF "nsctl thaw $frozen"
	nsctl --json show "$frozen" | grep -q '"frozen":true'
	nsctl ps "$frozen" -o state | grep -qx frozen
	nsctl ps web -o state | grep -qx idle
	become_client --json monitor >"$runtime.heard" &
	monitor=$!
	eventually grep -q '"frozen":true' "$runtime.heard"
	nsctl thaw "$frozen"
	eventually grep -q '"what":"setThawed"' "$runtime.heard"
	nsctl freeze "$frozen"
	nsctl freeze "$frozen"
	nsctl rm --ignore none
	eventually grep -q '"what":"setFrozen"' "$runtime.heard"
	[ "$(grep -c setFrozen "$runtime.heard")" -eq 1 ]
	kill "$monitor"
	wait "$monitor" || true
	rm "$runtime.heard"
}

@test "States have colours on a terminal that supports them, unless NO_COLOR is set" {
	on 80 list | grep -q $'\033\[36mfrozen'
	on 80 list | grep -q $'\033\[32mready'
	no_color=1 on 80 list >"$runtime.plain"
	term=dumb on 80 list >>"$runtime.plain"
	nsctl list >>"$runtime.plain"
	fails grep -q $'\033' "$runtime.plain"
	rm "$runtime.plain"
}

@test "nsctl ps prints a tree with the use of each process" {
	no_color=1 on 120 ps web >"$runtime.tree"
	grep -qE '^ *PID +INSIDE +USER +STATE +CPU +MEMORY +AGE +SESSION +COMMAND$' "$runtime.tree"
	grep -qE '[0-9.]+s +[0-9.]+[KM] .* sh -c sleep 1000 & wait$' "$runtime.tree"
	grep -q '└─ sleep 1000' "$runtime.tree"
	fails grep -q '[└├]' <(nsctl ps web; no_color=1 on 120 ps web --sort=-memory)
	rm "$runtime.tree"
}

@test "nsctl link list shows the kernel's names of interfaces" {
	device=$(nsctl link list -o name,b | awk '$1 == "web-lan" { sub(".*:", "", $2); print $2 }')
	[[ "$device" == nsc* ]]
	nsctl --json link list | grep -q "\"device\":\"$device\""
	nsctl link list -o a,b | grep -qE '^web:x0 +database-of-the-accounting-department:eth1$'
}
