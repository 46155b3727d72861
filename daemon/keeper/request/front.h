/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's side of the fronts. There is one front for each identity; this module starts it,
 * passes it connections, and exchanges messages with it. A front that breaks the rules, does not
 * read, or ends, is dropped with all its connections.
 */
#pragma once

#include "daemon/keeper/request/connection.h"

/* Sets keeper->to_front. Must be called before the first front is started. Returns 0 or -ENOMEM. */
int fronts_begin(struct keeper *keeper);
/* Frees all fronts, at the keeper's end. */
void fronts_free(struct keeper *keeper);

/* Finds the front for a connection, and starts one if there is none. Returns 0, or an error and
 * *failure, for instance if a limit of fronts is reached and no front is without connections. */
int front_find(struct keeper *keeper, const struct client_connection *connection,
	       struct front_process **ret, struct failure *failure);

/* Passes a connection with its socket to the front; reason: why its scope is limited. On success
 * takes connection and socket_fd. Returns 0 or -errno. */
int front_add(struct front_process *front, struct client_connection *connection, int socket_fd,
	      const char *reason);

/* Closes the front's channels, which ends the front. Drops its connections. Requests that have
 * begun go on, without an answer. */
void front_free(struct front_process *front);

/* Tells all fronts to take no more calls. */
void fronts_stop(struct keeper *keeper);
/* Closes the channels to the fronts, and waits until the fronts have passed on their last answers
 * and have ended, for a second at most. This is for the keeper's end: then the spawner ends, and
 * with it all fronts, whatever they have not sent yet. */
void fronts_await_end(const struct keeper *keeper);
/* Returns true while a front must still be answered, except for requests that last
 * (METHOD_LASTING), or has not closed its connections yet. */
bool fronts_are_busy(const struct keeper *keeper);
