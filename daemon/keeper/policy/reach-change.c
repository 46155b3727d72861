/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/reach-change.h"
#include "daemon/wire/fnv.h"

/* An entry of a list: its text, and the result of reading the text. */
struct entry {
	const char *text;
	/* DESTINATION_LIST: "@NAME", or text that cannot be read; `read` is then not valid */
	enum destination_kind kind;
	struct destination read;
};

/* The entries of one field: allow, deny or remove. A search compares digests (digest_of()) first,
 * because a thousand entries may be searched for in a thousand others. */
struct side {
	size_t n;
	uint32_t digests[DESTINATION_TEXTS_MAX];
	struct entry entries[DESTINATION_TEXTS_MAX];
};

/* Returns true if both entries mean the same, such as "192.0.2.1" and "192.0.2.1/32". */
static bool is_same(const struct entry *a, const struct entry *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == DESTINATION_SUBNET)
		return destination_is_same(&a->read, &b->read);
	if (a->kind == DESTINATION_NAME)
		return strcmp(a->read.name, b->read.name) == 0 &&
		       destination_same_service(&a->read.service, &b->read.service);
	return strcmp(a->text, b->text) == 0;
}

static bool has(const struct side *side, const struct entry *entry, uint32_t digest)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->digests[i] == digest && is_same(&side->entries[i], entry))
			return true;
	return false;
}

static void put(struct side *side, const struct entry *entry, uint32_t digest)
{
	side->digests[side->n] = digest;
	side->entries[side->n++] = *entry;
}

static uint32_t digest_of(const struct entry *entry)
{
	const struct destination *read = &entry->read;

	if (entry->kind == DESTINATION_SUBNET)
		return fnv_add(fnv_add(FNV_START, read->first, sizeof(read->first)), read->last,
			       sizeof(read->last));
	if (entry->kind == DESTINATION_NAME)
		return fnv_add(FNV_START, read->name, strlen(read->name));
	return fnv_add(FNV_START, entry->text, strlen(entry->text));
}

static void begin_side(struct side *side, const struct wire_destination *entries, size_t n)
{
	side->n = 0;
	for (size_t i = 0; i < n && i < ARRAY_SIZE(side->entries); i++) {
		struct entry entry = {.text = entries[i].text};

		entry.kind = destination_read(entry.text, &entry.read) ? DESTINATION_LIST
								       : entry.read.kind;
		put(side, &entry, digest_of(&entry));
	}
}

/* Fills in texts with the new side of the list: the entries of old that are not removed, and the
 * added ones that are not among them. Returns false if these are more than
 * DESTINATION_TEXTS_MAX. */
static bool change_side(const struct side *old, const struct side *added,
			const struct side *removed, struct wire_destination *texts, size_t *ret_n)
{
	static struct side side;

	side.n = 0;
	for (size_t i = 0; i < old->n; i++)
		if (!has(removed, &old->entries[i], old->digests[i]))
			put(&side, &old->entries[i], old->digests[i]);
	for (size_t i = 0; i < added->n; i++) {
		if (has(&side, &added->entries[i], added->digests[i]))
			continue;
		if (side.n == DESTINATION_TEXTS_MAX)
			return false;
		put(&side, &added->entries[i], added->digests[i]);
	}
	for (size_t i = 0; i < side.n; i++)
		texts[i].text = side.entries[i].text;
	*ret_n = side.n;
	return true;
}

static int too_many(const char *field, struct failure *failure)
{
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
			   "has more than %d entries with those that the list already has: name "
			   "subnets instead of addresses",
			   DESTINATION_TEXTS_MAX);
}

int reach_change(const struct wire_reach *old, const struct wire_egress *change,
		 struct wire_reach *ret, struct failure *failure)
{
	static struct side allow, deny, added, removed;
	char field[32];

	begin_side(&allow, old->allow, old->n_allow);
	begin_side(&deny, old->deny, old->n_deny);
	begin_side(&removed, change->remove, change->n_remove);
	for (size_t i = 0; i < removed.n; i++) {
		const struct entry *entry = &removed.entries[i];

		if (has(&allow, entry, removed.digests[i]) || has(&deny, entry, removed.digests[i]))
			continue;
		snprintf(field, sizeof(field), "remove[%zu]", i);
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "is not on the list: `nsctl egress` without options tells what "
				   "is");
	}
	ret->listed = true;
	begin_side(&added, change->add.allow, change->add.n_allow);
	if (!change_side(&allow, &added, &removed, ret->allow, &ret->n_allow))
		return too_many("allow", failure);
	begin_side(&added, change->add.deny, change->add.n_deny);
	if (!change_side(&deny, &added, &removed, ret->deny, &ret->n_deny))
		return too_many("deny", failure);
	return 0;
}

/* Returns true if a has all entries of b. */
static bool has_all(const struct side *a, const struct side *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!has(a, &b->entries[i], b->digests[i]))
			return false;
	return true;
}

bool reach_widens(const struct wire_reach *old, const struct wire_reach *changed)
{
	static struct side before, after;

	begin_side(&before, old->allow, old->n_allow);
	begin_side(&after, changed->allow, changed->n_allow);
	if (!has_all(&before, &after))
		return true;
	begin_side(&before, old->deny, old->n_deny);
	begin_side(&after, changed->deny, changed->n_deny);
	return !has_all(&after, &before);
}
