/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the status file that a runner writes (daemon/kernel/runner.h). The keeper learns from it
 * what became of a command while no keeper ran, or after its runner died.
 */
#pragma once

#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"

/* The contents of a status file, as far as the runner has written it. */
struct exit_status {
	pid_t runner, command;
	uint64_t runner_start;
	bool ended, exited;
	unsigned int number;
	uint64_t when;
};

/* Reads the status file of the session id. Returns 0 or -errno. *ret is all zeros if there is no
 * file, which is no error. */
int exit_status_read(const struct store *store, const char *id, struct exit_status *ret);

/* Fills in how the session ended, from its status file. If the file does not say it yet, the
 * session was killed by SIGKILL, now. */
void exit_status_apply(const struct exit_status *status, uint64_t now, struct session *session);
