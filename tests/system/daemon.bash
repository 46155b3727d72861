# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A daemon of the test's own, which the test starts, kills and restarts, and of which nothing is left behind. NSCTL_BUILD
# is the build directory. nsctl() runs the client as an ordinary user.
# shellcheck disable=SC2317 # is loaded
[ -n "${NSCTL_TEST_ISOLATED:-}" ] || { echo "it counts mounts and processes: run it by ./dev test FILE" >&2; exit 1; }

# shellcheck source=/dev/null
. "${BASH_SOURCE[0]%/*}/../lib/load.bash"
user_id=${user_id:-61000}
other_id=${other_id:-61001}
# the seconds that a command may take on an idle machine; an emulated machine needs more
patience=${NSCTL_TEST_PATIENCE:-60}

# eventually COMMAND...: runs the command until it succeeds. Fails after a generous bound.
eventually() {
	local start=$SECONDS
	until "$@"; do
		bound "${patience:-60}"
		[ $((SECONDS - start)) -lt "$bounded" ] || { not_in_time "$@"; return 1; }
		sleep 0.05
	done
}

# Reports the condition that did not become true; for counts, the difference.
not_in_time() {
	echo "not in time: $1"
	[ "$1" != counts_are ] || diff <(echo "$2") <(kernel_counts) || mount_table || true
}

# fails COMMAND...: succeeds if the command fails. ("! COMMAND" alone does not fail a test.)
fails() { ! "$@"; }

sanitized() { ldd "$NSCTL_BUILD/nsctld" | grep -q libasan; }

# as UID COMMAND...: runs the command as this user, without any privilege, and with only PATH of root's environment.
# client_in: a command that runs clients in the daemon's namespaces: see daemon_in.
as() {
	local uid=$1
	shift
	# shellcheck disable=SC2086
	${client_in:-} setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "$@"
}

# become_client OPTION...: replaces this shell by the client. In the background, its pid can then be sent signals.
become_client() {
	# shellcheck disable=SC2086
	exec ${client_in:-} setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@" 3>&-
}

nsctl() { bound "$patience" && as "$user_id" timeout "$bounded" "$NSCTL_BUILD/nsctl" "$@"; }
other() { bound "$patience" && as "$other_id" timeout "$bounded" "$NSCTL_BUILD/nsctl" "$@"; }
# shellcheck disable=SC2086
root_nsctl() { bound "$patience" && NSCTL_SOCKET=$runtime/socket timeout "$bounded" ${client_in:-} "$NSCTL_BUILD/nsctl" "$@"; }

answers() { root_nsctl version 2>/dev/null | grep -q '^nsctld [0-9]'; }

make_runtime() {
	runtime=$(mktemp -d /run/nsctl-test.XXXXXX)
	chmod 755 "$runtime"
}

# make_config: makes the directory of a daemon that is not started yet, and $config, an empty configuration.
make_config() {
	make_runtime
	config=$runtime.conf
	configure
}

# configure LINE...: replaces the configuration by these lines.
configure() {
	printf '%s\n' "$@" >"$config"
	chmod 644 "$config"
}

# start_daemon [OPTION...]: starts the daemon, and waits until it serves. It gets variables such as NSCTL_KILL_AT.
# daemon_in: a command that starts it elsewhere. With "unshare --net", the host's network is the test's own.
start_daemon() {
	[ -n "${runtime:-}" ] || make_runtime
	# shellcheck disable=SC2086
	${daemon_in:-} "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" \
		--state-directory="$runtime.state" "$@" >>"$runtime.log" 2>&1 3>&- &
	daemon=$!
	# a test may replace the daemon that its file's set-up has started
	echo "$daemon" >"$runtime.pid"
	eventually answers_or_is_gone && answers && return
	tail -n 20 "$runtime.log"
	return 1
}
answers_or_is_gone() { answers || is_gone "$daemon"; }

# kill_daemon: ends the daemon as a crash would, and waits until another one can take its place.
kill_daemon() {
	local pid
	pid=$(cat "$runtime.pid")
	kill -KILL "$pid"
	eventually is_gone "$pid"
}

stop_daemon() {
	local pid
	[ -s "$runtime.pid" ] || return 0
	pid=$(cat "$runtime.pid")
	kill -TERM "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	eventually is_gone "$pid"
}

# is_gone PID: succeeds if the process has ended, even if it is still a zombie of this shell.
is_gone() { [ ! -e "/proc/$1" ] || grep -q "^State:.*Z" "/proc/$1/status" 2>/dev/null || [ ! -e "/proc/$1" ]; }

# await PID: waits for the end of a child of this shell, and returns its status. "wait" of bash 5.2 may lose a child that
# ends just as the wait begins ("No record of process"), so this function first waits until the child has ended.
await() {
	eventually is_gone "$1" || true
	wait "$1"
}

# Removes the daemon with its sets and its directory, and ends the servers.
purge_daemon() {
	[ -n "${runtime:-}" ] || return 0
	end_servers && stop_daemon &&
		${daemon_in:-} "$NSCTL_BUILD/nsctld" --runtime-directory="$runtime" \
			--state-directory="$runtime.state" --purge >>"$runtime.log" 2>&1 &&
		{ rmdir "$runtime" || { ls -lR "$runtime" && false; }; } && rm -rf "$runtime.state" && rm -f "$runtime.log" "$runtime.pid" "$runtime.conf" "$runtime.subid"
}

# start_server NAME COMMAND...: starts a program in the background, in a session of its own, without this shell's
# descriptors (bats waits until all copies of its own are closed). COMMAND must not be a function, whose shell would
# stay behind. end_server NAME and purge_daemon end it.
start_server() {
	local file=$runtime.server-$1
	shift
	# shellcheck disable=SC2016
	setsid --fork bash -c '
		for fd in /proc/self/fd/*; do
			[ "${fd##*/}" -le 2 ] || eval "exec ${fd##*/}>&-"
		done
		echo $$ >"$0"
		exec "$@"' "$file" "$@" </dev/null >/dev/null 2>&1
	eventually test -s "$file"
}

# server_pid NAME: prints the pid of a server.
server_pid() { cat "$runtime.server-$1"; }

# end_server NAME: ends the server and all processes that it has started, and waits for its end.
end_server() {
	local file=$runtime.server-$1 pid
	pid=$(cat "$file")
	kill -KILL -- "-$pid" 2>/dev/null || true
	eventually is_gone "$pid"
	rm -f "$file"
}

end_servers() {
	local file
	for file in "$runtime".server-*; do
		[ ! -e "$file" ] || end_server "${file##*.server-}"
	done
}

# Prints where the version 2 hierarchy is mounted.
cgroup_root() { awk '$9 == "cgroup2" || $10 == "cgroup2" || $8 == "cgroup2" { print $5; exit }' /proc/self/mountinfo; }

# Prints the daemon's cgroup, whose name has a hash (FNV-1a) of the runtime directory's path.
daemon_cgroup() {
	local hash=2166136261 byte i
	for ((i = 0; i < ${#runtime}; i++)); do
		printf -v byte %d "'${runtime:i:1}"
		hash=$(((hash ^ byte) * 16777619 & 0xffffffff))
	done
	printf '%s/nsctl-%08x\n' "$(cgroup_root)" "$hash"
}

# Prints the mounts, except those from before the tests: such a mount vanishes when another process removes its
# directory.
mount_table() { grep -vxFf "${NSCTL_TEST_MOUNTS:-/dev/null}" /proc/self/mountinfo || true; }

# Counts the objects that this daemon could have left: they are equal before and after a test.
kernel_counts() {
	echo "mounts $(mount_table | wc -l)"
	echo "cgroups $(find "$(daemon_cgroup)" -mindepth 1 -type d 2>/dev/null | wc -l)"
	echo "pins $(find "$runtime/ns" -mindepth 1 2>/dev/null | wc -l)"
	echo "records $(find "$runtime/state/sets" "$runtime/state/links" -type f 2>/dev/null | wc -l)"
}

# count_from_here: sets $before to the kernel's counts, after the daemon has done everything once, because it keeps
# what it has made then.
count_from_here() {
	nsctl run -mpnuiC true
	before=$(kernel_counts)
	export before
}

# start_counted [OPTION...]: starts the daemon for all tests of a file, and sets $before.
start_counted() {
	start_daemon "$@"
	export runtime daemon
	count_from_here
}

# start_with_subids: start_counted with subordinate ids for the user. purge_daemon removes their file.
start_with_subids() {
	make_config
	configure '[accounts]' "subuid = $runtime.subid" "subgid = $runtime.subid"
	echo "$user_id:200000:65536" >"$runtime.subid"
	chmod 644 "$runtime.subid"
	start_counted --config="$config"
}

json_names() { python3 -c '
import json, sys
for line in sys.stdin:
    print(json.loads(line)["name"])'; }

counts_are() { [ "$(kernel_counts)" = "$1" ]; }
