/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include "daemon/kernel/answer.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/wire/resolver.h"

#define OOM_SCORE 500
/*
 * Enough for as many connections and questions as a resolver may have (some 100 MiB), and for
 * lists: sets with equal lists share one, and a list of 10,000 names takes about half a MiB. A
 * resolver ends at the limit, which its own user's lists have reached.
 */
#define MEMORY_MAX (UINT64_C(256) * 1024 * 1024)

/* Writes to the daemon's log which step failed, and ends the process. */
static void give_up(const char *step, int negative) __attribute__((noreturn));
static void give_up(const char *step, int negative)
{
	dprintf(STDERR_FILENO, "nsctld-resolver: cannot %s: %s\n", step, strerror(-negative));
	_exit(EXIT_FAILURE);
}

/* Moves /dev/null and the channels to their numbers. Returns the program's descriptor, or
 * -errno. */
static int place_descriptors(int program_fd, const struct task_answer *task)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int channel = fcntl(task->channel_fd, F_DUPFD_CLOEXEC, 10);
	int requests = fcntl(task->requests_fd, F_DUPFD_CLOEXEC, 10);
	int program = fcntl(program_fd, F_DUPFD_CLOEXEC, 10);

	if (null_fd < 0 || channel < 0 || requests < 0 || program < 0 || dup2(null_fd, 0) < 0 ||
	    dup2(null_fd, 1) < 0 || dup2(channel, RESOLVER_FD) < 0 ||
	    dup2(requests, RESOLVER_REQUESTS_FD) < 0)
		return negative_errno();
	process_close_from(RESOLVER_REQUESTS_FD + 1, program);
	return program;
}

static void set_limits(void)
{
	static const struct rlimit descriptors = {RESOLVER_DESCRIPTORS, RESOLVER_DESCRIPTORS};

	(void)limits_raise_oom_score(OOM_SCORE);
	/* with fewer descriptors it serves fewer sets at a time */
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
#ifndef NSCTL_SANITIZED /* the sanitizer's shadow memory counts as well */
	static const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};

	if (setrlimit(RLIMIT_DATA, &memory) < 0)
		give_up("limit its memory", negative_errno());
#endif
}

void child_answer(int program_fd, const struct task_answer *task)
{
	static char name[] = "nsctld-resolver";
	char *arguments[] = {name, NULL}, *environment[8] = {NULL};
	const struct identity identity = {.uid = task->identity.uid, .gid = task->identity.gid};
	int program, r;

	child_begin();
	program = place_descriptors(program_fd, task);
	if (program < 0)
		give_up("be given its descriptors", program);
	set_limits();
	privilege_bound(0);
	r = privilege_drop(&identity, true);
	if (r == 0)
		r = privilege_no_new();
	if (r < 0)
		give_up("give up its privilege", r);
	fault_point_environment(environment, ARRAY_SIZE(environment));
	give_up("be executed", process_execute_fd(program, arguments, environment));
}
