/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan in progress, on which link-plan.c, link-address.c and link-route.c work,
 * one end after the other. */
#pragma once

#include "daemon/keeper/network/link-plan.h"

struct link_draft {
	const struct registry *registry;
	const struct link_wish *wish;
	struct link_plan *plan;
	const struct link *changing; /* SetLink: the link, which is no neighbour; else NULL */
	struct failure *failure;
};

/* Returns end a (i is 0) or end b. */
struct wire_end *link_draft_end(struct wire_link *link, int i);
/* Fills in the failure with ERROR_INVALID_VALUE about a member of end i, and returns that error. */
int link_draft_refuse(struct link_draft *draft, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* Called with an end of a link, and with its far end. */
typedef int link_draft_neighbour(const struct link *link, const struct wire_end *end,
				 const struct wire_end *far, void *context);
/* Calls callback for each end at this place (NULL: the host) of other links, until callback returns
 * something else than 0. Returns the last result, or 0. */
int link_draft_each_neighbour(struct link_draft *draft, const struct set *place,
			      link_draft_neighbour *callback, void *context);

/* The part of a plan about aliases: a set's other names in a network. */

/* Checks that the set at end i has a name of its own in the network at the other end, and so does
 * each of its aliases. Returns 0 or an error. */
int link_alias_check(struct link_draft *draft, int i);

/* Gives addresses to the ends of a planned link. link-address.c also defines the functions of
 * link-plan.h for networks and ways out. */

/* Gives end i its addresses: those that are asked for, or one in each of the network's subnets.
 * Returns 0 or an error. */
int link_address_give(struct link_draft *draft, int i);

/* Returns true if the set is a network, and fills in *ret with the network. */
bool link_address_read_network(const struct set *set, struct wire_network *ret);

/* Plans the routes of a link's ends. A gateway is the next hop of a default route. */

/*
 * Checks the gateways and routes of end i, which must already have its addresses, and makes them
 * canonical. A member of a network with a way out gets the network's addresses as gateways, if the
 * request names none. Returns 0 or an error.
 */
int link_route_give(struct link_draft *draft, int i);

/* Fills in all routes of an end: those of its gateways, then the others. */
void link_route_fill(const struct wire_end *end, struct task_end *ret);
