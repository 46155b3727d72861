#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Many sets in a row, and many at once, leave nothing behind.

load daemon.bash
load counted.bash

@test "A thousand creates, execs and removals in a row leave nothing" {
	as "$user_id" bash -c '
		for i in $(seq 334); do
			for kinds in -n -mpnuiC "-a -r"; do
				"$1" create $kinds box >/dev/null && "$1" exec box true && "$1" rm box || exit 1
			done
		done' - "$NSCTL_BUILD/nsctl"
	eventually counts_are "$before"
}

@test "Fifty sets at once leave nothing" {
	as "$user_id" bash -c '
		for i in $(seq 50); do
			{ "$1" create -mpnuiC "box$i" >/dev/null && "$1" exec "box$i" true &&
				"$1" rm "box$i" || echo "$i failed"; } &
		done
		wait' - "$NSCTL_BUILD/nsctl" >"$BATS_TEST_TMPDIR/failed"
	[ ! -s "$BATS_TEST_TMPDIR/failed" ]
	eventually counts_are "$before"
}

@test "Fifty runs of two users at once leave nothing" {
	for uid in "$user_id" "$other_id"; do
		as "$uid" bash -c '
			for i in $(seq 25); do
				"$1" run -mpnuiC sh -c "exit 3" || [ $? -eq 3 ] || echo "$i failed" &
			done
			wait' - "$NSCTL_BUILD/nsctl" >>"$BATS_TEST_TMPDIR/failed" 3>&- &
	done
	wait
	[ ! -s "$BATS_TEST_TMPDIR/failed" ]
	eventually counts_are "$before"
}

@test "The daemon's descriptors and memory do not grow" {
	descriptors() { find "/proc/$daemon/fd" -mindepth 1 | wc -l; }
	as "$user_id" bash -c 'for i in $(seq 20); do "$1" run -n true; done' - "$NSCTL_BUILD/nsctl"
	n=$(descriptors)
	as "$user_id" bash -c 'for i in $(seq 100); do "$1" run -n true; done' - "$NSCTL_BUILD/nsctl"
	fewer() { [ "$(descriptors)" -le "$n" ]; }
	eventually fewer
}

# many_sets PYTHON: runs the code for each of 500 names, over one connection.
many_sets() {
	as "$user_id" env PYTHONPATH="$BATS_TEST_DIRNAME/../lib" python3 -B -c "
from varlink import Connection
client = Connection()
names = [f'many{number:03}' for number in range(500)]
def call(method, parameters):
    reply = client.call('org.nsctl.' + method, parameters)
    assert 'error' not in reply, reply
    return reply
$1"
}

@test "500 sets are made, listed in pages, taken over by the next daemon, and removed" {
	many_sets "
for number, name in enumerate(names):
    kinds = ['mnt', 'pid', 'net', 'uts', 'ipc', 'cgroup'] if number % 10 == 0 else [['net'], ['uts'], ['ipc']][number % 3]
    call('Create', {'name': name, 'spec': {'namespaces': kinds}})"
	local made
	made=$(kernel_counts)
	kill -KILL "$daemon"
	eventually is_gone "$daemon"
	start_daemon
	eventually counts_are "$made"
	many_sets "
client.request('org.nsctl.List', {}, more=True)
found, pages, more = [], 0, True
while more:
    reply = client.receive()
    assert 'error' not in reply, reply
    page = [entry['name'] for entry in reply['parameters']['sets']]
    assert 0 < len(page) <= 100, len(page)
    found += page
    pages += 1
    more = reply.get('continues', False)
assert found == names, (len(found), pages)"
	[ "$(nsctl list | grep -c many)" = 500 ]
	nsctl exec many490 true
	many_sets "
for name in names:
    call('Remove', {'name': name})
assert call('List', {})['parameters']['sets'] == []"
	eventually counts_are "$before"
}
