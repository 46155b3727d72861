/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Into the set: the command, from its birth up to execve(2).
 *
 * It is born in the session's cgroup and in the set's pid namespace, and enters what is left: first
 * what needs the host's rights (net, uts, ipc, mnt), then cgroup (not before it is in the cgroup:
 * with nsdelegate the kernel lets nobody move in from outside the namespace), time (for which it
 * has memory of its own, as the kernel wants it; else it shares the parent half's until it
 * executes), user (last: root's descriptors are needed until then). It is not dumpable, and root of
 * the host, until it changes its ids: nobody in the set can trace it or read its descriptors
 * (tests/kernel/test-dumpable.c).
 *
 * A command that is process 1 itself has a joiner before it, which makes the pid namespace.
 */
#ifndef NSCTL_KERNEL_JOIN_H
#define NSCTL_KERNEL_JOIN_H

#include "daemon/kernel/fault.h"
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
