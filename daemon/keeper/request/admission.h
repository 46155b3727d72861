/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides whether a request's caller may make a set, have a way out or run a command, and with
 * which ids. The rules are in policy/ (check, reach, authz, idmap); this module gives them the
 * facts that they need. */
#pragma once

#include "daemon/keeper/request/request.h"

/* How a command may run: its ids on the host and in the set, and what else its runner (the parent
 * of the command) must know. */
struct runs_as {
	struct authz_identity identity;
	/* The command gets none of its caller's supplementary groups: see leaves_groups(). */
	bool without_groups;
	/* Set by the caller of admission_of_command(). no_init: the command is itself process 1 of
	 * its set; mount_proc: if so, it gets a /proc. */
	bool no_init, mount_proc;
};

/* Checks that the request's caller may make a set called name with this specification. Completes
 * the specification: defaults, egress, id maps, and the processes of its lease. request_identity()
 * must not be NULL. Returns 0, or an error and *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Returns the facts by which authz_egress() decides which lists of the configuration the caller may
 * use: the configuration, and the caller's ids. They are not copies. request_identity() must not be
 * NULL. */
struct authz_lists admission_lists(const struct keeper *keeper, const struct request *request);

/* Checks the destinations (reach) of the way out of a new set or network, and that the caller may
 * have this way out. *egress: a way out is wanted; set to true if there is a list, which implies
 * one. prefix: the path of the list's fields in errors, such as "spec.". request_identity() must
 * not be NULL. Returns 0, or an error and *failure. */
int admission_of_egress(struct keeper *keeper, const struct request *request,
			const struct wire_reach *reach, bool *egress, const char *prefix,
			struct failure *failure);

/* Checks a change of a list of egress from old to changed. If changed may let through what old
 * refuses (reach_widens()), the caller must have the right to changed. Returns 0, or an error and
 * *failure. */
int admission_of_relist(struct keeper *keeper, const struct request *request,
			const struct wire_reach *old, const struct wire_reach *changed,
			struct failure *failure);

/* Fills in the process of a lease, and the watcher of its pipe (set/pipe-watch.h). A worker has
 * found or started these for the request's descriptors (request->processes). Returns 0, or an error
 * and *failure; the name of a wrong field begins with "lease". */
int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure);

/* Checks that the caller may make objects that each boot makes again. A caller inside a set or
 * behind a wall (kernel/wall.h) may not. Returns 0, or an error and *failure. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* Fills in *task, the task of making a set for the caller: the id maps, and the ids that the caller
 * will have inside the set. If the caller has a home (state/home.h), the outside ids of the maps
 * are ids in the home's user namespace, as the kernel wants them. request_identity() must not be
 * NULL. */
void admission_fill_maps(struct keeper *keeper, const struct request *request,
			 struct task_create *task);

/*
 * Checks that the request's caller may run a command in a set with this owner, mapping and kinds of
 * namespaces. Fills in as->identity and as->without_groups. owner, gid: of the set. kinds:
 * KIND_BIT() bits. spec has the id maps, and may be NULL if the mapping needs none
 * (mapping_has_maps()). The connection of the request must not have ended. Returns 0, or an error
 * and *failure.
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
