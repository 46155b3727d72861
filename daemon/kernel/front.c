/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/front.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/profile.h"

#define CHANNEL_FD 3
#define FRONT_OOM_SCORE 500
#define REQUESTS_FD 4
#define CGROUPS_FD 5

/* Writes to the daemon's log which step failed, and ends the process. */
static void give_up(const char *step, int negative) __attribute__((noreturn));
static void give_up(const char *step, int negative)
{
	dprintf(STDERR_FILENO, "nsctld-front: cannot %s: %s\n", step, strerror(-negative));
	_exit(EXIT_FAILURE);
}

/* Sets the clients' AppArmor profile, so that a front that has been taken over is confined like its
 * clients. */
static int set_profile(const char *profile)
{
	return profile && profile_confines(profile) ? profile_apply(profile) : 0;
}

/* Moves /dev/null, the channels to the keeper and the directory of the sets' cgroups to their
 * numbers. Returns the program's descriptor, or -errno. */
static int place_descriptors(int program_fd, int cgroups_fd, const struct task_front *task)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int channel = fcntl(task->channel_fd, F_DUPFD_CLOEXEC, 10);
	int requests = fcntl(task->requests_fd, F_DUPFD_CLOEXEC, 10);
	int cgroups = fcntl(cgroups_fd, F_DUPFD_CLOEXEC, 10);
	int program = fcntl(program_fd, F_DUPFD_CLOEXEC, 10);

	if (null_fd < 0 || channel < 0 || requests < 0 || cgroups < 0 || program < 0 ||
	    dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 || dup2(channel, CHANNEL_FD) < 0 ||
	    dup2(requests, REQUESTS_FD) < 0 || dup2(cgroups, CGROUPS_FD) < 0)
		return negative_errno();
	process_close_from(CGROUPS_FD + 1, program);
	return program;
}

/*
 * Limits the memory of a front, so that clients that make it grow harm only their own user. A front
 * ends at the limit, and when memory is short on the machine, the kernel kills it before other
 * processes, and long before the keeper.
 */
static void limit_memory(uint64_t bytes)
{
	const struct rlimit limit = {bytes, bytes};

	(void)limits_raise_oom_score(FRONT_OOM_SCORE);
#ifndef NSCTL_SANITIZED /* the sanitizer's shadow memory counts as well */
	if (setrlimit(RLIMIT_DATA, &limit) < 0)
		give_up("limit its memory", negative_errno());
#else
	(void)limit;
#endif
}

void child_front(int program_fd, int cgroups_fd, const struct task_front *task)
{
	static char name[] = "nsctld-front";
	char *arguments[] = {name, NULL}, *environment[8] = {NULL};
	static gid_t groups[TASK_GROUPS_MAX];
	struct identity identity = {task->identity.uid, task->identity.gid, groups,
				    task->identity.n_groups};
	int program, r;

	child_begin();
	for (size_t i = 0; i < identity.n_groups; i++)
		groups[i] = task->identity.groups[i].id;
	program = place_descriptors(program_fd, cgroups_fd, task);
	if (program < 0)
		give_up("be given its descriptors", program);
	limit_memory(task->memory);
	privilege_bound(0);
	r = set_profile(task->profile);
	if (r < 0)
		give_up("take on its clients' profile of AppArmor", r);
	r = privilege_drop(&identity, true);
	if (r == 0)
		r = privilege_no_new();
	if (r < 0)
		give_up("become its user", r);
	fault_point_environment(environment, ARRAY_SIZE(environment));
	give_up("be executed", process_execute_fd(program, arguments, environment));
}
