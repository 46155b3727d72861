/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a runner's status file (daemon/kernel/runner.h). From it the keeper learns what became of a
 * command after its own restart, or after the runner's death.
 */
#ifndef NSCTL_KEEPER_EXIT_STATUS_H
#define NSCTL_KEEPER_EXIT_STATUS_H

#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"

/* The contents of a status file so far. */
struct exit_status {
	pid_t runner, command;
	uint64_t runner_start, command_start;
	bool ended, exited;
	unsigned int number;
	uint64_t when;
};

/* Reads the status file of the session id. Returns 0, or -errno and all zeros if there is none or
 * it cannot be read. */
int exit_status_read(const struct store *store, const char *id, struct exit_status *ret);

/* Records the end of the session from the file. If the file does not say how it ended, it was
 * killed now. */
void exit_status_apply(const struct exit_status *status, uint64_t now, struct session *session);

#endif
