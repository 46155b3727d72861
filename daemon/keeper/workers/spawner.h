/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spawner (daemon/spawner/main.c): a child of the keeper that forks workers, kills them, and
 * reports their ends. This module starts it, and receives these reports. The keeper ends when the
 * spawner does. */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Starts the spawner, waits until it is ready, and fills in keeper->vault_fd and keeper->cgroup_fd.
 * vault_fd: the vault of an earlier daemon (the mount namespace that keeps the sets' namespaces:
 * kernel/vault.h), which is taken; -1: none. Returns 0 or -errno. */
int spawner_start(struct keeper *keeper, int vault_fd);
/* Kills the spawner, if it was started, and waits until it has ended. */
void spawner_kill(void);
/* Closes the spawner's channel, which ends the spawner. Must be called when the keeper ends. */
void spawner_stop(void);
