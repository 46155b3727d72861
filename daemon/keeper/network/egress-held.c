/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-held.h"

/* A list that at least one set or network of a user has. */
struct held {
	struct held *next;
	uid_t uid;
	const struct reach_names *list;
	size_t sets; /* number of the user's sets and networks with this list */
};

/* The lists of all users' sets and networks, each list once for each user. */
static struct held *first;

static struct held **find(uid_t uid, const struct reach_names *list)
{
	struct held **at = &first;

	while (*at && ((*at)->uid != uid || (*at)->list != list))
		at = &(*at)->next;
	return at;
}

size_t egress_held_add(uid_t uid, const struct reach_names *list)
{
	struct held *held = list ? *find(uid, list) : NULL;

	if (held)
		held->sets++;
	if (held || !list)
		return 0;
	held = malloc(sizeof(*held));
	if (!held)
		return 0;
	*held = (struct held){first, uid, list, 1};
	first = held;
	return list->n;
}

size_t egress_held_drop(uid_t uid, const struct reach_names *list)
{
	struct held **at = find(uid, list), *held = *at;

	if (!held || --held->sets > 0)
		return 0;
	*at = held->next;
	free(held);
	return list->n;
}

size_t egress_held_growth(uid_t uid, const struct reach_names *old, const struct reach_names *new)
{
	const struct held *before = *find(uid, old);
	const size_t less = before && before->sets == 1 ? old->n : 0;
	const size_t more = new && !*find(uid, new) ? new->n : 0;

	return more > less ? more - less : 0;
}

size_t egress_held_sets(uid_t uid)
{
	size_t sets = 0;

	for (const struct held *at = first; at; at = at->next)
		if (at->uid == uid)
			sets += at->sets;
	return sets;
}
