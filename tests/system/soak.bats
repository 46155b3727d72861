#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak, of NSCTL_SOAK_SECONDS; an hour of it is ./dev soak --seconds 3600. Ten minutes of jobs are ./dev soak ci.

load daemon.bash

@test "random operations of several users, with kills and restarts: as the model says" {
	"$BATS_TEST_DIRNAME/../soak/run" --seconds "${NSCTL_SOAK_SECONDS:-30}"
}

@test "hundreds of sets one after the other over one connection: nothing grows" {
	"$BATS_TEST_DIRNAME/../soak/run" --rounds 500
}

@test "jobs of several users at once, some of them killed: the others succeed, and nothing is left" {
	"$BATS_TEST_DIRNAME/../soak/ci" --seconds 3 --jobs 30
}
