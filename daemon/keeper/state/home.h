/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The home of a caller inside a set: the set whose user namespace the caller is in. It is the set
 * that the caller is in, or one around that. A caller in the host's user namespace has none.
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Returns the set, or the nearest one around it, that has a user namespace, or NULL. set may be
 * NULL. */
const struct set *home_of_set(const struct registry *registry, const struct set *set);

/* Fills in the maps of the subject's home. Returns false if it has none. */
bool home_find_maps(const struct registry *registry, const struct authz_subject *subject,
		    struct idmap *ret);
