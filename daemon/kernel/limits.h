/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Properties that a command takes over from the process that asked for it, as if that process had
 * forked it: resource limits, nice value, processors, out-of-memory score, login uid. None is ever
 * raised above the caller's.
 */
#pragma once

#include "daemon/wire/task.h"

/*
 * Reads the limits of process pid, whose /proc/PID is open as directory_fd. The caller checks
 * afterwards that the process has not ended, because its pid may have been reused. None of the
 * files read takes a lock that the process could hold. Returns 0 or -errno.
 */
int limits_read(int directory_fd, pid_t pid, struct task_limits *ret);

/* Sets nice value, processors, out-of-memory score and login uid of the calling process. Needs root
 * and the host's /proc. Returns 0 or -errno. */
int limits_apply_process(const struct task_limits *limits);
/* Sets the resource limits of the calling process. Returns 0 or -errno. */
int limits_apply_resources(const struct task_limits *limits);

/*
 * Sets those resource limits of the calling process that a user namespace takes over from the
 * process that makes it (docs/kernel.md, 26), to the n resources of a client. With n 0 there is no
 * client: RLIMIT_NPROC is set to the kernel's default for a user, and the others stay. Needs the
 * host's /proc. Returns 0 or -errno.
 */
int limits_apply_namespace(const struct task_resource *resources, size_t n);

/* Raises oom_score_adj of the calling process to at least score, so that the kernel kills it before
 * others when memory is short. Returns 0 or -errno. */
int limits_raise_oom_score(int score);
