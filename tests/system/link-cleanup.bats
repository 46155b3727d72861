#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Nothing of a link outlives its set or network, whatever happens to either; and nothing that is not ours is
# touched, however similar it looks. (links.bats, egress.bats and topology.bats have kills at each step of making
# and removing.)

load daemon.bash
load net.bash

setup_file() {
	start_host "host-links = $user_id" "egress = $user_id" "publish = $user_id"
	make_net elsewhere
	strangers
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

# Makes objects of others that look like the daemon's: names, altname, alias, table, bridge, namespaces.
strangers() {
	on_host ip link add nsc0123456789ab type veth peer name nsc0123456789ac
	on_host ip link set nsc0123456789ab alias nsctl:0123456789abcdef
	on_host ip link property add dev nsc0123456789ab altname nsctl-veth0
	on_host ip link add nscbr0 type bridge
	on_host ip link add br0 type bridge
	on_host ip addr add 10.44.0.1/24 dev br0
	on_host ip link set br0 up
	on_host ip link add theirs type veth peer name theirs0
	on_host ip link set theirs address 02:11:22:33:44:55
	on_host nft add table inet nsctl
	on_host nft add table inet nsctl-00000000
	on_host nft add chain inet nsctl-00000000 forward '{ type filter hook forward priority 0; }'
	on_host ip route add 10.45.0.0/16 dev br0
}

# Makes a set with every kind of link.
everything_wired() {
	nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64
	nsctl create -np --egress --publish=8080:80 \
		--link=host:veth0,peer-address=10.1.0.1/24,peer-address=fd01::1/64,address=10.1.0.2/24 \
		--link=net/lan box
}
# Checks that nothing is left as soon as rm returns, without waiting.
leaves_nothing() {
	nsctl rm --ignore box
	nsctl network rm --ignore lan
	patience=0 leaves "$before"
}
init_of() { nsctl --json show "$1" | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d.get("set", d)["init"])'; }
host_end() { host_links | grep -o '^nsc[0-9a-f]*@' | tr -d @ | grep -v '^nsc0123456789a'; }

@test "nsctl rm leaves nothing of a link, whether the set has no process, one, or a frozen one" {
	everything_wired
	leaves_nothing
	everything_wired
	nsctl exec -d box sleep infinity
	leaves_nothing
	everything_wired
	nsctl exec -d box sleep infinity
	nsctl freeze box
	leaves_nothing
}

@test "Nothing of a link is left when its set's lease or connection ends" {
	nsctl create -n --lease=1 --link=host:veth0,peer-address=10.1.0.1/24 --egress box
	leaves "$before"
	nsctl run -n --link=host:veth0,peer-address=10.1.0.1/24 --egress true
	patience=0 leaves "$before"
}

@test "Nothing of a link is left when a create fails, early or late" {
	on_host ip link add taken type bridge
	with_taken=$(everything)
	refused interface create -n --link=host:veth0 --link=host:taken --egress box
	[ "$(everything)" = "$with_taken" ]
	on_host ip link del taken
	refused "" create -n --egress --link=host:veth0,peer-address=10.1.0.1/24 --bind=/nonexistent:/mnt box
	patience=0 leaves "$before"
}

@test "Nothing of a link is left after kills of the set's init, its runner, or the daemon" {
	everything_wired
	nsctl exec -d box sleep infinity
	kill -KILL "$(init_of box)"
	leaves_nothing
	everything_wired
	nsctl exec box sleep infinity 3>&- &
	client=$!
	eventually runs_in_box
	kill -KILL "$(runner_of "$(nsctl ps box | awk '/sleep/ { print $1 }')")"
	wait "$client" || true
	leaves_nothing
	everything_wired
	kill -KILL "$(cat "$runtime.pid")"
	kill -KILL "$(init_of_record)"
	start_daemon --config="$config"
	leaves_nothing
}
runs_in_box() { nsctl ps box | grep -q sleep; }
# runner_of PID: prints the parent of a process that was started in the set, which is the session's runner.
runner_of() { awk '$1 == "PPid:" { print $2 }' "/proc/$1/status"; }
# init_of_record: prints the only process in the set's cgroup, while no daemon can be asked.
init_of_record() { find "$(daemon_cgroup)" -name cgroup.procs -exec cat {} + | head -1; }

@test "Nothing of a link is left if another program deleted, renamed or changed its end on the host" {
	for what in "del veth0" "set veth0 name mine0" "set veth0 down" "set veth0 alias other" \
		"set veth0 address 02:00:00:00:00:99" "property del dev veth0 altname veth0" \
		"set veth0 up promisc on"; do
		everything_wired
		# shellcheck disable=SC2086
		on_host ip link $what
		leaves_nothing || { echo "$what" && return 1; }
	done
	everything_wired
	# shellcheck disable=SC2046
	on_host ip addr flush dev veth0
	leaves_nothing
	everything_wired
	on_host ip link set veth0 netns /proc/self/fd/9 9<"$nets/elsewhere"
	leaves_nothing
	[ "$(in_net elsewhere ip -o link | wc -l)" -eq 1 ]
}

@test "Nothing of a link is left if root inside deleted, renamed or changed its end in the set" {
	for what in "del eth0" "set eth0 name mine0" "set eth0 alias other" \
		"set eth0 address 02:00:00:00:00:99"; do
		nsctl create -n -r --link=host:veth0,peer-address=10.1.0.1/24 box
		# shellcheck disable=SC2086
		nsctl exec box ip link $what
		leaves_nothing || { echo "$what" && return 1; }
	done
	# the interface is moved into another net namespace, which a process holds after the set's end
	nsctl create -mpn -r --link=host:veth0,peer-address=10.1.0.1/24 box
	nsctl exec -d box unshare -n sleep infinity
	eventually inner_net
	nsctl exec box sh -c 'ip link set eth0 netns $(pgrep -x sleep)'
	leaves_nothing
}
inner_net() { nsctl exec box sh -c '[ "$(readlink /proc/$(pgrep -x sleep)/ns/net)" != "$(readlink /proc/self/ns/net)" ]'; }

@test "Nothing of a link is left if its namespace is gone or is held by another process" {
	nsctl create -nr --link=host:veth0,peer-address=10.1.0.1/24 --egress box
	nsctl exec -d box sleep infinity
	exec 9<"/proc/$(pid_of_sleep box)/ns/net"
	leaves_nothing
	exec 9<&-
	everything_wired
	# the test removes the set's pins, unknown to the daemon
	nsenter --mount="$runtime/vault" sh -c 'cd /ns && for pin in $(find . -type f); do
		umount "$pin" 2>/dev/null; done; true' || true
	leaves_nothing
}

pid_of_sleep() { nsctl ps "$1" | awk '/sleep/ { print $1 }'; }

@test "A member of a network reaches nothing after its removal, even if its namespace is held" {
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl create -n --link=net/lan,address=10.8.0.2/24 peer
	nsctl create -np --link=net/lan box
	nsctl exec -d box sleep infinity
	exec 9<"/proc/$(pid_of_sleep box)/ns/net"
	nsenter --net=/proc/self/fd/9 ping -qc 1 -W 5 10.8.0.2
	nsctl rm box
	fails nsenter --net=/proc/self/fd/9 ping -qc 1 -W 0.3 10.8.0.2
	# the daemon deletes the network's port a little later, and the set's own interface with it
	unlinked() { ! nsenter --net=/proc/self/fd/9 ip -o link | grep -q eth0; }
	eventually unlinked
	nsctl exec peer ip -o link | grep -q eth0
	# the same happens if the daemon ends before that
	nsctl create -np --link=net/lan box
	nsctl exec -d box sleep infinity
	exec 9<"/proc/$(pid_of_sleep box)/ns/net"
	nsctl rm box
	kill_daemon
	start_daemon --config="$config"
	eventually unlinked
	exec 9<&-
	# root inside has moved the interface into a namespace that somebody keeps
	nsctl create -mpn -r --link=net/lan box
	nsctl exec -d box unshare -n sleep infinity
	eventually inner_net
	exec 9<"/proc/$(pid_of_sleep box)/ns/net"
	nsctl exec box sh -c 'ip link set eth0 netns $(pgrep -x sleep)'
	nsctl rm box
	[ "$(nsenter --net=/proc/self/fd/9 ip -o link | wc -l)" -eq 1 ]
	exec 9<&-
	nsctl rm peer
	leaves_nothing
}

@test "nsctl link rm and network rm leave nothing of a link or of a network with members" {
	nsctl create -n a
	nsctl create -n b
	nsctl network create lan --subnet=10.8.0.0/24
	nsctl link add a:x,address=10.2.0.1/24,gateway=10.2.0.2 b:y,address=10.2.0.2/24
	nsctl link add a net/lan
	nsctl link rm a-b
	[ "$(nsctl exec b ip -o link | wc -l)" -eq 1 ]
	[ -z "$(nsctl exec b ip -o addr show to 10.2.0.0/24)" ]
	[ -z "$(nsctl exec a ip route show default)" ]
	nsctl network rm lan
	[ "$(nsctl exec a ip -o link | wc -l)" -eq 1 ]
	nsctl rm a b
	patience=0 leaves "$before"
}

@test "An interface of the host with a link's MAC address is not taken for that link" {
	nsctl create -n --link=host:veth0,peer-mac=02:11:22:33:44:55 box
	on_host ip link set veth0 down
	nsctl rm box
	patience=0 leaves "$before"
	nsctl create -n box
	nsctl link add box host:veth0,mac=02:11:22:33:44:55
	on_host ip link del veth0
	nsctl link rm box-host
	on_host ip link show theirs
	nsctl rm box
	patience=0 leaves "$before"
}

@test "Interfaces, bridges, tables and namespaces of others stay as they were, also over a restart" {
	everything_wired
	kill_daemon
	start_daemon --config="$config"
	refused interface link add box host:nsctl-veth0
	refused interface link add box host:nsc0123456789ab
	leaves_nothing
	on_host ip -o link show nsc0123456789ab | grep 'nsctl:0123456789abcdef'
	on_host nft list table inet nsctl-00000000 | grep forward
	on_host ip -o addr show br0 | grep 10.44.0.1
}

@test "Five hundred links in a row and fifty at once leave nothing" {
	nsctl create -n a
	nsctl create -n b
	empty=$(everything)
	mounts=$(mount_table)
	as "$user_id" bash -c '
		for i in $(seq 500); do
			"$1" link add a b --name=l >/dev/null && "$1" link rm l || exit 1
		done' - "$NSCTL_BUILD/nsctl"
	patience=0 leaves "$empty"
	for i in $(seq 50); do
		as "$user_id" "$NSCTL_BUILD/nsctl" link add a "host:h$i" --name="l$i" 3>&- &
		waited[i]=$!
	done
	wait "${waited[@]}"
	[ "$(nsctl --json link list | json_names | wc -l)" -eq 50 ]
	for i in $(seq 50); do
		as "$user_id" "$NSCTL_BUILD/nsctl" link rm "l$i" 3>&- &
		waited[i]=$!
	done
	wait "${waited[@]}"
	patience=0 leaves "$empty"
	[ "$(mount_table)" = "$mounts" ]
}
