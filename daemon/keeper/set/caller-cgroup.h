/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets in their caller's cgroup (docs/adr/0037-callers-cgroup.md). */
#pragma once

#include "daemon/keeper/set/create.h"

/* The caller's cgroup that a set's processes are in. path: from the directory of all sets' cgroups;
 * "": the processes are in the set's own cgroup instead. */
struct caller_cgroup {
	char path[CALLER_CGROUP_SIZE];
	uint64_t inode;
};

/* Decides in which cgroup the processes of a new set are: in the caller's cgroup that `around`
 * uses; otherwise in that of the request's caller, if the specification asks for it; otherwise in
 * the set's own. around: the set within which the new set is made; NULL: none. Returns 0, or an
 * error and *failure, for example if the specification asks although `around` is given. */
int caller_cgroup_choose(struct keeper *keeper, const struct request *request,
			 const struct set_wish *wish, const struct set *around,
			 struct caller_cgroup *ret, struct failure *failure);

/* Returns true if the set is in its own cgroup, or in that of the request's caller. */
bool caller_cgroup_is_same(const struct keeper *keeper, const struct request *request,
			   const struct set *set);
