/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/request.h"

static bool touches(const struct link *link, uid_t owner, const char *name)
{
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && link->ends[i]->owner == owner &&
		    strcmp(link->ends[i]->name, name) == 0)
			return true;
	return false;
}

/* Returns true if clients may know of the link: not while it is being made, nor if it was
 * removed before it was ready. */
static bool is_there(const struct link *link)
{
	return link->announced || !link->work;
}

int on_list_links(struct keeper *keeper, struct request *request, struct wire_list *asked,
		  struct failure *failure)
{
	static struct wire_link wire;
	struct wire_list cursor;
	struct link *link, *last = NULL;
	struct set *set = NULL;
	int r = 0;

	if (asked->set)
		r = request_find_set(keeper, request, asked->set, asked->has_owner, asked->owner,
				     &set, failure);
	else if (asked->has_owner)
		r = authz_act_for(&request->subject, true, asked->owner, "link", "",
				  &request->owner, failure);
	if (r)
		return r;
	wire_clear(&wire_list_layout, &cursor);
	request_begin(keeper, request, 0);
	link = asked->after_name
		       ? registry_next_link(keeper->registry, asked->after_owner, asked->after_name)
		       : registry_next_link(keeper->registry, 0, NULL);
	for (; link; link = registry_next_link(keeper->registry, link->owner, link->name)) {
		if (set || asked->has_owner
			    ? link->owner != request->owner
			    : !authz_sees(&request->subject, asked->all_owners, link->owner))
			continue;
		if (!is_there(link) || !link_is_reached(link, &request->subject) ||
		    (set && !touches(link, set->owner, set->name)))
			continue;
		if (wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
			continue;
		if (!wire_put_item(keeper->to_front, WIRE_ITEM_LINK, &wire_link_layout, &wire)) {
			cursor.after_owner = last ? last->owner : link->owner;
			cursor.after_name = last ? last->name : link->name;
			break;
		}
		last = link;
	}
	wire_put(keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, request);
	return 0;
}
