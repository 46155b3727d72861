/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrivals: connections are accepted a few at a time, held against their user's limit before
 * anything else is done for them, and served in turn by user, so that one user's flood does not
 * delay other users. What costs time (see peer.h) is done when it is the connection's turn.
 * Connections that come to nothing (given up by their client, or refused) get a small share of the
 * keeper's time.
 *
 * All of it has the loop's one priority: each pass takes and serves a bounded number of arrivals
 * and of each front's requests. With a lower one, a user whose requests never end would keep
 * everybody out.
 */
#ifndef NSCTL_KEEPER_ARRIVAL_H
#define NSCTL_KEEPER_ARRIVAL_H

#include "daemon/keeper/base/keeper.h"

/* Begins to accept on keeper->socket_fd. Returns 0 or -ENOMEM. */
int arrival_start(struct keeper *keeper);
/* Stops accepting: new connections wait at the socket. Those that have been accepted are served
 * first. */
void arrival_stop(struct keeper *keeper);

#endif
