#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The socket from a shell: `nsctl call` sends one call, and prints each reply as a line of JSON; an error goes to
# stderr. A shell cannot pass descriptors itself: for commands there are `nsctl exec` and `nsctl run`.
set -euo pipefail

# field NAME: prints a number or a string of the reply on stdin. A program that needs more uses jq(1).
field() { sed -nE "s/.*\"$1\": *\"?([^\",}]*).*/\1/p"; }

echo "version $(nsctl --json call GetStatus | field version)"
if ! error=$(nsctl --json call Get '{"name": "no-such-set"}' 2>&1); then
	echo "error $(field error <<<"$error") no-such-set"
fi
nsctl --json call --more Run '{"command": ["true"], "spec": {"namespaces": ["uts"]}}' |
	while IFS= read -r reply; do
		case $reply in
		*exitStatus*) echo "ended $(field exitStatus <<<"$reply")" ;;
		*) echo "started" ;;
		esac
	done
