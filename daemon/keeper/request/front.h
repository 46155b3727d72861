/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fronts, seen from the keeper: one for each distinct identity, its connections, and the
 * requests that it waits for. A front that breaks the rules, does not read, or ends is dropped with
 * all its connections.
 */
#ifndef NSCTL_KEEPER_FRONT_H
#define NSCTL_KEEPER_FRONT_H

#include "daemon/keeper/request/connection.h"
#include "protocol/error.h"

/* Finds the front that is to serve a connection, and starts it if there is none. Returns 0, or an
 * error and *failure: there are as many as may be, and none of them is idle. */
int front_find(struct keeper *keeper, const struct connection *connection, struct front **ret,
	       struct failure *failure);

/* Hands a copy of the client's socket over. On success takes connection and socket_fd. Returns 0 or
 * -errno. */
int front_add(struct front *front, struct connection *connection, int socket_fd,
	      const char *reason);

/* Closes its channel: it ends, its connections are gone, its requests are orphans. */
void front_free(struct front *front);

/* Tells all fronts to take no calls any more; they are busy while they, or their users, are still
 * to get an answer that comes soon. */
void fronts_stop(struct keeper *keeper);
bool fronts_are_busy(const struct keeper *keeper);

#endif
