/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A command enters the set, from its birth up to execve(2).
 *
 * It is born in the session's cgroup and in the set's pid namespace, and enters the other
 * namespaces in this order:
 *
 *  - net, uts, ipc, mnt, which need the host's rights;
 *  - cgroup, after it is in the cgroup: with nsdelegate the kernel lets no process move in from
 *    outside the namespace;
 *  - time, for which it has memory of its own, as the kernel demands; without a time namespace it
 *    shares the runner's until it executes;
 *  - user, because root's descriptors are needed until then.
 *
 * Until it changes its ids it is root of the host and not dumpable: no process in the set can trace
 * it or read its descriptors (docs/kernel.md, 14).
 *
 * The namespaces are the set's and, for kinds that the set does not hold, those of the caller's
 * wall.
 *
 * For a command that is process 1 itself, a joiner makes the pid namespace and starts the command.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/task.h"

struct join {
	const struct task_start *task;
	struct identity identity;	 /* the command's ids outside the set */
	uint32_t inside_uid, inside_gid; /* those in the set's user namespace */
	int fds[KIND_COUNT];		 /* namespaces to enter, -1: none */
	int root_fd; /* root directory to enter in the caller's mount namespace, -1: none */
	bool in_user_namespace; /* the command enters the set's user namespace, and has ids there */
	bool in_mount_namespace; /* the command enters the set's mount namespace */
	int cgroup_fd;		 /* the session's cgroup */
	int terminal_fd;	 /* becomes the controlling terminal, -1: none */
	int standard_fds[3];	 /* descriptors that become 0, 1 and 2 */
	char *const *arguments;
	char **environment;    /* with room for the variables of an account */
	int directory_fd;      /* of command.working_directory_fd, in the command's process */
	const char *directory; /* the working directory's path; NULL: / */
	/* The result, in memory that the command shares until it executes. */
	struct {
		struct fault fault;
		pid_t pid;
		uint32_t started_in; /* enum session_directory */
		int pid_fd; /* pidfd of a command whose joiner is in the caller's pid namespace */
	} * shared;
};

/*
 * Starts the command and returns when it has been executed, or when that has failed: 0, or -errno
 * and shared->fault. shared->pid, if not 0, is a child of the caller in both cases.
 */
int join_start(struct join *join);
