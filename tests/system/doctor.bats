#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each check of doctor finds a problem of its kind, which the test makes, and nothing else. This machine may lack some
# things itself: for these, the test compares the check with what the test sees.

load daemon.bash
load net.bash

setup_file() {
	make_config
	configure '[allow]' 'user-namespaces = *' "egress = $user_id"
	start_daemon --config="$config"
	export runtime daemon config
	# These files are copies in the test's own mount namespace, so that the test can change nsctld's configuration
	# and the subordinate ids.
	cp -R /etc "$runtime.etc"
	mount --bind "$runtime.etc" /etc
	rm -rf /etc/nsctl
	hide_installed
}

# Hides an nsctl that is installed here: it has a program of top, and files that keep NetworkManager away.
hide_installed() {
	local place
	hidden=
	for place in {/usr,/usr/local}/lib{/NetworkManager/conf.d,exec/nsctl}; do
		[ -d "$place" ] || continue
		mount -t tmpfs none "$place"
		hidden+=" $place"
	done
	export hidden
}

teardown_file() {
	# shellcheck disable=SC2086
	[ -z "$hidden" ] || umount $hidden
	umount /etc
	rm -rf "$runtime.etc"
	purge_daemon
}

# verdict CHECK [DOCTOR...]: prints the verdict of a check and what it has found. DOCTOR is run in place of nsctl.
verdict() {
	local check=$1
	shift
	"${@:-nsctl}" --json doctor "$check" | sed 's/^{"check":"[^"]*","verdict":"\([a-z]*\)","found":"\([^"]*\)".*/\1 \2/'
}

# is CHECK VERDICT [TEXT [DOCTOR...]]: checks that the check has this verdict, and that what it has found contains
# TEXT.
is() {
	output=$(verdict "$1" "${@:4}")
	echo "$1: $output"
	[[ "$output" == "$2 "*"${3:-}"* ]]
}

@test "doctor finds a sound daemon sound, and says so to people and programs" {
	for check in daemon configuration programs place kernel cgroup2 other-daemons clock sets links ways-out; do
		is "$check" ok
	done
	run nsctl doctor
	[[ "$output" == *"ok       kernel"* ]]
	[ -n "$(nsctl doctor --quiet | grep -v '^ok')" ] || [ "$status" -eq 0 ]
	# the status is 1 if there is a problem, and 0 if there is none
	problems=$(nsctl --json doctor | grep -c '"verdict":"problem"') || true
	[ "$status" -eq $((problems > 0)) ]
	# each check whose verdict is not ok names a remedy
	fails grep -vE '"verdict":"ok"|"remedy":"' <(nsctl --json doctor)
	run nsctl doctor colour
	[ "$status" -eq 2 ]
	[[ "$output" == *'no check "colour"'*name-servers* ]]
	# doctor has removed the sets that it has made
	[ -z "$(nsctl list --quiet)" ]
}

@test "doctor checks the kernel, the limits and the impairments" {
	old_kernel() { as "$user_id" setarch --uname-2.6 "$NSCTL_BUILD/nsctl" "$@"; }
	is kernel problem "older than 5.15" old_kernel
	if nsctl call GetStatus | grep -q '"limits":true'; then
		is limits ok
	else
		is limits problem controller
	fi
	nsctl create -n one
	if nsctl create -n --link=one,delay=1ms two 2>/dev/null; then
		is impairments ok
		nsctl rm two
	else
		is impairments problem "delays"
		# doctor and status each tell the remedy once
		[ "$(nsctl doctor impairments | grep -o sch_netem | wc -l)" -le 3 ]
		[ "$(nsctl status | tr '\n' ' ' | grep -oE 'impairments: .*sch_netem' | wc -l)" -eq 1 ]
	fi
	nsctl rm one
}

@test "doctor finds a daemon that is absent, a second one, and one in a mount namespace of its own" {
	nowhere() { nsctl --socket="$runtime/nowhere" "$@"; }
	is daemon problem "does not answer at $runtime/nowhere" nowhere
	is sets unknown "does not answer" nowhere
	run nowhere doctor
	[ "$status" -eq 1 ]
	(
		make_runtime
		daemon_in="unshare --mount --propagation private"
		start_daemon
		is place problem "mount namespace of its own" root_nsctl
		is place note mnt
		is other-daemons note "2 nsctld run here"
		purge_daemon
	)
	inside() { as "$user_id" unshare --user --map-root-user --mount "$NSCTL_BUILD/nsctl" "$@"; }
	is place note "mnt" inside
}

@test "doctor finds a configuration that is elsewhere, changed, or has a mistake" {
	mkdir -p /etc/nsctl
	touch /etc/nsctl/nsctld.conf
	is configuration problem "nsctld reads $config, and not /etc/nsctl/nsctld.conf"
	rm -r /etc/nsctl
	touch -d "+1 hour" "$config"
	is configuration problem "was changed after"
	touch -d "-1 hour" "$config"
	is configuration ok "$config"
	# the configuration allows user namespaces
	is user-namespaces ok
	configure '[allow]' 'user-namespaces = root' "egress = $user_id"
	kill -HUP "$(cat "$runtime.pid")"
	closed() { is user-namespaces problem "$config does not name you"; }
	opened() { is user-namespaces ok; }
	sysctl=$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null) || true
	[ "$sysctl" = 1 ] || eventually closed
	configure '[allow]' 'user-namespaces = *' "egress = $user_id"
	kill -HUP "$(cat "$runtime.pid")"
	eventually opened
}

@test "The mistake that keeps nsctld from starting is told to users who may read the configuration" {
	place=$("$NSCTL_BUILD/nsctld" --help | sed -n 's/.*--config=FILE *//p')
	mount -t tmpfs -o mode=755 tests "${place%/nsctl/*}"
	mkdir "${place%/*}"
	printf '[limits]\nset = 3\n' >"$place"
	run nsctl --socket="$runtime/nowhere" list
	[ "$status" -eq 4 ]
	[[ "$output" == *"hint: nsctld does not start: $place:2: limits.set: unknown key"* ]]
	nowhere() { nsctl --socket="$runtime/nowhere" "$@"; }
	is daemon problem "$place:2: limits.set" nowhere
	chmod 600 "$place"
	run nsctl --socket="$runtime/nowhere" list
	[[ "$output" == *"is nsctld running?"* ]]
	umount "${place%/nsctl/*}"
}

@test "doctor finds helper programs with a wrong mode, and a missing one" {
	chmod 750 "$NSCTL_BUILD/nsctl-runner"
	is programs problem "nsctl-runner cannot be executed by every user"
	chmod 777 "$NSCTL_BUILD/nsctl-runner"
	is programs problem "nsctl-runner can be changed by others"
	chmod 711 "$NSCTL_BUILD/nsctl-runner"
	mv "$NSCTL_BUILD/nsctl-filter" "$NSCTL_BUILD/moved"
	is programs problem "nsctl-filter is missing"
	mv "$NSCTL_BUILD/moved" "$NSCTL_BUILD/nsctl-filter"
	# a build without ncurses has no nsctl-top, so it lacks only the verb top
	cp "$(type -P true)" "$runtime/nsctl-top"
	[ ! -e "$NSCTL_BUILD/nsctl-top" ] || mv "$NSCTL_BUILD/nsctl-top" "$runtime/nsctl-top"
	is top note "nsctl-top is missing"
	nsctl --json doctor top | grep -q 'remedy.*ncurses'
	is programs ok
	mv "$runtime/nsctl-top" "$NSCTL_BUILD/nsctl-top"
	is top ok
}

@test "doctor checks the propagation of /run, name servers, nscd, subordinate ids and the clock" {
	mount --make-private /run
	is run-mount note "not shared"
	mount --make-shared /run
	is run-mount ok
	mount --make-private /run
	rm -f /etc/resolv.conf
	is name-servers note
	echo "nameserver 127.0.0.1" >/etc/resolv.conf
	is name-servers problem 127.0.0.1
	mkdir -p /run/systemd/resolve
	echo "nameserver 192.0.2.1" >/run/systemd/resolve/resolv.conf
	is name-servers ok 192.0.2.1
	rm -r /run/systemd/resolve
	echo "nameserver 192.0.2.1" >/etc/resolv.conf
	is name-servers ok 192.0.2.1
	is name-servers note "[allow] egress in $config does not name you" other
	mv "$config" "$config.away"
	is name-servers note "$config (there is no such file yet)" other
	mv "$config.away" "$config"
	is memory ok
	echo "MemAvailable: 1024 kB" >/etc/meminfo
	mount --bind /etc/meminfo /proc/meminfo
	is memory problem "1 MiB"
	umount /proc/meminfo
	is name-cache ok
	mkdir /run/nscd
	touch /run/nscd/socket
	is name-cache note nscd
	rm -r /run/nscd
	: >/etc/subuid
	is subordinate-ids note /etc/subuid
	echo "$user_id:100000:65536" | tee /etc/subuid >/etc/subgid
	is subordinate-ids ok
	touch -d "+1 year" "$NSCTL_BUILD/nsctl"
	is clock problem "before nsctl was installed"
	touch "$NSCTL_BUILD/nsctl"
}

@test "doctor tells whether the user may have egress to everything, to some lists, or not at all" {
	is egress ok "to all that the host reaches"
	is egress note "[allow] egress in $config does not name you" other
	before=$(cat "$config")
	configure '[allow]' 'user-namespaces = *' "egress = $user_id $other_id:mirrors $other_id:npm" \
		'[lists]' 'mirrors = 192.0.2.1' 'npm = 192.0.2.2' 'site = 192.0.2.3'
	kill -HUP "$(cat "$runtime.pid")"
	listed() { is egress ok "to the lists mirrors, npm" other; }
	eventually listed
	other --json call GetStatus | grep -q '"egressLists":\["mirrors","npm"\]'
	other status | grep -qF -- '--egress (to the lists mirrors, npm)'
	fails grep -E '^not allowed.*--egress' <(other status)
	[ "$(other complete -- create --allow=@ | cut -f 1 | paste -sd ' ')" = "--allow=@mirrors --allow=@npm --allow=@dns --allow=@./" ]
	nsctl --json call GetStatus | grep -q '"egressLists":\["mirrors","npm","site"\]'
	printf '%s\n' "$before" >"$config"
	kill -HUP "$(cat "$runtime.pid")"
	unlisted() { is egress note "does not name you" other; }
	eventually unlisted
}

@test "doctor finds what keeps ways out from working: the kernel, another program's table, or a missing right" {
	mkdir -p /boot
	mount -t tmpfs tests /boot
	echo "# CONFIG_NF_CONNTRACK_LABELS is not set" >"/boot/config-$(uname -r)"
	is ways-out problem "no CONFIG_NF_CONNTRACK_LABELS" other
	umount /boot
	is ways-out unknown "only who may have --egress" other
	is ways-out ok
	nsctl create -n --egress out
	table=$(nft list tables | grep -o 'nsctl-[0-9a-f]*')
	nsctl rm out
	# the daemon's table goes with the last way out, so another program can take its name
	mkfifo "$runtime.fifo"
	nft --interactive <"$runtime.fifo" >"$runtime.nft" &
	holder=$!
	exec 7>"$runtime.fifo"
	echo "add table inet $table { flags owner; }" >&7
	held() { nft list tables | grep -qx "table inet $table"; }
	eventually held
	is ways-out problem "no set with --egress can be made: change the packet filter's table"
	exec 7>&-
	await "$holder"
	is ways-out ok
}

@test "doctor finds firewalld, NetworkManager, and rules that drop forwarded packets" {
	for program in firewalld NetworkManager; do
		cp "$(command -v sleep)" "$runtime/$program"
		start_server "$program" "$runtime/$program" 1000
	done
	started() { is firewalld note "firewalld runs"; }
	eventually started
	is interfaces problem "NetworkManager runs"
	mkdir -p /etc/NetworkManager/conf.d
	touch /etc/NetworkManager/conf.d/10-nsctl.conf
	is interfaces ok
	end_servers
	rm "$runtime/firewalld" "$runtime/NetworkManager"
	is firewalld ok
	is forwarding unknown "only root"
	is forwarding ok "" root_nsctl
	nft add table inet other
	nft add chain inet other closed '{ type filter hook forward priority 0; policy drop; }'
	is forwarding problem "inet other closed" root_nsctl
	nft delete table inet other
}
