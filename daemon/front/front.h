/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One front: the channel to the keeper, and the connections of its user's clients. */
#ifndef NSCTL_FRONT_FRONT_H
#define NSCTL_FRONT_FRONT_H

#include <event2/event.h>
#include "daemon/wire/layout.h"
#include "protocol/idl.h"

#define CHANNEL_FD 3

struct connection;

struct front {
	struct event_base *loop;
	struct event *readable, *writable; /* of the channel */
	bool stalled;			   /* the channel takes no request at the moment */
	bool stopping;			   /* no call is taken any more ... */
	bool stopped;			   /* ... and the keeper has been told that none is left */
	struct idl *nsctl, *service;
	struct connection *connections;
	struct wire_writer writer;
	struct wire_message message;
};

#endif
