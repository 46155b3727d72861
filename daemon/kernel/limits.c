/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/resource.h>
#include <sys/syscall.h>
#include "daemon/kernel/limits.h"
#include "daemon/kernel/file.h"

_Static_assert(TASK_RESOURCES == RLIMIT_NLIMITS, "a row of task_limits for each resource");

static uint64_t parse_limit(const char *text)
{
	return strncmp(text, "unlimited", 9) == 0 ? RLIM_INFINITY : strtoull(text, NULL, 10);
}

/*
 * Reads /proc/PID/limits, which needs no privilege, whereas prlimit(2) needs CAP_SYS_RESOURCE. The
 * file has a head line, and then one line for each resource in the order of their numbers, with the
 * soft and the hard limit in fixed columns (fs/proc/base.c, proc_pid_limits).
 */
static int read_resources(int directory_fd, struct task_limits *ret)
{
	char text[4096], *line = text;
	int r = file_read(directory_fd, "limits", text, sizeof(text));

	ret->n_resources = TASK_RESOURCES;
	for (int i = 0; r == 0 && i < TASK_RESOURCES; i++) {
		const size_t soft = 26, hard = 47;

		line = strchr(line, '\n');
		if (!line || strnlen(++line, hard + 1) <= hard)
			return -EBADMSG;
		ret->resources[i].soft = parse_limit(line + soft);
		ret->resources[i].hard = parse_limit(line + hard);
	}
	return r;
}

/* Reads the processors by the system call, because the C library's function hides how many
 * processors the kernel supports. */
static int read_processors(pid_t pid, struct task_limits *ret)
{
	long n = syscall(SYS_sched_getaffinity, pid, sizeof(ret->processors), ret->processors);

	if (n < 0)
		return negative_errno();
	ret->n_processors = n / sizeof(*ret->processors);
	return 0;
}

int limits_read(int directory_fd, pid_t pid, struct task_limits *ret)
{
	char text[64];
	int r = read_resources(directory_fd, ret);

	if (r == 0)
		r = read_processors(pid, ret);
	if (r < 0)
		return r;
	errno = 0;
	ret->nice = getpriority(PRIO_PROCESS, pid);
	if (errno)
		return negative_errno();
	r = file_read(directory_fd, "oom_score_adj", text, sizeof(text));
	if (r < 0)
		return r;
	ret->oom_score = atoi(text);
	r = file_read(directory_fd, "loginuid", text, sizeof(text));
	/* the file does not exist without CONFIG_AUDIT */
	if (r < 0 && r != -ENOENT)
		return r;
	ret->login = r < 0 ? UINT32_MAX : strtoul(text, NULL, 10);
	return 0;
}

/* Sets the out-of-memory score of this process, unless it has that score already. It has inherited
 * the worker's score, which never changes, so the file is read only once. */
static int apply_oom_score(int score)
{
	static bool known;
	static int own;
	char text[32];
	int r = known ? 0 : file_read(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text));

	if (r < 0)
		return r;
	if (!known)
		own = atoi(text);
	known = true;
	if (own == score)
		return 0;
	snprintf(text, sizeof(text), "%d", score);
	return file_write(AT_FDCWD, "/proc/self/oom_score_adj", text);
}

static int apply_processors(const struct task_limits *limits)
{
	long r = syscall(SYS_sched_setaffinity, 0,
			 limits->n_processors * sizeof(*limits->processors), limits->processors);

	return r < 0 ? negative_errno() : 0;
}

int limits_apply_process(const struct task_limits *limits)
{
	char text[32];
	int r;

	if (getpriority(PRIO_PROCESS, 0) != limits->nice &&
	    setpriority(PRIO_PROCESS, 0, (int)limits->nice) < 0)
		return negative_errno();
	r = apply_processors(limits);
	if (r == 0)
		r = apply_oom_score((int)limits->oom_score);
	if (r < 0 || limits->login == UINT32_MAX)
		return r;
	snprintf(text, sizeof(text), "%u", limits->login);
	/* the audit system may forbid the change; then a wrong login uid must not pass unnoticed */
	return file_write(AT_FDCWD, "/proc/self/loginuid", text);
}

/* Sets a limit, at most as high as the daemon's own: in a container, the daemon may lack
 * CAP_SYS_RESOURCE. */
static int apply_clamped(int resource, struct rlimit wanted)
{
	struct rlimit own;

	if (getrlimit(resource, &own) < 0)
		return negative_errno();
	wanted.rlim_max = MIN(wanted.rlim_max, own.rlim_max);
	wanted.rlim_cur = MIN(wanted.rlim_cur, wanted.rlim_max);
	return setrlimit(resource, &wanted) < 0 ? negative_errno() : 0;
}

static int apply_resource(int resource, const struct task_resource *limit)
{
	const struct rlimit wanted = {limit->soft, limit->hard};

	if (setrlimit(resource, &wanted) == 0)
		return 0;
	return errno == EPERM ? apply_clamped(resource, wanted) : negative_errno();
}

int limits_apply_resources(const struct task_limits *limits)
{
	int r = limits->n_resources == TASK_RESOURCES ? 0 : -EBADMSG;

	for (int i = 0; r == 0 && i < TASK_RESOURCES; i++)
		r = apply_resource(i, &limits->resources[i]);
	return r;
}

/* Sets RLIMIT_NPROC to the kernel's default, which every process inherits from process 1: half of
 * the threads that the machine can have (kernel/fork.c, fork_init). */
static int apply_default_processes(void)
{
	char text[32];
	int r = file_read(AT_FDCWD, "/proc/sys/kernel/threads-max", text, sizeof(text));
	struct task_resource limit;

	if (r < 0)
		return r;
	limit.soft = limit.hard = strtoull(text, NULL, 10) / 2;
	return apply_resource(RLIMIT_NPROC, &limit);
}

int limits_apply_namespace(const struct task_resource *resources, size_t n)
{
	static const int taken[] = {RLIMIT_NPROC, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE,
				    RLIMIT_SIGPENDING};
	int r = 0;

	if (n == 0)
		return apply_default_processes();
	if (n != TASK_RESOURCES)
		return -EBADMSG;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(taken); i++)
		r = apply_resource(taken[i], &resources[taken[i]]);
	return r;
}

int limits_raise_oom_score(int score)
{
	char text[32];
	int r = file_read(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text));

	if (r < 0 || atoi(text) >= score)
		return r;
	snprintf(text, sizeof(text), "%d", score);
	return file_write(AT_FDCWD, "/proc/self/oom_score_adj", text);
}
