/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/link-draft.h"

/* Context of find_clash(). Its caller fills in the set at the end that is planned (own), and that
 * end (end). If find_clash() returns 1, it has filled in the other set with one of own's names
 * (other), and that name (alias). Otherwise, the values of these two have no meaning. */
struct clash {
	const struct set *own, *other;
	const struct wire_end *end;
	/* index of the name in end->aliases; end->n_aliases: it is the name of `own` itself */
	size_t alias;
};

/* Returns the position of name among the first n aliases of the end, or n. Ignores case. */
static size_t find_alias(const struct wire_end *end, size_t n, const char *name)
{
	size_t at = 0;

	while (at < n && strcasecmp(end->aliases[at].name, name) != 0)
		at++;
	return at;
}

/* Callback of link_draft_each_neighbour() for the network that the planned link leads to. member:
 * the end of the network's member that has this link. Returns 1, and fills in *clash, if an alias
 * of this member is the name or an alias of clash->own, or if the member's name is an alias of
 * clash->own. */
static int find_clash(const struct link *link, const struct wire_end *end _unused_,
		      const struct wire_end *member, void *context)
{
	struct clash *clash = context;
	size_t n = clash->end->n_aliases;

	clash->other = link->ends[link->ends[0] && set_is_network(link->ends[0]) ? 1 : 0];
	/* another link of the same set to this network may have the same aliases */
	if (!clash->other || clash->other == clash->own)
		return 0;
	clash->alias = find_alias(clash->end, n, set_shown_name(clash->other));
	for (size_t i = 0; clash->alias == n && i < member->n_aliases; i++) {
		clash->alias = find_alias(clash->end, n, member->aliases[i].name);
		if (clash->alias == n &&
		    strcasecmp(set_shown_name(clash->own), member->aliases[i].name) == 0)
			return 1;
	}
	return clash->alias < n;
}

int link_alias_check(struct link_draft *draft, int i)
{
	const struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	const struct wire_end *peer = link_draft_end(&draft->plan->wire, !i);
	struct clash clash = {.own = draft->plan->ends[i], .end = end};
	char member[32];

	if (end->where != END_SET || peer->where != END_NETWORK)
		return end->n_aliases == 0
			       ? 0
			       : link_draft_refuse(
					 draft, i, "aliases",
					 "this end is not that of a set in a network, and "
					 "only there a set has aliases");
	for (size_t at = 0; at < end->n_aliases; at++) {
		snprintf(member, sizeof(member), "aliases[%zu]", at);
		if (find_alias(end, at, end->aliases[at].name) < at)
			return link_draft_refuse(draft, i, member, "%s is given twice",
						 end->aliases[at].name);
	}
	if (!link_draft_each_neighbour(draft, draft->plan->ends[!i], find_clash, &clash))
		return 0;
	if (clash.alias == end->n_aliases)
		return link_draft_refuse(draft, i, "set",
					 "%s is an alias of set %s in this network already",
					 set_shown_name(clash.own), set_shown_name(clash.other));
	snprintf(member, sizeof(member), "aliases[%zu]", clash.alias);
	return link_draft_refuse(draft, i, member, "set %s is called %s in this network already",
				 set_shown_name(clash.other), end->aliases[clash.alias].name);
}
