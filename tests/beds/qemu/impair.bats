#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Impairments have the requested effect, measured between two sets: delays by ping, within a tenth; shares by
# counting packets, within six standard deviations of the binomial distribution; rates by iperf3. All are on end A,
# the way from a to b: packets that come back are not impaired.

load ../../system/daemon.bash

setup_file() {
	start_daemon
	export runtime daemon
	nsctl create -n a
	nsctl create -n b
	nsctl link add a,address=10.9.0.1/24 b,address=10.9.0.2/24 --name=wire
}

teardown_file() {
	nsctl rm --all
	purge_daemon
}

teardown() {
	answers || start_daemon
	nsctl link impair wire --clear
}

impair() { nsctl link impair wire A "$@"; }
shown() { nsctl --json link list | python3 -c '
import json, sys
end = json.load(sys.stdin)["a"]
for name, value in sorted(end.get("impairment", {}).items()):
    if value: print(f"{name}={value:g}")'; }

# pings COUNT [SECONDS-BETWEEN]: the times of the answers, in ms, in the order of their coming; then what ping counts:
# "SENT RECEIVED DUPLICATES".
pings() {
	nsctl exec a ping -n -c "$1" -i "${2:-0.01}" -W 5 10.9.0.2 >"$BATS_TEST_TMPDIR/ping" || true
	sed -n 's/.*time=\([0-9.]*\) ms.*/\1/p' "$BATS_TEST_TMPDIR/ping" >"$BATS_TEST_TMPDIR/times"
	python3 - "$BATS_TEST_TMPDIR/ping" >"$BATS_TEST_TMPDIR/counts" <<'END'
import re, sys
text = open(sys.argv[1]).read()
duplicates = re.search(r"\+(\d+) duplicates", text)
print(*re.search(r"(\d+) packets transmitted, (\d+) received", text).groups(), duplicates.group(1) if duplicates else 0)
END
	cat "$BATS_TEST_TMPDIR/counts"
	tail -n 2 "$BATS_TEST_TMPDIR/ping"
}

# among_times EXPRESSION: checks a Python expression about t, the sorted times
among_times() {
	python3 -c '
import sys
t = sorted(float(line) for line in open(sys.argv[1]))
assert eval(sys.argv[2]), f"{sys.argv[2]}: {t}"' "$BATS_TEST_TMPDIR/times" "$1"
}

# share COUNT OF PERCENT: checks that COUNT of OF is likely, if each counts with this probability
share() {
	python3 -c '
import sys
count, of, share = float(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]) / 100
deviation = (of * share * (1 - share)) ** 0.5
print(f"{count:g} of {of:g}, expected {of * share:g} +- {6 * deviation:.0f}")
assert abs(count - of * share) <= 6 * deviation' "$@"
}

# rate_is MBIT: checks the rate of a TCP connection from a to b
rate_is() {
	nsctl exec -d b iperf3 --server --one-off
	eventually nsctl exec b sh -c "ss -ltn | grep -q :5201"
	nsctl exec a iperf3 --client 10.9.0.2 --time 6 --omit 2 --json >"$BATS_TEST_TMPDIR/iperf"
	python3 -c '
import json, sys
got = json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"] / 1e6
print(f"{got:.2f} Mbit/s of {sys.argv[2]}")
# the payload is measured, and headers and acknowledgements take a part of the rate
assert float(sys.argv[2]) * 0.85 <= got <= float(sys.argv[2]) * 1.05' "$BATS_TEST_TMPDIR/iperf" "$1"
}

@test "A delay is kept within a tenth" {
	impair --delay=100ms
	[ "$(shown)" = delayMilliseconds=100 ]
	pings 20
	among_times '100 <= t[0] and t[len(t) // 2] <= 110'
}

@test "Jitter varies the delay by the given time" {
	impair --delay=100ms --jitter=40ms
	pings 100 0.2
	# the times are evenly spread from 60 to 140 ms
	among_times 't[0] >= 60 and t[0] < 75 and t[-1] > 125 and t[-1] < 160'
	among_times '90 <= t[len(t) // 2] <= 115'
}

@test "A loss rate drops the given share of packets" {
	impair --loss=10%
	pings 1500 0.002
	read -r sent received _ <"$BATS_TEST_TMPDIR/counts"
	share $((sent - received)) "$sent" 10
}

@test "A duplication rate doubles the given share of packets" {
	impair --duplicate=20%
	pings 1000 0.002
	read -r sent _ duplicates <"$BATS_TEST_TMPDIR/counts"
	share "$duplicates" "$sent" 20
}

@test "A corruption rate makes the receiver drop the given share of packets" {
	# one bit of each packet is inverted; almost always a checksum covers it
	impair --corrupt=20%
	pings 1000 0.002
	read -r sent received _ <"$BATS_TEST_TMPDIR/counts"
	share $((sent - received)) "$sent" 20
}

@test "A reordering rate sends the given share of packets at once, ahead of the delayed ones" {
	impair --delay=50ms --reorder=25%
	pings 800 0.005
	share "$(awk '$1 < 25' "$BATS_TEST_TMPDIR/times" | wc -l)" 800 25
	awk '$1 >= 25 && $1 < 50 { exit 1 }' "$BATS_TEST_TMPDIR/times"
}

@test "A rate limit holds alone and with a delay" {
	impair --rate=8mbit
	rate_is 8
	impair --delay=5ms
	[ "$(shown)" = "$(printf 'delayMilliseconds=5\nrateBitsPerSecond=8e+06')" ]
	rate_is 8
}

@test "Changing or clearing one impairment keeps the others, and --clear ends all" {
	impair --delay=80ms
	impair --loss=30%
	impair --duplicate=40%
	[ "$(shown)" = "$(printf '%s\n' delayMilliseconds=80 duplicatePercent=40 lossPercent=30)" ]
	nsctl link list | grep -F 'A:delay=80ms,loss=30%,duplicate=40%'
	nsctl show a | grep -F '(delay=80ms,loss=30%,duplicate=40%)'
	pings 400 0.01
	among_times '80 <= t[0] and t[len(t) // 2] <= 90'
	read -r sent received duplicates <"$BATS_TEST_TMPDIR/counts"
	# netem duplicates a packet before it decides about losses, so it may lose both of a pair, one, or none
	[ "$duplicates" -gt 0 ]
	[ "$received" -lt "$sent" ]
	impair --loss=0
	[ "$(shown)" = "$(printf '%s\n' delayMilliseconds=80 duplicatePercent=40)" ]
	pings 300 0.01
	read -r sent received duplicates <"$BATS_TEST_TMPDIR/counts"
	[ "$received" -eq "$sent" ]
	share "$duplicates" "$sent" 40
	among_times '80 <= t[0]'
	impair --clear
	[ -z "$(shown)" ]
	pings 20
	among_times 't[len(t) // 2] < 40'
	nsctl exec a ip link show eth0 | grep 'qdisc noqueue'
}

@test "Each end of a link has its own impairments" {
	nsctl link impair wire A --delay=60ms
	nsctl link impair wire B --delay=40ms
	nsctl link list | grep -F 'A:delay=60ms B:delay=40ms'
	pings 20
	among_times '100 <= t[0] and t[len(t) // 2] <= 110'
	nsctl link impair wire A --clear
	pings 20
	among_times '40 <= t[0] and t[len(t) // 2] <= 50'
	nsctl link impair wire --delay=30ms
	nsctl link list | grep -E ' delay=30ms$'
}

@test "Impairments stay when the daemon is killed or restarted, and when the link goes down and up" {
	impair --delay=70ms --loss=20%
	before=$(shown)
	kill_daemon
	start_daemon
	[ "$(shown)" = "$before" ]
	impair --loss=0
	[ "$(shown)" = delayMilliseconds=70 ]
	stop_daemon
	start_daemon
	nsctl link down wire
	nsctl link up wire
	[ "$(shown)" = delayMilliseconds=70 ]
	pings 20
	among_times '70 <= t[0] and t[len(t) // 2] <= 77'
}

@test "A link can be impaired from its start" {
	nsctl create -n c
	nsctl link add c,address=10.8.0.1/24,delay=45ms a,address=10.8.0.2/24 --name=late
	nsctl link list | grep -F 'A:delay=45ms'
	nsctl exec c ping -n -c 3 -W 5 10.8.0.2 | sed -n 's/.*time=\([0-9.]*\) ms.*/\1/p' >"$BATS_TEST_TMPDIR/times"
	among_times 'len(t) == 3 and 45 <= t[0]'
	nsctl rm c
	run nsctl link list
	[[ "$output" != *late* ]]
}
