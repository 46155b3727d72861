#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Views of files: read-only trees, hidden places and private ones, for an ordinary user, with and without a user
# namespace. No process inside can undo them.

load daemon.bash

setup_file() {
	start_counted
	place=$(mktemp -d "$runtime/place.XXXXXX")
	export place
}

teardown_file() {
	rm -rf "${place:?}"
	purge_daemon
}

setup() {
	mkdir "$place"/{tree,tree/below,own,ro,secret,hidden}
	echo up | tee "$place"/{tree,own,secret,hidden}/up "$place/file" >/dev/null
	chown -R "$user_id:$user_id" "$place"
}

teardown() {
	nsctl rm --all
	! mountpoint -q "$place/tree/below" || umount -R "$place/tree/below"
	! mountpoint -q "$place/tree" || umount "$place/tree"
	rm -rf "${place:?}"/*
	eventually counts_are "$before"
}

@test "--read-only makes the root or a tree read-only with all below it, except for later binds" {
	mount -t tmpfs -o mode=777 none "$place/tree/below"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mp $user --read-only --bind="$place/own:$place/own" box
		for path in "$place" "$place/tree" "$place/tree/below" /tmp; do
			fails nsctl exec box touch "$path/written"
		done
		nsctl exec box touch "$place/own/written"
		[ "$(nsctl exec box cat "$place/tree/up")" = up ]
		nsctl rm box
		# shellcheck disable=SC2086
		nsctl create -m $user --read-only="$place/tree" box
		fails nsctl exec box touch "$place/tree/written"
		fails nsctl exec box touch "$place/tree/below/written"
		nsctl exec box touch "$place/written"
		nsctl show box | grep -q "readOnly $place/tree"
		nsctl rm box
		# shellcheck disable=SC2086
		[ "$(nsctl run -m $user --bind=/:/:ro sh -c 'touch "$0" 2>&1 | grep -o Read-only' "$place/x")" = Read-only ]
		# shellcheck disable=SC2086
		nsctl run -m $user --bind=/:/ touch "$place/own/again"
	done
	[ -z "$(ls "$place/tree/below")" ]
	umount "$place/tree/below"
}

@test "A hidden place is empty and cannot be written to" {
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -m $user --hide="$place/secret" --hide="$place/file" --hide="$place/hidden" box
		[ -z "$(nsctl exec box ls -A "$place/secret" "$place/hidden" | grep -v "^/" | xargs)" ]
		[ -z "$(nsctl exec box cat "$place/file")" ]
		fails nsctl exec box touch "$place/secret/written"
		nsctl exec box sh -c 'echo written >"$0"' "$place/file"
		nsctl rm box
	done
	[ "$(cat "$place/file")" = up ]
}

# Tries to undo the views of the set that it runs in. Prints what it could do.
attack() {
	cat <<'SH'
cd /mnt && mkdir moved all
for view in secret hidden file tree ro; do
	path=$1/$view
	umount "$path" && echo "unmounted $view"
	umount -l "$path" && echo "detached $view"
	mount --move "$path" moved && echo "moved $view"
done
for view in hidden file tree ro; do
	mount -o remount,bind,rw "$1/$view" && echo "remounted $view"
done
mount --rbind "$1" all && for view in secret hidden file tree ro; do
	umount -l "all/$view" && echo "copied $view"
done
mount --bind "$1" all && cat all/secret/up && echo "bound"
unshare --mount sh -c 'umount "$0" && echo unshared' "$1/secret"
mount -o remount,size=100m "$1/secret" && echo grown
for file in secret/up hidden/up; do
	[ ! -e "$1/$file" ] || echo "found $file"
done
[ ! -s "$1/file" ] || echo "read"
for file in tree/new ro/new; do
	touch "$1/$file" && echo "written $file"
done
echo ran
SH
}

@test "Root inside can neither unmount, move, remount nor see through a view" {
	for options in -r "-r --propagation=private" "-a -r"; do
		# shellcheck disable=SC2086
		nsctl create -mp $options --tmpfs=/mnt --tmpfs="$place/secret:1M" --hide="$place/hidden" --hide="$place/file" \
			--read-only="$place/tree" --bind="$place/own:$place/ro:ro" box
		output=$(attack | nsctl exec box sh -s "$place" 2>/dev/null)
		echo "$output"
		[ "$output" = ran ]
		nsctl rm box
	done
}

@test "Mounts that are made outside later can be neither seen nor written to in a view" {
	mount -t tmpfs none "$place/tree"
	mount --make-shared "$place/tree"
	mkdir "$place/tree/later"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -m $user --read-only box
		# shellcheck disable=SC2086
		nsctl create -m $user --hide="$place/tree/later" other
		mount -t tmpfs -o mode=777 none "$place/tree/later"
		touch "$place/tree/later/seen"
		for set in box other; do
			fails nsctl exec "$set" test -e "$place/tree/later/seen"
			fails nsctl exec "$set" touch "$place/tree/later/written"
		done
		umount "$place/tree/later"
		nsctl rm box other
		# shellcheck disable=SC2086
		run nsctl create -m $user --read-only --propagation=slave box
		[ "$status" -eq 1 ]
		[[ "$output" == *--propagation* ]]
	done
	umount "$place/tree"
}

@test "A mount that fails is named as it was typed, with what was missing" {
	run nsctl create -m --tmpfs=/mnt --bind="$place/own:$place/none" box
	[ "$status" -eq 1 ]
	[[ "$output" == *"--bind=$place/own:$place/none: there is no such path inside"* ]]
	run nsctl create -m --hide="$place/none" box
	[[ "$output" == *"--hide=$place/none: there is no such path inside"* ]]
	run nsctl create -m --tmpfs="$place/file" box
	[[ "$output" == *"--tmpfs=$place/file: a directory can only be mounted on a directory"* ]]
	run nsctl create -m --tmpfs="$place/none" box
	[[ "$output" == *"it is made if --overlay=PARENT or --tmpfs=PARENT comes before it"* ]]
	run nsctl create -m --overlay="$place" --read-only="$place" --tmpfs="$place/none" box
	[[ "$output" == *"--tmpfs=$place/none: there is no such path inside, and none can be made"* ]]
	run nsctl create -m --tmpfs="$place/own" --tmpfs="$place/own/$(printf %0300d)" box
	[[ "$output" == *"mount (--tmpfs=$place/own/000"* ]]
	run nsctl create -m --tmpfs="$place/a"$'\n'b box
	[[ "$output" == *"must be an absolute path without ., .. and control characters"* ]]
	run nsctl create -m --overlay="$place/file" box
	[[ "$output" == *"--overlay=$place/file: is not a directory"* ]]
	run nsctl create -m --job="$place/file" box
	[[ "$output" == *"--job: $place/file: Not a directory"* ]]
	run nsctl run -mp --no-init --mount-proc=/mnt true
	[[ "$output" == *"--mount-proc=/mnt: proc is mounted by the set's init"* ]]
	run nsctl create -m --private=run box
	[[ "$output" == *"--private=run (/run/user/$user_id): there is no such path inside"* ]]
	run nsctl create -m --private=tmp --tmpfs=/tmp box
	[ "$status" -eq 1 ]
	[[ "$output" == *"--tmpfs=/tmp: "* ]]
	[ -z "$(nsctl list --quiet)" ]
}

@test "A topology can have views" {
	nsctl up - <<-JSON
		{"sets": [{"name": "box", "spec": {"namespaces": ["mnt", "user"], "mounts": [
			{"type": "readOnly", "target": "/"}, {"type": "tmpfs", "target": "$place/secret", "mode": 448},
			{"type": "hidden", "target": "$place/file"}, {"type": "overlay", "target": "$place/tree", "size": 1048576},
			{"type": "bind", "source": "$place/own", "target": "$place/own"},
			{"type": "device", "source": "/dev/null", "target": "$place/hidden/up"}]}}]}
	JSON
	fails nsctl exec box touch "$place/written"
	nsctl exec box touch "$place/own/written" "$place/tree/written" "$place/secret/written"
	[ -z "$(nsctl exec box cat "$place/file" "$place/hidden/up")" ]
	[ -e "$place/own/written" ] && [ ! -e "$place/tree/written" ] && [ ! -e "$place/secret/written" ]
}

# mine ARGUMENT...: runs the client of a user with a home directory.
mine() {
	bound "$patience"
	as "$user_id" env HOME="$place/home" timeout "$bounded" "$NSCTL_BUILD/nsctl" "$@"
}

make_home() {
	mkdir "$place/home"
	echo up >"$place/home/up"
	chown -R "$user_id:$user_id" "$place/home"
}

@test "Private places are empty, and their files belong to the set" {
	make_home
	for user in "" -r; do
		# shellcheck disable=SC2086
		mine create -m $user --private=home,tmp,shm --bind="$place/own:$place/home/own" box
		[ "$(mine exec box ls "$place/home" | xargs)" = own ]
		[ "$(mine exec box cat "$place/home/own/up")" = up ]
		[ "$(mine exec box stat -c %a "$place/home" /tmp /dev/shm | xargs)" = "700 1777 1777" ]
		mine exec box touch "$place/home/mine" "/tmp/${place##*/}" "/dev/shm/${place##*/}"
		[ ! -e "$place/home/mine" ] && [ ! -e "/tmp/${place##*/}" ] && [ ! -e "/dev/shm/${place##*/}" ]
		nsctl rm box
	done
}

@test "A set with an ipc namespace has its own /dev/shm, unless --share-shm is given" {
	outside=$(mktemp -p /dev/shm)
	for user in "" -r; do
		# shellcheck disable=SC2086
		[ "$(nsctl run -mi $user ls /dev/shm)" = "" ]
		# shellcheck disable=SC2086
		nsctl run -mi $user --share-shm test -e "$outside"
		# shellcheck disable=SC2086
		nsctl run -m $user test -e "$outside"
	done
	# /dev/shm stays writable below a read-only /, and mounts in it are seen
	nsctl run -mi --bind="$place/own:/dev/shm/own" --read-only --bind="$place/file:/dev/shm/file" sh -c 'touch /dev/shm/x && ls /dev/shm' |
		xargs | grep -x "file own x"
	fails nsctl run -mi --read-only=/dev/shm touch /dev/shm/x
	# in a topology and with other clients, the set has it, too
	nsctl up - <<<'{"sets": [{"name": "box", "spec": {"namespaces": ["mnt", "ipc"]}}, {"name": "other", "spec": {"ownShm": false}}]}'
	fails nsctl exec box test -e "$outside"
	nsctl show box | grep -q "tmpfs /dev/shm"
	nsctl exec other test -e "$outside"
	rm "$outside"
	[ "$(nsctl run ls /dev/shm)" = "" ]
}

@test "A job sees a read-only root, empty private places, and its workspace" {
	make_home
	for user in "" -r; do
		# shellcheck disable=SC2086
		output=$(mine run $user --job="$place/own" --chdir="$place/own" sh -c '
			touch "written$1" "$HOME/x" /tmp/x /dev/shm/x && ls -A "$HOME" /tmp /dev/shm
			touch "$0/tree/x" 2>/dev/null && echo loose
			ip -o link | wc -l' "$place" "$user")
		[ "$(grep -cx x <<<"$output")" -eq 3 ]
		fails grep -x loose <<<"$output"
		[ -e "$place/own/written$user" ]
	done
	[ "$(ls "$place/home")" = up ]
	# a command starts here or, if the job does not see this directory, in its workspace
	starts_in() { (cd "$1" && mine run --job="$place/own" "${@:2}" pwd); }
	[ "$(starts_in /usr)" = /usr ]
	[ "$(starts_in "$place/home")" = "$place/own" ]
	[ "$(starts_in "$place/home" --bind="$place/home:$place/home")" = "$place/home" ]
	[ "$(starts_in "$place/home" --chdir=/)" = / ]
	# the parts of --job are listed, and each has an option that undoes it
	mine create --job="$place/own" --no-lease box
	[ "$(mine show box | grep -cE "readOnly /$|tmpfs (/tmp|/dev/shm|$place/home)|bind $place/own at $place/own")" -eq 5 ]
	mine create --job="$place/own" --no-lease --no-read-only --private=tmp --share-shm -mp other
	mine exec other touch "$place/tree/x"
	[ "$(mine exec other cat "$place/home/up")" = up ]
	mine rm box other
	# the set ends with the process that has started nsctl
	# shellcheck disable=SC2016
	as "$user_id" env HOME="$place/home" sh -c '"$1" create --job="$0/own" box && "$1" show box' "$place" "$NSCTL_BUILD/nsctl"
	# the home directory may be another of the private places
	as "$user_id" env HOME=/tmp "$NSCTL_BUILD/nsctl" run --job="$place/own" true
	gone() { [ -z "$(nsctl list --quiet)" ]; }
	eventually gone
}

@test "The source of a mount is a string of bytes, and may contain the daemon's own directory" {
	name=$(printf '%s/d\377' "$place")
	mkdir "$name" && touch "$name/up"
	nsctl create -m --bind="$name:/mnt" box
	[ "$(nsctl exec box ls /mnt)" = up ]
	run nsctl create -m --bind="$place:$name" other
	[ "$status" -ne 0 ]
	[[ "$output" == *"UTF-8"* ]]
	for user in "" -r; do
		# shellcheck disable=SC2086
		[ "$(nsctl run -m $user --bind=/:/mnt:ro cat "/mnt$place/file")" = up ]
		# shellcheck disable=SC2086
		[ "$(nsctl run -mp $user --root=/ --tmpfs="$place/tree" ls "$place/tree")" = "" ]
	done
}

@test "A set with an empty root shows only what it was given, also to process 1" {
	given=(--tmpfs=/)
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && given+=(--bind="$(readlink -f "/$directory"):/$directory:ro")
	done
	for user in "" -r; do
		# shellcheck disable=SC2086
		output=$(nsctl run -mpnu $user "${given[@]}" --bind="$place/file:/etc/deep/file" --bind=/etc/passwd:/etc/passwd:ro sh -c '
			cat /etc/deep/file && test -s /etc/passwd && test -c /dev/null && test -d /proc/1 && test -d /sys/class/net/lo &&
			touch /made && ls /home "$0" 2>/dev/null; getent hosts localhost && getent hosts "$(uname -n)"' "$place")
		[ "$(head -1 <<<"$output")" = up ]
		[ "$(wc -l <<<"$output")" -eq 3 ]
		# shellcheck disable=SC2086
		[ "$(nsctl run -mp $user --no-init "${given[@]}" sh -c 'test -d "/proc/$$" && echo $$')" = 1 ]
	done
	# nothing of the host is below the /proc of such a command
	[ "$(nsctl run -mp -r --no-init "${given[@]}" sh -c 'umount /proc && echo gone && ls -d /proc/1' 2>/dev/null)" = gone ]
	make_root
	nsctl run -mp --no-init -r "${root_options[@]}" sh -c 'test -d /proc/1'
	# a bind mount is seen below an overlay of a directory of root's, too
	nsctl create -m --overlay=/usr/share --bind="$place/own:/usr/share/nsctl-test/own" box
	[ "$(nsctl exec box cat /usr/share/nsctl-test/own/up)" = up ]
	[ ! -e /usr/share/nsctl-test ]
}

@test "A permitted device appears where it is wanted, and keeps its permissions" {
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -m $user --bind=/dev/null:"$place/file" --bind=/dev/zero:"$place/own/up" box
		[ -z "$(nsctl exec box cat "$place/file")" ]
		nsctl exec box sh -c 'echo x >"$0"' "$place/file"
		[ "$(nsctl exec box head -c 4 "$place/own/up" | wc -c)" -eq 4 ]
		nsctl rm box
	done
	[ "$(cat "$place/file")" = up ]
	mknod -m 600 "$place/null" c 1 3
	mknod -m 666 "$place/memory" c 1 1
	run nsctl create -m --bind="$place/memory:$place/file" box
	[ "$status" -eq 1 ]
	[[ "$output" == *"--bind=$place/memory:$place/file: is not a device that nsctld.conf allows"* ]]
	run nsctl create -m --device="$place/file" box
	[[ "$output" == *"--device=$place/file: is not a character device"* ]]
	nsctl create -m --device="$place/null" box
	fails nsctl exec box cat "$place/null"
	# a mount that is nodev has no devices inside either
	mount --bind "$place/own" "$place/own"
	mknod -m 666 "$place/own/null" c 1 3
	mount -o remount,bind,nodev "$place/own"
	nsctl create -m --device="$place/own/null" other
	fails nsctl exec other cat "$place/own/null"
	umount "$place/own"
}

# make_root: makes a root directory whose /dev is empty; $root is its path.
make_root() {
	root=$place/root
	mkdir -p "$root"/{usr,bin,lib,lib64,dev,proc,sys,etc}
	root_options=(--root="$root")
	for directory in usr bin lib lib64; do
		[ -d "/$directory" ] && root_options+=(--bind="/$(readlink -f "/$directory" | cut -c2-):/$directory:ro")
	done
	chown -R "$user_id:$user_id" "$root"
}

@test "A device can be added to the small /dev of a root" {
	make_root
	mknod -m 666 "$place/tun" c 10 200
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl run -m $user "${root_options[@]}" --bind="$place/tun:/dev/net/tun" sh -c '
			test -c /dev/net/tun && test -w /dev/net/tun && test -c /dev/null'
	done
}

@test "Changes below an overlay are discarded, and mounts on it are restored" {
	mount -t tmpfs none "$place/tree/below"
	mkdir "$place/tree/below/deep"
	mount -t tmpfs -o mode=777 none "$place/tree/below/deep"
	touch "$place/tree/below/deep/up"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mp $user --overlay="$place/tree:8M" --bind="$place/own:$place/tree/new/own" box
		nsctl exec box sh -c 'cd "$0" && echo changed >up && mkdir made && touch made/file && test -e below/deep/up' "$place/tree"
		[ "$(nsctl exec box cat "$place/tree/up" "$place/tree/new/own/up" | xargs)" = "changed up" ]
		fails nsctl exec box sh -c 'head -c 16M /dev/zero >"$0/large"' "$place/tree"
		nsctl exec box sh -c 'umount "$0/below/deep"; umount "$0"; mount -o remount,bind,suid "$0"' "$place/tree" 2>/dev/null || true
		[ "$(nsctl exec box cat "$place/tree/up")" = changed ]
		[ "$(nsctl exec box sh -c 'grep -c " $0 " /proc/self/mountinfo' "$place/tree")" -eq 1 ]
		nsctl rm box
	done
	[ "$(cat "$place/tree/up")" = up ]
	[ "$(ls "$place/tree" | xargs)" = "below up" ]
	umount -R "$place/tree/below"
}

@test "The root can be an overlay, with /proc, /sys, /dev and all other mounts on it" {
	outside=$(mktemp -d /var/tmp/nsctl-views.XXXXXX)
	chown "$user_id" "$outside"
	[ "$(stat -c %d "$outside")" = "$(stat -c %d /)" ] || skip "kernel lacks one file system for all of the root"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mpn $user --overlay=/ --tmpfs="$outside/new" box
		# shellcheck disable=SC2016
		nsctl exec box sh -c 'touch "$0/made" "$0/new/made" "$1/seen" && test -c /dev/null && echo x >/dev/null &&
			test -d /proc/1 && test -d /sys/class/net/lo' "$outside" "$place/own"
		[ -z "$(ls "$outside")" ]
		[ -e "$place/own/seen" ]
		[ "$(nsctl exec box stat -f -c %T /)" = overlayfs ]
		fails nsctl exec box touch /made
		nsctl exec box sh -c 'mkdir "$0/moved" && mount --move / "$0/moved"; umount -l /; ! umount /proc' "$outside" 2>/dev/null || true
		[ "$(nsctl exec box stat -f -c %T /)" = overlayfs ]
		nsctl rm box
	done
	rmdir "$outside"
}

@test "An overlay with a directory keeps its changes for the next set" {
	nsctl create -mp -r --overlay="$place/tree:$place/own" box
	nsctl show box | grep -q "overlay $place/own at $place/tree"
	nsctl exec box sh -c 'cd "$0" && echo changed >up && mkdir made && touch made/file' "$place/tree"
	[ "$(stat -c %u "$place/own/upper/up" "$place/own/upper/made/file" | xargs)" = "$user_id $user_id" ]
	# one directory has only one overlay at a time
	run nsctl create -m -c --overlay="$place/hidden:$place/own" other
	[ "$status" -eq 1 ]
	[[ "$output" == *"--overlay=$place/hidden:$place/own: another overlay keeps what is written in this directory"* ]]
	nsctl rm box
	[ "$(cat "$place/tree/up")" = up ]
	[ "$(ls "$place/tree" | xargs)" = "below up" ]
	for user in -r -c; do
		[ "$(cd "$place/own" && nsctl run -m "$user" --overlay="$place/tree:./" cat "$place/tree/up")" = changed ]
		nsctl run -m "$user" --overlay="$place/tree:$place/own" rm -r "$place/tree/made"
		nsctl run -m "$user" --overlay="$place/tree:$place/own" mkdir "$place/tree/made"
	done
	# files that the set writes belong to the user, and the overlay has the flags of the mount that it covers
	cp /bin/true "$place/tree/true"
	chown root "$place/tree/true"
	chmod 4755 "$place/tree/true"
	nsctl create -mp -r --overlay="$place/tree:$place/own" box
	fails nsctl exec box touch "$place/tree/true"
	nsctl exec box sh -c 'mv "$0" "$0.moved"; chmod 4777 "$0"; cp /bin/sh "$1/sh" && chmod 4755 "$1/sh"' "$place/tree/true" "$place/tree" || true
	[ -z "$(find "$place/own" ! -user "$user_id")" ]
	nsctl exec box grep " $place/tree .*nosuid,nodev" /proc/self/mountinfo
	nsctl exec box sh -c 'umount "$0"; mount -o remount,bind,suid "$0"' "$place/tree" 2>/dev/null || true
	nsctl exec box grep " $place/tree .*nosuid,nodev" /proc/self/mountinfo
	nsctl rm box
	# refused REASON OPTION...: checks that an overlay is refused, with the reason
	refused() {
		run nsctl create -m "${@:2}" box
		[ "$status" -eq 1 ]
		[[ "$output" == *"$1"* ]] || { echo "$output" && false; }
	}
	refused "in a set with a user namespace" --overlay="$place/tree:$place/own"
	mkdir -m 755 "$place/roots"
	refused "must be yours to write to" -r --overlay="$place/tree:$place/roots"
	chown root "$place/own/work"
	refused "must be yours to write to" -r --overlay="$place/tree:$place/own"
	rm -r "$place/own"/{upper,work}
	ln -s /proc/self/fd/3 "$place/own/upper"
	refused "is a link" -r --overlay="$place/tree:$place/own"
}

@test "An overlay gives no access to others' files, neither directly nor by setuid" {
	mkdir -m 700 "$place/theirs"
	echo secret >"$place/theirs/secret"
	echo secret >"$place/tree/secret"
	chmod 600 "$place/tree/secret"
	chown root "$place/tree/secret" "$place/theirs"
	cp /bin/true "$place/tree/true"
	chown root "$place/tree/true"
	chmod 4755 "$place/tree/true"
	for user in "" -r; do
		# shellcheck disable=SC2086
		nsctl create -mp $user --overlay="$place/tree" --overlay="$place" box
		for file in tree/secret theirs/secret; do
			fails nsctl exec box cat "$place/$file"
			fails nsctl exec box sh -c 'echo x >>"$0"' "$place/$file"
		done
		nsctl exec box sh -c 'cp /bin/sh "$0/sh" && chmod 4755 "$0/sh"' "$place/tree"
		nsctl exec box grep " $place/tree .*nosuid,nodev" /proc/self/mountinfo
		nsctl rm box
	done
	# an overlay is no less strict than the mount that it covers
	mount -t tmpfs -o noexec,mode=777 none "$place/tree/below"
	nsctl run -m --overlay="$place/tree/below" grep -q " $place/tree/below .*nosuid,nodev,noexec" /proc/self/mountinfo
	umount "$place/tree/below"
	# this file system asks a server of its own about permissions
	run nsctl create -m --overlay=/proc box
	[ "$status" -eq 1 ]
	[[ "$output" == *"--overlay=/proc: no overlay is made of this file system"* ]]
}

@test "A set makes no overlay where its user could move a mount point that may hide something" {
	inside() { nsctl exec outer "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "$@"; }
	nsctl create -m --hide="$place/tree/below" outer
	for target in "$place" "$place/tree" "$place/own"; do
		run inside create -m --overlay="$target" inner
		[ "$status" -ne 0 ]
		[[ "$output" == *"--overlay=$target: something is mounted below directories that its user could move"* ]]
	done
	# the message names this option as the remedy
	inside create -m --bind="$place/own:$place/own" --overlay="$place/own" inner
	nsctl exec outer "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" exec inner touch "$place/own/written"
	[ ! -e "$place/own/written" ]
	run inside create -m --bind="$place/tree:$place/tree" --overlay="$place/tree" other
	[ "$status" -ne 0 ]
	nsctl rm outer
	nsctl create -m --hide=/usr/share outer
	inside create -m --overlay=/usr inner
	[ -z "$(nsctl exec inner ls /usr/share)" ]
}

@test "An overlay moves only the mounts on it while a user exchanges a directory for a link" {
	mkdir -p "$place/tree/one/secret"
	ln -s "$place" "$place/tree/two"
	chown -R "$user_id" "$place/tree"
	mount -t tmpfs none "$place/secret"
	mount -t tmpfs none "$place/tree/one/secret"
	start_server exchange python3 -c '
import ctypes, os, sys, time
os.chdir(sys.argv[1])
while True:
    ctypes.CDLL(None).renameat2(-100, b"one", -100, b"two", 2)
    time.sleep(0.0001)' "$place/tree"
	for _ in $(seq 100); do
		nsctl create -m --overlay="$place" box || continue
		[ -z "$(nsctl exec box ls "$place/secret")" ]
		nsctl rm box
	done
	end_server exchange
	umount "$place/secret" "$place"/tree/{one,two}/secret 2>/dev/null || true
}
