/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What front.c (channels and connections) and request.c (answers) share. */
#ifndef NSCTL_KEEPER_FRONT_PART_H
#define NSCTL_KEEPER_FRONT_PART_H

#include "daemon/keeper/audit.h"
#include "daemon/keeper/front.h"

struct front {
	struct front *next;
	struct keeper *keeper;
	struct peer_identity identity;
	int channel_fd;
	struct event *readable, *writable, *idle;
	struct connection *connections;
	struct request *requests; /* kept ones */
	size_t n_requests;
	struct audit_limit refusals;
	bool stopped; /* it asks for nothing any more */
	bool closing; /* broken: to be freed by the timer */
};

/* Ends it from the loop: the caller may still use it. */
void front_close_soon(struct front *front);
/* Whether its channel has room for any answer. */
bool front_has_room(const struct front *front);

#endif
