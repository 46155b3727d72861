/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets within sets: made from inside, in the cgroup of the set around them, and gone before it. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Finds the set that the caller is in, and in which it makes another one; *ret NULL: it is in none.
 * Returns 0, or an error and *failure if it cannot make such a set there. */
int within_find_around(struct keeper *keeper, const struct request *request,
		       const struct wire_spec *spec, const struct set **ret,
		       struct failure *failure);
