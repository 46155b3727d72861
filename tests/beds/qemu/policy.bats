#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Restrictions of the administrator hold: the kernel's settings for user namespaces, its limits for each user, and
# AppArmor's profiles.

load ../../system/daemon.bash

setup_file() {
	config=$(mktemp /tmp/nsctl-test-conf.XXXXXX)
	export config
	start_counted --config="$config"
}

teardown_file() {
	purge_daemon
	rm "$config"
}

teardown() {
	sysctl -q kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 user.max_net_namespaces=10000
	: >"$config"
	kill -HUP "$(cat "$runtime.pid")"
	nsctl rm --all
	root_nsctl rm --all
	eventually counts_are "$before"
}

# refused TEXT COMMAND...: the command fails, and its error contains TEXT.
refused() {
	local expected=$1
	shift
	run nsctl "$@"
	[ "$status" -eq 1 ] || { echo "$*: $status" && return 1; }
	[[ "$output" == *"$expected"* ]] || { echo "$output" && return 1; }
}

may_have_user_namespaces() { nsctl status | grep -E '^ *userNamespaces +yes'; }

@test "kernel.unprivileged_userns_clone=0 keeps ordinary users from making user namespaces from then on" {
	may_have_user_namespaces
	sysctl -q kernel.unprivileged_userns_clone=0
	run may_have_user_namespaces
	[ "$status" -ne 0 ]
	refused user-namespaces create -r box
	refused user-namespaces create --map-current-user -n box
	[ -z "$(nsctl list --quiet)" ]
	# everything else works as before, and root may still have user namespaces
	nsctl create box
	root_nsctl create -r box
	sysctl -q kernel.unprivileged_userns_clone=1
	nsctl create -r other
}

@test "user.max_user_namespaces=0 keeps ordinary users from making user namespaces" {
	sysctl -q user.max_user_namespaces=0
	refused user-namespaces create -r box
	nsctl create box
}

@test "A user whom nsctld.conf names gets a user namespace although the kernel's settings forbid it" {
	printf '[allow]\nuser-namespaces = %s\n' "$user_id" >"$config"
	kill -HUP "$(cat "$runtime.pid")"
	eventually grep -q 'configuration read again' "$runtime.log"
	sysctl -q kernel.unprivileged_userns_clone=0
	nsctl create -r box
	nsctl exec box id -u | grep -x 0
	run other create -r box
	[ "$status" -eq 1 ]
	nsctl rm box
	# if the kernel allows no user namespaces, root gets none either
	sysctl -q user.max_user_namespaces=0
	refused 'user.max_user_namespaces' create -r box
}

@test "user.max_net_namespaces limits the sets of each user separately" {
	sysctl -q user.max_net_namespaces=2
	nsctl create -n one
	nsctl create -n two
	refused 'user.max_net_namespaces' create -n three
	[ "$(nsctl list --quiet | wc -l)" -eq 2 ]
	other create -n theirs
	other rm theirs
	nsctl rm one
	created() { nsctl create -n three; }
	eventually created
}

# Loads a profile that allows everything except reading one file.
load_profile() {
	secret=$(mktemp /tmp/nsctl-test-secret.XXXXXX)
	chmod 644 "$secret"
	apparmor_parser --replace <<END
profile nsctl-test flags=(attach_disconnected) {
	/** rwlkix,
	capability, network, mount, umount, pivot_root, ptrace, signal, unix, dbus, change_profile,
	deny $secret r,
}
END
}

unload_profile() {
	apparmor_parser --remove <<<'profile nsctl-test { }'
	rm "$secret"
}

under_profile() { as "$user_id" aa-exec --profile=nsctl-test -- timeout "$patience" "$NSCTL_BUILD/nsctl" "$@"; }

# Prints the profile of each front.
profiles_of_fronts() {
	local exe
	for exe in /proc/[0-9]*/exe; do
		[[ "$(readlink "$exe")" != */nsctld-front ]] || cat "${exe%exe}attr/apparmor/current"
	done
}

@test "A caller under an AppArmor profile is confined, and so is its front" {
	load_profile
	nsctl create -n box
	nsctl exec box cat "$secret"
	run under_profile exec box cat "$secret"
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *AppArmor* ]]
	run under_profile create --bind="$secret:/mnt" other
	[ "$status" -eq 1 ]
	under_profile status
	profiles_of_fronts | grep -x 'nsctl-test (enforce)'
	nsctl status
	profiles_of_fronts | grep -x unconfined
	unload_profile
}

@test "A caller under an AppArmor profile whom nsctld.conf names runs commands under its profile" {
	load_profile
	printf '[allow]\nunfiltered = %s\n' "$user_id" >"$config"
	kill -HUP "$(cat "$runtime.pid")"
	allowed() { under_profile create -n box; }
	eventually allowed
	[ "$(under_profile exec box cat /proc/self/attr/apparmor/current)" = "nsctl-test (enforce)" ]
	run under_profile exec box cat "$secret"
	[ "$status" -eq 1 ]
	[ "$(nsctl exec box cat /proc/self/attr/apparmor/current)" = unconfined ]
	unload_profile
}
