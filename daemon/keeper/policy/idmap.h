/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which ids a set's user namespace has, and which ids of the host they are. Pure functions.
 * The result is written to the kernel's maps with root's rights: a caller gets its own ids, and
 * those that /etc/subuid and /etc/subgid give it, and nothing else.
 */
#ifndef NSCTL_KEEPER_IDMAP_H
#define NSCTL_KEEPER_IDMAP_H

#include "base.h"
#include "daemon/keeper/policy/subid.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

struct idmap {
	struct wire_map users, groups;
};

/* Ids that the caller may map. Root may map all ids. */
struct idmap_rights {
	uid_t uid;
	gid_t gid;
	struct subid subid;
	/* accounts of the daemon: a user who could map them would have power over sets' inits and
	 * over root's front */
	uint32_t reserved_uids[2], reserved_gids[2];
};

/*
 * Makes the maps of a specification with MAPPING_AUTO, and checks those with MAPPING_CUSTOM against
 * the rights. If only one of the two maps is given, the other is as with MAPPING_ROOT. Other
 * mappings are left alone. Returns 0 or ERROR_INVALID_VALUE (field spec.userMapping, or such as
 * spec.uidMap[2]).
 */
int idmap_complete(struct wire_spec *spec, const struct idmap_rights *rights,
		   struct failure *failure);

/* Finds the maps of a set of this owner, with any mapping. spec is used for auto and custom. */
void idmap_of(uint32_t mapping, uid_t uid, gid_t gid, const struct wire_spec *spec,
	      struct idmap *ret);

/* Returns true if the id exists inside. */
bool idmap_has(const struct wire_map *map, uint32_t inside);

/* Returns the default id inside: the same id if it is mapped, else root, else the first mapped
 * id. */
uint32_t idmap_default(const struct wire_map *map, uint32_t own);

/*
 * Returns true if processes inside may change their supplementary groups. A process that can drop
 * groups gains access to files that exclude one of them, so this needs an administrator's line in
 * /etc/subgid.
 */
bool idmap_has_setgroups(const struct wire_map *groups, gid_t own);

#endif
