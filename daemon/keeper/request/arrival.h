/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrivals. Connections are accepted a few at a time, counted against their user's limit before
 * anything else is done for them, and served in turn by user, so that one user's flood does not
 * delay other users. Expensive work (see peer.h) is done when it is the connection's turn.
 * Connections without a result, because their client gave up or because they were refused, get a
 * small share of the keeper's time.
 *
 * All events have the loop's one priority: each pass takes a bounded number of arrivals and of each
 * front's requests. If arrivals had a lower priority, a user whose requests never end would lock
 * everyone else out.
 */
#ifndef NSCTL_KEEPER_ARRIVAL_H
#define NSCTL_KEEPER_ARRIVAL_H

#include "daemon/keeper/base/keeper.h"

/* Starts accepting on keeper->socket_fd. Returns 0 or -ENOMEM. */
int arrival_start(struct keeper *keeper);
/* Stops accepting: new connections wait at the socket. Connections that were accepted are still
 * served. */
void arrival_stop(struct keeper *keeper);

#endif
