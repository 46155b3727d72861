/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a set or a command that somebody wants is admitted, and with which ids: check, authz and
 * idmap, each of which is pure, put together with what they rest on. Changes nothing.
 */
#ifndef NSCTL_KEEPER_ADMISSION_H
#define NSCTL_KEEPER_ADMISSION_H

#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/request/request.h"

/* Who runs a command, outside and inside, and as what. */
struct runs_as {
	struct authz_identity identity;
	bool without_groups;	  /* somebody else than its owner in a set that has more ids */
	bool no_init, mount_proc; /* it becomes process 1, and has a /proc of that */
};

/* Whether the request's caller may have such a set; completes spec. 0, or an error and *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Fills in the process that a lease is for, from what a worker has found of the request's pidfd.
 * Returns 0, or an error and *failure. */
int admission_of_lease(const struct request *request, struct wire_spec *spec,
		       struct failure *failure);

/* Whether the request's caller may have something made again at boot: who is confined may not. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* The maps of the set that is to be made, and who its caller is inside. */
void admission_fill_maps(struct task_create *task, const struct peer_identity *identity);

/* Whether the request's caller may run a command in a set of this owner's and mapping; spec matters
 * for mappings auto and custom. 0 and *as, or an error and *failure. */
int admission_of_command(const struct request *request, uid_t owner, gid_t gid, uint32_t mapping,
			 const struct wire_spec *spec, const struct wire_command *command,
			 struct runs_as *as, struct failure *failure);
/* The same of a set that is there. */
int admission_of_exec(const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure);

#endif
