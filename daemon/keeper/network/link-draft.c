/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include "daemon/keeper/network/link-draft.h"

struct wire_end *link_draft_end(struct wire_link *link, int i)
{
	return i == 0 ? &link->a : &link->b;
}

int link_draft_refuse(struct link_draft *draft, int i, const char *member, const char *format, ...)
{
	char field[96], reason[200];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(field, sizeof(field), "%s%s", draft->wish->prefixes[i], member);
	return failure_set(draft->failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

int link_draft_each_neighbour(struct link_draft *draft, const struct set *place,
			      link_draft_neighbour *callback, void *context)
{
	static struct wire_link wire;
	const struct registry *registry = draft->registry;
	const struct link *link = place ? place->links : registry_next_link(registry, 0, NULL);
	int r = 0;

	for (; link && r == 0;
	     link = place ? link_next(link, place)
			  : registry_next_link(registry, link->owner, link->name)) {
		if (link == draft->changing || (!place && link->ends[0] && link->ends[1]) ||
		    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
			continue;
		for (int i = 0; i < 2 && r == 0; i++) {
			const struct wire_end *end = link_draft_end(&wire, i);

			if (place ? link->ends[i] == place : end->where == END_HOST)
				r = callback(link, end, link_draft_end(&wire, !i), context);
		}
	}
	return r;
}
