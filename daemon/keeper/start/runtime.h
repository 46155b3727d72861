/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runtime directory. A start makes it, turns it into a mount, and locks it for one daemon. It
 * holds the records, and the vault with the pins of the sets' namespaces (kernel/vault.h). A start
 * that fails removes what it has made, and --purge removes all but the empty directory. Removing
 * needs the privileges that a start has before it drops them. */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Opens path as the runtime directory, and locks it. Fills in keeper->runtime and runtime_fd.
 * Returns 0, or -errno after logging the reason. */
int runtime_open(struct keeper *keeper, const char *path);
void runtime_close(struct keeper *keeper);

/* Ends the spawner, and removes what this failed start has made, but nothing that existed before.
 * If there may be sets, the records and the cgroup stay. */
void runtime_abandon(struct keeper *keeper);

/* Ends the spawner, and removes the records (also those for the next boot), the cgroup, the vault,
 * and the directory's mount if nsctld has made it. Of a delegated cgroup, only what nsctld has made
 * in it is removed. No set may be left. Returns 0, or -errno after logging the reason. */
int runtime_purge(struct keeper *keeper);
