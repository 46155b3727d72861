#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A package, on a machine that has never seen nsctl: /bed/packages has an old and a new one. Each test goes on where the one before
# it has stopped.

load ../systemd/bed.bash
load manager.bash

@test "An installed package has its units running and its accounts and modes right, and serves a user" {
	put old
	start
	systemctl is-active nsctld.socket nsctld.service
	systemctl is-enabled nsctld.socket nsctld.service
	id nsctl && id nsctl-init
	[ "$(stat -c '%a %U' /usr/libexec/nsctl/* | sort -u)" = "711 root" ]
	nsctld --check
	/bed/tests/debian/set
	alice --version
}

# lists: asks for the sets until /run/upgraded is there; fails if nsctl ever does.
lists() {
	local count=0
	until [ -e /run/upgraded ] && [ "$count" -gt 20 ]; do
		alice list --quiet | grep -qx box || return 1
		count=$((count + 1))
	done
	echo "$count lists"
}

@test "Sets and commands go on during an upgrade under load, clients wait, and the new daemon serves" {
	alice network create lan --subnet=auto
	alice create --link=net/lan box
	alice create --boot kept
	make_go go
	alice exec box sh -c 'read -r word </run/go; exit 7' &
	command=$!
	waits() { alice ps box | grep -q 'read -r word'; }
	eventually waits
	before=$(alice show --json box | grep -o '"init": *[0-9]*')
	old=$(keeper)
	lists &
	lists=$!
	is_installed old
	put new
	is_installed new
	eventually was_replaced "$old"
	touch /run/upgraded
	wait "$lists"
	[ "$(alice show --json box | grep -o '"init": *[0-9]*')" = "$before" ]
	echo word >/run/go
	status=0
	wait "$command" || status=$?
	[ "$status" -eq 7 ]
	alice exec box ip -o addr | grep -q 10.214
}

@test "An upgrade with a mistake in the configuration reports it and installs the package" {
	cp /etc/nsctl/nsctld.conf /run/nsctld.conf
	printf '[limits]\nset = 3\n' >/etc/nsctl/nsctld.conf
	put new >/run/told 2>&1
	grep "nsctld does not start" /run/told
	is_installed new
	cp /run/nsctld.conf /etc/nsctl/nsctld.conf
	systemctl reset-failed nsctld.service nsctld.socket
	systemctl restart nsctld.socket nsctld.service
	alice list --quiet | grep -qx box
}

@test "A client that was built with the development package runs with the library's package" {
	fails alice_runs /bed/client
	put library
	alice_runs /bed/client >/run/said
	grep -q '^created client-c$' /run/said
	grep -q '^ended 0$' /run/said
	remove "$library"
}
alice_runs() { as alice timeout 60 "$@"; }

@test "After removal nothing runs, and sets with --boot are still recorded" {
	remove nsctl
	fails pgrep -f libexec/nsctl
	fails pgrep -x nsctl-init
	fails grep -E ' /run/(nsctl|netns)' /proc/self/mountinfo
	[ -z "$(ip -o link | grep nsc)" ]
	[ -z "$(nft list tables)" ]
	[ ! -e /run/nsctl ]
	[ -n "$(find /var/lib/nsctl -type f)" ]
}

@test "A package that is installed again makes the recorded sets" {
	put new
	start
	made() { alice list --quiet | grep -qx kept; }
	eventually made
}

@test "A purge leaves nothing" {
	purge
	find / -xdev \( -path /bed -o -path /proc -o -path /sys \) -prune -o -name '*nsctl*' -print >/run/found
	[ ! -s /run/found ] || { cat /run/found && false; }
	fails getent passwd nsctl nsctl-init
	systemctl daemon-reload
	systemctl list-units --all --plain --no-legend 'nsct*' >/run/units
	[ ! -s /run/units ] || { cat /run/units && false; }
	fails grep -E ' /run/(nsctl|netns)' /proc/self/mountinfo
	[ ! -e /var/lib/nsctl ] && [ ! -e /etc/nsctl ] && [ ! -e /run/varlink/registry/org.nsctl ]
}
