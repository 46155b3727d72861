#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of docs/neighbours.md, as they are there. The daemon is where an installed one is.
# shellcheck disable=SC2154

load ../system/daemon.bash
load ../lib/image.bash
load ../lib/recipe.bash

setup_file() {
	runtime=/run/nsctl
	mkdir -m 755 "$runtime"
	start_counted
	ip link add outside0 type veth peer name outside1
	home=/run/nsctl-test-home
	make_image "$home/rootfs" ip
	install -d -o "$user_id" -m 700 "/run/user/$user_id"
	# the machine's own storage and cgroups are not the test's
	cat >"$home/containers.conf" <<-END
		[containers]
		cgroups = "disabled"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "none"
		lock_type = "file"
	END
	chown -R "$user_id" "$home"
	chmod 755 "$home"
	for name in root user; do
		printf '%s\n' '[storage]' 'driver = "vfs"' "graphroot = \"$home/$name/storage\"" "runroot = \"$home/$name/run\"" >"$home/storage-$name.conf"
	done
	export home CONTAINERS_CONF=$home/containers.conf CONTAINERS_STORAGE_CONF=$home/storage-root.conf
}
teardown_file() {
	purge_daemon
	ip link del outside0
	rm -rf "$home" "/run/user/$user_id"
}
teardown() {
	nsctl rm --all
	eventually counts_are "$before"
}

# The user's environment, as after a login.
user=(setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i HOME="$home" XDG_RUNTIME_DIR="/run/user/$user_id"
	PATH="$NSCTL_BUILD:$PATH" CONTAINERS_CONF="$home/containers.conf" CONTAINERS_STORAGE_CONF="$home/storage-user.conf")

# shows SECTION: runs the section's commands; what they print is in $output.
shows() {
	cd "$home" || return 1
	output=$(PATH="$NSCTL_BUILD:$PATH" recipe "$BATS_TEST_DIRNAME/../../docs/neighbours.md" "$1" "$user_id" "${user[@]}" 2>&1) ||
		{ echo "$output" && return 1; }
	echo "$output"
}

# only_lo COUNT: so many times, a program has seen the set's network, which is empty, and not that outside.
only_lo() { [ "$(grep -c '^1: lo:' <<<"$output")" -eq "$1" ] && [[ $output != *outside0* ]]; }

@test "bwrap runs in a set's network" { shows bwrap && only_lo 1; }
@test "crun runs in a set's network" { shows crun && only_lo 1; }
# refused: podman of the user cannot join by a path. Now and then, crun does not say the reason.
refused() {
	run "${user[@]}" podman run --rm --network="ns:/run/nsctl/ns/$user_id/box/net" --rootfs "$home/rootfs" ip -o link
	echo "$output"
	[ "$status" -ne 0 ] && [[ $output == *"cannot setns"*"Operation not permitted"* ]]
}

@test "podman of root joins a set's network by path, and podman of the user is refused" {
	shows podman
	only_lo 2
	eventually refused
	# ends the process that keeps its user namespace
	kill -KILL "$(cat "/run/user/$user_id/libpod/tmp/pause.pid")"
}
@test "CNI plugins connect a set" {
	shows "CNI plugins"
	[[ $output == *"1 received"* ]]
	ip link del cni0
}
