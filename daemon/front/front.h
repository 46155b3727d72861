/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One front: its channels to the keeper and to workers, and its clients' connections. */
#pragma once

#include <event2/event.h>
#include "daemon/wire/layout.h"
#include "daemon/wire/stream.h"
#include "protocol/idl.h"

/* From the keeper: answers, connections and lanes, some with descriptors. */
#define CHANNEL_FD 3
/* To the keeper: requests, over a pipe, which carries no descriptors. */
#define REQUESTS_FD 4
/* The directory of all sets' cgroups. */
#define CGROUPS_FD 5

struct connection;
struct lane;

struct front {
	struct event_base *loop;
	struct event *readable, *writable; /* the channel is readable; the pipe is writable */
	bool stalled;			   /* the pipe is full */
	bool stopping;			   /* no more calls are taken */
	bool stopped;			   /* no call is left, and WIRE_STOPPED has been sent */
	struct idl *nsctl, *metrics, *service;
	struct connection *connections;
	struct wire_writer writer;
	struct wire_outbox outbox;
	struct wire_message message;
	struct wire_handles handles; /* descriptors of the request being written */
	struct lane *lanes;
	bool lane_wanted;	/* the keeper has been asked for another lane */
	struct failure no_lane; /* the keeper's reason for giving none */
	struct event *lanes_rest;
};

/* Sends the request in front->writer to the keeper. Returns 0, -EAGAIN if the pipe is full (the
 * event "writable" follows), -EMSGSIZE, or another -errno. */
int front_send(struct front *front);
