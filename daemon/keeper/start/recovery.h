/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start: what is on disk against what is in the kernel, and everything made right: finished,
 * rolled back, adopted, or set aside with a line in the log. Nothing is guessed at: when something
 * cannot be looked at for want of memory or descriptors, the start fails and leaves it alone.
 *
 *	creating, everything is pinned and the init alive: ready, as only the answer was missing
 *	creating, anything less: removed; broken, if its maker cannot be killed (leftover.h)
 *	ready, as recorded: ready
 *	ready, a pin or the init is missing: broken, to be removed by its owner
 *	removing: removed
 *	damaged: the record is set aside, and what it was about is as if there were none
 *	of another boot: forgotten
 *	no record, but pins in the vault: broken, under the owner and name of the path
 *	no record, but a cgroup: ended and removed
 */
#ifndef NSCTL_KEEPER_RECOVERY_H
#define NSCTL_KEEPER_RECOVERY_H

#include "daemon/keeper/base/keeper.h"

int recover(struct keeper *keeper); /* 0 or -errno */

/* nsctld --purge: removes all sets; returns when they are gone. 0 or -errno. */
int recover_purge(struct keeper *keeper);

#endif
