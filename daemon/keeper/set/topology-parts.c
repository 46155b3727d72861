/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/set/topology-parts.h"
#include "daemon/keeper/state/quota.h"

static const struct {
	const char *key;
	enum wire_item item;
	const struct wire_layout *layout;
} stages[STAGE_COUNT] = {
	{"networks", WIRE_ITEM_NETWORK, &wire_network_layout},
	{"sets", WIRE_ITEM_CREATE, &wire_create_layout},
	{"links", WIRE_ITEM_LINK, &wire_link_layout},
};

/* the part that was decoded last; see part_read() */
static union part_wish wish;

/* Reads a part from the request again. This cannot fail, because collect() has decoded each part
 * before. */
union part_wish *part_read(struct parts *parts, const struct part *part)
{
	const struct nlattr *position = part->before;

	(void)wire_next_item(&parts->message, stages[part->stage].item, &position,
			     stages[part->stage].layout, &wish);
	return &wish;
}

static const char *name_in(enum stage stage)
{
	if (stage == LINKS)
		return wish.link.name;
	return stage == SETS ? wish.create.name : wish.network.name;
}

void part_place(const struct part *part, char ret[static PLACE_SIZE])
{
	snprintf(ret, PLACE_SIZE, "%s[%zu].", stages[part->stage].key, part->index);
}

/* The name of a set, and the index of its part in parts->part. */
struct named {
	const char *name;
	uint16_t position;
};

static int compare_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	/* sets of the same name stay in the order of the request: find_name() finds the first, and
	 * the others cannot be made */
	return r ? r : (int)x->position - (int)y->position;
}

/* Returns the first element with this name, or NULL. names is sorted, and has n elements. */
static const struct named *find_name(const struct named *names, size_t n, const char *name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && strcmp(names[low].name, name) == 0 ? &names[low] : NULL;
}

/* Fills in part->takes_descriptors and part->needs of part i, a set. It needs those sets of the
 * topology to which links of its specification lead. Leaves out a link of the set to itself, which
 * is refused when the set is made. names: all sets of the topology, sorted by name. */
static void find_needs(struct parts *parts, size_t i, const struct named *names)
{
	struct part *part = &parts->part[i];
	const struct wire_spec *spec = &part_read(parts, part)->create.spec;

	part->takes_descriptors = create_takes_descriptors(spec);
	for (size_t j = 0; j < spec->n_links; j++) {
		const struct wire_end *peer = &spec->links[j].peer;
		const struct named *found =
			peer->where == END_SET && peer->name
				? find_name(names, parts->n_of[SETS], peer->name)
				: NULL;

		if (found && found->position != i)
			part->needs[part->n_needs++] = found->position;
	}
}

int parts_order(struct parts *parts)
{
	_cleanup_free_ struct named *names = calloc(parts->n_of[SETS] + 1, sizeof(*names));
	size_t n = 0;

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < parts->n; i++)
		if (parts->part[i].stage == SETS)
			names[n++] = (struct named){parts->part[i].name, i};
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < parts->n; i++)
		if (parts->part[i].stage == SETS)
			find_needs(parts, i, names);
	return 0;
}

/* Makes room in parts->part for one more part. Returns 0 or -ENOMEM. */
static int reserve(struct parts *parts)
{
	size_t n = parts->n ? 2 * parts->n : 16;
	struct part *grown;

	if (parts->n & (parts->n - 1) || (parts->n > 0 && parts->n < 16))
		return 0;
	grown = reallocarray(parts->part, n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	parts->part = grown;
	return 0;
}

/* Adds the parts of a stage to parts->part, in the order of the request. Returns 0, -ENOMEM or
 * -EBADMSG. */
static int collect(struct parts *parts, enum stage stage, struct application *application)
{
	const struct nlattr *position = NULL, *before;
	int r;

	for (size_t i = 0;; i++) {
		before = position;
		r = wire_next_item(&parts->message, stages[stage].item, &position,
				   stages[stage].layout, &wish);
		if (r <= 0)
			return r;
		if (i == APPLY_LIST_MAX || (stage == SETS && !wish.create.name))
			return -EBADMSG;
		r = reserve(parts);
		if (r < 0)
			return r;
		parts->part[parts->n++] = (struct part){.application = application,
							.stage = stage,
							.index = i,
							.name = name_in(stage),
							.before = before};
		parts->n_of[stage]++;
	}
}

int parts_read(const struct wire_message *message, struct application *application,
	       struct parts *ret)
{
	int r = message->header->nlmsg_len > APPLY_MESSAGE_MAX
			? -EBADMSG
			: wire_message_copy(message, &ret->message);

	for (enum stage stage = NETWORKS; r == 0 && stage < STAGE_COUNT; stage++)
		r = collect(ret, stage, application);
	return r;
}

int parts_check(struct keeper *keeper, uid_t uid, const struct parts *parts,
		struct failure *failure)
{
	static const enum quota quotas[STAGE_COUNT] = {
		[NETWORKS] = QUOTA_NETWORKS, [SETS] = QUOTA_SETS, [LINKS] = QUOTA_LINKS};
	int r = 0;

	for (enum stage stage = NETWORKS; r == 0 && stage < STAGE_COUNT; stage++)
		r = quota_check(keeper, uid, quotas[stage], parts->n_of[stage], failure);
	return r;
}

void parts_done(struct parts *parts)
{
	wire_message_done(&parts->message);
	free(parts->part);
}
