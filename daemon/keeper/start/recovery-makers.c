/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/start/recovery-makers.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/leftover.h"
#include "daemon/wire/layout.h"

static int kill_maker(const struct keeper *keeper, const struct set *set, struct leftover *ret)
{
	char path[CGROUP_PATH_SIZE];
	_cleanup_fd_ int fd = -1;

	cgroup_path(set->owner, set->above, set->id, NULL, path);
	fd = cgroup_open(keeper->cgroup_fd, path);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return leftover_kill(fd, LEFTOVER_PRIVILEGED, ret);
}

static int kill_makers(void *context, struct leftover *ret)
{
	const struct keeper *keeper = context;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);
	int r = 0;

	for (; r == 0 && set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set->state == SET_CREATING)
			r = kill_maker(keeper, set, ret);
	return r;
}

int recover_end_makers(struct keeper *keeper)
{
	struct leftover left;
	int r = leftover_end(kill_makers, keeper, &left);

	if (r == 0 && left.stuck + left.alive > 0)
		log_warning("%u makers of a daemon before this one are ending, but have not ended: "
			    "their sets will be broken",
			    left.stuck + left.alive);
	return r;
}
