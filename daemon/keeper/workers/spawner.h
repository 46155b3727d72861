/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spawner as the keeper's child: its start, and the reports of processes that have ended.
 * Without the spawner the keeper can do nothing, so it ends when the spawner does. */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Starts the spawner and waits until it is ready. This may block, because no client is served yet.
 * Takes vault_fd, the vault of an earlier daemon; -1: none. Returns 0 or -errno. */
int spawner_start(struct keeper *keeper, int vault_fd);
/* Kills the spawner, if it was started, and waits until it has ended. */
void spawner_kill(void);
/* Closes the spawner's channel, which ends the spawner. */
void spawner_stop(void);
