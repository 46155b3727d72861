/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan in progress. link-plan.c, link-address.c, link-route.c and link-alias.c complete it, one
 * end after the other. */
#pragma once

#include "daemon/keeper/network/link-plan.h"

struct link_draft {
	const struct registry *registry;
	const struct link_wish *wish;
	struct link_plan *plan;
	/* the link that SetLink changes, which link_draft_each_neighbour() leaves out; NULL: the
	 * plan is for a new link */
	const struct link *changing;
	struct failure *failure;
};

/* Returns end a (i is 0) or end b (i is 1) of the link. */
struct wire_end *link_draft_end(struct wire_link *link, int i);
/* Fills in draft->failure with ERROR_INVALID_VALUE, the member of end i that is wrong, and the
 * reason (format). Returns ERROR_INVALID_VALUE. */
int link_draft_refuse(struct link_draft *draft, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* A callback of link_draft_each_neighbour(). end: the end of link that is at the place which that
 * function was given. far: the link's other end. Both are valid only during the call. Returns 0 to
 * go on. */
typedef int link_draft_neighbour(const struct link *link, const struct wire_end *end,
				 const struct wire_end *far, void *context);
/* Calls callback() for each end of a link at this place (NULL: the host), without the ends of
 * draft->changing. Stops, and returns the value, when callback() returns another value than 0.
 * Otherwise returns 0. */
int link_draft_each_neighbour(struct link_draft *draft, const struct set *place,
			      link_draft_neighbour *callback, void *context);

/* --- aliases, a set's other names in a network: link-alias.c --- */

/* Checks the aliases of end i. Only a set's end of a link to a network may have any. None may be
 * given twice. No other set in the network may have the set's name as an alias, or one of these
 * aliases as its name or alias. Returns 0 or ERROR_INVALID_VALUE. */
int link_alias_check(struct link_draft *draft, int i);

/* --- addresses: link-address.c, which also has functions of link-plan.h --- */

/* Checks the addresses of end i, and replaces their texts by canonical ones. If the request says
 * nothing about them, and the other end is at a network, gives end i a free address in each of the
 * network's subnets. Returns 0 or ERROR_INVALID_VALUE. */
int link_address_give(struct link_draft *draft, int i);

/* Unpacks the record of a network (set->network) to *ret, which then points into the record.
 * Returns false if set is NULL or no network, or if the record is damaged. */
bool link_address_read_network(const struct set *set, struct wire_network *ret);

/* --- routes: link-route.c. A gateway is the next hop of a default route. --- */

/*
 * Checks the gateways and routes of end i, which must already have its addresses, and replaces
 * their texts by canonical ones. A member of a network with a way out gets the network's addresses
 * as gateways, if the request names none. Returns 0 or ERROR_INVALID_VALUE.
 */
int link_route_give(struct link_draft *draft, int i);

/* Fills in ret->routes with all routes of an end: the default routes of its gateways, then those in
 * end->routes. The routes point to strings of *end. */
void link_route_fill(const struct wire_end *end, struct task_end *ret);
