/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/resource.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/program.h"

#define OOM_SCORE 500
#define FIRST_FD 3
#define ABOVE_ALL 10 /* no descriptor is moved to this number or a higher one */

void program_give_up(const struct program *program, const char *step, int negative)
{
	dprintf(STDERR_FILENO, "%s: cannot %s: %s\n", program->name, step, strerror(-negative));
	_exit(EXIT_FAILURE);
}

static int place(struct program *program, const int *fds, size_t n)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), copies[PROGRAM_FDS_MAX];

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

void program_place(struct program *program, const int *fds, size_t n)
{
	int r = place(program, fds, n);

	if (r < 0)
		program_give_up(program, "be given its descriptors", r);
}

void program_limit_memory(const struct program *program _unused_, uint64_t bytes _unused_)
{
	(void)limits_raise_oom_score(OOM_SCORE);
#ifndef NSCTL_SANITIZED /* the sanitizer's shadow memory counts as well */
	const struct rlimit limit = {bytes, bytes};

	if (setrlimit(RLIMIT_DATA, &limit) < 0)
		program_give_up(program, "limit its memory", negative_errno());
#endif
}

void program_execute(const struct program *program, const struct identity *identity)
{
	char *arguments[] = {program->name, NULL}, *environment[8] = {NULL};
	int r = privilege_drop(identity, true);

	if (r == 0)
		r = privilege_no_new();
	if (r < 0)
		program_give_up(program, "become its user", r);
	fault_point_environment(environment, ARRAY_SIZE(environment));
	program_give_up(program, "be executed",
			process_execute_fd(program->fd, arguments, environment));
}
