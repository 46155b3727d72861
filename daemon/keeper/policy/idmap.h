/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which ids the user namespace of a set has, and which of the host's these are. Pure. What it lets
 * through is written to the kernel's maps with root's rights: a caller gets its own ids, and what
 * /etc/subuid and /etc/subgid give it, and nothing else.
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

/* What may be mapped. root may map all ids. */
struct idmap_rights {
	uid_t uid;
	gid_t gid;
	struct subid subid;
	/* accounts of the daemon's own: whoever has them mapped has power over sets' inits and over
	 * what speaks for root */
	uint32_t reserved_uids[2], reserved_gids[2];
};

/*
 * Makes the maps of a specification with MAPPING_AUTO, and holds those with MAPPING_CUSTOM against
 * the rights; one of the two that was not given is as with MAPPING_ROOT. Other mappings are left
 * alone. 0, or ERROR_INVALID_VALUE (field spec.userMapping, or as spec.uidMap[2]).
 */
int idmap_complete(struct wire_spec *spec, const struct idmap_rights *rights,
		   struct failure *failure);

/* The maps of a set of this owner's, whatever its mapping. spec matters for auto and custom. */
void idmap_of(uint32_t mapping, uid_t uid, gid_t gid, const struct wire_spec *spec,
	      struct idmap *ret);

/* Is there such an id inside? */
bool idmap_has(const struct wire_map *map, uint32_t inside);

/* Who somebody is inside if nothing else is said: itself where it is mapped, else root, else the
 * first id that is there. */
uint32_t idmap_default(const struct wire_map *map, uint32_t own);

/* May processes inside change their supplementary groups? Who could only drop them would lose those
 * that keep it out of something: an administrator's line in /etc/subgid says that this is meant. */
bool idmap_has_setgroups(const struct wire_map *groups, gid_t own);

#endif
