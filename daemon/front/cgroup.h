/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of sets, which are those in their cgroups. The front reads them, not the keeper:
 * a set may have thousands, and this time is its user's own. */
#pragma once

#include "daemon/cgroup/read.h"

/* Returns the number of processes in a cgroup and its children. path begins at the directory of all
 * sets' cgroups, as in answers of the keeper. A cgroup that is gone has none. */
uint32_t cgroup_count(const char *path);

/* Finds the resources that a cgroup and its children use. If the cgroup is gone, or path is NULL,
 * there are none. */
void cgroup_usage_of(const char *path, struct cgroup_usage *ret);

/* Calls back for each process in the cgroup and its children, as cgroup_each_process() does. */
int cgroup_list(const char *path, int (*callback)(pid_t pid, const char *name, void *context),
		void *context);
