/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/reach-entries.h"
#include "daemon/keeper/policy/reach-names.h"
#include "daemon/wire/fnv.h"

/* All struct reach_names in use. `last` is the one that was found last: it is kept, because it is
 * usually wanted again. */
static struct {
	struct reach_names *all, *last;
} state;

/* --- collecting --- */

struct entry {
	char *name;
	uint32_t services;
	bool own;
};

struct collecting {
	struct reach_names *names;
	struct entry *entries;
	size_t n, size;
	int error;
};

/* Returns the index in names->table of the service (protocol and ports), and adds the service if it
 * is new. Returns REACH_SERVICES_MAX if the table is full. */
static size_t number_of(struct reach_names *names, const struct destination_service *service)
{
	size_t i = 0;

	while (i < names->n_services && !destination_same_service(&names->table[i], service))
		i++;
	if (i == names->n_services && i < REACH_SERVICES_MAX)
		names->table[names->n_services++] = *service;
	return i;
}

static int add(struct collecting *collecting, const struct entry *entry)
{
	if (collecting->n == collecting->size) {
		size_t size = collecting->size ? 2 * collecting->size : 8;
		struct entry *more = reallocarray(collecting->entries, size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		collecting->entries = more;
		collecting->size = size;
	}
	collecting->entries[collecting->n] = *entry;
	collecting->entries[collecting->n].name = strdup(entry->name);
	return collecting->entries[collecting->n].name ? (collecting->n++, 0) : -ENOMEM;
}

static void collect(const char *text, bool of_list, void *context)
{
	struct collecting *collecting = context;
	struct destination destination;
	size_t service;

	if (collecting->error || !destination_is_name(text) || destination_read(text, &destination))
		return;
	service = number_of(collecting->names, &destination.service);
	if (service == REACH_SERVICES_MAX || collecting->n == REACH_NAMES_MAX)
		collecting->names->overflow = true;
	else
		collecting->error =
			add(collecting,
			    &(struct entry){destination.name, UINT32_C(1) << service, !of_list});
}

static int compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return strcmp(a->name, b->name);
}

/* Sorts the entries by name, and joins those with the same name. A joined entry has the services of
 * all, and is the user's own if one of them is. */
static void join(struct collecting *collecting)
{
	size_t used = 0;

	if (collecting->n > 0)
		qsort(collecting->entries, collecting->n, sizeof(struct entry), compare);
	for (size_t i = 0; i < collecting->n; i++) {
		struct entry *entry = &collecting->entries[i];
		struct entry *last = used > 0 ? &collecting->entries[used - 1] : NULL;

		if (last && strcmp(last->name, entry->name) == 0) {
			last->services |= entry->services;
			last->own |= entry->own;
			free(entry->name);
		} else {
			collecting->entries[used++] = *entry;
		}
	}
	collecting->n = used;
}

/* Appends names to names->text: those of the user's own entries (own), or those that only lists of
 * the configuration have. Appends their services, too. */
static void append(const struct collecting *collecting, bool own)
{
	struct reach_names *names = collecting->names;

	for (size_t i = 0; i < collecting->n; i++) {
		const struct entry *entry = &collecting->entries[i];
		size_t size = strlen(entry->name) + 1;

		if (entry->own != own)
			continue;
		memcpy(names->text + names->size, entry->name, size);
		names->size += size;
		names->services[names->n++] = entry->services;
	}
}

/* Returns a digest: the sum of the hashes of all pairs of a name and a service, so their order has
 * no effect. It is 0 only without names. */
static uint64_t digest_of(const struct collecting *collecting)
{
	const struct reach_names *names = collecting->names;
	uint64_t digest = 0;

	for (size_t i = 0; i < collecting->n; i++) {
		const struct entry *entry = &collecting->entries[i];

		for (size_t j = 0; j < names->n_services; j++) {
			const struct destination_service *service = &names->table[j];
			const uint32_t words[] = {service->protocol, service->has_ports,
						  service->first, service->last};
			const size_t size = strlen(entry->name);
			uint32_t low, high;

			if (!(entry->services >> j & 1))
				continue;
			low = fnv_add(fnv_add(FNV_START, words, sizeof(words)), entry->name, size);
			/* the upper half is a second hash, with another start value and in another
			 * order */
			high = fnv_add(fnv_add(~FNV_START, entry->name, size), words,
				       sizeof(words));
			digest += (uint64_t)high << 32 | low;
		}
	}
	return collecting->n > 0 ? MAX(digest, UINT64_C(1)) : 0;
}

static int fill(const struct collecting *collecting)
{
	struct reach_names *names = collecting->names;
	size_t size = 0;

	for (size_t i = 0; i < collecting->n; i++)
		size += strlen(collecting->entries[i].name) + 1;
	names->text = malloc(MAX(size, 1U));
	names->services = calloc(MAX(collecting->n, 1U), sizeof(*names->services));
	if (!names->text || !names->services)
		return -ENOMEM;
	append(collecting, true);
	names->n_own = names->n;
	append(collecting, false);
	names->digest = digest_of(collecting);
	return 0;
}

static int collect_all(const struct config *config, const struct wire_reach *reach,
		       struct reach_names *ret)
{
	struct collecting collecting = {.names = ret};
	int r;

	reach_each(config, reach->allow, reach->n_allow, collect, &collecting);
	join(&collecting);
	r = collecting.error ? collecting.error : fill(&collecting);
	for (size_t i = 0; i < collecting.n; i++)
		free(collecting.entries[i].name);
	free(collecting.entries);
	return r;
}

/* --- sharing --- */

static bool may_have_names(const struct wire_reach *reach)
{
	for (size_t i = 0; i < reach->n_allow; i++)
		if (reach->allow[i].text[0] == '@' || destination_is_name(reach->allow[i].text))
			return true;
	return false;
}

/* Returns the allowed entries, each with its NUL, in one block that the caller frees. Returns NULL
 * if there is no memory. */
static char *make_key(const struct wire_reach *reach, size_t *ret_size)
{
	size_t size = 0, used = 0;
	char *key;

	for (size_t i = 0; i < reach->n_allow; i++)
		size += strlen(reach->allow[i].text) + 1;
	key = malloc(MAX(size, 1U));
	for (size_t i = 0; key && i < reach->n_allow; i++) {
		size_t length = strlen(reach->allow[i].text) + 1;

		memcpy(key + used, reach->allow[i].text, length);
		used += length;
	}
	*ret_size = size;
	return key;
}

static struct reach_names *find(uint64_t generation, const char *key, size_t size)
{
	return LIST_FIND(state.all, at, next,
			 at->generation == generation && at->key_size == size &&
				 memcmp(at->key, key, size) == 0);
}

static void names_free(struct reach_names *names)
{
	free(names->text);
	free(names->services);
	free(names->key);
	free(names);
}

static struct reach_names *make(const struct config *config, const struct wire_reach *reach)
{
	struct reach_names *names = calloc(1, sizeof(*names));

	if (names && collect_all(config, reach, names) == 0)
		return names;
	if (names)
		names_free(names);
	return NULL;
}

struct reach_names *reach_names_release(struct reach_names *names)
{
	if (!names || --names->users > 0)
		return NULL;
	LIST_DROP(state.all, names, next);
	names_free(names);
	return NULL;
}

struct reach_names *reach_names_share(struct reach_names *names)
{
	names->users++;
	return names;
}

/* Keeps these names as state.last, instead of the names before. */
static void remember(struct reach_names *names)
{
	struct reach_names *before = state.last;

	state.last = reach_names_share(names);
	reach_names_release(before);
}

static int find_or_make(const struct config *config, const struct wire_reach *reach, bool even_none,
			struct reach_names **ret)
{
	_cleanup_free_ char *key = NULL;
	struct reach_names *names;
	size_t size;

	*ret = NULL;
	if (!reach->listed || (!may_have_names(reach) && !even_none))
		return 0;
	key = make_key(reach, &size);
	if (!key)
		return -ENOMEM;
	names = find(config->generation, key, size);
	if (!names) {
		names = make(config, reach);
		if (!names)
			return -ENOMEM;
		names->generation = config->generation;
		names->key = take_ptr(key);
		names->key_size = size;
		LIST_PUSH(state.all, names, next);
	}
	remember(names);
	if (names->n > 0 || names->overflow || even_none)
		*ret = reach_names_share(names);
	return 0;
}

int reach_names_find(const struct config *config, const struct wire_reach *reach,
		     struct reach_names **ret)
{
	return find_or_make(config, reach, false, ret);
}

int reach_names_find_all(const struct config *config, const struct wire_reach *reach,
			 struct reach_names **ret)
{
	return find_or_make(config, reach, true, ret);
}

/* --- comparing --- */

bool reach_names_equal(const struct reach_names *a, const struct reach_names *b)
{
	if (a == b)
		return true;
	if (a->n != b->n || a->n_own != b->n_own || a->size != b->size ||
	    a->n_services != b->n_services || memcmp(a->text, b->text, a->size) != 0 ||
	    memcmp(a->services, b->services, a->n * sizeof(*a->services)) != 0)
		return false;
	for (size_t i = 0; i < a->n_services; i++)
		if (!destination_same_service(&a->table[i], &b->table[i]))
			return false;
	return true;
}

/* A position in a part of names->text: in the names of the user's own entries, or in the others. In
 * each part the names are in alphabetical order. i: index of `name`; end: index at which the part
 * ends. */
struct cursor {
	const struct reach_names *names;
	const char *name;
	size_t i, end;
};

static void step(struct cursor *cursor)
{
	cursor->name += strlen(cursor->name) + 1;
	cursor->i++;
}

static struct cursor cursor_at(const struct reach_names *names, bool own)
{
	struct cursor cursor = {names, names->text, 0, own ? names->n_own : names->n};

	while (!own && cursor.i < names->n_own)
		step(&cursor);
	return cursor;
}

/* Moves the cursor forward to this name or, if its part does not have the name, to the next one.
 * Returns the services of the name, as bits for the rows of cursor->names->table, or 0. A cursor
 * never moves back, so callers ask for names in alphabetical order. */
static uint32_t find_services(struct cursor *cursor, const char *name)
{
	int order = -1;

	for (; cursor->i < cursor->end; step(cursor)) {
		order = strcmp(cursor->name, name);
		if (order >= 0)
			break;
	}
	return order == 0 ? cursor->names->services[cursor->i] : 0;
}

/* Returns true if `services` has all services in `wanted`. A bit in `services` stands for a row of
 * names->table, a bit in `wanted` for a row of others->table. */
static bool has_services(const struct reach_names *names, uint32_t services,
			 const struct reach_names *others, uint32_t wanted)
{
	for (size_t i = 0; i < others->n_services; i++) {
		size_t j = 0;

		if (!(wanted >> i & 1))
			continue;
		while (j < names->n_services &&
		       !destination_same_service(&names->table[j], &others->table[i]))
			j++;
		if (j == names->n_services || !(services >> j & 1))
			return false;
	}
	return true;
}

bool reach_names_cover(const struct reach_names *names, const struct reach_names *others)
{
	for (int group = 0; others && group < 2; group++) {
		struct cursor wanted = cursor_at(others, group == 0), own, rest;

		if (wanted.i < wanted.end && !names)
			return false;
		if (!names)
			continue;
		own = cursor_at(names, true);
		rest = cursor_at(names, false);
		for (; wanted.i < wanted.end; step(&wanted))
			if (!has_services(names,
					  find_services(&own, wanted.name) |
						  find_services(&rest, wanted.name),
					  others, others->services[wanted.i]))
				return false;
	}
	return true;
}
