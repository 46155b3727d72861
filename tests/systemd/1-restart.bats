#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets, sessions and clients do not notice when the daemon is restarted, killed, hangs, or is replaced.

load bed.bash

setup() {
	alice create -mpnuiC box
	inode=$(alice exec box readlink /proc/self/ns/net)
	make_go go-detached
	make_go go-attached
	session=$(alice exec -d box sh -c 'read -r x </run/go-detached; exit 9')
	as alice nsctl exec box sh -c 'read -r x </run/go-attached; exit 4' 3>&- &
	attached=$!
	eventually two_run
	old=$(keeper)
}

two_run() { [ "$(alice sessions box | grep -c runs)" -eq 2 ]; }

teardown() {
	undo_drop_ins
	systemctl reset-failed nsctld.service nsctld.socket
	systemctl start nsctld.socket
	kill "$attached" 2>/dev/null || true
	remove_all
}

# Checks that the set is the same, that both commands still run, and that their statuses are reported.
check_survival() {
	[ "$(alice exec box readlink /proc/self/ns/net)" = "$inode" ]
	two_run
	echo go >/run/go-attached
	echo go >/run/go-detached
	status=0
	wait "$attached" || status=$?
	[ "$status" -eq 4 ]
	run alice wait "$session"
	[ "$status" -eq 9 ]
}

@test "Sets and sessions survive systemctl restart" {
	systemctl restart nsctld.service
	was_replaced "$old"
	check_survival
}

@test "Sets and sessions survive systemctl stop, and the next client starts the daemon" {
	systemctl stop nsctld.service
	pgrep -x nsctl-init
	check_survival
	was_replaced "$old"
}

@test "A daemon that got SIGKILL is started again, and clients wait meanwhile" {
	kill -KILL "$old"
	alice list | grep -q box
	eventually was_replaced "$old"
	check_survival
}

@test "The watchdog aborts a keeper that hangs" {
	drop_in nsctld.service WatchdogSec=1s
	systemctl restart nsctld.service
	old=$(keeper)
	mark_journal
	# a keeper that does not hang is left alone, for twice the watchdog's limit
	started=$(systemctl show -P WatchdogTimestampMonotonic nsctld.service)
	eventually watched_for_long
	[ "$(keeper)" -eq "$old" ]
	kill -STOP "$old"
	eventually was_replaced "$old"
	new_journal | grep -q 'Watchdog timeout'
	check_survival
}

@test "A vault that was unmounted comes back from the descriptor store" {
	[ "$(systemctl show -P NFileDescriptorStore nsctld.service)" -eq 1 ]
	umount --lazy /run/nsctl/vault
	rm -f /run/nsctl/vault
	mark_journal
	systemctl restart nsctld.service
	new_journal | grep -q 'vault had been unmounted: pinned again'
	[ "$(systemctl show -P NFileDescriptorStore nsctld.service)" -eq 1 ]
	check_survival
	systemctl restart nsctld.service
	alice exec box true
}

@test "Sets and sessions survive systemctl daemon-reexec" {
	systemctl daemon-reexec
	[ "$(systemctl show -P NFileDescriptorStore nsctld.service)" -eq 1 ]
	[ "$(keeper)" -eq "$old" ]
	systemctl restart nsctld.service
	check_survival
}

@test "No exit status is lost over many restarts" {
	local sessions=() i
	for i in $(seq 20); do
		sessions+=("$(alice exec -d box sh -c "sleep 0.\$(($i % 9)); exit $i")")
		[ $((i % 5)) -ne 0 ] || systemctl restart nsctld.service
	done
	for i in $(seq 20); do
		run alice wait "${sessions[i - 1]}"
		[ "$status" -eq "$i" ]
	done
	check_survival
}

watched_for_long() {
	[ "$(($(systemctl show -P WatchdogTimestampMonotonic nsctld.service) - started))" -ge 2000000 ]
}

# replace FILE: puts a new file under the old name, as a package manager does.
replace() {
	cp -p "$1" "$1.new"
	mv "$1.new" "$1"
}

upgrade() {
	local file
	for file in /usr/local/bin/nsctl /usr/local/sbin/nsctld /usr/local/libexec/nsctl/*; do
		replace "$file"
	done
	systemctl daemon-reload
	systemctl restart nsctld.service
}

# work USER: makes, uses and removes sets until /run/stop exists, and writes down each failure.
work() {
	local user=$1 i=0 status
	set +e
	while [ ! -e /run/stop ]; do
		i=$((i + 1))
		"$user" create -pn "load-$i" >/dev/null || echo "create: $?"
		"$user" exec "load-$i" sh -c 'exit 7'
		status=$?
		[ "$status" -eq 7 ] || echo "exec: $status"
		"$user" run -pn sh -c 'exit 8'
		status=$?
		[ "$status" -eq 8 ] || echo "run: $status"
		"$user" list >/dev/null || echo "list: $?"
		"$user" rm "load-$i" || echo "rm: $?"
	done
	echo "$i" >"/run/count-$user"
}

begin_work() {
	local user
	rm -f /run/stop /run/count-*
	for user in alice bob; do
		work "$user" >"/run/work-$user" 2>&1 3>&- &
	done
}

# Ends the work, and prints what failed.
end_work() {
	touch /run/stop
	eventually test -e /run/count-alice -a -e /run/count-bob
	cat /run/work-alice /run/work-bob
}

@test "Nothing fails during an upgrade under load" {
	begin_work
	for _ in 1 2 3 4 5 6; do
		upgrade
		sleep 0.3
	done
	end_work
	[ ! -s /run/work-alice ]
	[ ! -s /run/work-bob ]
	[ "$(cat /run/count-alice)" -gt 3 ]
	check_survival
}

@test "No call is lost without an error when the daemon is killed under load, and nothing is left" {
	begin_work
	for _ in 1 2 3 4 5; do
		old=$(keeper)
		kill -KILL "$old"
		eventually was_replaced "$old"
		sleep 0.3
	done
	end_work
	# no call was refused, and none was lost without an error
	fails grep -q 'cannot reach' /run/work-alice /run/work-bob
	check_survival
}

@test "A reload accepts a good file, and refuses a bad one with the place of the mistake" {
	configure $'[limits]\nsets = 1'
	systemctl reload nsctld.service
	run alice create -n more
	[ "$status" -eq 1 ]
	grep -q 'limit' <<<"$output"
	mark_journal
	configure $'[limits]\nsets = 10\nsetz = 5'
	fails systemctl reload nsctld.service
	new_journal | grep -q 'nsctld.conf:3: .*setz'
	[ "$(keeper)" -eq "$old" ]
	# on SIGHUP without systemd, too, the daemon keeps its configuration
	mark_journal
	kill -HUP "$old"
	eventually grep_journal 'stays as it was'
	new_journal | grep -q 'nsctld.conf:3: .*setz'
	run alice create -n more
	[ "$status" -eq 1 ]
	rm "$configuration"
	systemctl reload nsctld.service
	eventually alice create -n more
	check_survival
}

grep_journal() { new_journal | grep -q "$1"; }

@test "systemd gives up a daemon that cannot start, and the journal says why" {
	configure $'[limits]\nsetz = 5'
	mark_journal
	fails systemctl restart nsctld.service
	new_journal | grep -q 'nsctld.conf:2: .*setz'
	rm "$configuration"
	systemctl reset-failed nsctld.service nsctld.socket
	systemctl restart nsctld.socket nsctld.service
	check_survival
}
