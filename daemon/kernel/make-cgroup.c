/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps by which a maker puts a set into its caller's cgroup (docs/adr/0037). */
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/make-step.h"

static int open_procs(int parent_fd, const char *path)
{
	char file[CGROUP_PROCESSES_SIZE + 16];
	int fd;

	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	fd = openat(parent_fd, file, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? negative_errno() : fd;
}

/* Moves a process (0: this one) to the cgroup whose cgroup.procs is open; -1: does nothing. */
static int move(struct maker *maker, int procs_fd, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	if (procs_fd >= 0 && write(procs_fd, text, strlen(text)) < 0)
		return maker_fail(maker, STEP_CGROUP, 0);
	return 0;
}

int maker_open_cgroups(struct maker *maker)
{
	const struct task_set *set = &maker->task->set;
	char path[CGROUP_PATH_SIZE];

	if (!set->callers_cgroup)
		return 0;
	cgroup_path(set, NULL, path);
	maker->own_procs_fd = open_procs(maker->host->cgroup_fd, path);
	maker->callers_procs_fd =
		cgroup_of_processes(maker->host->cgroup_fd, set, NULL, open_procs);
	if (maker->own_procs_fd >= 0 && maker->callers_procs_fd >= 0)
		return 0;
	return fault_set(&maker->fault, STEP_CGROUP, 0,
			 -MIN(maker->own_procs_fd, maker->callers_procs_fd));
}

int maker_enter_own_cgroup(struct maker *maker, pid_t pid)
{
	return move(maker, maker->own_procs_fd, pid);
}

int maker_move_init(struct maker *maker)
{
	return move(maker, maker->init_pid ? maker->callers_procs_fd : -1, maker->init_pid);
}
