/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who comes: connections are taken from the socket a few at a time, held against their user's limit
 * before anything is done for them, and served in turn by user, so that one user's flood makes
 * nobody else wait. What a connection costs (see peer.h) is spent when it is its turn.
 *
 * All of it has the loop's one priority: each pass takes and serves a bounded number of arrivals
 * and of each front's requests. With a lower one, a user whose requests never end would keep
 * everybody out.
 */
#ifndef NSCTL_KEEPER_ARRIVAL_H
#define NSCTL_KEEPER_ARRIVAL_H

#include "daemon/keeper/keeper.h"

/* Begins to accept on keeper->socket_fd. Returns 0 or -ENOMEM. */
int arrival_start(struct keeper *keeper);
/* Accepts nobody any more: who comes waits at the socket. Who has been accepted is served. */
void arrival_stop(struct keeper *keeper);

#endif
