/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of hosts that a resolver has last refused to answer for a set or network, because they
 * are not on its list of egress. */
#pragma once

#include "daemon/wire/egress.h"

struct refused_names {
	struct {
		char *name;
		uint64_t questions;
	} entries[REFUSED_NAMES_MAX]; /* the name that was refused last comes first */
	size_t n;
};

/* Adds this number of refused questions to the count of a name. If there is no room for a new name,
 * forgets the name that was refused longest ago. Ignores a name that is too long, or for which
 * there is no memory. */
void refused_names_add(struct refused_names *names, const char *name, uint64_t questions);
/* Fills in ret with the names and their counts, and returns their number. The strings in ret are
 * those of *names. */
size_t refused_names_view(const struct refused_names *names,
			  struct wire_refused_name ret[static REFUSED_NAMES_MAX]);
void refused_names_clear(struct refused_names *names);
