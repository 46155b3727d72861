/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Networks: segments that sets are linked to. A network is a bridge in a net namespace of its own,
 * so that the host's list of interfaces does not grow. It is kept as a set with that one namespace
 * (registry.h), which create.c makes and removes. Its removal removes its links.
 */
#ifndef NSCTL_KEEPER_NETWORK_H
#define NSCTL_KEEPER_NETWORK_H

#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/create.h"

struct network_wish {
	const struct wire_network *network; /* unchecked */
	const struct wire_lease *lease;	    /* replaces the network's own, if given; or NULL */
	const char *group;		    /* as in set_wish */
	set_created *created;
	void *context;
};
/* Makes a network for the request. Returns 0 (wish->created will be called once, see create.h), or
 * an error and *failure: then nothing has happened. */
int network_create(struct keeper *keeper, struct request *request, const struct network_wish *wish,
		   struct failure *failure);

#endif
