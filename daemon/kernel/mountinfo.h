/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes through the mounts of the process's mount namespace. No function here may allocate
 * memory. */
#pragma once

#include "base.h"

struct mountinfo {
	uint64_t id;
	uint64_t parent;  /* id of the mount that it is mounted on */
	const char *path; /* its mount point */
	bool is_namespace;
};

/* Calls use for each mount until it returns another value than 0, which is then returned. Reads
 * the host's /proc, because something else may be mounted at /proc in the process's tree. */
int mountinfo_each(int proc_fd, int (*use)(const struct mountinfo *mount, void *context),
		   void *context);
