/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of clients, from the moment that their front passes them on to their answers. */
#ifndef NSCTL_KEEPER_REQUEST_H
#define NSCTL_KEEPER_REQUEST_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"

struct lane_process;
struct lanes;

/*
 * A request that a front waits for an answer to. It outlives the front: then answers go nowhere.
 * Whoever holds it answers it once and for all with request_done() or request_fail(), which free
 * it.
 */
struct request {
	struct request *next; /* in its front, or behind whom it waits */
	struct front *front;  /* NULL: it has gone */
	uint32_t connection, number;
	enum wire_op op;
	struct lanes *lanes; /* of the front; NULL: it has gone */
	uint32_t lane;	     /* by which its descriptors come; 0: it has none */
	/* of its descriptors, by their index; NULL: none is a pidfd. Not in a kept copy. */
	const struct lane_process *processes;
	/* while its handler is called: what it was asked by. Not in a kept copy. */
	struct wire_message *message;
	struct authz_subject subject;
	uid_t owner;			      /* which owner's set it is about ... */
	char about[NAME_SIZE];		      /* ... and its name; "": not known yet, or none */
	const struct peer_identity *identity; /* the keeper's own wish for this user; else NULL */
	bool kept;			      /* a copy of request_keep() */
	struct request *behind; /* the next in a list of those that wait for one thing */
	/* Called when the connection ends before the answer: drops the request, or leaves it. NULL:
	 * the work goes on, and the request with it. */
	void (*gone)(struct keeper *keeper, struct request *request);
	void *holder; /* for gone: what waits with this request */
};

/* A copy of what the server made up for the time of the call: for later. NULL: -ENOMEM. */
struct request *request_keep(const struct request *request);
/* Starts an answer in keeper->to_front, which the caller goes on writing; flags: WIRE_CONTINUES. */
void request_begin(struct keeper *keeper, const struct request *request, uint16_t flags);
/* Sends it: an answer after which others follow ... */
void request_send(struct keeper *keeper, const struct request *request);
/* ... or the last one. */
void request_end(struct keeper *keeper, struct request *request);
/* The last answer in one. layout NULL: nothing to say but that it is done. */
void request_done(struct keeper *keeper, struct request *request, const struct wire_layout *layout,
		  const void *value);
void request_fail(struct keeper *keeper, struct request *request, const struct failure *failure);
/* Whether its front has room for any answer; if not, events_resume() is called when it has. */
bool request_has_room(const struct request *request);
/* Frees a kept request unanswered: the caller still answers the one that it is a copy of. */
void request_drop(struct request *request);
/* Whose it is: NULL when the connection that asked has gone. */
const struct peer_identity *request_identity(const struct request *request);
/* The connection that asked, or NULL when it has gone. */
struct connection *request_connection(const struct request *request);

/* Finds the set that a request is about, if its caller may know of it. Returns 0, or an error and
 * *failure. */
int request_find_set(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct set **ret, struct failure *failure);
/* Finds the set that ask names in the same way. */
int request_find_asked(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		       struct set **ret, struct failure *failure);

#endif
