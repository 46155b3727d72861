# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Functions of the tests of the bed, which run as root on a machine of their own, with nsctl installed and its socket
# enabled; alice and bob are ordinary users.

configuration=/etc/nsctl/nsctld.conf

# eventually COMMAND...: polls until it is true; fails after a generous bound.
eventually() {
	local left=600
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# fails COMMAND...: "! COMMAND" does not fail a test.
fails() { ! "$@"; }

# as USER COMMAND...: runs the command as this user.
as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups env -i PATH="$PATH" HOME="/home/$user" LC_ALL=C.UTF-8 "$@"
}
alice() { as alice timeout "${NSCTL_TEST_PATIENCE:-60}" nsctl "$@"; }
bob() { as bob timeout "${NSCTL_TEST_PATIENCE:-60}" nsctl "$@"; }

# as_service OPTION|DIRECTIVE... -- COMMAND...: runs the command as a service of alice's, with these options of systemd-run.
as_service() {
	local options=()
	while [ "$1" != -- ]; do
		case $1 in
		--*) options+=("$1") ;;
		*) options+=("--property=$1") ;;
		esac
		shift
	done
	shift
	systemd-run --quiet --collect --uid=alice --gid=alice "${options[@]}" -- \
		/usr/bin/env PATH="$PATH" HOME=/home/alice LC_ALL=C.UTF-8 "$@"
}

keeper() { systemctl show -P MainPID nsctld.service; }
# was_replaced PID: succeeds if another keeper than this one serves.
was_replaced() {
	local now
	now=$(keeper)
	[ "$now" -ne 0 ] && [ "$now" -ne "$1" ] && systemctl is-active --quiet nsctld.service
}

# drop_in UNIT LINE...: adds lines to the unit's [Service] or [Socket] section, until undo_drop_ins.
drop_in() {
	local unit=$1 section=Service
	shift
	[ "${unit##*.}" = service ] || section=Socket
	mkdir -p "/run/systemd/system/$unit.d"
	printf '%s\n' "[$section]" "$@" >"/run/systemd/system/$unit.d/test.conf"
	systemctl daemon-reload
}
undo_drop_ins() {
	rm -rf /run/systemd/system/nsct*.d
	systemctl daemon-reload
}

# configure TEXT: replaces the configuration file by TEXT.
configure() {
	mkdir -p "${configuration%/*}"
	printf '%s\n' "$1" >"$configuration"
}

# new_journal OPTION...: prints the lines since mark_journal. Must not be given matches: with one, journalctl of
# systemd 252
# omits the first line after a cursor.
mark_journal() { journalctl --sync && cursor=$(journalctl -b -n 1 --show-cursor -q | sed -n 's/^-- cursor: //p'); }
new_journal() { journalctl --sync && journalctl -q -b -o cat --after-cursor="$cursor" "$@"; }

# portrait SET...: prints the properties of alice's sets, links and networks that must be the same after a boot.
portrait() {
	{
		alice --json show "$@"
		alice --json link list
		alice --json network list
	} | "$BATS_TEST_DIRNAME/../lib/portrait.py"
}

# make_go NAME: makes /run/NAME, a fifo for which one command waits.
make_go() {
	rm -f "/run/$1"
	mkfifo "/run/$1"
	chmod 666 "/run/$1"
}

everything_gone() {
	[ -z "$(nsctl list --all-owners --quiet)" ] &&
		[ -z "$(find /sys/fs/cgroup/system.slice/nsctl-sets.service -mindepth 3 -name cgroup.procs)" ] &&
		[ -z "$(find /run/nsctl/state/sets -type f)" ]
}
remove_all() {
	alice rm --all --ignore
	bob rm --all --ignore
	nsctl rm --all --ignore
	eventually everything_gone
}
