/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One front: its ways to the keeper and to workers, and the connections of its user's clients. */
#ifndef NSCTL_FRONT_FRONT_H
#define NSCTL_FRONT_FRONT_H

#include <event2/event.h>
#include "daemon/wire/layout.h"
#include "daemon/wire/stream.h"
#include "protocol/error.h"
#include "protocol/idl.h"

/* What the keeper says: answers, connections and lanes, some with descriptors. */
#define CHANNEL_FD 3
/* What the keeper is asked: a pipe, which carries none. */
#define REQUESTS_FD 4

struct connection;
struct lane;

struct front {
	struct event_base *loop;
	struct event *readable, *writable; /* of the channel; of the pipe */
	bool stalled;			   /* the pipe takes no request at the moment */
	bool stopping;			   /* no call is taken any more ... */
	bool stopped;			   /* ... and the keeper has been told that none is left */
	struct idl *nsctl, *service;
	struct connection *connections;
	struct wire_writer writer;
	struct wire_outbox outbox;
	struct wire_message message;
	struct wire_handles handles; /* descriptors of the request that is being written */
	struct lane *lanes;
	bool lane_wanted; /* the keeper has been asked for another, and need not be asked again */
	struct failure no_lane; /* why there is none, as the keeper has said */
	struct event *lanes_rest;
};

/* Sends what front->writer holds to the keeper. Returns 0, -EAGAIN when the pipe is full (the event
 * "writable" follows), -EMSGSIZE, or another -errno. */
int front_send(struct front *front);

#endif
