/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runtime directory: it is made, turned into a mount, and locked for one daemon; and removed
 * after a failed start or by --purge. Removing it needs the privileges of a start.
 */
#ifndef NSCTL_KEEPER_RUNTIME_H
#define NSCTL_KEEPER_RUNTIME_H

#include "daemon/keeper/base/keeper.h"

/* Opens path as the runtime directory and locks it: fills in runtime, runtime_fd and left. Returns
 * 0, or -errno after logging the reason. */
int runtime_open(struct keeper *keeper, const char *path);
void runtime_close(struct keeper *keeper);

/* Removes what a failed start has made, and nothing that existed before. Ends the spawner. */
void runtime_abandon(struct keeper *keeper);

/* Removes everything when no set is left: records, vault, cgroup. Returns 0, or -errno after
 * logging the reason. */
int runtime_purge(struct keeper *keeper);

#endif
