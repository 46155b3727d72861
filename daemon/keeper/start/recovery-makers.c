/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/start/recovery-makers.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/view.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/leftover.h"
#include "daemon/wire/layout.h"

static int kill_maker(const struct keeper *keeper, const struct set *set, struct leftover *ret)
{
	const struct task_set named = view_task_set(set);
	char path[CGROUP_PATH_SIZE];
	_cleanup_fd_ int own_fd = -1, processes_fd = -1;
	int r = 0;

	cgroup_path(&named, NULL, path);
	own_fd = cgroup_open(keeper->cgroup_fd, path);
	if (own_fd >= 0)
		r = leftover_kill(own_fd, LEFTOVER_PRIVILEGED, ret);
	if (r == 0 && set->callers_cgroup)
		processes_fd = cgroup_of_processes(keeper->cgroup_fd, &named, NULL, cgroup_open);
	if (r == 0 && processes_fd >= 0)
		r = leftover_kill(processes_fd, LEFTOVER_PRIVILEGED, ret);
	return r == 0 && own_fd < 0 && own_fd != -ENOENT ? own_fd : r;
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
