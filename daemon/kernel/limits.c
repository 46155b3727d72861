/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include "daemon/kernel/limits.h"
#include "daemon/kernel/process.h"

static int read_proc(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64];
	_cleanup_fd_ int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, ret, size - 1);
	if (n < 0)
		return negative_errno();
	ret[n] = '\0';
	return 0;
}

static int write_self(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}

/*
 * From /proc/PID/limits, which needs no privilege where prlimit(2) wants CAP_SYS_RESOURCE: a head
 * line, then one for each resource in the order of their numbers, soft and hard in columns
 * (fs/proc/base.c, proc_pid_limits).
 */
static int read_resources(pid_t pid, struct rlimit resources[RLIMIT_NLIMITS])
{
	char text[4096], *line = text;
	int r = read_proc(pid, "limits", text, sizeof(text));

	for (int i = 0; r == 0 && i < RLIMIT_NLIMITS; i++) {
		const size_t soft = 26, hard = 47;

		line = strchr(line, '\n');
		if (!line || strnlen(++line, hard + 1) <= hard)
			return -EBADMSG;
		resources[i].rlim_cur = strncmp(line + soft, "unlimited", 9) == 0
						? RLIM_INFINITY
						: strtoull(line + soft, NULL, 10);
		resources[i].rlim_max = strncmp(line + hard, "unlimited", 9) == 0
						? RLIM_INFINITY
						: strtoull(line + hard, NULL, 10);
	}
	return r;
}

static int read_profile(pid_t pid, char ret[static PROFILE_SIZE])
{
	_cleanup_fd_ int fd = -1;

	*ret = '\0';
	if (!profile_exists())
		return 0;
	fd = process_open_directory(pid);
	return fd < 0 ? fd : profile_read(fd, ret);
}

int limits_read(pid_t pid, int pid_fd, struct limits *ret)
{
	char text[64];
	int r = read_resources(pid, ret->resources);

	if (r < 0)
		return r;
	errno = 0;
	ret->nice = getpriority(PRIO_PROCESS, pid);
	if (errno || sched_getaffinity(pid, sizeof(ret->cpus), &ret->cpus) < 0)
		return negative_errno();
	r = read_proc(pid, "oom_score_adj", text, sizeof(text));
	if (r < 0)
		return r;
	ret->oom_score = atoi(text);
	/* absent without CONFIG_AUDIT */
	ret->login = read_proc(pid, "loginuid", text, sizeof(text)) < 0 ? UINT32_MAX
									: strtoul(text, NULL, 10);
	r = read_profile(pid, ret->profile);
	if (r < 0)
		return r;
	return process_has_ended(pid_fd) ? -ESRCH : 0;
}

/* What the calling process was born with is its parent's, who does not change its own. */
static int apply_oom_score(int score)
{
	static bool known;
	static int own;
	char text[32];
	int r = known ? 0 : read_proc(getpid(), "oom_score_adj", text, sizeof(text));

	if (r < 0)
		return r;
	if (!known)
		own = atoi(text);
	known = true;
	if (own == score)
		return 0;
	snprintf(text, sizeof(text), "%d", score);
	return write_self("/proc/self/oom_score_adj", text);
}

int limits_apply_process(const struct limits *limits)
{
	char text[32];
	int r;

	if (getpriority(PRIO_PROCESS, 0) != limits->nice &&
	    setpriority(PRIO_PROCESS, 0, limits->nice) < 0)
		return negative_errno();
	if (sched_setaffinity(0, sizeof(limits->cpus), &limits->cpus) < 0)
		return negative_errno();
	r = apply_oom_score(limits->oom_score);
	if (r == 0)
		r = profile_apply(limits->profile);
	if (r < 0 || limits->login == UINT32_MAX)
		return r;
	snprintf(text, sizeof(text), "%u", limits->login);
	/* the audit system may forbid the change; a wrong login uid must not pass unnoticed then */
	return write_self("/proc/self/loginuid", text);
}

/* A daemon without CAP_SYS_RESOURCE, in a container, cannot give more than it has itself. */
static int apply_clamped(int resource, struct rlimit wanted)
{
	struct rlimit own;

	if (getrlimit(resource, &own) < 0)
		return negative_errno();
	wanted.rlim_max = MIN(wanted.rlim_max, own.rlim_max);
	wanted.rlim_cur = MIN(wanted.rlim_cur, wanted.rlim_max);
	return setrlimit(resource, &wanted) < 0 ? negative_errno() : 0;
}

int limits_apply_resources(const struct limits *limits)
{
	int r = 0;

	for (int i = 0; r == 0 && i < RLIMIT_NLIMITS; i++) {
		if (setrlimit(i, &limits->resources[i]) == 0)
			continue;
		r = errno == EPERM ? apply_clamped(i, limits->resources[i]) : negative_errno();
	}
	return r;
}
