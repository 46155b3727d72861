/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/syscall.h>
#include "base.h"
#include "daemon/kernel/slice.h"

/* The least that the kernel takes (kernel/sched/syscalls.c). */
#define SHORTEST_NANOSECONDS 100000

/* struct sched_attr of the kernel's first version. Newer C libraries have it, too, and then it
 * cannot be taken from the kernel's header. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* runtime: the slice, unless the policy is DEADLINE */
};

/* Sets the slice; 0: the system's default. Ignores a failure, which only delays the process. */
static void set(uint64_t nanoseconds)
{
	struct attributes attributes = {.size = sizeof(attributes)};

	if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) < 0)
		return;
	attributes.runtime = nanoseconds;
	(void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void slice_shorten(void)
{
	set(SHORTEST_NANOSECONDS);
}

void slice_reset(void)
{
	set(0);
}
