/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/resource.h>
#include "daemon/kernel/answer.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/program.h"
#include "daemon/wire/resolver.h"

/*
 * Enough for as many connections and questions as a resolver may have (some 100 MiB), and for
 * lists: sets with equal lists share one, and a list of 10,000 names takes about half a MiB. A
 * resolver ends at the limit, which its own user's lists have reached.
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
	program_place(&program, fds, ARRAY_SIZE(fds));
	program_limit_memory(&program, MEMORY_MAX);
	/* with fewer descriptors it serves fewer sets at a time */
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	privilege_bound(0);
	program_execute(&program, &identity);
}
