#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets in the cgroup of the service that makes them: its limits and programs hold for them, and they end with it.

load bed.bash

setup() {
	cat >/run/maker <<-'SH'
		#!/bin/sh
		own=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/$SUBGROUP
		[ -d "$own" ] || mkdir "$own"
		echo $$ >"$own/cgroup.procs"
		nsctl create "$@" >/run/maker.done 2>&1
		echo "status $?" >>/run/maker.done
		exec sleep infinity
	SH
	chmod 755 /run/maker
}

teardown() {
	systemctl stop maker.service 2>/dev/null || true
	rm -f /run/maker /run/maker.done
	remove_all
}

# maker DIRECTIVE... -- /run/maker ARGUMENT...: starts maker.service, a service of alice's, which creates a set and goes on.
# With $subgroup, it moves to that cgroup below its own before.
maker() {
	install -o alice -m 600 /dev/null /run/maker.done
	as_service --unit=maker.service --setenv=SUBGROUP="${subgroup:-.}" "$@"
	eventually grep -q '^status' /run/maker.done
}

made() { grep -qx 'status 0' /run/maker.done || { cat /run/maker.done && false; }; }
absent() { ! alice show "$1" >/dev/null 2>&1; }
# has_controller NAME: succeeds if services have this controller, which version 1 may have.
has_controller() { grep -qw "$1" /sys/fs/cgroup/system.slice/cgroup.controllers; }

@test "--cgroup=caller is refused to a service without Delegate=, with that line" {
	maker MemoryMax=1G -- /run/maker --cgroup=caller -mp box
	cat /run/maker.done
	fails made
	grep -q 'Delegate=yes.*User=' /run/maker.done
	# root's service has no other line to add
	run systemd-run --quiet --wait --pipe --collect -- "$(command -v nsctl)" run --cgroup=caller -mp true
	[ "$status" -ne 0 ]
	systemd-run --quiet --wait --pipe --collect --property=Delegate=yes -- "$(command -v nsctl)" run --cgroup=caller -mp true
}

@test "The limits and programs of a service hold for its set, which ends with it" {
	maker Delegate=yes MemoryMax=96M MemorySwapMax=0 TasksMax=30 IPAddressDeny=any PrivateTmp=yes -- /run/maker --cgroup=caller -mpC box
	made
	alice show box | grep -q '/system.slice/maker.service/'
	alice exec box grep -Eqx '0::/[0-9a-f]+' /proc/self/cgroup
	if has_controller memory; then
		run alice exec box sh -c 'head -c 300M /dev/zero | tail -c 300M | wc -c'
		[ "$output" != 314572800 ]
	else
		echo "# the kernel lacks memory in cgroups of version 2 here" >&3
	fi
	if has_controller pids; then
		# shellcheck disable=SC2016
		run alice exec box sh -c 'for i in $(seq 60); do sleep 1000 >/dev/null 2>&1 & done'
		[ "$status" -ne 0 ]
	else
		echo "# the kernel lacks pids in cgroups of version 2 here" >&3
	fi
	# without rights to BPF, systemd leaves the programs out
	if ! systemd-run --quiet --wait --collect --property=IPAddressDeny=any -- ping -c 1 -W 2 127.0.0.1; then
		fails alice exec box ping -c 1 -W 2 127.0.0.1
	fi
	# a daemon that is killed meanwhile changes nothing
	pid=$(keeper)
	kill -KILL "$pid"
	eventually was_replaced "$pid"
	alice exec box true
	systemctl stop maker.service
	eventually absent box
	[ ! -e /sys/fs/cgroup/system.slice/maker.service ]
}

throttled() { [ "$(awk '$1 == "nr_throttled" { print $2 }' /sys/fs/cgroup/system.slice/maker.service/cpu.stat)" -gt 0 ]; }

@test "The limits of a unit hold for the set of a service in a subgroup (DelegateSubgroup=)" {
	directive=DelegateSubgroup=own
	if ! systemd-run --quiet --wait --collect --property=Delegate=yes --property="$directive" true; then
		echo "# systemd lacks $directive" >&3
		directive=Description=own
		subgroup=own
	fi
	maker Delegate=yes CPUQuota=20% "$directive" -- /run/maker --cgroup=caller -mp box
	made
	# shellcheck disable=SC2016
	alice exec box sh -c 'grep -Eq "^0::/system.slice/maker.service/own/nsctl-$(id -u)/" /proc/self/cgroup'
	if has_controller cpu; then
		grep -qx '20000 100000' /sys/fs/cgroup/system.slice/maker.service/cpu.max
		alice exec -d box sh -c 'while :; do :; done'
		eventually throttled
	else
		echo "# the kernel lacks cpu in cgroups of version 2 here" >&3
	fi
	systemctl stop maker.service
	eventually absent box
}
