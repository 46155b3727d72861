#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The last of the first boot: what 2-after-reboot.bats looks for.

load bed.bash

@test "sets and commands are there when the machine goes down" {
	configure $'[allow]\nip-netns = alice'
	systemctl reload-or-restart nsctld.service
	eventually alice create -n --visible --ip-netns gone
	alice create -mpnu --boot --label=job=7 kept
	# so that it comes back without anybody asking for it
	systemctl enable nsctld.service
	alice create -mpnu busy
	touch /bed/ended
	chmod 666 /bed/ended
	alice exec -d busy sh -c 'trap "echo term >/bed/ended" TERM; sleep 1000 & wait'
	nsctl create -n roots --link=host:veth0,peer-address=192.0.2.1/30,interface=veth1,address=192.0.2.2/30
	test -e /run/netns/gone
	# for the next boot to be told lies with
	cp -a /run/nsctl/state /var/stale-state
	cat /proc/sys/kernel/random/boot_id >/var/stale-boot
	date +%s >/bed/went-down
}
