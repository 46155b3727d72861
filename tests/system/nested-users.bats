#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets within sets with a user namespace. All that they hold belongs to that user namespace, and a user namespace of
# their own is below it. No command leads out of it.

load daemon.bash
load nested.bash

setup_file() {
	make_runtime
	echo "$user_id:200000:1000" >"$runtime.subids"
	printf '%s\n' '[accounts]' "subuid = $runtime.subids" "subgid = $runtime.subids" >"$runtime.conf"
	chmod 644 "$runtime.subids" "$runtime.conf"
	start_counted --config="$runtime.conf"
}

teardown_file() {
	rm -f "$runtime.subids"
	purge_daemon
}

teardown() {
	answers || start_daemon --config="$runtime.conf"
	nsctl rm --all
	eventually counts_are "$before"
}

# of SET KIND: prints the namespace that a command in the set is in, if a caller on the host runs it. of_within OUTER
# SET KIND: the same, if a caller in OUTER does.
of() { nsctl exec "$1" readlink "/proc/self/ns/$2"; }
of_within() { inside "$1" exec "$2" readlink "/proc/self/ns/$3"; }
maps() { awk '{ print $1, $2, $3 }' | paste -sd,; }

@test "A set within a set belongs to the user namespace around it" {
	nsctl create -mpn -r outer
	user=$(of outer user)
	for options in -n -u -mp -mpnuiC -i -T; do
		[ "$(inside outer create $options inner)" = inner ]
		# the caller and its commands are in the outer set's user namespace
		[ "$(of_within outer inner user)" = "$user" ] || { echo "$options" && false; }
		[ "$(inside outer exec inner id -u)" = 0 ]
		nsctl show inner | grep -Eq '^ *parent +outer$'
		case $options in
		-n) inside outer exec inner ip link set lo down ;;
		-u) inside outer exec inner hostname other && [ "$(of_within outer inner uts)" != "$(of outer uts)" ] ;;
		-mp*) inside outer exec inner mount -t tmpfs none /mnt && [ "$(inside outer exec inner ps -o pid= -e | wc -l)" -eq 2 ] ;;
		esac
		# a caller on the host runs its commands with its own ids, in the host's user namespace
		[ "$(nsctl exec inner id -u)" = "$user_id" ]
		[ "$(of inner user)" = "$(readlink /proc/self/ns/user)" ]
		nsctl exec inner grep -Eqx 'NoNewPrivs:\s+1' /proc/self/status
		inside outer rm inner
	done
	[ "$(inside outer run -mp --no-init sh -c 'echo $$')" = 1 ]
	inside outer run -mpn ip link set lo down
	[ "$(nsctl list --quiet)" = outer ]
}

@test "A user namespace within a set is below the outer one, and maps its ids" {
	nsctl create -mp --map-auto outer
	nsctl exec outer cat /proc/self/uid_map | maps | grep -x "0 $user_id 1,1 200000 1000"
	row() {
		local wanted=$1
		shift
		inside outer create -mp "$@" inner
		[ "$(inside outer exec inner cat /proc/self/uid_map | maps)" = "$wanted" ] || { inside outer exec inner cat /proc/self/uid_map && false; }
		[ "$(of inner user)" = "$(of_within outer inner user)" ]
		[ "$(of inner user)" != "$(of outer user)" ]
		inside outer rm inner
	}
	# the outside ids that a process sees in its map are those of the outer set, not of the host
	row "0 0 1" -r
	row "0 0 1" -c
	row "0 5 10" --map-users=0:5:10
	row "0 0 1,1 1 1000" --map-auto
	row "0 0 1,1 1 1000" --map-auto -c
	row "0 0 1,1 100 100" --map-users=0:0:1 --map-users=1:100:100
	inside outer create -mp --map-users=0:5:10 --map-groups=0:5:10 inner
	nsctl exec inner sh -c 'id -u; id -g' | paste -sd, | grep -x '0,0'
	session=$(nsctl exec -d inner sleep 1000)
	pid=$(nsctl --json sessions inner | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["pid"])')
	[ "$(stat -c %u:%g "/proc/$pid")" = 200004:200004 ]
	for wrong in --map-users=0:1001:1 --map-users=0:0:2000 --map-users=0:1000:2 "--map-users=0:0:1 --map-users=0:5:1"; do
		# shellcheck disable=SC2086
		run inside outer create -mp $wrong wrong
		[ "$status" -ne 0 ] || { echo "$wrong" && false; }
	done
	# a caller with another id of the outer set is not the set's owner
	run nsctl exec --user=33 --group=33 outer "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n wrong
	[ "$status" -ne 0 ]
}

@test "Sets within each other, three deep, are removed from any level" {
	for first in a b c; do
		nsctl create -mp -r a
		inside a create -mpn -r b
		inside b create -mpu -r c
		[ "$(inside a list --quiet | paste -sd' ')" = "a b c" ]
		[ "$(inside b list --quiet | paste -sd' ')" = "b c" ]
		[ "$(inside c exec c id -u)" = 0 ]
		[ "$(nsctl exec c id -u)" = 0 ]
		inside c exec -d c sleep 1000
		# a fourth set, without a user namespace of its own, is in that of the third
		inside c create -n d
		[ "$(of_within c d user)" = "$(of c user)" ]
		inside d exec d ip link set lo down
		remove_first $first
	done
}

@test "No command leads out of the user namespace, and no set can be adopted there" {
	nsctl create -m -r outer
	# the caller is in the outer set's mount namespace, but not in its user namespace
	nsctl exec --only=mnt outer "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n beside
	[ "$(of beside user)" = "$(readlink /proc/self/ns/user)" ]
	[ "$(of_within outer beside user)" = "$(of outer user)" ]
	[ "$(inside outer exec --only=net beside readlink /proc/self/ns/user)" = "$(of outer user)" ]
	[ "$(inside outer exec --only=mnt outer readlink /proc/self/ns/user)" = "$(of outer user)" ]
	run inside outer adopt --net=/proc/self/ns/net stolen
	[ "$status" -ne 0 ]
	[[ "$output" == *"user namespace"* ]]
	# the caller is in a user namespace of no set
	run nsctl exec outer unshare -U "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" create -n wrong
	[ "$status" -ne 0 ]
	[ "$(nsctl list --quiet | paste -sd' ')" = "beside outer" ]
}

@test "Sets within a set can have links and networks" {
	nsctl create -mpn -r outer
	inside outer create -n --link=outer,address=10.9.0.1/24,peer-address=10.9.0.2/24 inner
	inside outer exec inner ping -c1 -W5 10.9.0.2
	inside outer network create lan --subnet=10.8.0.0/24
	inside outer create -mpn -r --link=net/lan one
	inside outer create -n --link=net/lan two
	inside outer exec two ping -c1 -W5 10.8.0.1
	inside outer network rm lan 2>/dev/null || true
}

# is_settled: no set is being removed.
is_settled() { fails grep -q removing <<<"$(nsctl list)"; }

@test "A daemon that is killed at any step of an inner create leaves a whole set or none" {
	for point in create-started create-unshared create-furnished create-init create-pinned create-made; do
		nsctl create -mp -r outer
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$runtime.conf"
		run inside outer create -mpn -r inner
		[ "$status" -ne 0 ]
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$runtime.conf"
		eventually is_settled
		! nsctl show inner 2>/dev/null || nsctl exec inner true
		nsctl rm outer
		[ -z "$(nsctl list --quiet)" ]
		eventually counts_are "$before"
	done
}
