/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks, to which sets are linked. A network is a bridge in a net namespace of its own, so that
 * the host's list of interfaces does not grow. In the registry, and for create.c and remove.c, it
 * is a set that has only this namespace. When a network is removed, so are its links. */
#pragma once

#include "daemon/keeper/set/create.h"

/* A network to be made. */
struct network_wish {
	const struct wire_network *network; /* not checked yet */
	const struct wire_lease *lease;	    /* replaces network->lease, unless empty or NULL */
	const char *group;		    /* id of the Apply that makes the network, or NULL */
	set_created *created;
	void *context;
};
/* Makes a network for the caller of the request. Like set_create(), does not answer the request,
 * and returns 0 and calls wish->created() once, perhaps before returning; or returns an error and
 * *failure, and then nothing was made. */
int network_create(struct keeper *keeper, struct request *request, const struct network_wish *wish,
		   struct failure *failure);

/* Finds the network that `ask` names, if the caller may know of it, and stores its owner and name
 * in the request. Returns 0, or an error and *failure, also while the network is being made. */
int network_find(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		 struct set **ret, struct failure *failure);
