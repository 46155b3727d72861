/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans the routes of a link's ends. A gateway is the next hop of a default route. */
#pragma once

#include "daemon/keeper/network/link-draft.h"

/*
 * Checks the gateways and routes of end i, which must already have its addresses, and makes them
 * canonical. A member of a network with a way out gets the network's addresses as gateways, if the
 * request names none. Returns 0 or an error.
 */
int link_route_give(struct link_draft *draft, int i);

/* Fills in all routes of an end: those of its gateways, then the others. */
void link_route_fill(const struct wire_end *end, struct task_end *ret);
