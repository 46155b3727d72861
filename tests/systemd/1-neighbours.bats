#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of docs/neighbours.md about systemd, as installed.
# shellcheck disable=SC2154

load bed.bash
load ../lib/recipe.bash

teardown() { remove_all; }

@test "A service joins a set's network by NetworkNamespacePath=" {
	ip link add outside0 type veth peer name outside1
	output=$(recipe /usr/local/share/doc/nsctl/docs/neighbours.md systemd "$(id -u alice)" \
		setpriv --reuid alice --regid alice --init-groups env -i PATH="$PATH" HOME=/home/alice)
	ip link del outside0
	grep '^1: lo:' <<<"$output"
	fails grep outside0 <<<"$output"
}
