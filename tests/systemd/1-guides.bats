#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of docs/operation.md, as they are there, and the settings that it shows.

load bed.bash

page=/usr/local/share/doc/nsctl/docs/operation.md

setup() {
	editor=/run/editor
	found=/run/found
}
teardown() {
	systemctl revert nsctld.socket nsctl-metrics.service
	systemctl restart nsctld.socket
	systemctl disable --now nsctl-metrics.timer
	rm -f "$editor" "$found" /run/systemd/report/org.nsctl
	remove_all
}

# line WORDS: prints the page's one command that begins so.
line() {
	grep -E "^    $1" "$page" | sed 's/^    //' >"$found"
	[ "$(wc -l <"$found")" -eq 1 ] && cat "$found"
}

# edits UNIT TEXT: does what "systemctl edit UNIT" does for a person, who types the text. It wants a terminal.
edits() {
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncat >"$1" <<"END"\n%s\nEND\n' "$2" >"$editor"
	chmod 755 "$editor"
	SYSTEMD_EDITOR=$editor script -qec "systemctl edit $1" /dev/null
}

@test "The guide's drop-in changes the socket's mode and group" {
	groupadd -f nsusers
	command=$(line "systemctl edit nsctld.socket")
	# the settings are in its comment
	edits nsctld.socket "$(tr ' ' '\n' <<<"${command##*# }")"
	eval "$(line "systemctl restart nsctld.socket")"
	[ "$(stat -c '%a %G' /run/nsctl/socket)" = "660 nsusers" ]
	fails alice list
}

@test "The guide's journalctl command shows what a user did" {
	alice create -n box
	journalctl --sync
	eval "$(line "journalctl -u nsctld" | sed 's/--since yesterday --until today/--since today/')" | grep -q 'alice created set box$'
}

@test "The guide's commands serve metrics by their interface and in another directory" {
	if command -v varlinkctl; then
		eval "$(line "varlinkctl call")" | grep -q org.nsctl.start_time_seconds
	fi
	mkdir -p /run/systemd/report /var/lib/node_exporter
	eval "$(line "ln -s")"
	alice --socket=/run/systemd/report/org.nsctl list
	edits nsctl-metrics.service "$(grep -A 2 -F '    [Service]' "$page" | grep -A 1 -B 1 NSCTL_TEXTFILE | sed 's/^    //')"
	eval "$(line "systemctl enable --now nsctl-metrics.timer")"
	eventually grep -qs nsctl_start_time_seconds /var/lib/node_exporter/nsctl.prom
	rm -r /var/lib/node_exporter
}

@test "The guide's unit makes a service whose limits hold for its sets" {
	settings=$(grep -A 3 -F '    [Service]' "$page" | grep -A 2 User=runner | sed 's/^ *//; s/runner/alice/; s/.*/--property=&/')
	[ "$(wc -l <<<"$settings")" -eq 3 ]
	# shellcheck disable=SC2086
	systemd-run --quiet --pipe --wait $settings nsctl run -p --cgroup=caller cat /proc/self/cgroup >"$found"
	fails grep nsctl-sets "$found"
	[ -s "$found" ]
}
