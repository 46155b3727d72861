/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accepts connections, and lets them be served in turn. A connection is counted against its user's
 * limit before anything else is done for it. Users take turns, so that one user's flood does not
 * delay other users, and the expensive part (policy/peer.h) is done in the connection's turn.
 * Fruitless connections (base/arrival-queue.h) get a limited share of the keeper's time.
 *
 * All events have the same priority in the loop, and each pass handles a bounded number of arrivals
 * and of each front's requests. If arrivals had a lower priority, a user with an endless stream of
 * requests would lock everyone else out.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Starts accepting on socket_fd, which the caller keeps open. Returns 0 or -ENOMEM. */
int arrival_start(struct keeper *keeper, int socket_fd);
/* Stops accepting: new connections wait in the queue of the socket. Serves all connections that
 * were accepted. */
void arrival_stop(struct keeper *keeper);
