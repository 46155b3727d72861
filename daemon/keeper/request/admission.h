/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides whether a request may have a set or a command, and with which ids. It combines check,
 * authz and idmap, which are pure, with the facts that they need. Changes nothing.
 */
#ifndef NSCTL_KEEPER_ADMISSION_H
#define NSCTL_KEEPER_ADMISSION_H

#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/request/request.h"

/* The identity of a command, outside and inside, and its role. */
struct runs_as {
	struct authz_identity identity;
	bool without_groups;	  /* it is not the owner's, in a set with further ids */
	bool no_init, mount_proc; /* it becomes process 1, with a /proc of its own */
};

/* Checks that the request's caller may have such a set, and completes spec. Returns 0, or an error
 * and *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Fills in the processes of a lease, from what a worker has found out about the request's
 * descriptors. Returns 0, or an error and *failure, whose field begins with "lease". */
int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure);

/* Checks that the request's caller may have sets made again at boot; confined callers may not.
 * Returns 0, or an error and *failure. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* Fills in the maps of a set to be made, and the caller's ids inside. */
void admission_fill_maps(struct task_create *task, const struct peer_identity *identity);

/* Checks that the request's caller may run a command in a set with this owner and mapping. spec is
 * used for the mappings auto and custom. Returns 0 and *as, or an error and *failure. */
int admission_of_command(const struct request *request, uid_t owner, gid_t gid, uint32_t mapping,
			 const struct wire_spec *spec, const struct wire_command *command,
			 struct runs_as *as, struct failure *failure);
/* The same for an existing set. */
int admission_of_exec(const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure);

#endif
