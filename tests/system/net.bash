# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The host of a test of links is a net namespace of the test's own, held by a file, in which its
# daemons run; there may be more beside it. Loaded after daemon.bash.

# make_net NAME: makes a net namespace with lo up. It forwards nothing, even where the machine does (docs/kernel.md, 27).
make_net() {
	[ -n "${nets:-}" ] || {
		nets=$(mktemp -d /run/nsctl-test-net.XXXXXX)
		chmod 755 "$nets"
	}
	touch "$nets/$1"
	unshare --net="$nets/$1" -- sh -c 'ip link set lo up && echo 0 >/proc/sys/net/ipv4/ip_forward'
}

in_net() {
	local name=$1
	shift
	nsenter --net="$nets/$name" -- "$@"
}
on_host() { in_net host "$@"; }

# serve_in NET NAME PORT: starts a web server in a net namespace.
serve_in() {
	start_server "$2" nsenter --net="$nets/$1" -- python3 -m http.server "$3" --bind ::
	eventually in_net "$1" curl -s -m 5 -o /dev/null "http://127.0.0.1:$3/"
}

# start_host [LINE...]: makes the host, and starts its daemon with these lines in [allow].
start_host() {
	make_net host
	config=$nets/nsctld.conf
	printf '%s\n' '[allow]' "$@" >"$config"
	daemon_in="nsenter --net=$nets/host --"
	client_in=$daemon_in
	start_daemon --config="$config"
	export nets config daemon_in client_in runtime daemon
}

# Removes everything, even after a set-up that has failed.
purge_host() {
	local status=0 file
	purge_daemon || status=1
	for file in "${nets:-/nonexistent}"/*; do
		mountpoint -q "$file" && { umount "$file" || status=1; }
	done
	rm -rf "${nets:-/nonexistent}"
	return $status
}

# Removes the sets and networks of a test, and checks that nothing is left. Starts the daemon first, if a test has ended
# while it was killed.
clean_host() {
	answers || start_daemon --config="$config"
	nsctl rm --all
	nsctl network rm --all
	# shellcheck disable=SC2154
	leaves "$before"
}

host_links() { on_host ip -o link | sed 's/^[0-9]*: //' | sort; }

# Prints the state of the host and the kernel, which must be equal before and after. (Link-local addresses come late.)
everything() {
	kernel_counts
	host_links
	on_host ip -o addr | sed 's/^[0-9]*: //' | grep -v 'inet6 fe80:' | sort
	on_host ip route
	on_host ip rule
	on_host ip -6 rule
	on_host nft -s list ruleset
	on_host sh -c 'head /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/ip_forward \
		/proc/sys/net/ipv6/conf/all/forwarding'
	ls "$runtime/forwarding" 2>/dev/null || true
}
everything_is() {
	found=$(everything)
	[ "$found" = "$1" ]
}

# count_everything: lets the daemon do everything once, because it keeps what it has made then; $before is the state.
count_everything() {
	nsctl run -mpnuiC true
	before=$(everything)
	export before
}

# start_counted_host [LINE...]: start_host() and count_everything().
start_counted_host() {
	start_host "$@"
	count_everything
}

# leaves EVERYTHING: waits until this is the state again; otherwise prints the difference.
leaves() {
	eventually everything_is "$1" || { diff <(echo "$1") <(echo "$found") | head -n 40 && return 1; }
}

pings() { nsctl exec "$1" ping -c 1 -W 5 "$2"; }

# refused FIELD COMMAND...: the command fails, and names the field or reason.
refused() {
	local expected=$1
	shift
	run nsctl "$@"
	# shellcheck disable=SC2154
	[ "$status" -ne 0 ] || { echo "$* was taken" && return 1; }
	[[ "$output" == *"$expected"* ]] || { echo "$output" && return 1; }
}

# killed_at POINT ARGUMENT...: runs the command, kills the daemon at this point (or while the daemon recovers), and
# starts the daemon again.
killed_at() {
	local point=$1
	shift
	stop_daemon
	NSCTL_KILL_AT=$point start_daemon --config="$config" || is_gone "$daemon" || return 1
	nsctl "$@" && return 1
	eventually is_gone "$(cat "$runtime.pid")"
	start_daemon --config="$config"
}
