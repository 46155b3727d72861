/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/cgroup.h"
#include "daemon/front/front.h"

int cgroup_list(const char *path, int (*callback)(pid_t pid, const char *name, void *context),
		void *context)
{
	_cleanup_fd_ int fd = cgroup_open(CGROUPS_FD, path);

	return fd < 0 ? fd : cgroup_each_process(fd, true, callback, context);
}

static int count(pid_t pid _unused_, const char *name _unused_, void *context)
{
	(*(uint32_t *)context)++;
	return 0;
}

void cgroup_usage_of(const char *path, struct cgroup_usage *ret)
{
	_cleanup_fd_ int fd = path ? cgroup_open(CGROUPS_FD, path) : -1;

	if (fd >= 0)
		cgroup_usage(fd, ret);
}

uint32_t cgroup_count(const char *path)
{
	uint32_t n = 0;

	(void)cgroup_list(path, count, &n);
	return n;
}
