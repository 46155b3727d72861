/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that a set may ask for: its list, and the search in it. */
#pragma once

#include "daemon/wire/resolver.h"

struct names;

/* Reads a list from a memory file (see struct wire_resolver_list), whose first n_own entries are
 * the user's own. Sets with equal lists share one. Returns 0, -EINVAL if it is malformed or too
 * long, or another -errno. */
int names_read(int fd, size_t n_own, struct names **ret);
/* Gives up a list, which may be NULL. Returns NULL. */
struct names *names_free(struct names *names);

/* Writes to ret the indexes of all entries that match this name (lower case, no final dot). Returns
 * how many they are. */
size_t names_match(const struct names *names, const char *name,
		   uint32_t ret[static RESOLVER_ENTRIES_MAX]);

/* Returns true if one of these entries is the user's own. */
bool names_have_own(const struct names *names, const uint32_t *entries, size_t n);
