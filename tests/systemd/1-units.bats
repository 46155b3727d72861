#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The units as installed: activation, owner of the socket, cgroups, and the identities of the processes.

load bed.bash

teardown() {
	undo_drop_ins
	remove_all
}

@test "systemd finds nothing wrong with the units" {
	run systemd-analyze verify --man=no nsctld.socket nsctld.service nsctl-sets.service \
		nsctl-metrics.service nsctl-metrics.timer
	[ "$status" -eq 0 ]
	fails grep nsctl <<<"$output"
}

@test "A client's connection starts the daemon, and nothing else does" {
	systemctl stop nsctld.service
	systemctl is-active nsctld.socket
	fails systemctl is-active nsctld.service
	[ "$(alice list | wc -l)" -le 1 ]
	systemctl is-active nsctld.service
	[ "$(systemctl show -P Type nsctld.service)" = notify ]
	grep -q ' sets; ' <<<"$(systemctl show -P StatusText nsctld.service)"
}

@test "Helpers that users can read are refused, with the remedy" {
	local helper
	for helper in nsctld-spawner nsctld-front nsctld-resolver nsctl-init nsctl-runner; do
		chmod 755 "/usr/local/libexec/nsctl/$helper"
		run /usr/local/sbin/nsctld --runtime-directory=/run/nsctl-readable --state-directory=/run/nsctl-readable.state
		chmod 711 "/usr/local/libexec/nsctl/$helper"
		[ "$status" -ne 0 ]
		grep -q "$helper (mode 0755, uid 0) can be read by users.*chmod 0711 .*/$helper" <<<"$output"
		[ ! -e /run/nsctl-readable ]
	done
}

@test "The registry of Varlink services has nsctld" {
	[ "$(readlink /run/varlink/registry/org.nsctl)" = /run/nsctl/socket ]
	alice --socket=/run/varlink/registry/org.nsctl version | grep -q '^nsctld [0-9]'
}

@test "The timer writes the metrics of all sets for node-exporter once it is enabled" {
	local directory=/var/lib/prometheus/node-exporter
	fails systemctl is-enabled nsctl-metrics.timer
	mkdir -p "$directory"
	alice create -n box
	systemctl start nsctl-metrics.timer
	eventually grep -qs "nsctl_set_state{set=\"box\",owner=\"$(id -u alice)\",value=\"ready\"} 1" "$directory/nsctl.prom"
	systemctl stop nsctl-metrics.timer
	[ "$(ls "$directory")" = nsctl.prom ]
	rm -r "$directory"
}

@test "A drop-in of the socket decides who may connect" {
	[ "$(stat -c '%a %U %G' /run/nsctl/socket)" = "666 root root" ]
	drop_in nsctld.socket SocketMode=0660 SocketGroup=alice
	systemctl stop nsctld.service nsctld.socket
	systemctl start nsctld.socket
	[ "$(stat -c '%a %U %G' /run/nsctl/socket)" = "660 root alice" ]
	alice list
	run bob list
	[ "$status" -eq 4 ]
	grep -q 'do not allow you to connect' <<<"$output"
	undo_drop_ins
	systemctl stop nsctld.service nsctld.socket
	systemctl start nsctld.socket
	bob list
}

@test "A client does not wait where no daemon will serve it" {
	systemctl stop nsctld.socket nsctld.service
	run alice list
	[ "$status" -eq 4 ]
	grep -q 'is nsctld running' <<<"$output"
	systemctl start nsctld.socket
	alice list
}

# hand_over OPTION...: starts a daemon and passes it sockets, as systemd does.
hand_over() {
	systemd-socket-activate "$@" /usr/local/sbin/nsctld --runtime-directory=/run/nsctl-second >/run/second.log 2>&1 3>&- &
	activating=$!
	eventually test -S /run/second
	python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[1])).connect("/run/second")' "$kind"
	wait "$activating"
}

@test "A second socket and a socket of another kind are refused" {
	kind=SOCK_STREAM
	fails hand_over -l /run/second -l /run/third
	grep -q 'second socket' /run/second.log
	rm -f /run/second /run/third
	kind=SOCK_SEQPACKET
	fails hand_over --seqpacket -l /run/second
	grep -q 'ListenStream=' /run/second.log
	rm -f /run/second
}

@test "The keeper is alone in its cgroup and in the host's mount namespace" {
	alice create -mpn box
	alice exec -d box sleep 1000
	[ "$(cat /sys/fs/cgroup/system.slice/nsctld.service/cgroup.procs)" = "$(keeper)" ]
	[ -z "$(cat /sys/fs/cgroup/system.slice/nsctl-sets.service/cgroup.procs)" ]
	[ "$(readlink "/proc/$(keeper)/ns/mnt")" = "$(readlink /proc/1/ns/mnt)" ]
	alice show box | grep -q 'cgroup  */system.slice/nsctl-sets.service/1000/'
	alice exec box cat /proc/self/cgroup | grep -q '^0::/system.slice/nsctl-sets.service/1000/'
}

@test "The unit's filter lets a published port answer on localhost" {
	configure $'[allow]\npublish = alice'
	systemctl restart nsctld.service
	alice create -n --publish=8080:80 box
	alice exec -d box python3 -m http.server 80
	eventually alice exec box curl -sf -o /dev/null http://127.0.0.1/
	curl -sf -m 30 http://127.0.0.1:8080/ | grep -q 'Directory listing'
	rm "$configuration"
	systemctl restart nsctld.service
}

@test "Helpers run under their own accounts" {
	alice create -p box
	nsctl version
	[ "$(ps -o user= -p "$(alice show --json box | python3 -c 'import json,sys; print(json.load(sys.stdin)["init"])')")" = nsctl-init ]
	ps -o user= -C nsctld-front | grep -qx nsctl
	ps -o user= -C nsctld-front | grep -qx alice
	fails grep -qx root <<<"$(ps -o user= -C nsctld-front)"
}

@test "Network managers leave interfaces of nsctld alone" {
	grep -q '^OriginalName=nsc\*' /usr/local/lib/systemd/network/10-nsctl.link
	grep -q '^Unmanaged=yes' /usr/local/lib/systemd/network/10-nsctl.network
	systemd-analyze cat-config systemd/network/10-nsctl.network | grep -q '^Unmanaged=yes'
	nsctl create -n box --link=host:veth0,peer-address=192.0.2.1/30,interface=veth1,address=192.0.2.2/30
	ip -o link show type veth | grep -q '^[0-9]*: nsc'
}

@test "systemd-tmpfiles does not clean the runtime directory" {
	systemd-tmpfiles --cat-config | grep -q '^x /run/nsctl'
	alice create -n box
	systemd-tmpfiles --clean --prefix=/run --prefix=/var/lib
	alice exec box true
}

@test "Stopping the sets' unit ends the daemon and all processes, and the daemon can start again" {
	alice create -mpn box
	alice exec -d box sleep 1000
	systemctl stop nsctl-sets.service
	fails systemctl is-active nsctld.service
	fails pgrep -x nsctl-init
	alice list | grep box | grep -q broken
	alice rm box
}
