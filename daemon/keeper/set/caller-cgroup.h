/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets in their caller's cgroup (docs/adr/0037-callers-cgroup.md). */
#pragma once

#include "daemon/keeper/set/create.h"

/* The cgroup of a caller, in which a set's processes are: its path from the directory of all sets'
 * cgroups, and its inode. path "": they are in the set's own cgroup. */
struct caller_cgroup {
	char path[CALLER_CGROUP_SIZE];
	uint64_t inode;
};

/* Decides in which cgroup the processes of a new set are: in that of `around` if this is a caller's
 * cgroup; otherwise in the caller's if the specification asks for that, and else in the set's own.
 * around: the set within which the new set is made; NULL: none. Returns 0, or an error and
 * *failure. */
int caller_cgroup_choose(struct keeper *keeper, const struct request *request,
			 const struct set_wish *wish, const struct set *around,
			 struct caller_cgroup *ret, struct failure *failure);

/* Returns true if the set is in its own cgroup, or in that of the request's caller. */
bool caller_cgroup_is_same(const struct keeper *keeper, const struct request *request,
			   const struct set *set);
