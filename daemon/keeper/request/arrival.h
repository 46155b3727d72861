/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accepts connections, and lets them be served in turn. A connection whose client has hung up
 * already is closed at once. Any other is counted against its user's limit, and then waits for its
 * turn. Users take turns, so that one user's flood does not delay other users. The expensive part,
 * reading the facts about the peer (policy/peer.h), is done in the connection's turn. Connections
 * that are refused or end without a request get a limited share of the keeper's time.
 *
 * All events have the same priority in the loop, and each pass handles a bounded number of arrivals
 * and of each front's requests. If arrivals had a lower priority, a user with an endless stream of
 * requests would lock everyone else out.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Starts accepting on socket_fd, which the caller keeps open. Returns 0 or -ENOMEM. */
int arrival_start(struct keeper *keeper, int socket_fd);
/* Stops accepting: new connections wait in the queue of the socket. Serves the connections that
 * were accepted and wait for their turn. */
void arrival_stop(struct keeper *keeper);
