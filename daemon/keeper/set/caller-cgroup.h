/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of a set are usually in a cgroup of the set's own, which nsctld makes. A caller can
 * ask that they are in a cgroup below the caller's own instead, for example that of a service, so
 * that its limits hold for the set, too (docs/adr/0037-callers-cgroup.md). */
#pragma once

#include "daemon/keeper/set/create.h"

/* The cgroup of a caller, below which a set's processes are. path: relative to the directory of all
 * sets' cgroups; "": the processes are in the set's own cgroup instead. */
struct caller_cgroup {
	char path[CALLER_CGROUP_SIZE];
	uint64_t inode;
};

/* Decides in which cgroup the processes of a new set are, and fills in *ret. around: the set within
 * which the new set is made; NULL: none. If `around` is in a caller's cgroup, the new set is in the
 * same one. If the specification asks for the caller's cgroup, the new set is in that of the
 * request's caller; this is an error if `around` is given. Otherwise the new set has its own
 * cgroup. Returns 0, or an error and *failure. */
int caller_cgroup_choose(struct keeper *keeper, const struct request *request,
			 const struct set_wish *wish, const struct set *around,
			 struct caller_cgroup *ret, struct failure *failure);

/* Returns true if the set's processes are in the set's own cgroup, or in that of the request's
 * caller, and not in another caller's. */
bool caller_cgroup_is_same(const struct keeper *keeper, const struct request *request,
			   const struct set *set);
