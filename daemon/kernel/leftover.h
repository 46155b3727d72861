/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that a killed daemon has left: workers, makers, and runners whose command has not been
 * executed. They end with their parents, but a stuck one (see process_is_stuck()) may live for as
 * long as a user wants. The next daemon kills them before it looks at what exists, and waits until
 * each has ended or is stuck. A stuck process changes nothing any more: all it will do is end.
 */
#pragma once

#include "base.h"

struct leftover {
	unsigned int stuck; /* killed processes that cannot end now */
	unsigned int alive; /* processes that will end, or may not have been killed yet */
};

enum leftover_of {
	LEFTOVER_ALL,	     /* every process */
	LEFTOVER_PRIVILEGED, /* those with a capability: no inits, no runners of executed commands,
				and no watchers of pipes */
};

/*
 * Kills processes in the cgroup itself, and adds those that are left to *ret. Returns 0 or -errno.
 * It does not use cgroup.kill: since 6.14 that also kills processes that are born later by
 * CLONE_INTO_CGROUP, if their parent's cgroup was killed more often than their own.
 */
int leftover_kill(int cgroup_fd, enum leftover_of which, struct leftover *ret);

/*
 * Calls kill, which calls leftover_kill() for all cgroups in question, until nothing is alive or
 * LEFTOVER_MILLISECONDS have passed. *ret counts the processes that are left then. Returns 0, or
 * -errno of kill.
 */
#define LEFTOVER_MILLISECONDS 5000
int leftover_end(int (*kill)(void *context, struct leftover *ret), void *context,
		 struct leftover *ret);
