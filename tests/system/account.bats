#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Commands as a user by name (--user=NAME). The name is looked up in the set's own /etc/passwd, which is read inside
# the set. The file gives no right outside of the set's user namespace.

load daemon.bash
load fuse.bash

setup_file() { start_with_subids; }
teardown_file() { purge_daemon; }

setup() {
	place=$(mktemp -d "$runtime/place.XXXXXX")
	chmod 755 "$place"
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'broken:x:7' 'alice:x:33:44:Alice:/srv:/bin/bash' \
		'far:x:70000:44::/:/bin/sh' 'plain:x:34:45::: ' 'empty:x:35:45:::' \
		'login:x:36:45::/:/usr/bin/env' >"$place/passwd"
	printf '%s\n' 'root:x:0:' 'some:x:50:bob,alice' 'most:x:51:alice' 'far:x:70000:alice' 'alice:x:52:bob,alicea' \
		>"$place/group"
	binds=(--bind="$place/passwd:/etc/passwd" --bind="$place/group:/etc/group")
}

teardown() {
	nsctl rm --all
	rm -r "$place"
	eventually counts_are "$before"
}

# refused WORDS COMMAND...: checks that nsctl fails, and that its message has the words.
refused() {
	local words=$1
	shift
	run nsctl "$@"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$words"* ]] || { echo "$output: no $words" && return 1; }
}

@test "--user=NAME gives a command the user's ids, mapped groups and variables" {
	nsctl create -mp --map-auto "${binds[@]}" box
	[ "$(nsctl exec --user=alice box id -u)" = 33 ]
	[ "$(nsctl exec --user=alice box id -g)" = 44 ]
	[ "$(nsctl exec --user=alice box id -G)" = "44 50 51" ]
	[ "$(nsctl exec --user=root box id -G)" = 0 ]
	# shellcheck disable=SC2016
	[ "$(nsctl exec --user=alice box sh -c 'echo $HOME $USER $LOGNAME $SHELL')" = "/srv alice alice /bin/bash" ]
	# shellcheck disable=SC2016
	[ "$(nsctl exec --user=empty box sh -c 'echo $HOME $SHELL')" = "/ /bin/sh" ]
	# variables that the options give replace those of the account
	# shellcheck disable=SC2016
	[ "$(nsctl exec --user=alice -e HOME=/tmp box sh -c 'echo $HOME')" = /tmp ]
	[ "$(nsctl exec --user=alice --group=46 box id -g)" = 46 ]
	[ "$(nsctl exec --user=alice --user=5 box id -u)" = 5 ]
	[ "$(nsctl run -m --map-auto "${binds[@]}" --user=alice id -u)" = 33 ]
	[ "$(nsctl run -mp --map-auto "${binds[@]}" --no-init --user=alice id -G)" = "44 50 51" ]
	# the command has no more rights than a command with the user's number
	[ "$(nsctl exec --user=alice box sed -n 's/^CapEff:\t//p' /proc/self/status)" = 0000000000000000 ]
	fails nsctl exec --user=alice box touch /etc/group
}

@test "--user=NAME leaves the groups as they are where only the caller is mapped" {
	nsctl create -m -r "${binds[@]}" box
	# shellcheck disable=SC2016
	[ "$(nsctl exec --user=root box sh -c 'echo $(id -u) $HOME')" = "0 /root" ]
	refused "not mapped" exec --user=alice box true
}

@test "nsctl enter --user=NAME starts the user's login shell" {
	nsctl create -m --map-auto "${binds[@]}" box
	[ "$(nsctl enter --user=alice box <<<'shopt -q login_shell && id -u')" = 33 ]
	# shellcheck disable=SC2016
	[ "$(nsctl enter --user=plain box <<<'echo $SHELL')" = /bin/sh ]
}

@test "--user=NAME is refused for an unknown user, for ids that are not mapped, and without a user namespace" {
	nsctl create -m --map-auto "${binds[@]}" box
	refused "--user=nobody-here: there is no such user in the set's /etc/passwd" exec --user=nobody-here box true
	refused "no such user" exec --user=broken box true
	refused "is not a user" exec --user=alice:x box true
	refused "not mapped" exec --user=far box true
	refused "needs a user namespace" exec --user=alice --only=mnt box true
	nsctl create -m "${binds[@]}" unmapped
	refused "needs a user namespace" exec --user=alice unmapped true
	run nsctl call Exec '{"name":"box","command":["true"],"user":1,"userName":"alice"}'
	[ "$status" -ne 0 ]
	[[ "$output" == *userName* ]]
}

@test "A passwd that is not a regular file, or that the owner may not read, is refused at once" {
	nsctl create -m --map-auto --bind="$place:/mnt" --tmpfs=/etc box
	refused "no such user" exec --user=alice box true
	nsctl exec box mkfifo /etc/passwd
	refused "not a regular file" exec --user=alice box true
	nsctl exec box ln -sf /dev/zero /etc/passwd
	refused "not a regular file" exec --user=alice box true
	nsctl exec box ln -sf /proc/self/cwd/mnt/passwd /etc/passwd
	fails nsctl exec --user=alice box true
	nsctl exec box sh -c 'rm /etc/passwd; yes | head -c 1048577 >/etc/passwd'
	refused "File too large" exec --user=alice box true
	nsctl exec box sh -c 'printf "alice\0:x:33:44::/:/bin/sh\n%900000s\n" x >/etc/passwd'
	refused "no such user" exec --user=alice box true
	nsctl exec box sh -c 'printf "%900000s\nalice:x:35:44::/:/bin/sh" x >/etc/passwd'
	[ "$(nsctl exec --user=alice box id -u)" = 35 ]
	nsctl exec box sh -c 'printf "alice:x:33:44::/%05000d:/bin/sh\n" 0 >/etc/passwd'
	refused "File name too long" exec --user=alice box true
	# root of the host could read this file, but the owner of the set cannot
	chmod 600 "$place/passwd"
	nsctl exec box ln -sf /mnt/passwd /etc/passwd
	refused "Permission denied" exec --user=alice box true
	chmod 644 "$place/passwd"
	[ "$(nsctl exec --user=alice box id -u)" = 33 ]
	nsctl exec box sh -c 'mkfifo /etc/group'
	refused "not a regular file" exec --user=alice box true
}

@test "A passwd on the owner's own FUSE mount is read with all of the owner's ids" {
	mount_fuse fuse
	nsctl create -m --map-auto --bind="$(fuse_directory fuse)/file:/etc/passwd" box
	refused "no such user" exec --user=alice box true
	nsctl rm box
	remove_fuse fuse
}
