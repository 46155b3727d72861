/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a front. Only the files of request/ and methods.c may use this header. */
#pragma once

#include "daemon/keeper/base/channels.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/stream.h"

struct front_process {
	struct front_process *next;
	struct keeper *keeper;
	struct peer_identity identity;
	/* It serves all shared connections (see struct client_connection) that are charged to
	 * identity.uid, and runs with the account of the fronts. */
	bool shared;
	int channel_fd;	 /* socket to the front; shut down for reading */
	int requests_fd; /* pipe from the front: its reading end */
	struct wire_inbox inbox;
	struct wire_queue outgoing; /* messages that wait for room in the channel */
	struct lanes lanes;
	uint32_t number; /* of the worker that became this front, for ending_add(); 0: none yet */
	struct event *readable, *writable, *idle;
	struct event *again; /* pending: on_again() will handle requests, at once or after a rest */
	struct event *life;  /* set when a message was sent; on_life() ends a front that hangs */
	bool heard;	     /* the front has sent something since life was set */
	struct client_connection *connections;
	struct request *requests; /* requests that request_keep() has copied */
	size_t n_requests;
	/* the front has confirmed that it takes no more calls, or fronts_stop() cannot tell it */
	bool stopped;
	bool closing; /* the front is to end: on_idle() will free it */
};

/* Makes the channels (base/channels.h), and the timer that finds out whether the front reads its
 * messages. *ret: the front's ends, which the caller closes. Returns 0 or -errno. */
int front_make_channels(struct front_process *front, struct channels *ret);
/* Starts a front for peers with this identity. shared: see struct front_process. Returns 0 or
 * -errno. */
int front_new(struct keeper *keeper, const struct peer_identity *identity, bool shared,
	      struct front_process **ret);
/* Ends the front in a later callback of the loop, so that the caller may still use it. Until then,
 * the front's messages are ignored. */
void front_close_soon(struct front_process *front);
/* Logs that the keeper ends a front. does: the reason, such as "hangs". error: a positive errno, or
 * 0. */
void front_log_end(const struct front_process *front, int error, const char *does);
/* Adds event, which is front->readable or front->writable, to the loop. If there is no memory for
 * that, front->again tries it soon. */
void front_watch(struct front_process *front, struct event *event);
/* Sends the message in keeper->to_front, or queues it if the channel is full. Returns 0, -EAGAIN if
 * the queue is full, or another -errno. */
int front_tell(struct front_process *front);
/* Like front_tell(), but logs a failure and ends the front in a later callback, unless the front's
 * process has ended: on_readable() notices that. */
void front_say(struct front_process *front);
/* Ends a connection that the front has reported as closed: calls gone() of its requests, and frees
 * the connection. */
void front_drop_connection(struct front_process *front, struct client_connection *connection);
/* Returns true if no message waits for room in the channel, and the channel has room. */
bool front_has_room(const struct front_process *front);
