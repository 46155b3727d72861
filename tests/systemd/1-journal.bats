#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The journal has a line for each change and each refusal, with fields to search by, and none for calls that only
# look.

load bed.bash

setup() { mark_journal; }

teardown() {
	rm -f "$configuration"
	remove_all
}

# fields FIELD=VALUE...: prints UID, OWNER, METHOD, SET, ERRNO and message of each new line that has all of these
# fields.
fields() {
	new_journal -o json | python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line)
    if any(entry.get(key) != value for key, value in (word.split("=") for word in sys.argv[1:])):
        continue
    keys = ("NSCTL_UID", "NSCTL_OWNER", "NSCTL_METHOD", "NSCTL_SET", "ERRNO", "MESSAGE")
    print(*(entry.get(key, "-") for key in keys))' "$@"
}

@test "The journal has a line for each change, with user, action and set" {
	alice create -p box
	session=$(alice exec -d box sh -c 'exit 3')
	alice wait "$session" || true
	alice kill box
	alice freeze box
	alice thaw box
	alice rm box
	fields NSCTL_UID=1000 >/run/lines
	cat /run/lines
	grep -x '1000 - Create box - alice created set box' /run/lines
	grep -x '1000 - Exec box - alice started a session in set box' /run/lines
	grep -x '1000 - - box - set box of alice: session ended: exit 3' /run/lines
	grep -x '1000 - Kill box - alice signalled processes of set box' /run/lines
	grep -x '1000 - Freeze box - alice froze set box' /run/lines
	grep -x '1000 - Thaw box - alice thawed set box' /run/lines
	grep -x '1000 - Remove box - alice removed set box' /run/lines
	[ "$(wc -l </run/lines)" -eq 7 ]
	[ "$(fields NSCTL_SESSION="$session" | wc -l)" -eq 2 ]
}

@test "The journal has no line for calls that only look or are mistaken" {
	alice create -n box
	mark_journal
	alice list
	alice show box
	alice status
	alice sessions box
	alice ps box
	fails alice show none
	fails alice create -n box
	[ -z "$(fields NSCTL_UID=1000)" ]
}

@test "The journal names the administrator and the owner when one changes the other's set" {
	alice create -n box
	mark_journal
	nsctl --owner=1000 rm box
	fields NSCTL_OWNER=1000 | grep -x '0 1000 Remove box - root removed set box of alice'
}

@test "The journal has a line for each refusal, and cuts and counts a flood of them" {
	run alice create -n --ip-netns box
	[ "$status" -eq 1 ]
	fields NSCTL_UID=1000 | grep '1000 - Create box - alice: Create box refused: '
	for _ in $(seq 60); do
		alice create -n --ip-netns box 2>/dev/null || true
	done
	[ "$(fields NSCTL_UID=1000 | grep -c refused)" -lt 55 ]
	bob create -n --ip-netns box 2>/dev/null || true
	fields NSCTL_UID=1001 | grep '1001 - Create box - bob: Create box refused: '
}

@test "The journal has the errno of a failure" {
	mount -t tmpfs -o ro none /run/nsctl/state/sets
	systemctl restart nsctld.service
	run alice create -n box
	umount --lazy /run/nsctl/state/sets
	systemctl restart nsctld.service
	[ "$status" -eq 1 ]
	# 30 is EROFS
	fields NSCTL_UID=1000 ERRNO=30 | grep '1000 - Create box 30 alice: Create box failed: '
}

@test "The journal has no failure for a command that does not exist" {
	alice create -n box
	mark_journal
	fails alice exec box no-such-command
	fails grep failed <<<"$(fields NSCTL_UID=1000)"
}

@test "nsctl log shows the history of a set to users who may read the journal" {
	alice create -n web
	bob create -n web
	nsctl --owner=alice rm web
	journalctl --sync
	nsctl --owner=alice log web >/run/lines
	cat /run/lines
	grep -xE '[0-9-]+ [0-9:]+ alice created set web' /run/lines
	grep -xE '[0-9-]+ [0-9:]+ root removed set web of alice' /run/lines
	fails grep bob /run/lines
	nsctl log --all-owners web | grep -q 'bob created set web$'
	nsctl --owner=alice --json log web | grep -q '"MESSAGE":"alice created set web"'
	# alice may not read it, unless she belongs to a group that may
	run alice log web
	[[ $output == *"hint: the journal shows you no lines"* ]]
	gpasswd -a alice systemd-journal
	alice log web | grep -q ' alice created set web$'
	gpasswd -d alice systemd-journal
}
