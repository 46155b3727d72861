/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The home of a caller: the set whose user namespace the caller is in. It is the set that the
 * caller is in, or a set around that one. A caller in the host's user namespace has no home. */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Returns the nearest set that has a user namespace: set itself, or one around it. Returns NULL if
 * there is none. set may be NULL. */
const struct set *home_of_set(const struct registry *registry, const struct set *set);

/* Fills in the maps of uids and gids of the user namespace of subject's home. subject: a caller.
 * Returns false if the caller has no home. */
bool home_find_maps(const struct registry *registry, const struct authz_subject *subject,
		    struct idmap *ret);
