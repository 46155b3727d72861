/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of clients, from their arrival to their answers. */
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
 * A request whose answer a front waits for. It outlives the front: then its answers go nowhere. Its
 * holder answers it exactly once, by request_done() or request_fail(), which free it.
 */
struct request {
	struct request *next;	     /* in its front */
	struct front_process *front; /* NULL: the front is gone */
	uint32_t connection, number;
	enum wire_op op;
	struct lanes *lanes; /* of the front; NULL: the front is gone */
	uint32_t lane;	     /* the lane with its descriptors; 0: none */
	uint64_t pipes;	     /* bit i: its i-th descriptor is a pipe, and gets a watcher */
	/* The processes of its pidfds, and the watchers of its pipes, by the descriptors' index;
	 * NULL: it has neither, or another one releases the watchers. Not in a
	 * kept copy. */
	const struct lane_process *processes;
	/* The message, while the handler is called. Not in a kept copy. */
	struct wire_message *message;
	struct authz_subject subject;
	uid_t owner;			      /* owner of the set that it is about */
	char about[NAME_SIZE];		      /* name of that set; "": not known yet, or none */
	const struct peer_identity *identity; /* of a user for whom the keeper acts; else NULL */
	bool kept;			      /* made by request_keep() */
	struct request *behind;		      /* next in a list of requests that wait */
	/* Called when the connection ends before the answer: drops the request, or leaves it. NULL:
	 * the work and the request go on. */
	void (*gone)(struct keeper *keeper, struct request *request);
	void *holder; /* for gone: what the request waits for */
};

/* Copies a request, which only exists for the time of the call, for later. Returns NULL if there is
 * no memory. */
struct request *request_keep(const struct request *request);
/* Begins an answer in keeper->to_front, to which the caller adds. flags: WIRE_CONTINUES or 0. */
void request_begin(struct keeper *keeper, const struct request *request, uint16_t flags);
/* Sends an answer that is followed by others. */
void request_send(struct keeper *keeper, const struct request *request);
/* Sends the last answer. */
void request_end(struct keeper *keeper, struct request *request);
/* Sends the last answer. layout NULL: it has no contents. */
void request_done(struct keeper *keeper, struct request *request, const struct wire_layout *layout,
		  const void *value);
void request_fail(struct keeper *keeper, struct request *request, const struct failure *failure);
/* Returns true if the front has room for any answer. Otherwise events_resume() is called when it
 * has. */
bool request_has_room(const struct request *request);
/* Frees a kept copy without an answer: the caller still answers the original. */
void request_drop(struct request *request);
/* Returns the caller's identity, or NULL if its connection is gone. */
const struct peer_identity *request_identity(const struct request *request);
/* Returns the request's connection, or NULL if it is gone. */
struct client_connection *request_connection(const struct request *request);

/* Finds the set that a request is about, if its caller may know of it. Returns 0, or an error and
 * *failure. */
int request_find_set(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct set **ret, struct failure *failure);
/* The same for the set that ask names. */
int request_find_asked(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		       struct set **ret, struct failure *failure);

#endif
