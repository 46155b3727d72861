/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/resource.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/profile.h"
#include "daemon/kernel/program.h"
#include "daemon/wire/resolver.h"

#define OOM_SCORE 500
#define FIRST_FD 3
#define ABOVE_ALL 10 /* no descriptor is moved to this number or a higher one */
#define FDS_MAX 3

struct program {
	char *name;
	int fd; /* of the executable */
};

/* Ends the process: it cannot do this step. */
static void __attribute__((noreturn))
give_up(const struct program *program, const char *step, int negative)
{
	dprintf(STDERR_FILENO, "%s: cannot %s: %s\n", program->name, step, strerror(-negative));
	_exit(EXIT_FAILURE);
}

static int move_descriptors(struct program *program, const int *fds, size_t n)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), copies[FDS_MAX];

	for (size_t i = 0; i < n; i++) {
		copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, ABOVE_ALL);
		if (copies[i] < 0)
			return negative_errno();
	}
	program->fd = fcntl(program->fd, F_DUPFD_CLOEXEC, ABOVE_ALL);
	if (null_fd < 0 || program->fd < 0 || dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0)
		return negative_errno();
	for (size_t i = 0; i < n; i++)
		if (dup2(copies[i], FIRST_FD + (int)i) < 0)
			return negative_errno();
	process_close_from(FIRST_FD + (int)n, program->fd);
	return 0;
}

/* Moves /dev/null to 0 and 1 and the n descriptors to 3 and the following numbers, and closes all
 * others but stderr. */
static void place(struct program *program, const int *fds, size_t n)
{
	int r = move_descriptors(program, fds, n);

	if (r < 0)
		give_up(program, "be given its descriptors", r);
}

/* Limits the program's memory. It ends at the limit; when the machine runs out of memory, the
 * kernel kills it before other processes, and long before the keeper. */
static void limit_memory(const struct program *program _unused_, uint64_t bytes _unused_)
{
	(void)limits_raise_oom_score(OOM_SCORE);
#ifndef NSCTL_SANITIZED /* the sanitizer's shadow memory counts as well */
	const struct rlimit limit = {bytes, bytes};

	if (setrlimit(RLIMIT_DATA, &limit) < 0)
		give_up(program, "limit its memory", negative_errno());
#endif
}

/* Takes the identity, without any privilege, and executes the program. */
static void __attribute__((noreturn))
execute(const struct program *program, const struct identity *identity)
{
	char *arguments[] = {program->name, NULL}, *environment[8] = {NULL};
	int r = privilege_drop(identity, true);

	if (r == 0)
		r = privilege_no_new();
	if (r < 0)
		give_up(program, "become its user", r);
	fault_point_environment(environment, ARRAY_SIZE(environment));
	give_up(program, "be executed", process_execute_fd(program->fd, arguments, environment));
}

/* --- the front --- */

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
	place(&program, fds, ARRAY_SIZE(fds));
	limit_memory(&program, task->memory);
	privilege_bound(0);
	r = set_profile(task->profile);
	if (r < 0)
		give_up(&program, "take on its clients' profile of AppArmor", r);
	execute(&program, &identity);
}

/* --- the resolver --- */

/*
 * Enough for all connections and questions that a resolver may have (about 100 MiB), and for lists:
 * sets with equal lists share one, and a list of 10,000 names takes about half a MiB. At the limit
 * the resolver ends; only lists of its own user can bring it there.
 */
#define MEMORY_MAX (UINT64_C(256) * 1024 * 1024)

void child_answer(int program_fd, const struct task_answer *task)
{
	static char name[] = "nsctld-resolver";
	static const struct rlimit descriptors = {RESOLVER_DESCRIPTORS, RESOLVER_DESCRIPTORS};
	const struct identity identity = {.uid = task->identity.uid, .gid = task->identity.gid};
	/* RESOLVER_FD and RESOLVER_REQUESTS_FD */
	const int fds[] = {task->channel_fd, task->requests_fd};
	struct program program = {.name = name, .fd = program_fd};

	child_begin();
	place(&program, fds, ARRAY_SIZE(fds));
	limit_memory(&program, MEMORY_MAX);
	/* with fewer descriptors it serves fewer sets at a time */
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	privilege_bound(0);
	execute(&program, &identity);
}
