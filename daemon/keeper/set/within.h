/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets within sets. They are made from inside a set, in the cgroup of that set, and are removed
 * before it. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Finds the set that the caller is in, in which it wants to make another one; ret NULL: the caller
 * is in none. Returns 0, or an error and failure if the caller cannot make such a set there. */
int within_find_around(struct keeper *keeper, const struct request *request,
		       const struct wire_spec *spec, const struct set **ret,
		       struct failure *failure);
