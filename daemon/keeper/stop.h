/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planned end: what is in flight is finished first, within bounds; what comes meanwhile waits
 * at the socket for the next daemon, or is closed unread, which tells its client to ask again.
 * Commands and what waits for their end are not waited for: they go on.
 */
#ifndef NSCTL_KEEPER_STOP_H
#define NSCTL_KEEPER_STOP_H

#include "daemon/keeper/base/keeper.h"

/* Begins it; the loop ends when it is done. A second time: the loop ends at once. */
void stop_begin(struct keeper *keeper);

/* Lets go of what stop_begin() has made: the loop has ended. */
void stop_end(void);

#endif
