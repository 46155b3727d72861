/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/set/topology-parts.h"

static const struct {
	const char *key;
	enum wire_item item;
	const struct wire_layout *layout;
	size_t max;
} stages[STAGE_COUNT] = {
	{"networks", WIRE_ITEM_NETWORK, &wire_network_layout, APPLY_NETWORKS_MAX},
	{"sets", WIRE_ITEM_CREATE, &wire_create_layout, APPLY_SETS_MAX},
	{"links", WIRE_ITEM_LINK, &wire_link_layout, APPLY_LINKS_MAX},
};

/* the part that was decoded last */
static union part_wish wish;

/* This cannot fail, because collect() has decoded each part before. */
union part_wish *part_read(struct parts *parts, const struct part *part)
{
	const struct nlattr *position = part->before;

	wire_clear(stages[part->stage].layout, &wish);
	(void)wire_next_item(&parts->message, stages[part->stage].item, &position,
			     stages[part->stage].layout, &wish);
	return &wish;
}

void part_place(const struct part *part, char ret[static PLACE_SIZE])
{
	snprintf(ret, PLACE_SIZE, "%s[%zu].", stages[part->stage].key, part->index);
}

void parts_sets_add(struct parts_sets *sets, size_t i)
{
	sets->bits[i / 64] |= UINT64_C(1) << i % 64;
}

bool parts_sets_within(const struct parts_sets *sets, const struct parts_sets *others)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets->bits); i++)
		if (sets->bits[i] & ~others->bits[i])
			return false;
	return true;
}

/* Returns the sets that the specification's own links lead to, except the set itself: its own check
 * refuses those links. */
static struct parts_sets needs_of(const struct wire_spec *spec, const char *const names[], size_t n,
				  size_t self)
{
	struct parts_sets needs = {};

	for (size_t i = 0; i < spec->n_links; i++) {
		const struct wire_end *peer = &spec->links[i].peer;

		for (size_t j = 0; j < n && peer->where == END_SET; j++)
			if (j != self && peer->name && strcmp(names[j], peer->name) == 0)
				parts_sets_add(&needs, j);
	}
	return needs;
}

static int order_sets(struct parts *parts)
{
	const char *names[APPLY_SETS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < parts->n; i++) {
		if (parts->part[i].stage != SETS)
			continue;
		names[n] = part_read(parts, &parts->part[i])->create.name;
		if (!names[n++])
			return -EBADMSG;
	}
	for (size_t i = 0; i < parts->n; i++) {
		struct part *part = &parts->part[i];
		const struct wire_spec *spec;

		if (part->stage != SETS)
			continue;
		spec = &part_read(parts, part)->create.spec;
		part->needs = needs_of(spec, names, n, part->index);
		part->takes_descriptors = create_takes_descriptors(spec);
	}
	return 0;
}

/* Adds the parts of a stage to the array, in the order of the request. Returns 0 or -EBADMSG. */
static int collect(struct parts *parts, enum stage stage, struct application *application)
{
	const struct nlattr *position = NULL, *before;
	int r;

	for (size_t i = 0;; i++) {
		before = position;
		wire_clear(stages[stage].layout, &wish);
		r = wire_next_item(&parts->message, stages[stage].item, &position,
				   stages[stage].layout, &wish);
		if (r <= 0)
			return r;
		if (i == stages[stage].max)
			return -EBADMSG;
		parts->part[parts->n++] = (struct part){
			.application = application, .stage = stage, .index = i, .before = before};
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
	return r < 0 ? r : order_sets(ret);
}

void parts_done(struct parts *parts)
{
	wire_message_done(&parts->message);
}
