#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak, of NSCTL_SOAK_SECONDS; an hour of it is ./dev soak --seconds 3600. Ten minutes of jobs are ./dev soak ci.

load daemon.bash

@test "Random operations of several users with kills and restarts have the results that the model predicts" {
	"$BATS_TEST_DIRNAME/../soak/run" --seconds "${NSCTL_SOAK_SECONDS:-30}"
}

@test "Hundreds of sets in a row over one connection make nothing grow" {
	"$BATS_TEST_DIRNAME/../soak/run" --rounds 500
}

@test "Jobs of several users succeed while others are killed, and leave nothing" {
	"$BATS_TEST_DIRNAME/../soak/ci" --seconds 3 --jobs 30
}
