/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/idmap.h"

/* The uid map or the gid map of a request, and the ids that its caller may map. field and file are
 * for errors: the map's field in the request, and the file that gives ids to the caller. */
struct side {
	const char *field, *file;
	struct wire_map *map;
	uint32_t own;
	const struct subid_ranges *ranges;
	const uint32_t *reserved; /* the two ids of nsctld's accounts, which nobody may map */
	bool root;		  /* the caller is root */
};

static uint64_t end_of(uint32_t first, uint32_t count)
{
	return (uint64_t)first + count;
}

static bool holds(uint32_t first, uint32_t count, uint32_t id)
{
	return id >= first && id < end_of(first, count);
}

static bool overlap(uint32_t first, uint32_t count, uint32_t other_first, uint32_t other_count)
{
	return first < end_of(other_first, other_count) && other_first < end_of(first, count);
}

static int refuse(const struct side *side, size_t index, const char *reason,
		  struct failure *failure)
{
	char field[32];

	snprintf(field, sizeof(field), "%s[%zu]", side->field, index);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

static void set_own(struct wire_map *map, uint32_t inside, uint32_t own)
{
	*map = (struct wire_map){.ranges = {{inside, own, 1}}, .n_ranges = 1};
}

/* Returns true if the caller may map the range: if the caller is root, or if the range is the
 * caller's own id or lies within a range that the file gives to the caller. */
static bool is_allowed(const struct side *side, const struct wire_range *range)
{
	if (side->root || (range->outside == side->own && range->count == 1))
		return true;
	for (size_t i = 0; i < side->ranges->n; i++) {
		const struct subid_range *line = &side->ranges->ranges[i];

		if (range->outside >= line->first &&
		    end_of(range->outside, range->count) <= end_of(line->first, line->count))
			return true;
	}
	return false;
}

static int check_range(const struct side *side, size_t index, struct failure *failure)
{
	const struct wire_range *range = &side->map->ranges[index];

	/* UINT32_MAX is no id */
	if (range->count == 0 || end_of(range->inside, range->count) > UINT32_MAX ||
	    end_of(range->outside, range->count) > UINT32_MAX)
		return refuse(side, index, "is empty or reaches beyond the ids that there are",
			      failure);
	if (!is_allowed(side, range))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, side->field,
				   "%u to %llu are not yours: your own id is %u, and %s has the "
				   "others",
				   range->outside,
				   (unsigned long long)end_of(range->outside, range->count) - 1,
				   side->own, side->file);
	for (int i = 0; i < 2; i++)
		if (holds(range->outside, range->count, side->reserved[i]))
			return refuse(side, index, "holds an account of nsctld's own", failure);
	for (size_t i = 0; i < index; i++) {
		const struct wire_range *other = &side->map->ranges[i];

		if (overlap(range->inside, range->count, other->inside, other->count) ||
		    overlap(range->outside, range->count, other->outside, other->count))
			return refuse(side, index, "overlaps another range", failure);
	}
	return 0;
}

static int check_map(const struct side *side, struct failure *failure)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < side->map->n_ranges; i++)
		r = check_range(side, i, failure);
	return r;
}

/* Maps the ids inside from *inside on to the first count ids of line, if the map has room. Adds
 * count to *inside in any case. Returns the rest of the line. */
static struct subid_range add_part(struct wire_map *map, uint32_t *inside, struct subid_range line,
				   uint32_t count)
{
	if (count > 0 && map->n_ranges < MAP_RANGES_MAX)
		map->ranges[map->n_ranges++] = (struct wire_range){*inside, line.first, count};
	*inside += count;
	line.first += count;
	line.count -= count;
	return line;
}

/* Maps the id `own` inside to the caller's own id. Maps the other ids inside, from 0 on, to the ids
 * in side->ranges, as far as the map has room. Returns 0, or ERROR_INVALID_VALUE if there are no
 * ranges. */
static int make_auto(const struct side *side, uint32_t own, struct failure *failure)
{
	uint32_t inside = 0;

	if (side->ranges->n == 0)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "spec.userMapping",
				   "auto maps the ids that %s gives you, but it gives you none",
				   side->file);
	set_own(side->map, own, side->own);
	for (size_t i = 0; i < side->ranges->n; i++) {
		struct subid_range line = side->ranges->ranges[i];

		/* the ids inside would go beyond the last id */
		if (end_of(inside, line.count) >= UINT32_MAX)
			break;
		if (holds(inside, line.count, own) && inside < own)
			line = add_part(side->map, &inside, line, own - inside);
		inside += inside == own;
		(void)add_part(side->map, &inside, line, line.count);
	}
	return 0;
}

static int complete_side(const struct side *side, uint32_t mapping, struct failure *failure)
{
	uint32_t own = mapping == MAPPING_CURRENT_AUTO ? side->own : 0;
	int r = mapping_is_auto(mapping) ? make_auto(side, own, failure) : 0;

	if (r == 0 && side->map->n_ranges == 0)
		set_own(side->map, 0, side->own);
	return r ? r : check_map(side, failure);
}

int idmap_complete(struct wire_spec *spec, const struct idmap_rights *rights,
		   struct failure *failure)
{
	const struct side users = {
		"spec.uidMap",	      "/etc/subuid",	     &spec->uid_map,   rights->uid,
		&rights->subid.users, rights->reserved_uids, rights->uid == 0,
	};
	const struct side groups = {
		"spec.gidMap",	       "/etc/subgid",	      &spec->gid_map,	rights->gid,
		&rights->subid.groups, rights->reserved_gids, rights->uid == 0,
	};
	int r;

	if (!mapping_has_maps(spec->mapping))
		return 0;
	r = complete_side(&users, spec->mapping, failure);
	return r ? r : complete_side(&groups, spec->mapping, failure);
}

/* Returns the range of home that has the ids from first to first + count - 1 inside, or NULL. */
static const struct wire_range *find_inside(const struct wire_map *home, uint32_t first,
					    uint32_t count)
{
	for (size_t i = 0; i < home->n_ranges; i++) {
		const struct wire_range *range = &home->ranges[i];

		if (first >= range->inside &&
		    end_of(first, count) <= end_of(range->inside, range->count))
			return range;
	}
	return NULL;
}

/* Lists the host's ids that home maps, except `own`, the caller's own id, as far as *ret has
 * room. */
static void list_others(const struct wire_map *home, uint32_t own, struct subid_ranges *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < home->n_ranges; i++) {
		const struct wire_range *range = &home->ranges[i];
		bool split = holds(range->outside, range->count, own);
		uint32_t before = split ? own - range->outside : range->count;
		const struct subid_range parts[] = {
			{range->outside, before}, {own + 1, split ? range->count - before - 1 : 0}};

		for (size_t j = 0; j < ARRAY_SIZE(parts); j++)
			if (parts[j].count > 0 && ret->n < SUBID_RANGES_MAX)
				ret->ranges[ret->n++] = parts[j];
	}
}

/* Turns the map's ids outside from ids inside home into ids of the host. If the map is empty, maps
 * 0 inside to the caller's own id. Returns 0, or ERROR_INVALID_VALUE for a range that is not within
 * one range of home. */
static int take_from_home(const struct side *side, const struct wire_map *home,
			  struct failure *failure)
{
	for (size_t i = 0; i < side->map->n_ranges; i++) {
		struct wire_range *range = &side->map->ranges[i];
		const struct wire_range *outer = find_inside(home, range->outside, range->count);

		if (!outer)
			return refuse(side, i,
				      "is not within one of the ranges that are mapped around it",
				      failure);
		range->outside = outer->outside + (range->outside - outer->inside);
	}
	if (side->map->n_ranges == 0)
		set_own(side->map, 0, side->own);
	return 0;
}

static int complete_side_within(const struct side *side, const struct wire_map *home,
				uint32_t mapping, struct failure *failure)
{
	const uint32_t none[2] = {UINT32_MAX, UINT32_MAX};
	struct subid_ranges others;
	struct side checked = *side;
	int r;

	list_others(home, side->own, &others);
	checked.ranges = &others;
	checked.root = true; /* no rights to check: the ids are those of home, or `own` */
	checked.reserved = none;
	if (mapping_is_auto(mapping))
		r = make_auto(&checked,
			      mapping == MAPPING_CURRENT_AUTO ? idmap_default(home, side->own) : 0,
			      failure);
	else
		r = take_from_home(side, home, failure);
	return r ? r : check_map(&checked, failure);
}

int idmap_complete_within(struct wire_spec *spec, const struct idmap *home, uid_t uid, gid_t gid,
			  struct failure *failure)
{
	static const char around[] = "the user namespace around you";
	const struct side users = {
		.field = "spec.uidMap", .file = around, .map = &spec->uid_map, .own = uid};
	const struct side groups = {
		.field = "spec.gidMap", .file = around, .map = &spec->gid_map, .own = gid};
	int r;

	if (spec->mapping == MAPPING_CURRENT) {
		spec->mapping = MAPPING_CUSTOM;
		set_own(&spec->uid_map, idmap_default(&home->users, uid), uid);
		set_own(&spec->gid_map, idmap_default(&home->groups, gid), gid);
		return 0;
	}
	if (!mapping_has_maps(spec->mapping))
		return 0;
	r = complete_side_within(&users, &home->users, spec->mapping, failure);
	return r ? r : complete_side_within(&groups, &home->groups, spec->mapping, failure);
}

void idmap_to_home(struct wire_map *map, const struct wire_map *home)
{
	for (size_t i = 0; i < map->n_ranges; i++)
		map->ranges[i].outside = idmap_default(home, map->ranges[i].outside);
}

void idmap_of(uint32_t mapping, uid_t uid, gid_t gid, const struct wire_spec *spec,
	      struct idmap *ret)
{
	switch (mapping) {
	case MAPPING_AUTO:
	case MAPPING_CURRENT_AUTO:
	case MAPPING_CUSTOM:
		ret->users = spec->uid_map;
		ret->groups = spec->gid_map;
		break;
	case MAPPING_CURRENT:
		set_own(&ret->users, uid, uid);
		set_own(&ret->groups, gid, gid);
		break;
	default:
		set_own(&ret->users, 0, uid);
		set_own(&ret->groups, 0, gid);
	}
}

bool idmap_has(const struct wire_map *map, uint32_t inside)
{
	for (size_t i = 0; i < map->n_ranges; i++)
		if (holds(map->ranges[i].inside, map->ranges[i].count, inside))
			return true;
	return false;
}

uint32_t idmap_outside(const struct wire_map *map, uint32_t inside)
{
	const struct wire_range *range = find_inside(map, inside, 1);

	return range ? range->outside + (inside - range->inside) : UINT32_MAX;
}

uint32_t idmap_default(const struct wire_map *map, uint32_t own)
{
	for (size_t i = 0; i < map->n_ranges; i++) {
		const struct wire_range *range = &map->ranges[i];

		if (holds(range->outside, range->count, own))
			return range->inside + (own - range->outside);
	}
	return idmap_has(map, 0) || map->n_ranges == 0 ? 0 : map->ranges[0].inside;
}

bool idmap_has_setgroups(const struct wire_map *groups, gid_t own)
{
	for (size_t i = 0; i < groups->n_ranges; i++)
		if (groups->ranges[i].outside != own || groups->ranges[i].count != 1)
			return true;
	return false;
}
