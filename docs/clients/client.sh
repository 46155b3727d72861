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
# the lease removes the set if this script ends before it does that itself
nsctl --json call Create \
	'{"name": "client-shell", "spec": {"namespaces": ["uts"], "lease": {"seconds": 600}}}' >/dev/null
echo "created client-shell"
nsctl --json call --more Exec '{"name": "client-shell", "command": ["true"]}' |
	while IFS= read -r reply; do
		case $reply in
		*exitStatus*) echo "ended $(field exitStatus <<<"$reply")" ;;
		*) echo "started" ;;
		esac
	done
# one reply has the state, each later one has events
exec 3< <(exec nsctl --json call --more Monitor '{"set": "client-shell"}')
trap 'kill $!' EXIT
IFS= read -r _ <&3
nsctl --json call Remove '{"name": "client-shell"}' >/dev/null
until [[ ${reply:-} == *setRemoved* ]]; do IFS= read -r reply <&3; done
echo "event setRemoved"
