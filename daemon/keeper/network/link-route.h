/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes of links' ends, and their gateways, which are default routes. */
#ifndef NSCTL_KEEPER_LINK_ROUTE_H
#define NSCTL_KEEPER_LINK_ROUTE_H

#include "daemon/keeper/network/link-draft.h"

/* Checks the gateways and routes of end i, which has its addresses, and makes them canonical. A
 * member of a network with a way out that names no gateway gets the network's addresses. Returns 0
 * or an error. */
int link_route_give(struct link_draft *draft, int i);

/* Fills in the routes of an end's gateways, and its others. */
void link_route_fill(const struct wire_end *end, struct task_end *ret);

#endif
