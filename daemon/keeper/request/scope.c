/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/capability.h>
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/scope.h"
#include "daemon/keeper/state/home.h"

/* --- lists --- */

/* Returns true if the set or network has a list of egress, which limits the destinations of its way
 * out. */
static bool has_list(const struct set *set)
{
	static struct wire_network network;
	static struct wire_spec spec;

	if (set->network)
		return wire_unpack(&wire_network_layout, set->network, set->network_size,
				   &network) == 0 &&
		       network.reach.listed;
	return set->spec && wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) == 0 &&
	       spec.reach.listed;
}

/* Returns true if a list of egress limits the set: its own, that of a set around it, or that of a
 * network to which the set or a set around it is linked. */
static bool set_is_listed(const struct registry *registry, const struct set *set)
{
	for (; set; set = registry_find_at(registry, set->above)) {
		if (has_list(set))
			return true;
		for (const struct link *link = set->links; link; link = link_next(link, set)) {
			const struct set *other = link->ends[link->ends[0] == set];

			if (other && set_is_network(other) && has_list(other))
				return true;
		}
	}
	return false;
}

/* --- scopes --- */

/* Finds the set that the peer is in, if the set is in the cgroup of its caller. Such a set has no
 * cgroup of its own, so the peer is found by its pid namespaces. Returns NULL if there is none. */
static const struct set *find_by_namespace(const struct keeper *keeper, const struct peer *peer)
{
	for (size_t i = 0; i < peer->pid_namespaces.n; i++) {
		const struct set *set = registry_find_namespace(keeper->registry, KIND_PID,
								peer->pid_namespaces.inodes[i], 0);

		if (set && set->callers_cgroup)
			return set;
	}
	return NULL;
}

const struct set *scope_find_set(const struct keeper *keeper, const struct peer *peer,
				 bool *ret_known)
{
	const struct set *found = NULL;
	const char *at = peer->place;

	*ret_known = peer->place_known;
	while (*at) {
		char id[ID_SIZE];

		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, "/"), at);
		found = registry_find_set_id(keeper->registry, id);
		at += strcspn(at, "/");
		if (!found || strncmp(at, "/" SET_WITHIN, sizeof("/" SET_WITHIN) - 1) != 0)
			break;
		at += sizeof("/" SET_WITHIN) - 1;
	}
	*ret_known &= found || !*peer->place;
	return found ? found : find_by_namespace(keeper, peer);
}

/* Returns the home of the peer, which is the set whose user namespace the peer is in
 * (state/home.h), or NULL. set: the set that the peer is in, or NULL. */
static const struct set *find_home(const struct keeper *keeper, const struct peer *peer,
				   const struct set *set)
{
	const struct set *home = peer->is_stranger ? home_of_set(keeper->registry, set) : NULL;

	return home && home->inodes[KIND_USER] == peer->user_namespace ? home : NULL;
}

/* Returns the set that the peer is in, and whether the peer is confined or filtered. set and known:
 * from scope_find_set(). home: from find_home(). A peer in a user namespace counts as confined, but
 * not a peer with a home, whose user namespace is that of a set. */
static struct authz_place judge_place(const struct peer *peer, const struct set *set, bool known,
				      const struct set *home)
{
	return (struct authz_place){
		.known = known,
		.set = set ? set->name : NULL,
		.is_confined = *peer->confined && !home,
		.is_filtered = *peer->filtered,
	};
}

/* Writes to ret the reason why the peer gets SCOPE_CONFINED. */
static void explain_confinement(const struct peer *peer, const struct authz_place *place, char *ret,
				size_t size)
{
	if (place->is_confined)
		snprintf(ret, size, "%s", peer->confined);
	else if (!place->known)
		snprintf(ret, size, "it is in a set that is gone");
	else
		snprintf(ret, size, "%s: [allow] unfiltered in nsctld.conf does not name it",
			 peer->filtered);
}

/* Confines a peer that has a subordinate id but is in no user namespace. It can only have got that
 * id from a setuid file. Otherwise its sets would count against the subordinate id, and a user with
 * many of these could have many times the sets of other users. */
static void confine_subordinate(struct client_connection *connection)
{
	struct peer *peer = &connection->peer;

	if (!*peer->confined && connection->charged != peer->identity.uid)
		snprintf(peer->confined, sizeof(peer->confined),
			 "its uid is a subordinate one of uid %u's (/etc/subuid)",
			 connection->charged);
}

/* Fills in connection->subject, except the rights (allowed) and the scope. set: the set that the
 * peer is in, or NULL. home: from find_home(). */
static void fill_subject(const struct keeper *keeper, struct client_connection *connection,
			 const struct set *set, const struct set *home)
{
	struct authz_subject *subject = &connection->subject;
	const struct peer *peer = &connection->peer;

	subject->uid = peer->identity.uid;
	memcpy(subject->wall, peer->identity.wall, sizeof(subject->wall));
	subject->in_machine_net = peer->in_machine_net;
	subject->can_mount = peer->bounding & UINT64_C(1) << CAP_SYS_ADMIN;
	if (home)
		snprintf(subject->home, sizeof(subject->home), "%u/%s", home->owner, home->name);
	if (!set)
		return;
	snprintf(subject->scope_text, sizeof(subject->scope_text), "%.*s", NAME_SIZE - 1,
		 set->name);
	subject->listed = set_is_listed(keeper->registry, set);
	subject->scope_owner = set->owner;
	snprintf(subject->within, sizeof(subject->within), "%s%s%s", set->above ? set->above : "",
		 set->above ? "/" SET_WITHIN : "", set->id);
}

void scope_decide(const struct keeper *keeper, struct client_connection *connection,
		  char *ret_reason, size_t size)
{
	const struct peer_identity *identity = &connection->peer.identity;
	struct authz_subject *subject = &connection->subject;
	const struct peer *peer = &connection->peer;
	bool known;
	const struct set *set = scope_find_set(keeper, peer, &known);
	const struct set *home = find_home(keeper, peer, set);
	struct authz_place place;
	struct failure failure = {};

	confine_subordinate(connection);
	place = judge_place(peer, set, known, home);
	fill_subject(keeper, connection, set, home);
	subject->allowed =
		authz_allowed(keeper->config, identity->uid, identity->gid, identity->groups,
			      identity->n_groups, config_host_user_namespaces());
	ret_reason[0] = '\0';
	if (authz_connect(subject->allowed, &place, &subject->scope, &failure)) {
		subject->scope = SCOPE_CONFINED;
		snprintf(ret_reason, size, "%s", failure.text);
	} else if (subject->scope == SCOPE_CONFINED) {
		explain_confinement(peer, &place, ret_reason, size);
	} else if (subject->scope == SCOPE_SET && set) {
		snprintf(ret_reason, size, "%s", set->name);
	}
}
