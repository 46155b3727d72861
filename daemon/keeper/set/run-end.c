/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/run-end.h"
#include "daemon/keeper/state/view.h"

/* The last answer to a Run, or to an Exec with remove. It waits for the removals of the set and of
 * its mates (see is_mate()). */
struct run_end {
	struct request *request;
	struct wire_session wire;
	char id[ID_SIZE], name[NAME_SIZE];
	size_t pending;		/* removals that have not ended; 1 more until all have begun */
	struct failure failure; /* of the first removal that has failed */
};

static void on_removed(struct keeper *keeper, const struct failure *failure, void *context)
{
	struct run_end *end = context;

	if (failure && !end->failure.error)
		end->failure = *failure;
	if (--end->pending > 0)
		return;
	if (end->failure.error)
		request_fail(keeper, end->request, &end->failure);
	else
		request_done(keeper, end->request, &wire_session_layout, &end->wire);
	free(end);
}

static void remove_one(struct keeper *keeper, struct set *set, struct run_end *end)
{
	/* a removal in progress need not be joined if nothing waits for its end */
	if (!end && set->work)
		return;
	if (end)
		end->pending++;
	set_remove(keeper, set, 0, end ? on_removed : NULL, end);
}

/* Returns true if other is a mate of the set: a set or network that the same Apply has made. A set
 * or network that is still being made is no mate, because it is left to the Apply. */
static bool is_mate(const struct set *set, const struct set *other)
{
	return other != set && other->state != SET_CREATING &&
	       strcmp(other->group, set->group) == 0;
}

/* Returns the mate of the set that comes after `at` in the registry, or the first one if `at` is
 * NULL. Returns NULL if there is none. */
static struct set *next_mate(struct keeper *keeper, const struct set *set, const struct set *at)
{
	struct set *next = NULL;

	if (*set->group)
		next = registry_next_set(keeper->registry, set->owner, at ? at->name : NULL);
	while (next && next->owner == set->owner && !is_mate(set, next))
		next = registry_next_set(keeper->registry, next->owner, next->name);
	return next && next->owner == set->owner ? next : NULL;
}

/* Removes the mates of the set that are networks or, if networks is false, those that are sets.
 * end: waits for the removals; NULL: nothing waits. */
static void remove_mates(struct keeper *keeper, const struct set *set, bool networks,
			 struct run_end *end)
{
	for (struct set *at = NULL; (at = next_mate(keeper, set, at));)
		if (set_is_network(at) == networks)
			remove_one(keeper, at, end);
}

/* Removes the set and its mates. Networks come last: then their removals need not delete links to
 * sets that are already being removed. end: as in remove_mates(). */
static void remove_all(struct keeper *keeper, struct set *set, struct run_end *end)
{
	remove_one(keeper, set, end);
	remove_mates(keeper, set, false, end);
	remove_mates(keeper, set, true, end);
}

void run_end(struct keeper *keeper, struct set *set)
{
	remove_all(keeper, set, NULL);
}

void run_end_mark(struct keeper *keeper, const struct set *set)
{
	for (struct set *at = NULL; (at = next_mate(keeper, set, at));)
		at->state = SET_REMOVING;
}

void run_end_answer(struct keeper *keeper, const struct session *session, struct request *request)
{
	struct run_end *end = request ? calloc(1, sizeof(*end)) : NULL;
	struct failure failure;

	if (request && !end) {
		failure_from_errno(&failure, -ENOMEM, "wait for the end of the set");
		request_fail(keeper, request, &failure);
	}
	if (!end) {
		run_end(keeper, session->set);
		return;
	}
	end->request = request;
	wire_clear(&wire_session_layout, &end->wire);
	view_session(session, &end->wire);
	memcpy(end->id, session->id, sizeof(end->id));
	end->wire.session = end->id;
	memcpy(end->name, session->set->name, sizeof(end->name));
	end->wire.set = end->name;
	end->pending = 1;
	remove_all(keeper, session->set, end);
	on_removed(keeper, NULL, end);
}
