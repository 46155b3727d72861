/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that were last refused to a set or network. */
#pragma once

#include "daemon/wire/egress.h"

struct refused_names {
	struct {
		char *name;
		uint64_t questions;
	} entries[REFUSED_NAMES_MAX]; /* the one that was refused last is the first */
	size_t n;
};

/* Adds questions for a name. If there is no room, the name that was refused longest ago is
 * forgotten. */
void refused_names_add(struct refused_names *names, const char *name, uint64_t questions);
/* Points ret to the names. Returns their number. */
size_t refused_names_view(const struct refused_names *names,
			  struct wire_refused_name ret[static REFUSED_NAMES_MAX]);
void refused_names_clear(struct refused_names *names);
