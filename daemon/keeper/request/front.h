/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's side of the fronts: processes that read and parse calls of clients
 * (ARCHITECTURE.md). A front serves all peers with the same identity (struct peer_identity), or all
 * shared connections of a user (struct client_connection). This module starts it, passes
 * connections to it, and exchanges messages with it. A front that breaks the rules, does not read,
 * or ends, is dropped with all its connections. */
#pragma once

#include "daemon/keeper/request/connection.h"

/* Sets keeper->to_front. Must be called before the first front is started. Returns 0 or -ENOMEM. */
int fronts_begin(struct keeper *keeper);
/* Frees all fronts, at the keeper's end. */
void fronts_free(struct keeper *keeper);

/* Finds the front for a connection, and starts one if there is none. Returns 0, or an error and
 * *failure, for instance if a limit of fronts is reached and each front has connections. */
int front_find(struct keeper *keeper, const struct client_connection *connection,
	       struct front_process **ret, struct failure *failure);

/* Passes a connection and its socket to the front. reason: why the scope of the connection is
 * limited. Takes connection and socket_fd on success. Returns 0 or -errno. */
int front_add(struct front_process *front, struct client_connection *connection, int socket_fd,
	      const char *reason);

/* Frees the front: closes its channels, which ends its process, and drops its connections. Calls
 * gone() of its requests; requests without gone() go on, but are not answered. */
void front_free(struct front_process *front);

/* Tells all fronts to take no more calls. */
void fronts_stop(struct keeper *keeper);
/* Ends the channels to the fronts, and waits up to two seconds until the fronts have passed on
 * their last answers and have ended. Must be called at the keeper's end, before the spawner ends:
 * the spawner's end kills all fronts. */
void fronts_await_end(const struct keeper *keeper);
/*
 * Returns true until fronts_stop() has had its effect on each front:
 *  - The front has confirmed that it takes no more calls, could not be told, or is closing.
 *  - Those of its requests that are not answered last (METHOD_LASTING).
 *  - Its connections without such a request are closed, or the front is closing.
 */
bool fronts_are_busy(const struct keeper *keeper);
