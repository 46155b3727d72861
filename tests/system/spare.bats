#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Net namespaces that are made in advance for users who make one set after another.

load daemon.bash

setup_file() {
	start_daemon
	export runtime daemon
}

teardown_file() { purge_daemon; }

teardown() {
	nsctl rm --all
	other rm --all
	eventually has_spares 0
}

# as_made SET...: checks that /sys shows the set's own network, as it does without a spare.
as_made() {
	local set
	for set; do
		nsctl exec "$set" sh -c 'cat /sys/class/net/lo/operstate && ls /sys/class/net/ /sys/fs/cgroup &&
			grep " /sys" /proc/self/mounts'
	done
}

# spares: prints the net namespaces that the keeper has descriptors of, as net:[INODE].
spares() { find "/proc/$daemon/fd" -lname 'net:*' -printf '%l\n'; }
has_spares() { [ "$(spares | wc -l)" -eq "$1" ]; }
net_of() { "$1" exec "$2" readlink /proc/self/ns/net; }

@test "The daemon makes a spare namespace after the second set, and gives it to the third" {
	nsctl create -n a
	has_spares 0
	nsctl create -n b
	eventually has_spares 1
	spare=$(spares)
	nsctl create -mn c
	[ "$(net_of nsctl c)" = "$spare" ]
	[ "$(net_of nsctl b)" != "$spare" ]
	nsctl exec c ping -c 1 -W 5 127.0.0.1
	nsctl exec c sh -c 'ls /sys/class/net | grep -x lo && cat /proc/sys/net/ipv4/ip_unprivileged_port_start' |
		grep -x 0
	[ "$(nsctl exec c sh -c 'ls /sys/class/net | wc -l')" = "$(nsctl exec a sh -c 'grep -c : /proc/net/dev')" ]
	eventually has_spares 0
	nsctl exec c true
}

@test "A spare brings its /sys if the last set had one, and is like any other namespace" {
	nsctl create -mn a
	nsctl create -mn b
	eventually has_spares 1
	spare=$(spares)
	nsctl create -mn --link=b:toc,interface=inside c
	[ "$(net_of nsctl c)" = "$spare" ]
	nsctl exec c ls /sys/class/net/inside
	fails nsctl exec a ls /sys/class/net/inside
	nsctl rm c
	eventually has_spares 1
	spare=$(spares)
	nsctl create -mn d
	[ "$(net_of nsctl d)" = "$spare" ]
	diff <(as_made a) <(as_made d)
	# A spare for a set without a mount namespace has no sysfs. So the next maker mounts its own.
	eventually has_spares 0
	nsctl create -n e
	nsctl create -n f
	eventually has_spares 1
	nsctl create -mn g
	diff <(as_made a) <(as_made g)
}

@test "The daemon makes a spare when a second job has ended, and gives it to the third" {
	nsctl run true
	has_spares 0
	nsctl run true
	eventually has_spares 1
	spare=$(spares)
	[ "$(nsctl run readlink /proc/self/ns/net)" = "$spare" ]
}

@test "A spare is given neither to another user nor to a set with a user namespace" {
	nsctl create -n a
	nsctl create -n b
	eventually has_spares 1
	spare=$(spares)
	nsctl create -nr c
	[ "$(net_of nsctl c)" != "$spare" ]
	other create -n a
	[ "$(net_of other a)" != "$spare" ]
	fails grep -qxF "$spare" <(spares)
}

@test "Sets that get a spare have working links and networks" {
	nsctl network create lan --subnet=10.8.0.0/24
	for name in a b c d; do
		nsctl create --link=net/lan "$name"
	done
	nsctl exec d ping -c 1 -W 5 a
	nsctl rm --all
	nsctl network rm lan
}

# held NAMESPACE: succeeds if any process has a descriptor of it.
held() { find /proc/[0-9]*/fd -lname 'net:*' -printf '%l\n' 2>/dev/null | grep -xF "$1" >/dev/null; }

# This must be the last test, because it replaces the daemon.
@test "A daemon that is killed leaves no spare, and the next one starts with none" {
	nsctl create -n a
	nsctl create -n b
	eventually has_spares 1
	spare=$(spares)
	held "$spare"
	kill_daemon
	eventually fails held "$spare"
	start_daemon
	has_spares 0
	nsctl exec b true
}
