#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The settings of a set's net namespace. They are the kernel's defaults, whatever the machine has, and those that the
# user has asked for.

load daemon.bash
load net.bash
load counted-host.bash

setting() { nsctl exec "$1" cat "/proc/sys/net/$2"; }
# three OPTION...: makes a router between two sets: left 10.1.0.2 -- 10.1.0.1 router 10.2.0.1 -- 10.2.0.2 right.
three() {
	for set in left right; do nsctl create -n "$set"; done
	nsctl create -n "$@" router
	nsctl link add left,address=10.1.0.2/24,address=fd01::2/64,gateway=10.1.0.1,gateway=fd01::1 \
		router:left,address=10.1.0.1/24,address=fd01::1/64
	nsctl link add right,address=10.2.0.2/24,address=fd02::2/64,gateway=10.2.0.1,gateway=fd02::1 \
		router:right,address=10.2.0.1/24,address=fd02::1/64
}

@test "A new set has the kernel's default settings, even if it gets a spare net namespace" {
	for set in first second third; do
		nsctl create -n "$set"
		[ "$(setting "$set" ipv4/ip_forward)" = 0 ]
		[ "$(setting "$set" ipv6/conf/all/forwarding)" = 0 ]
		for where in all default; do
			for name in rp_filter arp_ignore arp_announce proxy_arp route_localnet accept_local log_martians; do
				[ "$(setting "$set" "ipv4/conf/$where/$name")" = 0 ] || { echo "$where $name" && return 1; }
			done
			[ "$(setting "$set" "ipv4/conf/$where/accept_redirects")" = 1 ]
		done
	done
}

@test "--forward makes a set a router without root" {
	three --forward
	pings left 10.2.0.2
	pings right fd01::2
	nsctl --json show router | grep -F '"net.ipv4.ip_forward":"1"'
}

@test "Without --forward, a set forwards nothing" {
	three
	fails nsctl exec left ping -c 1 -W 1 10.2.0.2
}

@test "--sysctl sets values of the network and of a set's own links, also with a user namespace" {
	nsctl create -n peer
	nsctl create -n -r --link=peer:wire --sysctl=net.ipv4.conf.eth0.rp_filter=2 --sysctl=net.ipv4.tcp_keepalive_time=77 \
		--sysctl="net.ipv4.ip_local_port_range=20000 30000" box
	[ "$(setting box ipv4/conf/eth0/rp_filter)" = 2 ]
	[ "$(setting box ipv4/tcp_keepalive_time)" = 77 ]
	[ "$(setting box ipv4/ip_local_port_range)" = $'20000\t30000' ]
	[ "$(on_host cat /proc/sys/net/ipv4/conf/all/rp_filter)" != 2 ]
}

sysctl_of() { nsctl exec "$1" cat "/proc/sys/$2"; }

@test "--sysctl sets values of ipc and uts namespaces, and leaves the host's alone" {
	host=$(cat /proc/sys/kernel/{shmmax,msgmax,sem,domainname} /proc/sys/fs/mqueue/msg_max)
	for user in "" -r -c; do
		# shellcheck disable=SC2086
		nsctl create $user --sysctl=kernel.shmmax=1234567 --sysctl=kernel.msgmax=4321 --sysctl="kernel.sem=250 32000 32 77" \
			--sysctl=fs.mqueue.msg_max=11 --sysctl=kernel.domainname=inner.example box
		[ "$(sysctl_of box kernel/shmmax)" = 1234567 ]
		[ "$(sysctl_of box kernel/msgmax)" = 4321 ]
		[ "$(sysctl_of box kernel/sem)" = $'250\t32000\t32\t77' ]
		[ "$(sysctl_of box fs/mqueue/msg_max)" = 11 ]
		[ "$(sysctl_of box kernel/domainname)" = inner.example ]
		nsctl rm box
	done
	# --sysctl adds only the kind of namespace that the setting needs
	nsctl create -n --sysctl=kernel.shmmax=1234567 box
	[ "$(nsctl list | awk '{ print $4 }')" = net,ipc ]
	[ "$(sysctl_of box kernel/shmmax)" = 1234567 ]
	[ "$(cat /proc/sys/kernel/{shmmax,msgmax,sem,domainname} /proc/sys/fs/mqueue/msg_max)" = "$host" ]
}

@test "--sysctl of an ipc or uts namespace leaves the files of --visible to root" {
	for setting in kernel.shmmax=1234567 kernel.domainname=inner.example; do
		nsctl create -n --visible --sysctl="$setting" box
		for path in "$runtime/ns/$user_id" "$runtime/ns/$user_id/box"; do
			[ "$(stat --format=%u:%g "$path")" = 0:0 ]
		done
		fails as "$user_id" ln -s "$BATS_TEST_TMPDIR" "$runtime/ns/$user_id/link"
		nsctl rm box
	done
}

@test "--sysctl refuses names that are not settings of a set, and leaves nothing" {
	refused net.ipv4.tcp_congestion_control create -n --sysctl=net.ipv4.tcp_congestion_control=cubic box
	refused kernel.core_pattern create -n --sysctl=kernel.core_pattern=x box
	refused "name of a setting" create -n --sysctl=net.ipv4.conf...forwarding=1 box
	refused "name of a setting" create -n --sysctl=net/ipv4/ip_forward=1 box
	refused "--sysctl=net.ipv4.ip_forward=many: the kernel does not take this value" create -n --sysctl=net.ipv4.conf.all.rp_filter=2 --sysctl=net.ipv4.ip_forward=many box
	refused "net.ipv4.ip_forward is given two values, 1 and 0" create -n --forward --sysctl=net.ipv4.ip_forward=0 box
	for name in net.ipv4.conf.nothing.rp_filter net.ipv6.conf.nothing.accept_ra; do
		refused "the kernel has no setting of this name" create -n --sysctl=$name=1 box
	done
	refused sysctl create -n --sysctl=net.ipv4.ip_forward box
	refused kernel.shm_next_id create -i --sysctl=kernel.shm_next_id=1 box
	refused sysctl create -i --sysctl=kernel.shmmax=many box
	refused "needs ipc" call Create '{"spec": {"namespaces": ["net"], "sysctls": {"kernel.shmmax": "1"}}}'
	refused "needs uts" call Create '{"spec": {"namespaces": ["net"], "sysctls": {"kernel.domainname": "x"}}}'
	refused net create -u --sysctl=net.ipv4.ip_forward=1 --json box || true
	[ -z "$(nsctl list --quiet | grep -v '^$' | grep -v box || true)" ]
}
