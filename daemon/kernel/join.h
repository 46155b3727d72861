/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Into the set: the joiner and the command, up to execve(2).
 *
 * The joiner enters the namespaces that only matter to children (pid) or need the host's rights
 * (mnt, net, uts, ipc), and clones the command into the session's cgroup. The command, which has
 * memory of its own, then enters what is left: cgroup (not before it is in the cgroup: with
 * nsdelegate the kernel lets nobody move in from outside the namespace), time (the kernel wants
 * unshared memory), user (last: root's descriptors are needed until then). It is not dumpable, and
 * root of the host, until it changes its ids: nobody in the set can trace it or read its
 * descriptors.
 */
#ifndef NSCTL_KERNEL_JOIN_H
#define NSCTL_KERNEL_JOIN_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/task.h"

struct join {
	const struct task_start *task;
	struct identity identity; /* of the command, outside */
	int fds[KIND_COUNT];	  /* namespaces to enter, -1: none */
	bool in_user_namespace;	  /* of the set's, once everything is entered */
	int cgroup_fd;		  /* the session's */
	int standard_fds[3];	  /* what becomes 0, 1 and 2 */
	char *const *arguments;
	char *const *environment;
	const struct limits *limits; /* the caller's */
	/* What comes of it: in memory that the command shares until it executes. */
	struct {
		struct fault fault;
		pid_t pid;
	} * shared;
};

/*
 * Starts the command; returns when it has been executed, or has failed to be: 0, or -errno and
 * shared->fault. The caller is its parent (shared->pid) in both cases where that is not 0.
 */
int join_start(struct join *join);

#endif
