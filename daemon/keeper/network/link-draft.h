/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan for a link while it is made, end by end: link-plan.c and link-address.c work on it. */
#ifndef NSCTL_KEEPER_LINK_DRAFT_H
#define NSCTL_KEEPER_LINK_DRAFT_H

#include "daemon/keeper/network/link-plan.h"

struct draft {
	const struct registry *registry;
	const struct wiring_wish *wish;
	struct wiring_plan *plan;
	const struct link *changing; /* SetLink: its present self is in nobody's way */
	struct failure *failure;
};

/* Returns end a (i 0) or b. */
struct wire_end *draft_end(struct wire_link *link, int i);
/* Fails with ERROR_INVALID_VALUE about a member of end i, which is returned. */
int draft_refuse(struct draft *draft, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* Calls back with each end of other links that lies at this place (NULL: the host), until that
 * returns other than 0, which is returned. */
int draft_each_neighbour(struct draft *draft, const struct set *place,
			 int (*callback)(struct draft *draft, const struct link *link,
					 const struct wire_end *end, void *context),
			 void *context);

#endif
