/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the front for a connection: the one with the same identity, which is started if there is
 * none. The number of fronts is limited for each uid and in all. Only root may start any number. */
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/workers/ending.h"

/* Limit of fronts for one uid other than root's. A uid can have many identities, because its
 * processes can have different groups. */
#define FRONTS_MAX_OF_UID 16

static bool is_of(const struct front_process *front, bool any, uid_t uid)
{
	return !front->closing && (any || front->identity.uid == uid);
}

/* Makes room for one more front. any: counts the fronts of all users; otherwise those of uid, and
 * the user's processes that hang (ending_count()). If there are `limit` of them, ends the oldest of
 * these fronts that has no connections. Returns true if there is room. */
static bool make_room(struct keeper *keeper, bool any, uid_t uid, size_t limit)
{
	struct front_process *idle = NULL;
	size_t n = any ? 0 : ending_count(uid);

	for (struct front_process *at = keeper->fronts; at; at = at->next)
		if (is_of(at, any, uid)) {
			n++;
			if (!at->connections)
				idle = at;
		}
	if (n < limit)
		return true;
	if (idle)
		front_free(idle);
	return idle;
}

static int limit_fronts(struct keeper *keeper, uid_t uid, struct failure *failure)
{
	uint32_t of_all = keeper->config->limits.fronts;

	if (uid == 0)
		return 0;
	if (!make_room(keeper, false, uid, FRONTS_MAX_OF_UID))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, FRONTS_MAX_OF_UID, "fronts",
				   NULL);
	if (!make_room(keeper, true, uid, of_all))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, of_all, "fronts", NULL);
	return 0;
}

/* Fills in the identity of the front for a connection. It is that of the peer, but a shared front
 * has the uid of the charged user as uid and gid, and no groups. */
static void fill_identity(const struct client_connection *connection, struct peer_identity *ret)
{
	*ret = connection->peer.identity;
	if (!connection->shared)
		return;
	ret->uid = ret->gid = connection->charged;
	ret->n_groups = 0;
}

int front_find(struct keeper *keeper, const struct client_connection *connection,
	       struct front_process **ret, struct failure *failure)
{
	struct peer_identity identity;
	int r;

	fill_identity(connection, &identity);
	for (struct front_process *at = keeper->fronts; at; at = at->next)
		if (!at->closing && at->shared == connection->shared &&
		    peer_identity_compare(&at->identity, &identity) == 0) {
			*ret = at;
			return 0;
		}
	r = limit_fronts(keeper, identity.uid, failure);
	if (r)
		return r;
	r = front_new(keeper, &identity, connection->shared, ret);
	return r < 0 ? failure_from_errno(failure, r, "start a front") : 0;
}
