/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by front.c (connections and requests), front-channels.c (what is sent), front-find.c,
 * methods.c (requests) and request.c (answers). */
#ifndef NSCTL_KEEPER_FRONT_STATE_H
#define NSCTL_KEEPER_FRONT_STATE_H

#include "daemon/keeper/policy/peer.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/stream.h"

struct front_process {
	struct front_process *next;
	struct keeper *keeper;
	struct peer_identity identity;
	bool shared;	 /* serves all peers of the user identity.uid, as the account nsctl */
	int channel_fd;	 /* to the front; shut down for reading */
	int requests_fd; /* from the front: the reading end of a pipe */
	struct wire_inbox inbox;
	struct wire_queue outgoing; /* messages that the channel had no room for */
	struct lanes lanes;
	uint32_t number; /* by which it can be killed; 0: not started */
	struct event *readable, *writable, *idle;
	struct event
		*again;	    /* set while requests wait for other fronts' turn, or the front rests */
	struct event *life; /* set while the front has messages to read: see on_life() */
	bool heard;	    /* it has sent something since */
	struct client_connection *connections;
	struct request *requests; /* requests kept for an answer */
	size_t n_requests;
	bool stopped; /* it takes no more calls */
	bool closing; /* to be freed by the timer */
};

/*
 * Makes the two channels between the keeper and the front: a socket to it, and a pipe from it. The
 * socket is shut down in the other direction, so that the front cannot send descriptors, which
 * would be closed with the socket. From then on a front that does not read its messages is ended.
 * ret: the front's ends. Returns 0 or -errno.
 */
int front_make_channels(struct front_process *front, int ret[2]);
/* Starts a front for peers with the identity. Returns 0 or -errno. */
int front_new(struct keeper *keeper, const struct peer_identity *identity, bool shared,
	      struct front_process **ret);
/* Ends the front from the loop, so that the caller may still use it. */
void front_close_soon(struct front_process *front);
/* Sends the message in keeper->to_front, now or when the channel has room. Returns 0 or -errno. */
int front_tell(struct front_process *front);
/* Does the same, but ends a front that does not take the message, from the loop. */
void front_say(struct front_process *front);
/* Ends a connection. */
void front_drop_connection(struct front_process *front, struct client_connection *connection);
/* Returns true if its channel has room for any answer. */
bool front_has_room(const struct front_process *front);

#endif
