/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start: what is on disk against what is in the kernel, and everything made right: finished,
 * rolled back, adopted, or set aside with a line in the log. Nothing is guessed at: when something
 * cannot be looked at for want of memory or descriptors, the start fails and leaves it alone.
 *
 *	record		kernel				becomes
 *	creating	everything pinned, init alive	ready: only the answer was missing
 *	creating	anything less			removed
 *	ready		as recorded			ready
 *	ready		a pin or the init missing	broken: to be removed by its owner
 *	removing	whatever			removed
 *	damaged		-				set aside; what it was about is as if
 *unknown other boot	-				forgotten none		pins in the vault
 *broken, under the owner and name of the path
 *	none		a cgroup			ended and removed
 */
#ifndef NSCTL_KEEPER_RECOVER_H
#define NSCTL_KEEPER_RECOVER_H

#include "daemon/keeper/keeper.h"

int recover(struct keeper *keeper); /* 0 or -errno */

/* nsctld --purge: removes all sets; returns when they are gone. 0 or -errno. */
int recover_purge(struct keeper *keeper);

#endif
