#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The last of the first boot: what 2-after-reboot.bats looks for.

load bed.bash

@test "Sets and commands exist when the machine goes down" {
	configure $'[allow]\nip-netns = alice'
	systemctl reload-or-restart nsctld.service
	eventually alice create -n --visible --ip-netns gone
	# objects that are made again at boot, before any client connects
	systemctl enable nsctld.service
	alice network create lan --subnet=10.7.0.0/24 --boot
	alice create -mpnu --boot --link=net/lan --label=job=7 --hostname=keep kept
	alice create -n --boot --link=net/lan --link=kept:eth5,address=10.8.0.1/24,peer-address=10.8.0.2/24 also
	alice link add kept also --name=cable
	portrait kept also >/bed/portrait
	# objects that are not made again, beside the others and linked to them
	alice network create brief
	alice create -mpnu --link=kept --link=net/lan --link=net/brief busy
	touch /bed/ended
	chmod 666 /bed/ended
	alice exec -d busy sh -c 'trap "echo term >/bed/ended" TERM; sleep 1000 & wait'
	nsctl create -n roots --link=host:veth0,peer-address=192.0.2.1/30,interface=veth1,address=192.0.2.2/30
	test -e /run/netns/gone
	# systemd-tmpfiles puts this outdated state back at the next boot
	cp -a /run/nsctl/state /var/stale-state
	echo 'C /run/nsctl/state - - - - /var/stale-state' >/etc/tmpfiles.d/stale.conf
	cat /proc/sys/kernel/random/boot_id >/var/stale-boot
	date +%s >/bed/went-down
}
