/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include "daemon/keeper/state/index.h"
#include "daemon/keeper/state/registry.h"

struct registry {
	struct index sets;	  /* by owner and name */
	struct index sets_by_id;  /* by id */
	struct index sessions;	  /* by id, running and ended */
	struct index uses;	  /* by uid */
	struct index links;	  /* by owner and name */
	struct index links_by_id; /* by id */
	size_t n_within;	  /* number of sets that are within other sets */
	/* Adding to the two indexes below does not fail: they have room for all sets and sessions
	 * in the registry. */
	struct index expiries; /* sets that expire, by lease.expires and id */
	struct index ended;    /* listed by registry_end_session(), by owner, ended and id */
};

/* --- keys --- */

/* The key of a set or a link. */
struct owned_key {
	uid_t owner;
	const char *name;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_keys(uid_t owner, const char *name, const struct owned_key *wanted)
{
	int order = compare_numbers(owner, wanted->owner);

	return order ? order : strcmp(name, wanted->name);
}

static int compare_set(const void *item, const void *key)
{
	const struct set *set = item;

	return compare_keys(set->owner, set->name, key);
}

static int compare_set_id(const void *item, const void *key)
{
	return strcmp(((const struct set *)item)->id, key);
}

static int compare_link(const void *item, const void *key)
{
	const struct link *link = item;

	return compare_keys(link->owner, link->name, key);
}

static int compare_link_id(const void *item, const void *key)
{
	return strcmp(((const struct link *)item)->id, key);
}

static int compare_session(const void *item, const void *key)
{
	return strcmp(((const struct session *)item)->id, key);
}

/* key: a struct set, of which lease.expires and id are compared. */
static int compare_expiry(const void *item, const void *key)
{
	const struct set *set = item, *wanted = key;
	int order = compare_numbers(set->lease.expires, wanted->lease.expires);

	return order ? order : strcmp(set->id, wanted->id);
}

/* key: a struct session, of which owner, ended and id are compared. */
static int compare_ended(const void *item, const void *key)
{
	const struct session *session = item, *wanted = key;
	int order = compare_numbers(session->owner, wanted->owner);

	if (order == 0)
		order = compare_numbers(session->ended, wanted->ended);
	return order ? order : strcmp(session->id, wanted->id);
}

static int compare_use(const void *item, const void *key)
{
	return compare_numbers(((const struct registry_use *)item)->uid, *(const uid_t *)key);
}

/* --- the registry --- */

int registry_new(struct registry **ret)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return -ENOMEM;
	*ret = registry;
	return 0;
}

static void session_free(struct session *session)
{
	free(session->words);
	free(session);
}

struct registry *registry_free(struct registry *registry)
{
	if (!registry)
		return NULL;
	for (size_t i = 0; i < registry->sessions.n; i++)
		session_free(registry->sessions.items[i]);
	for (size_t i = 0; i < registry->links.n; i++)
		registry_free_link(registry->links.items[i]);
	for (size_t i = 0; i < registry->sets.n; i++)
		registry_free_set(registry->sets.items[i]);
	for (size_t i = 0; i < registry->uses.n; i++)
		free(registry->uses.items[i]);
	free(registry->sets.items);
	free(registry->sets_by_id.items);
	free(registry->sessions.items);
	free(registry->uses.items);
	free(registry->links.items);
	free(registry->links_by_id.items);
	free(registry->expiries.items);
	free(registry->ended.items);
	free(registry);
	return NULL;
}

/* --- sets --- */

int registry_add_set(struct registry *registry, struct set *set)
{
	const struct owned_key key = {set->owner, set->name};
	int r = index_reserve(&registry->expiries, registry->sets.n + 1);

	if (r == 0)
		r = index_add(&registry->sets, compare_set, &key, set);
	if (r < 0)
		return r;
	r = index_add(&registry->sets_by_id, compare_set_id, set->id, set);
	if (r < 0)
		index_remove(&registry->sets, compare_set, &key);
	else
		registry->n_within += set->above != NULL;
	if (r == 0 && set->lease.expires)
		index_add(&registry->expiries, compare_expiry, set, set);
	return r;
}

void registry_drop_set(struct registry *registry, struct set *set)
{
	const struct owned_key key = {set->owner, set->name};
	struct session *session = set->sessions;

	assert(!set->links);
	while (session) {
		struct session *next = session->next_in_set;

		assert(session->ended);
		session->set = NULL;
		session->next_in_set = NULL;
		session = next;
	}
	index_remove(&registry->sets, compare_set, &key);
	index_remove(&registry->sets_by_id, compare_set_id, set->id);
	index_remove(&registry->expiries, compare_expiry, set);
	registry->n_within -= set->above != NULL;
	registry_free_set(set);
}

struct set *registry_find_at(const struct registry *registry, const char *path)
{
	const char *last = path ? strrchr(path, '/') : NULL;

	if (!path || !*path)
		return NULL;
	return registry_find_set_id(registry, last ? last + sizeof("/" SET_WITHIN) - 1 : path);
}

bool registry_has_within(const struct registry *registry)
{
	return registry->n_within > 0;
}

struct set *registry_find_set(const struct registry *registry, uid_t owner, const char *name)
{
	const struct owned_key key = {owner, name};

	return index_find(&registry->sets, compare_set, &key);
}

struct set *registry_find_network(const struct registry *registry, uid_t owner, const char *name)
{
	char key[KEY_SIZE];

	snprintf(key, sizeof(key), "%c%s", NETWORK_SIGN, name);
	return registry_find_set(registry, owner, key);
}

struct set *registry_find_set_id(const struct registry *registry, const char *id)
{
	return index_find(&registry->sets_by_id, compare_set_id, id);
}

struct set *registry_find_namespace(const struct registry *registry, enum kind kind, ino_t inode,
				    uint64_t id)
{
	struct set *found = NULL;

	for (size_t i = 0; inode && i < registry->sets.n; i++) {
		struct set *set = registry->sets.items[i];

		if (set->inodes[kind] == inode && (!found || found->adopted) &&
		    (!id || !set->ids[kind] || set->ids[kind] == id))
			found = set;
	}
	return found;
}

struct set *registry_next_set(const struct registry *registry, uid_t owner, const char *name)
{
	const struct owned_key key = {owner, name ? name : ""};

	return index_next(&registry->sets, compare_set, &key, !name);
}

struct set *registry_first_expiry(const struct registry *registry)
{
	return registry->expiries.n > 0 ? registry->expiries.items[0] : NULL;
}

void registry_set_expiry(struct registry *registry, struct set *set, uint64_t expires)
{
	index_remove(&registry->expiries, compare_expiry, set);
	set->lease.expires = expires;
	if (expires)
		index_add(&registry->expiries, compare_expiry, set, set);
}

size_t registry_count_sets(const struct registry *registry)
{
	return registry->sets.n;
}

/* --- links --- */

int registry_add_link(struct registry *registry, struct link *link)
{
	const struct owned_key key = {link->owner, link->name};
	int r = index_add(&registry->links, compare_link, &key, link);

	if (r < 0)
		return r;
	r = index_add(&registry->links_by_id, compare_link_id, link->id, link);
	if (r < 0) {
		index_remove(&registry->links, compare_link, &key);
		return r;
	}
	for (int i = 0; i < 2; i++)
		if (link->ends[i]) {
			link->next[i] = link->ends[i]->links;
			link->ends[i]->links = link;
		}
	return 0;
}

/* Returns the address of the pointer to link in the set's list. The link must be in the list. */
static struct link **find_in_list(struct set *set, const struct link *link)
{
	struct link **at = &set->links;

	while (*at != link)
		at = &(*at)->next[(*at)->ends[0] == set ? 0 : 1];
	return at;
}

void registry_drop_link(struct registry *registry, struct link *link)
{
	const struct owned_key key = {link->owner, link->name};

	for (int i = 0; i < 2; i++)
		if (link->ends[i])
			*find_in_list(link->ends[i], link) = link->next[i];
	index_remove(&registry->links, compare_link, &key);
	index_remove(&registry->links_by_id, compare_link_id, link->id);
	registry_free_link(link);
}

struct link *registry_find_link(const struct registry *registry, uid_t owner, const char *name)
{
	const struct owned_key key = {owner, name};

	return index_find(&registry->links, compare_link, &key);
}

struct link *registry_find_link_id(const struct registry *registry, const char *id)
{
	return index_find(&registry->links_by_id, compare_link_id, id);
}

struct link *registry_next_link(const struct registry *registry, uid_t owner, const char *name)
{
	const struct owned_key key = {owner, name ? name : ""};

	return index_next(&registry->links, compare_link, &key, !name);
}

/* --- sessions --- */

int registry_add_session(struct registry *registry, struct session *session)
{
	int r = index_reserve(&registry->ended, registry->sessions.n + 1);

	if (r == 0)
		r = index_add(&registry->sessions, compare_session, session->id, session);
	if (r < 0)
		return r;
	LIST_PUSH(session->set->sessions, session, next_in_set);
	return 0;
}

static void unlink_session(struct session *session)
{
	for (struct session **at = session->set ? &session->set->sessions : NULL; at && *at;
	     at = &(*at)->next_in_set)
		if (*at == session) {
			*at = session->next_in_set;
			return;
		}
}

void registry_drop_session(struct registry *registry, struct session *session)
{
	unlink_session(session);
	index_remove(&registry->sessions, compare_session, session->id);
	index_remove(&registry->ended, compare_ended, session);
	session_free(session);
}

void registry_end_session(struct registry *registry, struct session *session,
			  void (*drop)(struct session *session, void *context), void *context)
{
	const struct session from = {.owner = session->owner},
			     to = {.owner = session->owner, .ended = UINT64_MAX};
	struct session *oldest;
	size_t first;

	index_add(&registry->ended, compare_ended, session, session);
	first = index_position(&registry->ended, compare_ended, &from);
	if (index_position(&registry->ended, compare_ended, &to) - first <= ENDED_MAX)
		return;
	oldest = registry->ended.items[first];
	drop(oldest, context);
	registry_drop_session(registry, oldest);
}

void registry_age_sessions(struct registry *registry, uint64_t before,
			   void (*drop)(struct session *session, void *context), void *context)
{
	for (size_t i = 0; i < registry->ended.n;) {
		struct session *session = registry->ended.items[i];

		if (session->ended < before) {
			drop(session, context);
			registry_drop_session(registry, session);
		} else {
			i++;
		}
	}
}

void registry_each_session(const struct registry *registry,
			   void (*visit)(struct session *session, void *context), void *context)
{
	for (size_t i = 0; i < registry->sessions.n; i++)
		visit(registry->sessions.items[i], context);
}

struct session *registry_find_session(const struct registry *registry, const char *id)
{
	return index_find(&registry->sessions, compare_session, id);
}

/* --- counters --- */

struct registry_use *registry_use(struct registry *registry, uid_t uid)
{
	struct registry_use *use = index_find(&registry->uses, compare_use, &uid);

	if (use)
		return use;
	use = calloc(1, sizeof(*use));
	if (!use)
		return NULL;
	use->uid = uid;
	if (index_add(&registry->uses, compare_use, &uid, use) < 0) {
		free(use);
		return NULL;
	}
	return use;
}

void registry_use_settle(struct registry *registry, uid_t uid)
{
	struct registry_use *use = index_find(&registry->uses, compare_use, &uid);

	if (!use || use->sets || use->networks || use->links || use->sessions || use->connections ||
	    use->monitors || use->ports || use->captures || use->entries || use->names)
		return;
	index_remove(&registry->uses, compare_use, &uid);
	free(use);
}

const struct registry_use *registry_next_use(const struct registry *registry, uid_t uid)
{
	return index_next(&registry->uses, compare_use, &uid, true);
}
