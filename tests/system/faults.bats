#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What fails in reality: system calls and memory (a sample: tests/faults/run has them all), disks that
# are full, limits that are reached, files that are damaged, mounts that are gone.

load daemon.bash

@test "system calls and allocations that fail: done, or a clean error, and nothing left" {
	"$BATS_TEST_DIRNAME/../faults/run" --sample 1
}
