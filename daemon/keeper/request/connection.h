/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Client connections as the keeper knows them: the peer, its rights, and the user whose limits the
 * connection counts against. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/peer.h"

struct subscription;

/* A client's connection. The front reads from it and writes to it. The keeper has a copy of the
 * socket, by which it sends some short answers itself (request_done_directly()). */
struct client_connection {
	struct client_connection *next;
	uint32_t number;
	struct front_process *front;
	int socket_fd; /* kept until the connection is over: see closer.h */
	struct peer peer;
	uid_t charged; /* the user whose limits the connection counts against */
	/* The peer is in a user namespace or has a subordinate uid, so its uid may be one of many
	 * of one user. One front serves all such connections of this user: see charge(). */
	bool shared;
	struct authz_subject subject;
	bool has_asked;			   /* it has sent a request */
	bool has_leases;		   /* a set or command may end with it */
	struct subscription *subscription; /* made by Monitor; NULL: none */
};

/* Counts a connection of this user that ended without a request (base/arrival-queue.h). */
void connection_count_fruitless(struct keeper *keeper, uid_t uid);
/* Returns true if a connection with this number has not ended. */
bool connection_is_open(const struct keeper *keeper, uint32_t number);
/* Closes the connection's socket, and frees the connection, which then no longer counts against the
 * user's limit. Counts it as fruitless if it has sent no request. It must have been removed from
 * front->connections. */
void connection_free(struct keeper *keeper, struct client_connection *connection);
