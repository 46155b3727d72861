#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A short soak, of NSCTL_SOAK_SECONDS; an hour of it is ./dev soak --seconds 3600.

load daemon.bash

@test "random operations of several users, with kills and restarts: as the model says" {
	"$BATS_TEST_DIRNAME/../soak/run" --seconds "${NSCTL_SOAK_SECONDS:-30}"
}

@test "hundreds of sets one after the other over one connection: nothing grows" {
	"$BATS_TEST_DIRNAME/../soak/run" --rounds 500
}
