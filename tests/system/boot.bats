#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets and networks with --boot come back unchanged when the machine starts; the others are gone. The tests simulate a
# boot: they remove everything that the kernel and the runtime directory hold, and keep the state directory.

# This uid has an account, because sets of others are not made again at boot.
user_id=$(id -u daemon)
load daemon.bash
load fuse.bash

setup() {
	unset runtime
	start_daemon
	state=$runtime.state
	nsctl run -mpn true
	before=$(kernel_counts)
	place=$(mktemp -d /run/nsctl-test-place.XXXXXX)
	chmod 755 "$place"
	echo here >"$place/file"
}

teardown() {
	fuse_place=$place remove_fuse fuse
	rm -rf "$place"
	answers || start_daemon
	nsctl rm --all
	purge_daemon
}

# Simulates a power cut, after which only the disk is left.
cut_power() {
	cp -a "$state" "$state.saved"
	kill -KILL "$(cat "$runtime.pid")"
	eventually is_gone "$(cat "$runtime.pid")"
	"$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" --state-directory="$state" --purge >>"$runtime.log" 2>&1
	rm -rf "$state"
	mv "$state.saved" "$state"
}
reboot() {
	cut_power
	start_daemon "$@"
}

# Prints the properties of a set, its links and networks that must stay the same.
portrait() {
	{
		nsctl --json show "$@"
		nsctl --json link list
		nsctl --json network list
	} | "$BATS_TEST_DIRNAME/../lib/portrait.py"
}

records() { find "$state/sets" "$state/links" -type f 2>/dev/null | wc -l; }
records_are() { [ "$(records)" -eq "$1" ]; }

@test "Sets with --boot come back with their specification, addresses and order, and others are gone" {
	nsctl network create lan --subnet=10.7.0.0/24 --boot
	nsctl create -mpnu --boot --link=net/lan --bind="$place:/mnt:ro" --label=job=7 one
	nsctl create -n --boot --link=net/lan --link=one:eth5,address=10.8.0.1/24 two
	nsctl link add one two --name=cable
	nsctl create -n passing
	nsctl link add one passing
	nsctl network create brief
	eventually records_are 4
	nsctl link rm one-passing
	nsctl rm passing
	was=$(portrait one two)
	nsctl create -n passing
	reboot
	[ "$(nsctl list | awk '{ print $1 ":" $3 }' | sort)" = "one:ready
two:ready" ]
	run nsctl network rm brief
	[ "$status" -eq 1 ]
	diff <(grep -v '"name": "brief"' <<<"$was") <(portrait one two | grep -v '"name": "brief"')
	[ "$(nsctl exec one cat /mnt/file)" = here ]
	nsctl exec one ping -c 1 -W 5 10.7.0.3
	# the sets were made again before clients were served, in their original order
	grep 'created again' "$runtime.log" | sed 's/.*set=//' | tr '\n' ' ' | grep -q '^lan one two $'
	# a second boot changes nothing
	reboot
	[ "$(portrait one two)" = "$(grep -v '"name": "brief"' <<<"$was")" ]
}

@test "A set's views of files come back at boot" {
	nsctl create -mp -r --boot --read-only --hide="$place" --overlay=/usr --device=/dev/null box
	eventually records_are 1
	reboot
	fails nsctl exec box touch "/tmp/${place##*/}"
	[ -z "$(nsctl exec box ls "$place")" ]
	[ "$(nsctl exec box stat -f -c %T /usr)" = overlayfs ]
	nsctl exec box sh -c 'echo x >/dev/null'
}

@test "A restart makes no set again, and a removed set does not come back" {
	nsctl create -mpn --boot box
	inode=$(nsctl --json show box | grep -o '"inode":[0-9]*,"id":[0-9]*,"held":true')
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
	[ "$(nsctl --json show box | grep -o '"inode":[0-9]*,"id":[0-9]*,"held":true')" = "$inode" ]
	records_are 1
	nsctl rm box
	records_are 0
	reboot
	[ -z "$(nsctl list)" ]
	eventually counts_are "$before"
}

@test "Removals and changes of links are still there after a boot" {
	nsctl network create lan --subnet=10.7.0.0/24 --boot
	nsctl create -n --boot --link=net/lan one
	nsctl create -n --boot --link=one two
	nsctl link add one two --name=cable
	nsctl link down two-one
	nsctl link rm one-lan
	nsctl link rm cable
	eventually records_are 3
	reboot
	[ "$(nsctl --json link list | grep -c '"name"')" -eq 1 ]
	nsctl --json link list | grep -q '"name":"two-one".*"up":false'
	nsctl rm one
	reboot
	[ -z "$(nsctl --json link list)" ]
	nsctl show two
}

@test "A set that cannot be made again is reported, listed as broken, and tried at the next start" {
	nsctl create -mpn --boot --bind="$place:/mnt" box
	nsctl create -n --boot fine
	cut_power
	mv "$place" "$place.away"
	start_daemon
	nsctl list | grep '^box' | grep -q broken
	nsctl list | grep '^fine' | grep -q ready
	grep -q 'cannot be made again.*spec.mounts\[0\].source.*uid='"$user_id"' set=box' "$runtime.log"
	run nsctl exec box true
	[ "$status" -eq 125 ]
	[ ! -e "$(daemon_cgroup)/$user_id/$(nsctl --json show box | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d '"' -f 4)" ]
	mv "$place.away" "$place"
	stop_daemon
	start_daemon
	[ "$(nsctl exec box cat /mnt/file)" = here ]
	# a broken set can be removed, and does not come back
	cut_power
	mv "$place" "$place.away"
	start_daemon
	nsctl rm box
	mv "$place.away" "$place"
	reboot
	run nsctl show box
	[ "$status" -eq 1 ]
}

@test "Paths are looked up at boot with the owner's rights, not with root's" {
	nsctl create -m --boot --bind="$place:/mnt" box
	nsctl create -m --boot whole
	cut_power
	# the path now leads to a directory that only root may read
	mv "$place" "$place.away"
	mkdir -m 700 "$place"
	mkdir "$place/inner"
	start_daemon
	nsctl list | grep '^whole' | grep -q ready
	# any user may bind the directory itself, but not reach the files in it
	fails nsctl exec box ls /mnt/inner
	nsctl rm box
	chmod 755 "$place"
	mkdir "$place/inner/deep"
	nsctl create -m --boot --bind="$place/inner/deep:/mnt" box
	cut_power
	chmod 700 "$place"
	start_daemon
	nsctl list | grep '^box' | grep -q broken
	rm -rf "$place"
	mv "$place.away" "$place"
}

@test "A user namespace that is made at boot is held to no caller's limit on processes" {
	# No other test uses this account, because the kernel counts all its processes.
	local uid
	uid=$(id -u mail)
	# crowd: prints how many of 100 processes could be started in the set.
	crowd() {
		as "$uid" "$NSCTL_BUILD/nsctl" exec box python3 -c '
import os, signal
made = []
for _ in range(100):
    try:
        made.append(os.fork())
    except BlockingIOError:
        break
    if made[-1] == 0:
        signal.pause()
print(len(made))
for child in made:
    os.kill(child, signal.SIGKILL)'
	}
	as "$uid" prlimit --nproc=60 "$NSCTL_BUILD/nsctl" create -mpr --boot box
	[ "$(crowd)" -lt 60 ]
	reboot
	[ "$(crowd)" = 100 ]
	as "$uid" "$NSCTL_BUILD/nsctl" rm box
}

@test "A set that the policy no longer allows is not made again" {
	config=$(mktemp /tmp/nsctl-test-conf.XXXXXX)
	nsctl create -n --boot one
	nsctl create -n --boot two
	printf '[limits]\nsets = 1\n' >"$config"
	reboot --config="$config"
	nsctl list | grep '^one' | grep -q ready
	nsctl list | grep '^two' | grep -q broken
	printf '[allow]\nconnect = root\n' >"$config"
	reboot --config="$config"
	[ "$(root_nsctl --owner="$user_id" list --all-owners | grep -c broken)" -eq 2 ]
	stop_daemon
	start_daemon
	rm -f "$config"
	[ "$(nsctl list | grep -c ready)" -eq 2 ]
}

@test "A set whose owner has no account is listed as broken until root removes it" {
	fails getent passwd "$other_id"
	other network create lan --subnet=10.7.0.0/24 --boot
	other create -mpn --boot --link=net/lan box
	other create -n --boot pair
	other link add box pair
	nsctl create -n --boot box
	records=$(records)
	reboot
	nsctl list | grep '^box' | grep -q ready
	for name in box pair; do
		root_nsctl --owner="$other_id" show "$name" >"$place/shown"
		grep 'state *broken' "$place/shown"
		grep "reason *cannot be made again: boot: uid $other_id, its owner, has no account any more" "$place/shown"
		grep -q "cannot be made again.*no account any more.*uid=$other_id set=$name" "$runtime.log"
	done
	grep -q "cannot be made again.*no account any more.*uid=$other_id set=lan" "$runtime.log"
	# the cgroup of the sets has nothing of the owner's
	[ -z "$(find "$(daemon_cgroup)/$other_id" -mindepth 1 2>/dev/null)" ]
	run root_nsctl --owner="$other_id" exec box true
	[ "$status" -eq 125 ]
	# a restart changes nothing; an administrator's rm makes the daemon forget it
	stop_daemon
	start_daemon
	records_are "$records"
	root_nsctl --owner="$other_id" rm box pair
	root_nsctl --owner="$other_id" network rm lan
	reboot
	[ -z "$(root_nsctl --owner="$other_id" list --quiet)" ]
	eventually records_are 1
	nsctl list | grep '^box' | grep -q ready
}

@test "Options that make no sense with --boot are refused" {
	ln -s / "$place/link"
	run nsctl create -n --boot --lease=1h box
	[ "$status" -eq 1 ]
	[[ $output == *boot*"a lease"* ]]
	run nsctl run -n --boot true
	[ "$status" -eq 125 ]
	nsctl create -n passing
	run nsctl create -n --boot --link=passing box
	[ "$status" -eq 1 ]
	[[ $output == *"set passing, which it is linked to, is not made again"* ]]
	# a path that does not lead to the descriptor's file is refused
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" "$place" <<'PYTHON'
import array, json, os, socket, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from varlink import Connection

def create(mount, fds):
    client = Connection()
    call = {"method": "org.nsctl.Create", "parameters": {"name": "box", "spec": {
        "namespaces": ["mnt"], "boot": True, "mounts": [dict(mount, type="bind", target="/mnt")]}}}
    client.socket.sendmsg([json.dumps(call).encode() + b"\0"], [
        (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
    return client.receive()

fd = os.open(sys.argv[2], os.O_PATH)
for source in ("/etc", "/nonexistent", "/proc/self/fd/0"):
    reply = create({"source": source, "sourceFileDescriptor": 0}, [fd])
    assert reply.get("error") == "org.nsctl.InvalidValue", reply
    assert reply["parameters"]["field"] == "spec.mounts[0].source", reply
reply = create({"sourceFileDescriptor": 0}, [fd])
assert reply["parameters"]["field"] == "spec.mounts[0].source", reply
PYTHON
	nsctl rm passing
	records_are 0
	eventually counts_are "$before"
}

@test "A caller in a mount namespace of its own cannot make a set with --boot" {
	behind_wall() {
		unshare --mount setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
			"$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "$@"
	}
	behind_wall create -n box
	run behind_wall create -n --boot other
	[ "$status" -eq 1 ]
	[[ $output == *boot*PrivateTmp=* ]]
	run behind_wall network create lan --boot
	[ "$status" -eq 1 ]
	nsctl rm box
}

@test "A daemon that is killed while it writes a boot record leaves a whole set or none" {
	stop_daemon
	NSCTL_KILL_AT=boot-kept start_daemon
	run nsctl create -mpn --boot box
	[ "$status" -ne 0 ]
	eventually is_gone "$daemon"
	start_daemon
	if nsctl show box; then
		nsctl exec box true
		records_are 1
		nsctl rm box
	fi
	records_are 0
	eventually counts_are "$before"
	# the same holds for a set that is being made again
	nsctl create -mpn --boot box
	cut_power
	rm -f "$runtime.pid"
	NSCTL_KILL_AT=create-furnished start_daemon & starter=$!
	eventually [ -s "$runtime.pid" ]
	daemon=$(cat "$runtime.pid")
	eventually is_gone "$daemon"
	kill "$starter" 2>/dev/null || true
	wait "$starter" || true
	start_daemon
	nsctl exec box true
	nsctl rm box
	records_are 0
	eventually counts_are "$before"
}

@test "A set is not made if its boot record cannot be written to a full or missing disk" {
	nsctl create -n --boot first
	mount -t tmpfs -o size=16k,mode=700 none "$state/sets"
	stop_daemon
	start_daemon
	dd if=/dev/zero of="$state/sets/.fill" bs=4k count=8 2>/dev/null || true
	run nsctl create -mpn --boot box
	[ "$status" -eq 1 ]
	[[ $output == *"No space"* || $output == *ENOSPC* ]]
	run nsctl show box
	[ "$status" -eq 1 ]
	nsctl create -n plain
	stop_daemon
	umount "$state/sets"
	start_daemon
	nsctl show first
}

@test "The state directory is root's alone, and another owner's is not used" {
	nsctl create -n --boot box
	[ "$(stat -c '%u %a' "$state")" = "0 700" ]
	nsctl rm box
	stop_daemon
	chown "$user_id" "$state"
	start_daemon
	grep -q 'does not belong to root' "$runtime.log"
	nsctl create -n plain
	run nsctl create -n --boot box
	[ "$status" -eq 1 ]
	chown 0 "$state"
}

@test "A set that hangs while it is made at boot does not delay other sets" {
	export fuse_place=$place
	mkdir -p "$place/fuse/directory"
	nsctl create -mn --boot --bind="$place/fuse/directory:/mnt" one
	nsctl create -mn --boot --bind="$place/fuse/directory:/mnt" two
	eventually records_are 2
	cut_power
	mount_fuse fuse --hang=lookup --only=directory --allow-other
	start_daemon
	grep -q 'still being made again' "$runtime.log"
	other run -mpn true
	fuse_hangs fuse lookup directory
	end_fuse fuse
	nsctl create -n --existing three
	settled() { ! nsctl list | grep -qE 'creating|removing'; }
	eventually settled
	answers
}

@test "A changed list of egress comes back as it was last" {
	stop_daemon
	config=$runtime.conf
	configure '[allow]' "egress = $user_id"
	start_daemon --config="$config"
	nsctl network create lan --subnet=10.7.0.0/24 --allow=198.51.100.1 --boot
	nsctl create -n --boot --allow=198.51.100.1 --allow=198.51.100.2 one
	nsctl egress --remove=198.51.100.1 --deny=198.51.100.3 one
	nsctl egress --allow=198.51.100.2 net/lan
	reboot --config="$config"
	[ "$(nsctl egress one | awk '{ print $NF }' | head -n 2 | xargs)" = "198.51.100.2 198.51.100.3" ]
	[ "$(nsctl egress net/lan | awk '{ print $NF }' | head -n 2 | xargs)" = "198.51.100.1 198.51.100.2" ]
	nsctl rm one
	nsctl network rm lan
	eventually records_are 0
}
