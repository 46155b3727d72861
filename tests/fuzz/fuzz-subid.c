/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads any bytes as /etc/subuid, /etc/subgid and /etc/passwd. Every id that these give exists, is
 * not root's, and is given once; the maps made of them are consistent.
 */
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/idmap.h"
#include "daemon/keeper/policy/subid.h"
#include "tests/fuzz/fuzz.h"

#define UID 1000

static void check_ranges(const struct subid_ranges *found)
{
	must(found->n <= SUBID_RANGES_MAX);
	for (size_t i = 0; i < found->n; i++) {
		const struct subid_range *a = &found->ranges[i];

		must(a->first > 0 && a->count > 0);
		must((uint64_t)a->first + a->count <= UINT32_MAX);
		for (size_t j = 0; j < i; j++) {
			const struct subid_range *b = &found->ranges[j];

			must((uint64_t)a->first + a->count <= b->first ||
			     (uint64_t)b->first + b->count <= a->first);
		}
	}
}

static void check_map(const struct wire_map *map)
{
	must(map->n_ranges > 0 && map->n_ranges <= MAP_RANGES_MAX);
	must(map->ranges[0].inside == 0 && map->ranges[0].outside == UID);
	for (size_t i = 0; i < map->n_ranges; i++)
		must((uint64_t)map->ranges[i].inside + map->ranges[i].count <= UINT32_MAX);
}

/* The text as lines of owners, and as the accounts that these are found in. */
static void check_owners(const char *text, size_t size)
{
	struct subid_owners owners = {};
	uid_t owner;

	must(subid_owners_parse(text, size, text, size, &owners) == 0);
	for (size_t i = 0; i < owners.n; i++) {
		const struct subid_range *range = &owners.lines[i].range;

		must(i == 0 || owners.lines[i - 1].range.first <= range->first);
		if (subid_owners_find(&owners, range->first, &owner))
			must(owner != range->first);
	}
	subid_owners_done(&owners);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct idmap_rights rights = {.uid = UID, .gid = UID, .reserved_uids = {7, 8}};
	struct wire_spec spec = {.mapping = MAPPING_AUTO};
	char name[SUBID_NAME_SIZE], *text = malloc(size ? size : 1);
	struct failure failure;
	bool named;

	/* exactly as large as the file, so that a sanitizer sees a read behind its end */
	must(text);
	if (size > 0)
		memcpy(text, data, size);
	named = subid_find_name(text, size, UID, name);
	must(!named || (*name && strlen(name) < sizeof(name) && !strchr(name, ':')));
	subid_parse(text, size, UID, named ? name : "alice", &rights.subid.users);
	check_ranges(&rights.subid.users);
	check_owners(text, size);
	rights.subid.groups = rights.subid.users;
	if (idmap_complete(&spec, &rights, &failure) == 0) {
		check_map(&spec.uid_map);
		check_map(&spec.gid_map);
	} else {
		must(failure.error == ERROR_INVALID_VALUE);
	}
	free(text);
	return 0;
}
