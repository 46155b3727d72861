/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan in progress. link-plan.c, link-address.c, link-route.c and link-alias.c complete it, one
 * end after the other. */
#pragma once

#include "daemon/keeper/network/link-plan.h"

struct link_draft {
	const struct registry *registry;
	const struct link_wish *wish;
	struct link_plan *plan;
	/* the link that SetLink changes, which is not its own neighbour; NULL: a new link */
	const struct link *changing;
	struct failure *failure;
};

/* Returns end a (i is 0) or end b (i is 1) of the link. */
struct wire_end *link_draft_end(struct wire_link *link, int i);
/* Fills in the failure with ERROR_INVALID_VALUE about a member of end i, and returns that error. */
int link_draft_refuse(struct link_draft *draft, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* A callback of link_draft_each_neighbour(). end: an end of another link. far: the other end of
 * that link. Returns 0 to go on. */
typedef int link_draft_neighbour(const struct link *link, const struct wire_end *end,
				 const struct wire_end *far, void *context);
/* Calls callback() for each end that other links have at this place (NULL: the host), until
 * callback() returns another value than 0. Returns the last value, or 0. */
int link_draft_each_neighbour(struct link_draft *draft, const struct set *place,
			      link_draft_neighbour *callback, void *context);

/* --- aliases, a set's other names in a network: link-alias.c --- */

/* Checks that no other member of the network at the other end has a name or an alias of the set at
 * end i. Returns 0 or an error. */
int link_alias_check(struct link_draft *draft, int i);

/* --- addresses: link-address.c, which also has functions of link-plan.h --- */

/* Gives end i its addresses: those that are asked for, or one in each of the network's subnets.
 * Returns 0 or an error. */
int link_address_give(struct link_draft *draft, int i);

/* Returns true if the set is a network, and fills in *ret with the network. */
bool link_address_read_network(const struct set *set, struct wire_network *ret);

/* --- routes: link-route.c. A gateway is the next hop of a default route. --- */

/*
 * Checks the gateways and routes of end i, which must already have its addresses, and makes them
 * canonical. A member of a network with a way out gets the network's addresses as gateways, if the
 * request names none. Returns 0 or an error.
 */
int link_route_give(struct link_draft *draft, int i);

/* Fills in all routes of an end: those of its gateways, then the others. */
void link_route_fill(const struct wire_end *end, struct task_end *ret);
