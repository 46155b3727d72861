/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What front.c (channels and connections), methods.c (requests) and request.c (answers) share. */
#ifndef NSCTL_KEEPER_FRONT_PART_H
#define NSCTL_KEEPER_FRONT_PART_H

#include "daemon/keeper/policy/peer.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/stream.h"

struct front {
	struct front *next;
	struct keeper *keeper;
	struct peer_identity identity;
	bool shared;	 /* by all peers behind which identity's uid stands: it runs as the account
			    nsctl */
	int channel_fd;	 /* from the keeper to the front: shut down for reading */
	int requests_fd; /* from the front to the keeper: the reading end of a pipe */
	struct wire_inbox inbox;
	struct wire_queue outgoing; /* what the channel had no room for */
	struct lanes lanes;
	uint32_t number; /* by which it can be killed; 0: it has not been started */
	struct event *readable, *writable, *idle;
	struct event *again; /* while requests wait for the others' turn, or the front rests */
	struct event *life;  /* while it has something to read: see on_life() */
	bool heard;	     /* it has said something since */
	struct connection *connections;
	struct request *requests; /* kept ones */
	size_t n_requests;
	bool stopped; /* it asks for nothing any more */
	bool closing; /* broken: to be freed by the timer */
};

/* Makes a socket from the keeper to the front, and a pipe from the front to the keeper. ret: the
 * front's ends. Returns 0 or -errno. */
int front_make_channels(struct front *front, int ret[2]);
/* Ends it from the loop: the caller may still use it. */
void front_close_soon(struct front *front);
/* Sends it what keeper->to_front holds. A front that does not take it is ended from the loop. */
void front_say(struct front *front);
/* A connection is over. */
void front_drop_connection(struct front *front, struct connection *connection);
/* Whether its channel has room for any answer. */
bool front_has_room(const struct front *front);

#endif
