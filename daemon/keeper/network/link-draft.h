/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan for a link in progress, on which link-plan.c and link-address.c work end by end. */
#ifndef NSCTL_KEEPER_LINK_DRAFT_H
#define NSCTL_KEEPER_LINK_DRAFT_H

#include "daemon/keeper/network/link-plan.h"

struct link_draft {
	const struct registry *registry;
	const struct link_wish *wish;
	struct link_plan *plan;
	const struct link *changing; /* SetLink: its present state is no conflict */
	struct failure *failure;
};

/* Returns end a (i 0) or b. */
struct wire_end *link_draft_end(struct wire_link *link, int i);
/* Returns ERROR_INVALID_VALUE about a member of end i. */
int link_draft_refuse(struct link_draft *draft, int i, const char *member, const char *format, ...)
	_printf_(4, 5);
/* Calls back for each end of another link at this place (NULL: the host), until callback does not
 * return 0. Returns the callback's value or 0. */
int link_draft_each_neighbour(struct link_draft *draft, const struct set *place,
			      int (*callback)(struct link_draft *draft, const struct link *link,
					      const struct wire_end *end, void *context),
			      void *context);

#endif
