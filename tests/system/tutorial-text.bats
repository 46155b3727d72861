#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each command of docs/tutorial.md is run as it is there. tutorial.bats and tutorial-net.bats test what the commands
# lead to.

load daemon.bash

tree=$BATS_TEST_DIRNAME/../..

setup_file() {
	make_config
	printf '%s:300000:65536\n' "$user_id" | tee "$runtime.subuid" >"$runtime.subgid"
	configure '[allow]' "host-links = $user_id" "egress = $user_id" "publish = $user_id" '[accounts]' \
		"subuid = $runtime.subuid" "subgid = $runtime.subgid"
	start_daemon --config="$config"
	export runtime daemon
	home=/run/nsctl-test-tutorial
	install -d -o "$user_id" -m 700 "$home" "$home/.ssh" "$home/work"
	cp "$tree/docs/examples/services.json" "$home"
	cp "$tree/docs/examples/router.json" "$home/FILE"
	printf 'check:\n\t@echo checked\n' >"$home/Makefile"
	chmod -R a+r "$home"
	export home
}
teardown_file() {
	rm -rf "$home"
	rm "$runtime.subgid"
	purge_daemon
}

# commands: prints the number of the row and the command, for each command in the column of commands. An option alone
# is no command.
commands() {
	awk -F ' [|] ' '/^[|] [0-9]+ [|]/ { n = substr($1, 3); split($3, part, "`")
		for (i = 2; i in part; i += 2) if (part[i] ~ /^(nsctl|unshare) /) print n, part[i] }' "$tree/docs/tutorial.md"
}

# prepare COMMAND: makes the objects that the command needs.
prepare() {
	local word
	for word in a b r; do nsctl create -n "$word"; done
	case $1 in
	*"network create lan"*) ;;
	*net/lan*) nsctl network create lan --subnet=10.8.0.0/24 ;;
	esac
	case $1 in
	*create*" box"* | *adopt*" box"*) ;;
	*" box"*) nsctl create box ;;
	esac
	case $1 in
	*"link up a-b"* | *"link down a-b"* | *"link impair a-b"*) nsctl link add a b ;;
	esac
}

@test "Each command of the tutorial works as it is written there" {
	commands >"$runtime.commands"
	[ "$(wc -l <"$runtime.commands")" -gt 35 ]
	while read -r -u 9 row command; do
		# row 29 waits for packets, the command of row 10 is refused, and that of 21 may find something
		[ "$row" -ne 29 ] || continue
		echo "$row: $command"
		prepare "$command" >/dev/null
		status=0
		as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" timeout "$patience" \
			bash -c 'cd; trap "kill \$(jobs -p) 2>/dev/null" EXIT; eval "$1"' bash "$command" </dev/null >"$runtime.said" 2>&1 || status=$?
		cat "$runtime.said"
		[ "$row" -eq 21 ] || [ $((status != 0)) -eq $((row == 10)) ]
		nsctl prune >/dev/null
	done 9<"$runtime.commands"
	rm "$runtime.commands" "$runtime.said"
}
