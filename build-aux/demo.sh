#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what nsctl is for, in two minutes of reading: demo.sh [--pause] BUILD-DIRECTORY, as root. Starts a daemon of its own
# (where systemd is process 1 by that, with a socket of its own, as transient units), works as an ordinary user, and
# leaves nothing. --pause waits for a key before each scene.
set -u
pauses=
[ "$1" != --pause ] || { pauses=1 && shift; }
top=$(cd "$(dirname "$0")/.." && pwd)
runtime=$(mktemp -d /run/nsctl-demo.XXXXXX)
chmod 755 "$runtime"
# A copy of the programs, where every user can execute them: a home directory may be closed, and /run noexec.
build=$runtime.programs
mkdir "$build"
mount -t tmpfs -o mode=755 demo "$build" && cp "$1"/nsctl{,d,d-front,d-resolver,d-spawner,-init,-runner} "$build" || exit 1
chmod 755 "$build"/nsctl{,d} && chmod 711 "$build"/nsctl{d-front,d-resolver,d-spawner,-init,-runner}
install -m 644 "$top/docs/examples/router.json" "$build/router.json"
daemon=
monitor=
unit=
[ -d /run/systemd/system ] && unit=${runtime##*/} && unit=${unit//./-}
uid=61000 gid=61000
if [ -n "${SUDO_UID:-}" ] && [ "$SUDO_UID" -ne 0 ]; then
	uid=$SUDO_UID gid=${SUDO_GID:-$SUDO_UID}
fi

nsctl() {
	setpriv --reuid "$uid" --regid "$gid" --clear-groups env -i PATH="$PATH" HOME=/ LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
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
	[ -n "$monitor" ] && kill "$monitor" 2>/dev/null
	nsctl rm --all --ignore >/dev/null 2>&1
	[ -n "$unit" ] && stop_units
	[ -n "$daemon" ] && kill -TERM "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null
	"$build/nsctld" --purge --runtime-directory="$runtime" --state-directory="$runtime.state" 2>>"$runtime.log"
	umount --lazy "$build" && rmdir "$build"
	rmdir "$runtime" && rm -f "$runtime.log"
}
trap finish EXIT

# explain TEXT...; show WORD...: the command as one would type it, and what it prints. Both fit into 80 columns.
explain() {
	[ -z "$pauses" ] || read -rsn1 </dev/tty
	printf '\n\033[1m%s\033[0m\n' "$(fold -s -w 78 <<<"$*" | sed 's/^/# /; s/ *$//')"
}
show() {
	local word line='$ nsctl'
	for word in "$@"; do
		case $word in
		*[!a-zA-Z0-9/=:.,_%-]*) word="'$word'" ;;
		esac
		# the last line, with this word and a backslash
		[ $((${#word} + $(wc -m <<<"${line##*$'\n'}"))) -le 78 ] || line+=$' \\\n     '
		line+=" $word"
	done
	printf '%s\n' "$line"
	nsctl "$@"
}

count() {
	printf '%s mounts, %s inits\n' "$(wc -l </proc/self/mountinfo)" "$(pgrep -c -r S -x nsctl-init)"
}

# reach SET PLACE: one packet there and back, or without ping(8) the way there.
reach() {
	if command -v ping >/dev/null; then
		show exec "$1" ping -c1 -q "$2" | grep -E '^\$|packets'
	else
		show exec "$1" ip route get "$2" | grep -v '^ *cache'
	fi
}

scene_set() {
	explain "A set of a mount, pid, net, uts, ipc and cgroup namespace, held under a name; no process needed."
	show create box
	show list
	explain "Commands run inside as yourself: an own network, process tree and host name."
	show exec box ip -br addr
	show exec box sh -c 'id -u; hostname'
	show exec -d box sleep 1000
	show ps box
	explain "Which namespaces they are, for a person; --json for programs."
	show show box
}

scene_root() {
	explain "As root inside, in a user namespace of your own: mount what you like. Nothing is seen outside."
	show create -m -r scratch
	show exec scratch sh -c 'id -u; mount -t tmpfs none /mnt && echo hello >/mnt/note'
	show exec scratch cat /mnt/note
}

scene_links() {
	explain "A cable between two sets."
	show create --net left
	show create --net right
	show link add left:eth0,address=10.1.0.1/24 right:eth0,address=10.1.0.2/24 --name=cable
	reach left 10.1.0.2
	if nsctl call GetStatus | grep -q '"impairments": *true'; then
		explain "A bad cable."
		show link impair cable --delay=100ms --loss=1%
	fi
	show link list
	explain "A network of several sets, which know each other by name."
	show network create lan --subnet=10.8.0.0/24
	show create --link=net/lan web
	show create --link=net/lan client
	reach client web
	show graph
	show rm left right web client
	show network rm lan
}

scene_topology() {
	explain "Many sets from a file, all of it or nothing; 'nsctl down FILE' removes them again."
	show up "$build/router.json"
	reach left 10.2.0.2
	show down "$build/router.json"
}

scene_jobs() {
	explain "A job in namespaces that vanish with it, and its exit status."
	show run -mpnu sh -c 'echo "process $$ of its own tree"; exit 7'
	echo "exit status $?"
	explain "A job that may read everything, and write nothing."
	show run --read-only sh -c 'echo x >/etc/motd'
	echo "exit status $?"
	explain "A job with a service beside it, by a name of its own. The job starts when the service is ready."
	cat >"$build/services.json" <<-'END'
		{"networks": [{"name": "lan", "subnets": ["auto"]}],
		 "sets": [{"name": "db", "spec": {"links": [{"peer": {"network": "lan"}}]},
		           "command": ["sleep", "infinity"], "ready": {"command": ["true"]}}]}
	END
	echo "$ cat services.json"
	cat "$build/services.json"
	show run --with="$build/services.json" getent hosts db
}

is_gone() { ! nsctl show "$1" >/dev/null 2>&1; }

scene_lease() {
	explain "A lease: the set ends by itself, here after a second. A monitor runs beside it."
	nsctl monitor brief >"$build/events" 2>&1 &
	monitor=$!
	echo "$ nsctl monitor brief &"
	show create --net --lease=1 brief
	for _ in $(seq 400); do
		is_gone brief && break
		sleep 0.05
	done
	kill "$monitor" && wait "$monitor" 2>/dev/null
	monitor=
	cat "$build/events"
	show list
}

scene_crash() {
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
}

start_daemon
before=$(count)
echo "nsctld holds sets of Linux namespaces."
echo "Everything below is done by uid $uid, without sudo."
scene_set
scene_root
scene_links
scene_topology
scene_jobs
scene_lease
scene_crash
explain "Away with it."
show rm box scratch
explain "Nothing is left on this machine: mounts, and first processes of sets."
echo "before: $before"
echo "after:  $(count)"
