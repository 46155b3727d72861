/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a runner writes about its command (daemon/kernel/runner.h): how a keeper knows, after its
 * own restart or the runner's death, what became of it.
 */
#ifndef NSCTL_KEEPER_EXIT_STATUS_H
#define NSCTL_KEEPER_EXIT_STATUS_H

#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"

/* What the runner has written so far. */
struct status_file {
	pid_t runner, command;
	uint64_t runner_start, command_start;
	bool ended, exited;
	unsigned int number;
	uint64_t when;
};

/* What there is; all zero when there is nothing, or it cannot be read (-errno). id: the session's.
 */
int status_file_read(const struct store *store, const char *id, struct status_file *ret);

/* The end of the session, as the file tells it; where it does not, it ended now and was killed. */
void status_file_apply(const struct status_file *status, uint64_t now, struct session *session);

#endif
