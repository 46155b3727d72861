/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a command inherits from the process that asked for it, as if that process had forked it:
 * resource limits, nice value, processors, out-of-memory score, login uid. Nothing is ever raised
 * above the caller's.
 */
#ifndef NSCTL_KERNEL_LIMITS_H
#define NSCTL_KERNEL_LIMITS_H

#include <sys/types.h>
#include "daemon/wire/task.h"

/*
 * Reads the limits of process pid, whose /proc/PID directory_fd is. The number must be that
 * process's own afterwards, too: the caller looks whether it has ended. None of these files takes a
 * lock that the process can hold for as long as it likes. Returns 0 or -errno.
 */
int limits_read(int directory_fd, pid_t pid, struct task_limits *ret);

/* Takes on nice value, processors, oom score and login uid. Needs the host's /proc and root.
 * Returns 0 or -errno. */
int limits_apply_process(const struct task_limits *limits);
/* Takes on the resource limits. Returns 0 or -errno. */
int limits_apply_resources(const struct task_limits *limits);

/* Makes the calling process one that is killed sooner than others when memory is short, unless it
 * is already: its oom_score_adj is score at least. Returns 0 or -errno. */
int limits_raise_oom_score(int score);

#endif
