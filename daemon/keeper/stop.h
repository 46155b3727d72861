/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planned end. Requests in progress are finished first, within bounds. New clients wait at the
 * socket for the next daemon, or are closed unread, which tells them to ask again. Commands, and
 * requests that wait for their end, are not waited for: commands go on.
 */
#ifndef NSCTL_KEEPER_STOP_H
#define NSCTL_KEEPER_STOP_H

#include "daemon/keeper/base/keeper.h"

/* Begins the end; the loop ends when that is done. The second call ends the loop at once. */
void stop_begin(struct keeper *keeper);

/* Frees everything of stop_begin(), after the loop has ended. */
void stop_end(void);

#endif
