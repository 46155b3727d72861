/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resources of a client's connection: a place within its user's limit, and descriptors. */
#ifndef NSCTL_KEEPER_CONNECTION_H
#define NSCTL_KEEPER_CONNECTION_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/peer.h"

struct subscription;

/* A client's connection, which its front serves. */
struct client_connection {
	struct client_connection *next;
	uint32_t number;
	struct front_process *front;
	int socket_fd; /* a copy, until the connection is over: see closer.h */
	struct peer peer;
	uid_t charged; /* the user behind it, whose limits it counts against */
	bool shared;   /* its front serves all connections of this user's */
	struct authz_subject subject;
	char scope_name[KEY_SIZE];	   /* storage of subject.scope_text */
	bool has_asked;			   /* it has sent at least one request */
	bool has_leases;		   /* sets or commands end with it */
	struct subscription *subscription; /* NULL: it does not monitor */
};

/* Counts a connection against uid's limit. Returns 0, or an error and *failure. */
int connection_count(struct keeper *keeper, uid_t uid, struct failure *failure);
void connection_uncount(struct keeper *keeper, uid_t uid);
/* Counts a connection that ended without a request: see arrival-queue.h. */
void connection_count_fruitless(struct keeper *keeper, uid_t uid);
/* Uncounts the connection, closes its socket, and frees it. */
void connection_free(struct keeper *keeper, struct client_connection *connection);

#endif
