/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What link-plan.c and link-address.c share: one plan being made, end by end. */
#ifndef NSCTL_KEEPER_LINK_PLAN_PART_H
#define NSCTL_KEEPER_LINK_PLAN_PART_H

#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/address.h"

struct wiring {
	const struct registry *registry;
	const struct wiring_wish *wish;
	struct wiring_plan *plan;
	const struct link *changing; /* SetLink: this one is in nobody's way */
	struct failure *failure;
};

/* a or b. */
struct wire_end *wiring_end(struct wire_link *link, int i);
/* ERROR_INVALID_VALUE about a member of end i. */
int wiring_refuse(struct wiring *wiring, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* Calls back with each end of other links that lies at this place (NULL: the host), until it
 * returns other than 0, which is returned. */
int wiring_each_neighbour(struct wiring *wiring, const struct set *place,
			  int (*callback)(struct wiring *wiring, const struct link *link,
					  const struct wire_end *end, void *context),
			  void *context);

/* End i's addresses: those that were wished for, or one of each of the network's subnets; and its
 * gateway. 0 or an error. */
int wiring_give_addresses(struct wiring *wiring, int i);

#endif
