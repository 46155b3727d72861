/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fronts, as the keeper sees them: one for each distinct identity, with its connections and the
 * requests that it waits for. A front that breaks the rules, does not read, or ends, is dropped
 * with all its connections.
 */
#ifndef NSCTL_KEEPER_FRONT_H
#define NSCTL_KEEPER_FRONT_H

#include "daemon/keeper/request/connection.h"
#include "protocol/error.h"

/* Finds the front for a connection, and starts one if necessary. Returns 0, or an error and
 * *failure: the limit is reached, and no front is idle. */
int front_find(struct keeper *keeper, const struct client_connection *connection,
	       struct front_process **ret, struct failure *failure);

/* Passes the front a copy of the client's socket. On success takes connection and socket_fd.
 * Returns 0 or -errno. */
int front_add(struct front_process *front, struct client_connection *connection, int socket_fd,
	      const char *reason);

/* Closes its channel: it ends, its connections are gone, and its requests are orphaned. */
void front_free(struct front_process *front);

/* Tells all fronts to take no more calls. They are busy as long as an answer that comes soon is
 * owed to them or their users. */
void fronts_stop(struct keeper *keeper);
bool fronts_are_busy(const struct keeper *keeper);

#endif
