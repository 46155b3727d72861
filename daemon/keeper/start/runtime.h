/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runtime directory: made, made a mount, locked for one daemon; and taken away again, after a
 * start that failed or by --purge. What takes away needs the privileges that a start begins with.
 */
#ifndef NSCTL_KEEPER_RUNTIME_H
#define NSCTL_KEEPER_RUNTIME_H

#include "daemon/keeper/base/keeper.h"

/* Opens path as the runtime directory and locks it: fills runtime, runtime_fd and left. Returns 0,
 * or -errno after telling why. */
int runtime_open(struct keeper *keeper, const char *path);
void runtime_close(struct keeper *keeper);

/* Takes away what a start that has failed has made, and nothing that was there before. Ends the
 * spawner. */
void runtime_abandon(struct keeper *keeper);

/* Takes away everything when no set is left: the records, the vault, the cgroup. Returns 0, or
 * -errno after telling why. */
int runtime_purge(struct keeper *keeper);

#endif
