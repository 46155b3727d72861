#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of README.md, which a user with a home of mode 0700 runs as they are there; and each option that
# docs/coming-from.md names. Other guides have tests of their own: tutorial, neighbours, fleet, examples, clients,
# integrations, and systemd/1-guides.

load daemon.bash
load hands.bash

tree=$BATS_TEST_DIRNAME/../..

setup_file() {
	start_counted
	home=/run/nsctl-test-guides
	install -d -o "$user_id" -m 700 "$home"
	cp "$tree/docs/examples/services.json" "$home"
	printf 'check:\n\t@echo checked\n' >"$home/Makefile"
	chmod a+r "$home"/*
	export home
}
teardown_file() {
	rm -rf "$home"
	purge_daemon
}
setup() {
	place=$(mktemp -d "$runtime/place.XXXXXX")
	chmod 755 "$place"
}
teardown() {
	rm -rf "$place"
	nsctl prune
	eventually counts_are "$before"
}

# commands SECTION: prints the commands of a section of README.md, which follow a "$".
commands() { awk -v section="## $1" '/^## / { ours = $0 == section } ours && sub(/^    \$ /, "")' "$tree/README.md"; }

# script SECTION: makes a script of the section's commands, which fails if one of them does.
script() {
	{
		echo 'set -eux; cd'
		commands "$1"
	} >"$place/script"
	[ "$(wc -l <"$place/script")" -gt 4 ]
}

@test "The commands of the first session in the README work" {
	script "A first session"
	terminal env HOME="$home" PATH="$NSCTL_BUILD:$PATH" PS1='ready> ' bash "$place/script" <<'PYTHON'
# the first two commands are jobs on their own, and the third one has services
until("\nchecked"); until("\nchecked"); until("\nchecked")
until(r"\+ nsctl enter box"); until("[$>] ")
type("exit\n")
until("NAME.*STATE")
assert ends() == 0
PYTHON
	[ -z "$(nsctl list --quiet)" ]
}

@test "The commands about names in the README work" {
	script "Names"
	as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" bash "$place/script" | grep -q "1 received"
}

# options_named: prints the options in the right column of the tables, except those of rows that say "not offered".
options_named() {
	# shellcheck disable=SC2016
	awk -F ' \\| ' '/^\| `/ && $2 !~ /^not offered/ { print $2 }' "$tree/docs/coming-from.md" |
		grep -oE '`[^`]*`' | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

@test "nsctl has each option that docs/coming-from.md names" {
	nsctl table | awk -F '\t' '$1 == "option" { print "--" $4 }' | sort -u >"$runtime.options"
	[ "$(options_named | wc -l)" -gt 30 ]
	options_named | comm -23 - "$runtime.options" >"$runtime.missing"
	cat "$runtime.missing"
	[ ! -s "$runtime.missing" ]
	rm "$runtime.options" "$runtime.missing"
}
