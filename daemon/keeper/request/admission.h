/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides whether a request may make a set or run a command, and with which ids. The rules are in
 * check, authz and idmap of policy/, which are pure functions; this module gives them the facts
 * that they need. It changes nothing. */
#pragma once

#include "daemon/keeper/request/request.h"

/* How a command may run: its ids on the host and in the set, and what else its runner must know. */
struct runs_as {
	struct authz_identity identity;
	/* The command gets none of its caller's supplementary groups: see leaves_groups(). */
	bool without_groups;
	/* no_init: the command is itself process 1 of its set; mount_proc: it then gets a /proc */
	bool no_init, mount_proc;
};

/* Checks that the request's caller may make a set called name with this specification, and
 * completes the specification. Returns 0, or an error and *failure. */
int admission_of_spec(struct keeper *keeper, const struct request *request, struct wire_spec *spec,
		      const char *name, struct failure *failure);

/* Returns the facts by which authz_egress() decides which lists of the configuration the caller may
 * use: the configuration, and the caller's ids. They are not copies. The connection of the request
 * must not have ended. */
struct authz_lists admission_lists(const struct keeper *keeper, const struct request *request);

/* Checks the destinations (reach) of the way out of a new set or network, and that the caller may
 * have this way out. *egress: a way out is wanted; set to true if there is a list, which implies
 * one. prefix: the path of the list's fields in errors, such as "spec.". Returns 0, or an error and
 * *failure. */
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
 * Fills in the process of a lease, and the process that watches its pipe (watcher_pid). A worker
 * has found or started them for the request's descriptors (request->processes). Returns 0, or an
 * error and *failure, whose field begins with "lease".
 */
int admission_of_lease(const struct request *request, struct wire_lease *lease,
		       struct failure *failure);

/* Checks that the caller may make objects that each boot makes again. A caller behind a wall
 * (kernel/wall.h) may not. Returns 0, or an error and *failure. */
int admission_of_boot(const struct request *request, struct failure *failure);

/* Fills in the id maps in *task, the task of making a set for the caller, and the ids that the
 * caller will have inside the set. The maps are as the kernel wants them: if the caller has a home
 * (state/home.h), their ids outside are ids of the home. */
void admission_fill_maps(struct keeper *keeper, const struct request *request,
			 struct task_create *task);

/*
 * Checks that the request's caller may run a command in a set with this owner, mapping and kinds of
 * namespaces, and decides how (*as). owner, gid: of the set. kinds: KIND_BIT() bits. spec has the
 * id maps, and may be NULL if the mapping needs none (mapping_has_maps()). The connection of the
 * request must not have ended. Returns 0, or an error and *failure.
 */
int admission_of_command(struct keeper *keeper, const struct request *request, uid_t owner,
			 gid_t gid, uint32_t mapping, uint32_t kinds, const struct wire_spec *spec,
			 const struct wire_command *command, struct runs_as *as,
			 struct failure *failure);
/* Like admission_of_command(), for a command in an existing set. */
int admission_of_exec(struct keeper *keeper, const struct request *request, const struct set *set,
		      const struct wire_command *command, struct runs_as *as,
		      struct failure *failure);
