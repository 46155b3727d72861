/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a daemon that was killed has left: workers, makers, and runners whose command has not been
 * executed. They end with their parents; but one that is stuck (see process_is_stuck()) may live on
 * for as long as a user wants. The next daemon kills them before it looks at what there is, and
 * waits until each has ended or is stuck: it only ends then, and changes nothing any more.
 */
#ifndef NSCTL_KERNEL_LEFTOVER_H
#define NSCTL_KERNEL_LEFTOVER_H

#include "base.h"

struct leftover {
	unsigned int stuck; /* killed processes that do not end */
	unsigned int alive; /* those that will, or may not have been killed yet */
};

enum leftover_of {
	LEFTOVER_ALL,	     /* every process */
	LEFTOVER_PRIVILEGED, /* those with a capability: no inits, no runners whose command runs */
};

/*
 * Kills processes in the cgroup itself, and adds those that are still there to *ret. Returns 0 or
 * -errno. Not by cgroup.kill: kernels since 6.14 also kill what is born later by CLONE_INTO_CGROUP,
 * when its parent is in a cgroup that was killed more often than its own.
 */
int leftover_kill(int cgroup_fd, enum leftover_of which, struct leftover *ret);

/*
 * Calls kill, which calls leftover_kill() for all cgroups in question, until nothing is alive or
 * LEFTOVER_MILLISECONDS have passed. *ret: what there is then. Returns 0 or kill's -errno.
 */
#define LEFTOVER_MILLISECONDS 5000
int leftover_end(int (*kill)(void *context, struct leftover *ret), void *context,
		 struct leftover *ret);

#endif
