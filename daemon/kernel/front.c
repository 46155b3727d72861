/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/front.h"
#include "daemon/kernel/profile.h"
#include "daemon/kernel/program.h"

/* Sets the clients' AppArmor profile, so that a front that has been taken over is confined like its
 * clients. */
static int set_profile(const char *profile)
{
	return profile && profile_confines(profile) ? profile_apply(profile) : 0;
}

void child_front(int program_fd, int cgroups_fd, const struct task_front *task)
{
	static char name[] = "nsctld-front";
	static gid_t groups[TASK_GROUPS_MAX];
	struct identity identity = {task->identity.uid, task->identity.gid, groups,
				    task->identity.n_groups};
	/* as nsctld-front expects them: from 3 on */
	const int fds[] = {task->channel_fd, task->requests_fd, cgroups_fd};
	struct program program = {.name = name, .fd = program_fd};
	int r;

	child_begin();
	for (size_t i = 0; i < identity.n_groups; i++)
		groups[i] = task->identity.groups[i].id;
	program_place(&program, fds, ARRAY_SIZE(fds));
	program_limit_memory(&program, task->memory);
	privilege_bound(0);
	r = set_profile(task->profile);
	if (r < 0)
		program_give_up(&program, "take on its clients' profile of AppArmor", r);
	program_execute(&program, &identity);
}
