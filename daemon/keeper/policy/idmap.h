/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which ids a set's user namespace has, and to which ids of the host they are mapped. Pure
 * functions. The maps are written with root's rights, so a caller other than root must not get more
 * than its own ids, those that /etc/subuid and /etc/subgid give it, and those of its home.
 *
 * "Inside" means in the set's user namespace, "outside" on the host. The home of a caller inside a
 * set is the set whose user namespace the caller is in (state/home.h).
 */
#pragma once

#include "daemon/keeper/policy/subid.h"

struct idmap {
	struct wire_map users, groups;
};

/* The ids of the host that a caller may map: its own (uid and gid) and its subordinate ids. Root
 * may map all but the reserved ones. */
struct idmap_rights {
	uid_t uid;
	gid_t gid;
	struct subid subid;
	/* the ids of nsctld's own accounts, which no caller may map: a user with these ids would
	 * control the inits of sets, and root's front */
	uint32_t reserved_uids[2], reserved_gids[2];
};

/*
 * Makes the maps of a specification with MAPPING_AUTO or MAPPING_CURRENT_AUTO. Checks these maps,
 * and those of a specification with MAPPING_CUSTOM, against the rights. If only one of the two maps
 * is given, the other maps 0 inside to the caller's own id. Does nothing for other mappings.
 * Returns 0, or ERROR_INVALID_VALUE with a field such as spec.userMapping or spec.uidMap[2].
 */
int idmap_complete(struct wire_spec *spec, const struct idmap_rights *rights,
		   struct failure *failure);

/* Finds the maps of a set that belongs to uid and gid: for MAPPING_AUTO, MAPPING_CURRENT_AUTO and
 * MAPPING_CUSTOM those in spec. For other mappings, spec is not used. */
void idmap_of(uint32_t mapping, uid_t uid, gid_t gid, const struct wire_spec *spec,
	      struct idmap *ret);

/* Like idmap_complete(), for a user namespace that will be a child of the caller's home. home: the
 * maps of that one. The caller may map the ids of home. Before the call, the ids outside in the
 * specification are ids inside home; after it they are ids of the host. MAPPING_CURRENT becomes
 * MAPPING_CUSTOM. uid and gid are the owner's on the host. */
int idmap_complete_within(struct wire_spec *spec, const struct idmap *home, uid_t uid, gid_t gid,
			  struct failure *failure);
/* Turns the map's ids outside from ids of the host into ids inside home, as the kernel wants them
 * for a child of home's user namespace. Every range must lie within one range of home. */
void idmap_to_home(struct wire_map *map, const struct wire_map *home);

/* Returns true if the map maps this id inside. */
bool idmap_has(const struct wire_map *map, uint32_t inside);

/* Returns the id outside to which an id inside is mapped, or UINT32_MAX if the id does not exist
 * inside. */
uint32_t idmap_outside(const struct wire_map *map, uint32_t inside);

/* Returns the id that a command has inside by default: the one that is mapped to `own`, an id
 * outside. If there is none, returns 0 if 0 exists inside or nothing is mapped, else the first id
 * inside of the map's first range. */
uint32_t idmap_default(const struct wire_map *map, uint32_t own);

/* Returns true if processes inside may change their supplementary groups: if the map has any id
 * outside but `own`, the owner's. A process that can drop a group gains access to files that
 * exclude this group. So an ordinary user gets other ids only from an administrator, in
 * /etc/subgid. */
bool idmap_has_setgroups(const struct wire_map *groups, gid_t own);
