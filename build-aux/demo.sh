#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows the use of nsctl in a minute: demo.sh BUILD-DIRECTORY, as root. Starts a daemon of its own (where systemd
# is process 1 by that, with a socket of its own, as transient units), works as an ordinary user, and leaves nothing.
set -u
runtime=$(mktemp -d /run/nsctl-demo.XXXXXX)
chmod 755 "$runtime"
# A copy of the programs, where every user can execute them: a home directory may be closed, and /run noexec.
build=$runtime.programs
mkdir "$build"
mount -t tmpfs -o mode=755 demo "$build" && cp "$1"/nsctl{,d,d-front,d-spawner,-init,-runner} "$build" || exit 1
chmod 755 "$build"/nsctl{,d} && chmod 711 "$build"/nsctl{d-front,d-spawner,-init,-runner}
daemon=
unit=
[ -d /run/systemd/system ] && unit=${runtime##*/} && unit=${unit//./-}
uid=61000 gid=61000
if [ -n "${SUDO_UID:-}" ] && [ "$SUDO_UID" -ne 0 ]; then
	uid=$SUDO_UID gid=${SUDO_GID:-$SUDO_UID}
fi

nsctl() {
	setpriv --reuid "$uid" --regid "$gid" --clear-groups env -i PATH="$PATH" HOME=/ TERM="${TERM:-dumb}" \
		NSCTL_SOCKET="$runtime/socket" "$build/nsctl" "$@"
}

answers() { nsctl version 2>/dev/null | grep -q '^nsctld [0-9]'; }

# Of the real units what matters here: nsctld.socket, nsctl-sets.service and nsctld.service, for this boot only.
start_units() {
	local directory=/run/systemd/system
	printf '%s\n' '[Socket]' "ListenStream=$runtime/socket" RemoveOnStop=yes >"$directory/$unit.socket"
	printf '%s\n' '[Service]' 'ExecStart=/bin/sleep infinity' ExitType=cgroup Delegate=yes TasksMax=infinity \
		TimeoutStopSec=1 >"$directory/$unit-sets.service"
	printf '%s\n' '[Unit]' "Requires=$unit.socket $unit-sets.service" "After=$unit-sets.service" \
		'[Service]' Type=notify Restart=on-failure RestartSec=100ms KillMode=process FileDescriptorStoreMax=4 \
		"ExecStart=$build/nsctld --runtime-directory=$runtime --state-directory=$runtime.state --cgroup=$unit-sets.service" \
		>"$directory/$unit.service"
	systemctl daemon-reload
	systemctl start "$unit.socket"
}

stop_units() {
	systemctl stop "$unit.socket" "$unit.service" "$unit-sets.service" 2>/dev/null
	rm -f "/run/systemd/system/$unit"{.socket,.service,-sets.service}
	systemctl daemon-reload
	systemctl reset-failed "$unit*" 2>/dev/null
}

start_daemon() {
	if [ -n "$unit" ]; then
		[ -e "/run/systemd/system/$unit.socket" ] || start_units
	else
		"$build/nsctld" --runtime-directory="$runtime" --state-directory="$runtime.state" 2>>"$runtime.log" &
		daemon=$!
	fi
	for _ in $(seq 400); do
		answers && return
		sleep 0.05
	done
	echo "demo: nsctld does not start:" >&2
	[ -n "$unit" ] && journalctl -b -u "$unit.service" -o cat --no-pager >&2
	[ -z "$unit" ] && cat "$runtime.log" >&2
	exit 1
}

finish() {
	nsctl rm --all --ignore >/dev/null 2>&1
	[ -n "$unit" ] && stop_units
	[ -n "$daemon" ] && kill -TERM "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
	"$build/nsctld" --purge --runtime-directory="$runtime" --state-directory="$runtime.state" 2>>"$runtime.log"
	umount --lazy "$build" && rmdir "$build"
	rmdir "$runtime" && rm -f "$runtime.log"
}
trap finish EXIT

# explain TEXT...; show WORD...: the command as one would type it, and what it prints.
explain() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
	local word line='$ nsctl'
	for word in "$@"; do
		case $word in
		*[!a-zA-Z0-9/=.,_-]*) line+=" '$word'" ;;
		*) line+=" $word" ;;
		esac
	done
	printf '%s\n' "$line"
	nsctl "$@"
}

count() {
	printf '%s mounts, %s inits\n' "$(wc -l </proc/self/mountinfo)" "$(pgrep -c -r S -x nsctl-init)"
}

start_daemon
before=$(count)
echo "nsctld holds sets of Linux namespaces. Everything below is done by uid $uid, without sudo."
explain "A set of a mount, pid, net, uts, ipc and cgroup namespace, held under a name; no process needed."
show create box
show list
explain "Commands run inside as yourself: an own network, process tree and host name."
show exec box ip -o addr
show exec box ps -o pid,user,args
show exec box sh -c 'id -u; hostname; ping -c1 -q 127.0.0.1 | tail -2'
explain "Which namespaces they are, for a person; --json for programs."
show show box
explain "As root inside, in a user namespace of your own: mount what you like. Nothing is seen outside."
show create -m -r scratch
show exec scratch sh -c 'id -u; mount -t tmpfs none /mnt && echo hello >/mnt/note'
show exec scratch cat /mnt/note
explain "A job in namespaces that vanish with it, and its exit status."
show run -mpnu sh -c 'echo "process $$ of its own tree"; exit 7'
echo "exit status $?"
explain "The daemon is killed in the middle of a job, and started again. The job did not notice."
session=$(nsctl exec -d box sh -c 'sleep 1; exit 3')
echo "$ nsctl exec -d box sh -c 'sleep 1; exit 3'"
echo "$session"
if [ -n "$unit" ]; then
	echo "# systemctl kill --signal=KILL nsctld"
	systemctl kill --signal=KILL "$unit.service"
else
	echo "# kill -9 nsctld; nsctld &"
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	start_daemon
fi
show wait "$session"
echo "exit status $?"
explain "Away with it."
show rm box scratch
echo "before: $before"
echo "after:  $(count)"
