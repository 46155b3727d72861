/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start: compares the records with the kernel, and puts everything right: it is finished,
 * rolled back, adopted, or set aside with a line in the log. Nothing is guessed: if something
 * cannot be examined for lack of memory or descriptors, the start fails and leaves everything as it
 * is.
 *
 *	creating, everything is pinned and the init lives: ready, only the answer was missing
 *	creating, anything less: removed; broken, if its maker cannot be killed (leftover.h)
 *	ready, as recorded: ready
 *	ready, a pin or the init is missing: broken, its owner may remove it
 *	removing: removed
 *	damaged: the record is set aside, and its objects count as having none
 *	of another boot: the record is deleted
 *	no record, but pins in the vault: broken, with the owner and name in their path
 *	no record, but a cgroup: its processes are killed, and it is removed
 */
#ifndef NSCTL_KEEPER_RECOVERY_H
#define NSCTL_KEEPER_RECOVERY_H

#include "daemon/keeper/base/keeper.h"

int recover(struct keeper *keeper); /* returns 0 or -errno */

/* nsctld --purge: removes all sets, and returns when they are gone. Returns 0 or -errno. */
int recover_purge(struct keeper *keeper);

#endif
