/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets in their caller's cgroup (docs/adr/0037-callers-cgroup.md). */
#pragma once

#include "daemon/keeper/set/create.h"

/* The cgroup of a caller, in which a set is, as in struct task_set. path "": the set is in its own
 * cgroup. */
struct caller_cgroup {
	char path[CALLER_CGROUP_SIZE];
	uint64_t inode;
};

/* Decides in which cgroup the new set is: its own, that of the caller, or that of the set around
 * it. Returns 0, or an error and *failure. */
int caller_cgroup_choose(struct keeper *keeper, const struct request *request,
			 const struct set_wish *wish, const struct set *around,
			 struct caller_cgroup *ret, struct failure *failure);

/* Returns true if the set is in its own cgroup, or in that of this caller. */
bool caller_cgroup_is_same(const struct keeper *keeper, const struct request *request,
			   const struct set *set);
