/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helpers: processes without privilege that work for a set while the daemon runs (proxy.h,
 * capture.h). A helper has the uid of a user, who can signal it, but not trace it or take its
 * descriptors, because it is not dumpable. It ends with the daemon, even if its user has stopped
 * it.
 */
#pragma once

#include "daemon/kernel/host.h"

/* Forks a helper. The calling process ends soon: then process 1 becomes the helper's parent, and
 * awaits its end. Returns the pid, 0 in the helper, or -errno. */
pid_t helper_fork(void);
/*
 * Gives up all privilege and becomes a process of this user called name. For root, it becomes one
 * of the account of inits, because a helper needs no right of root's. First it is tied to the pipe,
 * as by helper_tie(), because its user can stop it afterwards. Returns 0 or -errno.
 */
int helper_become(const struct host *host, uid_t uid, const char *name, int pipe_fd);
/* Closes all descriptors but these. Each *fds[i] gets another number. Returns 0 or -errno. */
int helper_keep(int *const fds[], size_t n);
/* From now on, the kernel kills this process when the other end of this pipe is closed. Returns 0,
 * -EPIPE if it has been closed already, or another -errno. */
int helper_tie(int pipe_fd);
