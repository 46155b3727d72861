/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that were last refused to a set or network. */
#pragma once

#include "daemon/wire/egress.h"

struct refused_names {
	struct {
		char *name;
		uint64_t questions;
	} entries[REFUSED_NAMES_MAX]; /* those that were refused last come first */
	size_t n;
};

/* Counts this number of refused questions for a name. If there is no room, forgets the name that
 * was refused longest ago. */
void refused_names_add(struct refused_names *names, const char *name, uint64_t questions);
/* Fills in ret, which points into *names. Returns the number of names. */
size_t refused_names_view(const struct refused_names *names,
			  struct wire_refused_name ret[static REFUSED_NAMES_MAX]);
void refused_names_clear(struct refused_names *names);
