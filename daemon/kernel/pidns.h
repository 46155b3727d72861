/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pid namespaces of processes. A process leaves neither its own nor those around it. */
#pragma once

#include "base.h"

/* The kernel's limit of nested pid namespaces. */
#define PIDNS_LEVELS_MAX 33

struct pidns_list {
	ino_t inodes[PIDNS_LEVELS_MAX]; /* the innermost is the first */
	size_t n;
};

/* Lists the pid namespaces that the process whose /proc/PID is open is in, without ours (own) and
 * those around it. Returns 0 or -errno. */
int pidns_list(int directory_fd, ino_t own, struct pidns_list *ret);

/* Returns true if the process is in the pid namespace, or in one within it. */
bool pidns_contains(ino_t pid_namespace, pid_t pid);

/* Finds process 1 of a pid namespace, by looking at all processes. Returns a pidfd or -errno;
 * -ESRCH if it has ended. */
int pidns_find_first(ino_t pid_namespace);
