/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading of control groups, which needs no rights: in the daemon, in workers and in fronts. */
#pragma once

#include "base.h"

/* Opens an existing cgroup. Returns a descriptor or -errno (-ENOENT: it does not exist). */
int cgroup_open(int parent_fd, const char *path);

/*
 * Calls back for each process in the cgroup, and with deep also below it. name is "" or the name of
 * the child cgroup, a session's id. Stops when callback does not return 0. Returns 0, the
 * callback's value, or -errno.
 */
int cgroup_each_process(int cgroup_fd, bool deep,
			int (*callback)(pid_t pid, const char *name, void *context), void *context);

/* Calls back with the name of each child of an open cgroup, until callback does not return 0.
 * Returns callback's last value, 0 if there is no child, or -errno. */
int cgroup_each_child(int cgroup_fd,
		      int (*callback)(int cgroup_fd, const char *name, void *context),
		      void *context);

/* Resources used by the cgroup and those below it. A value that the kernel does not report is left
 * alone, and its has_ member is false. */
struct cgroup_usage {
	bool has_memory, has_cpu;
	uint64_t memory; /* bytes */
	uint64_t cpu;	 /* microseconds */
};
void cgroup_usage(int cgroup_fd, struct cgroup_usage *ret);
