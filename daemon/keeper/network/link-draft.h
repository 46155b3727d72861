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
