/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each connection of a client takes: a place within its user's limit, and descriptors. */
#ifndef NSCTL_KEEPER_CONNECTION_H
#define NSCTL_KEEPER_CONNECTION_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/peer.h"

struct subscription;

/* One client's connection, which its front serves. */
struct connection {
	struct connection *next;
	uint32_t number;
	struct front *front;
	int socket_fd; /* a copy, until the connection is over: see closer.h */
	struct peer peer;
	uid_t charged; /* the user who stands behind it, and against whose limits it counts */
	bool shared;   /* its front serves all connections behind which this user stands */
	struct authz_subject subject;
	char scope_name[KEY_SIZE];	   /* behind subject.scope_text */
	bool has_asked;			   /* at least one request has come by it */
	bool has_leases;		   /* sets or commands that end with it */
	struct subscription *subscription; /* NULL: it does not monitor */
};

/* Counts a connection against uid's limit. Returns 0, or an error and *failure. */
int connection_count(struct keeper *keeper, uid_t uid, struct failure *failure);
void connection_uncount(struct keeper *keeper, uid_t uid);
/* Counts a connection that ended without a request: see arrival-queue.h. */
void connection_count_fruitless(struct keeper *keeper, uid_t uid);
/* Uncounts a connection, has its socket closed, and frees it. */
void connection_free(struct keeper *keeper, struct connection *connection);

#endif
