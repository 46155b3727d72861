/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a command inherits from the process that asked for it, as if that had forked it: resource
 * limits, nice value, processors, out-of-memory score, login uid, AppArmor's profile. Nothing is
 * ever raised above the caller's.
 */
#ifndef NSCTL_KERNEL_LIMITS_H
#define NSCTL_KERNEL_LIMITS_H

#include <sched.h>
#include <sys/resource.h>
#include <sys/types.h>
#include "base.h"
#include "daemon/kernel/profile.h"

struct limits {
	struct rlimit resources[RLIMIT_NLIMITS];
	int nice;
	cpu_set_t cpus;
	int oom_score;		    /* oom_score_adj */
	uint32_t login;		    /* (uid_t)-1: never logged in */
	char profile[PROFILE_SIZE]; /* "" where there is no AppArmor */
};

/* Reads pid's; pid_fd makes sure that it was that process's all the time. 0, -ESRCH (it has ended),
 * or -errno. */
int limits_read(pid_t pid, int pid_fd, struct limits *ret);

/* Takes on nice value, processors, oom score and login uid, and the profile with the next
 * execve(2), a child's too; needs the host's /proc and root. */
int limits_apply_process(const struct limits *limits);
/* Takes on the resource limits. */
int limits_apply_resources(const struct limits *limits);

#endif
