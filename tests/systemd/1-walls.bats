#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hardened services: each directive that makes a namespace, alone and together. What a service sees, its sets see.

load bed.bash

setup_file() {
	mkdir -p /srv/shown /srv/hidden /opt/other
	chown alice /srv/shown /srv/hidden
	ip netns add walls
	touch /run/walls-ipc
	unshare --ipc=/run/walls-ipc true
	mkdir /opt/mirror
	mount --bind / /opt/mirror
	mkdir -p /opt/extension/usr/lib/extension-release.d
	echo ID=_any >/opt/extension/usr/lib/extension-release.d/extension-release.extension
	mkdir /opt/image.d
	cp -R /opt/extension/usr /opt/image.d
	truncate -s 4M /opt/image
	mkfs.ext4 -q -d /opt/image.d /opt/image
	echo secret >/srv/hidden/secret
	echo secret >/home/alice/secret
	# view: prints the files that a process sees, where it can write, and its namespaces
	cat >/usr/local/bin/view <<-'SH'
		#!/bin/sh
		ls -d /tmp/mark* /home/alice/* /srv/*/* /proc/1 /proc/cpuinfo /sys/fs/cgroup/system.slice 2>/dev/null
		for directory in /tmp /var/tmp /home/alice /srv/shown; do
			touch "$directory/probe" 2>/dev/null && rm "$directory/probe" && echo "$directory: writable"
		done
		grep -E ' (/usr|/|/srv/shown|/sys/fs/cgroup) ' /proc/self/mountinfo | sed 's/^[0-9 :]*//; s/ - .*//; s/ [a-z]*:[0-9]*//g' | sort -u
		for kind in net ipc uts; do readlink "/proc/self/ns/$kind"; done
	SH
	chmod 755 /usr/local/bin/view
	# compare: checks that the views of sets are that of their caller
	cat >/usr/local/bin/compare <<-'SH'
		#!/bin/sh
		touch "/tmp/mark.$$" 2>/dev/null
		view >/dev/null
		own=$(view)
		for options in -p "-p -r"; do
			set=$(nsctl run $options view) || exit 1
			[ "$own" = "$set" ] || { echo "$options:"; echo "$own"; echo ---; echo "$set"; exit 2; }
		done
		for options in -mp -mpu "-mp -r"; do
			set=$(nsctl run $options sh -c 'ls -d /tmp/mark* /home/alice/* /srv/*/* 2>/dev/null; true') || exit 3
			[ "$set" = "$(ls -d /tmp/mark* /home/alice/* /srv/*/* 2>/dev/null)" ] || { echo "$options:"; echo "$set"; exit 4; }
		done
		nsctl create -mpn box && nsctl exec box true && nsctl create -n --bind=/usr:/mnt -m other &&
			nsctl exec other ls /mnt >/dev/null && nsctl rm box other || exit 5
		echo same
	SH
	chmod 755 /usr/local/bin/compare
}

teardown_file() {
	ip netns del walls
	umount /run/walls-ipc /opt/mirror
	rmdir /opt/mirror
	rm -rf /run/walls-ipc /srv/shown /srv/hidden /opt/other /opt/extension /opt/image /opt/image.d /home/alice/secret /usr/local/bin/view /usr/local/bin/compare /tmp/mark.*
}

teardown() {
	rm -f "$configuration"
	systemctl reload-or-restart nsctld.service
	remove_all
}

# service DIRECTIVE... -- COMMAND...: runs the command as a service of alice's.
service() { as_service --wait --pipe RuntimeMaxSec=120 "$@"; }

# supports DIRECTIVE: succeeds if this systemd knows it.
supports() { service "$1" -- true 2>/dev/null; }

# Directives that do not imply a system call filter.
directives=(PrivateTmp=yes ProtectSystem=strict ProtectHome=yes ProtectHome=tmpfs ProtectHome=read-only PrivateMounts=yes
	BindPaths=/srv/shown:/srv/hidden BindReadOnlyPaths=/srv/hidden:/srv/shown TemporaryFileSystem=/srv
	InaccessiblePaths=/srv/hidden ReadOnlyPaths=/srv/shown PrivateNetwork=yes PrivateIPC=yes ProtectProc=invisible
	ProtectControlGroups=yes ProtectControlGroups=private NetworkNamespacePath=/run/netns/walls
	IPCNamespacePath=/run/walls-ipc PrivatePIDs=yes ReadWritePaths=/srv/shown NoExecPaths=/srv/shown ExecPaths=/usr ProcSubset=pid
	LogNamespace=walls ExtensionDirectories=/opt/extension MountImages=/opt/image:/srv/hidden)
# Directives that imply one.
filtered=(PrivateDevices=yes ProtectKernelTunables=yes ProtectKernelModules=yes ProtectKernelLogs=yes ProtectHostname=yes ProtectClock=yes
	DynamicUser=yes RestrictNamespaces=yes RestrictAddressFamilies=AF_UNIX RestrictRealtime=yes RestrictSUIDSGID=yes LockPersonality=yes
	MemoryDenyWriteExecute=yes SystemCallArchitectures=native)

@test "Sets of a service with each hardening directive see what the service sees" {
	local directive
	for directive in "Description=none" "${directives[@]}"; do
		supports "$directive" || { echo "# systemd lacks $directive" >&3 && continue; }
		run service "$directive" -- compare
		echo "$directive: $output"
		[ "$status" -eq 0 ]
		[ "${lines[-1]}" = same ]
	done
}

@test "Sets of a service with its own root directory see what the service sees" {
	for api in yes no; do
		run service RootDirectory=/opt/mirror BindPaths="/run/nsctl${more:-}" MountAPIVFS=$api -- compare
		echo "$output"
		[ "$status" -eq 0 ]
		[ "${lines[-1]}" = same ]
		# without it, only what is bound is there
		more=" /proc /sys /dev /tmp"
	done
}

together=(PrivateTmp=yes ProtectSystem=strict ProtectHome=tmpfs PrivateNetwork=yes PrivateIPC=yes PrivateMounts=yes ProtectProc=invisible
	ProcSubset=pid ProtectControlGroups=yes ReadOnlyPaths=/srv/shown InaccessiblePaths=/srv/hidden NoExecPaths=/srv LogNamespace=walls
	RuntimeDirectory=walls StateDirectory=walls NoNewPrivileges=yes KeyringMode=private LoadCredential=word:/etc/hostname)

@test "Sets of a service with all hardening directives see what the service sees" {
	run service "${together[@]}" -- compare
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = same ]
}

@test "A service under a system call filter is refused with that reason, unless a key names its user" {
	local directive
	for directive in SystemCallFilter=~@raw-io "${filtered[@]}"; do
		supports "$directive" || { echo "# systemd lacks $directive" >&3 && continue; }
		# not every build of systemd uses a filter for each of them
		service "$directive" -- grep -q 'Seccomp:.*2' /proc/self/status || continue
		run service "$directive" -- nsctl create -n box
		echo "$directive: $output"
		[ "$status" -eq 1 ]
		[[ "$output" == *SystemCallFilter=*unfiltered* ]]
	done
	configure $'[allow]\nunfiltered = alice'
	systemctl reload-or-restart nsctld.service
	for directive in "${filtered[@]}"; do
		supports "$directive" || continue
		run service "$directive" -- nsctl run -mp true
		echo "$directive: $output"
		[ "$status" -eq 0 ]
	done
	run service "${together[@]}" "${filtered[@]}" -- compare
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = same ]
}

@test "A service under BPF programs is refused with that reason, unless a key names its user" {
	supports IPAddressDeny=any || skip "systemd lacks IPAddressDeny="
	# without rights to BPF, systemd leaves the programs out
	! service IPAddressDeny=any -- ping -c 1 -W 2 127.0.0.1 || skip "this machine's systemd attaches no BPF programs"
	run service IPAddressDeny=any -- nsctl create -n box
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *IPAddressDeny=*DeviceAllow=*unfiltered* ]]
	service IPAddressDeny=any -- nsctl list
	configure $'[allow]\nunfiltered = alice'
	systemctl reload-or-restart nsctld.service
	service IPAddressDeny=any -- nsctl run -n true
}

@test "A service with its own user namespace is refused with that reason" {
	supports PrivateUsers=yes || skip "kernel lacks PrivateUsers="
	run service PrivateUsers=yes -- nsctl create -n box
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *PrivateUsers=* ]]
}

@test "A restarted service can list, renew and remove its old sets, and cannot enter them" {
	service PrivateTmp=yes -- nsctl create -mp --lease=1h box
	service PrivateTmp=yes -- nsctl list | grep box
	service PrivateTmp=yes -- nsctl renew box
	run service PrivateTmp=yes -- nsctl exec box true
	[ "$status" -ne 0 ]
	[[ "$output" == *"no set"* ]]
	alice exec box true
	service PrivateTmp=yes -- nsctl rm box
}
