/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides whether a request's caller may make a set, have egress or run a command, and with which
 * ids. The rules are in policy/ (check, reach, authz, idmap); this module gives them the facts that
 * they need.
 *
 * Egress is the way out of a set or network to destinations beyond it. A list of egress limits
 * these destinations (policy/reach.h). It may name lists of the configuration, as "@NAME". A lease
 * says what ends a set, such as the end of a process or of a pipe (set/lease.h).
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* How a command may run: its ids on the host and in the set, and what else its runner (the parent
 * of the command) must know. */
struct runs_as {
	struct authz_identity identity;
	/* The command gets none of its caller's supplementary groups: see leaves_groups(). */
	bool without_groups;
	/* Set by the caller of admission_of_command(). no_init: the command is itself process 1 of
	 * its set. mount_proc: a command with no_init gets a new /proc. */
	bool no_init, mount_proc;
};

/* Checks that the request's caller may make a set called name with this specification. Completes
 * the specification: its defaults, spec->egress, its id maps, and its lease (as
 * admission_of_lease()). request_identity() must not be NULL. Returns 0, or an error and
 * *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Returns the configuration and the caller's ids, by which authz_egress() decides which lists of
 * the configuration the caller may use. They are not copies: the configuration and
 * request_identity() must outlive the result. request_identity() must not be NULL. */
struct authz_lists admission_lists(const struct keeper *keeper, const struct request *request);

/* Checks the list of egress (reach) for a new set or network, and that the caller may have this
 * egress. *egress: the caller asks for egress; set to true if there is a list, which implies it.
 * prefix: the path of the list's fields in errors, such as "spec.". request_identity() must not be
 * NULL. Returns 0, or an error and *failure. */
int admission_of_egress(struct keeper *keeper, const struct request *request,
			const struct wire_reach *reach, bool *egress, const char *prefix,
			struct failure *failure);

/* Checks the list of egress `changed`, which is to replace the list `old`. If it may let through
 * what `old` refuses (reach_widens()), the caller must have the right to all of `changed`. Returns
 * 0, or an error and *failure. */
int admission_of_relist(struct keeper *keeper, const struct request *request,
			const struct wire_reach *old, const struct wire_reach *changed,
			struct failure *failure);

/* Completes a lease that ends with a process or a pipe: fills in the pid and start time of the
 * process, and of the watcher (a process that ends with the pipe: set/pipe-watch.h). A worker has
 * found or started these for the request's descriptors (request->processes). Returns 0, or an error
 * and *failure, with a field such as "lease.pipeFileDescriptor". */
int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure);

/* Checks that the caller may make objects that each boot makes again. A caller may not if it is
 * inside a set or behind a wall: its namespaces or root directory are not the host's
 * (kernel/wall.h). Returns 0, or an error and *failure. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* Fills in, in the task of making a set for the caller: the id maps, and the ids that the caller
 * will have inside the set. The outside ids of the maps are ids of the host. But if the caller has
 * a home (it is in the user namespace of a set: state/home.h), they are ids in that user namespace.
 * Does nothing if the set gets no user namespace and the caller has no home. request_identity()
 * must not be NULL. */
void admission_fill_maps(struct keeper *keeper, const struct request *request,
			 struct task_create *task);

/*
 * Checks that the request's caller may run a command in a set, and fills in as->identity and
 * as->without_groups. Of the set: its owner, the owner's gid, its mapping, its kinds of namespaces
 * (KIND_BIT()s), and its specification, for the id maps. spec may be NULL if the mapping needs no
 * maps (mapping_has_maps()). The connection of the request must not have ended. Returns 0, or an
 * error and *failure.
 */
int admission_of_command(struct keeper *keeper, const struct request *request, uid_t owner,
			 gid_t gid, uint32_t mapping, uint32_t kinds, const struct wire_spec *spec,
			 const struct wire_command *command, struct runs_as *as,
			 struct failure *failure);
/* Like admission_of_command(), for a command in an existing set. Refuses new privileges in a set
 * that was adopted. */
int admission_of_exec(struct keeper *keeper, const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure);
