/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides whether a request may make a set or run a command, and with which ids. The rules are in
 * check, authz and idmap of policy/, which are pure functions; this module gives them the facts
 * that they need. It changes nothing. */
#pragma once

#include "daemon/keeper/request/request.h"

/* How a command may run: its ids on the host and in the set, and what else its runner must know. */
struct runs_as {
	struct authz_identity identity;
	/* The command gets no supplementary groups, because its id inside is not the owner's and
	 * the set maps further ids. */
	bool without_groups;
	bool no_init, mount_proc; /* the command is process 1 of its set, with a /proc of its own */
};

/* Checks that the request's caller may make a set called name with this specification, and
 * completes the specification. Returns 0, or an error and *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Returns the lists of the configuration, with the identity of the caller by which the caller may
 * use them. The connection of the request must not have ended. */
struct authz_lists admission_lists(const struct keeper *keeper, const struct request *request);

/* Checks the destinations (reach) of the way out of a new set or network, and that the caller may
 * have this way out. A list implies a way out: sets *egress. prefix: the path of the list's fields
 * in errors, such as "spec.". Returns 0, or an error and *failure. */
int admission_of_egress(struct keeper *keeper, const struct request *request,
			const struct wire_reach *reach, bool *egress, const char *prefix,
			struct failure *failure);

/* Checks a change of a list of egress from old to changed. The caller must have the right to the
 * new list, unless it leads to nothing that the old one did not. Returns 0, or an error and
 * *failure. */
int admission_of_relist(struct keeper *keeper, const struct request *request,
			const struct wire_reach *old, const struct wire_reach *changed,
			struct failure *failure);

/*
 * Fills in the process and the watcher of a lease. A worker has found them behind the
 * request's descriptors (request->processes). Returns 0, or an error and *failure, whose
 * field begins with "lease".
 */
int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure);

/* Checks that the caller may make objects that each boot makes again. A caller behind a wall
 * (kernel/wall.h) may not. Returns 0, or an error and *failure. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* Fills in the id maps of a set that a maker will make for the caller, in the form that the kernel
 * takes, and the ids that the caller has inside the set. */
void admission_fill_maps(struct keeper *keeper, const struct request *request,
			 struct task_create *task);

/*
 * Checks that the request's caller may run a command in a set with this owner, mapping and kinds of
 * namespaces, and decides how (*as). spec is read only for MAPPING_AUTO and MAPPING_CUSTOM. Returns
 * 0, or an error and *failure.
 */
int admission_of_command(struct keeper *keeper, const struct request *request, uid_t owner,
			 gid_t gid, uint32_t mapping, uint32_t kinds, const struct wire_spec *spec,
			 const struct wire_command *command, struct runs_as *as,
			 struct failure *failure);
/* Like admission_of_command(), for a command in an existing set. */
int admission_of_exec(struct keeper *keeper, const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure);
