/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups, version 2: limits of a set and what it uses. The controllers are enabled from the
 * daemon's own cgroup down to the owner's, and in none below: a set's cgroup has processes itself
 * (its init), which the kernel allows only where no controller is handed on. So a session's cgroup
 * has no limits of its own, and those of its set hold for it.
 */
#ifndef NSCTL_KERNEL_CGROUP_LIMITS_H
#define NSCTL_KERNEL_CGROUP_LIMITS_H

#include "base.h"

enum controller { CONTROLLER_MEMORY, CONTROLLER_PIDS, CONTROLLER_CPU, CONTROLLER_COUNT };
#define CONTROLLER_BIT(c) (UINT32_C(1) << (c))
#define CONTROLLER_ALL (CONTROLLER_BIT(CONTROLLER_COUNT) - 1)

const char *cgroup_controller_name(enum controller controller);

/* 0: unlimited. */
struct cgroup_limits {
	uint64_t memory; /* bytes; none of it is swapped out: the limit is all that there is */
	uint32_t tasks;
	uint32_t cpu_thousandths; /* of one processor's time */
};

/* The controllers that the limits need, as CONTROLLER_BIT()s. */
uint32_t cgroup_limits_need(const struct cgroup_limits *limits);

/* Those that base_fd, the daemon's cgroup, has or can be given by the one above it. */
uint32_t cgroup_controllers(int base_fd);

/*
 * Limits BASE/OWNER/ID, an opened one, before anything is in it. enable: what is needed is handed
 * down to there. 0 or -errno: -EOPNOTSUPP: a controller is not there.
 */
int cgroup_enable(int base_fd, const char *owner, uint32_t controllers);
int cgroup_limit(int cgroup_fd, const struct cgroup_limits *limits);

/* What the cgroup and those below it use. Each is left alone, and its has_ false, where the kernel
 * does not tell. */
struct cgroup_usage {
	bool has_memory, has_cpu;
	uint64_t memory; /* bytes */
	uint64_t cpu;	 /* microseconds */
};
void cgroup_usage(int cgroup_fd, struct cgroup_usage *ret);

#endif
