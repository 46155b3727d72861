#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# An example: each test has a set of its own, which ends with it, or with the process of the test if bats is killed.

setup() {
	box=test-$$-$BATS_TEST_NUMBER
	nsctl --quiet create -mpn "--lease=pid:$$" "$box"
}

teardown() { nsctl rm "$box"; }

@test "its network is its own" {
	[ "$(nsctl exec "$box" ip -o link | wc -l)" -eq 1 ]
}

@test "every test can listen on the same port" {
	nsctl exec -d "$box" python3 -m http.server 80
	nsctl exec "$box" curl -sf --retry 100 --retry-delay 1 --retry-connrefused --output /dev/null http://127.0.0.1/
}
