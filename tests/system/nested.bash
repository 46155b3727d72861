# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # daemon.bash and net.bash set the variables
# Sets within sets. Loaded after daemon.bash.

# inside SET ARGUMENT...: runs the client within the set.
inside() { nsctl exec "$1" "$NSCTL_BUILD/nsctl" --socket="$runtime/socket" "${@:2}"; }

# remove_first SET: removes this one of a, b (in a) and c (in b) first, with the sets within it; then removes the others.
remove_first() {
	nsctl rm "$1"
	case $1 in
	a) [ -z "$(nsctl list --quiet)" ] ;;
	b) [ "$(nsctl list --quiet)" = a ] ;;
	c) [ "$(nsctl list --quiet | paste -sd' ')" = "a b" ] && inside b create -n c ;;
	esac
	[ "$1" = a ] || nsctl rm a
	[ -z "$(nsctl list --quiet)" ]
	eventually counts_are "$before"
}
