/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watcher: a process without privilege that holds the reading end of a client's pipe and ends
 * when the pipe does (docs/adr/0022-leases.md). It executes nsctl-runner, lives in a cgroup of its
 * own beside that of runners, and goes on when the daemon ends. It reads no data from the pipe.
 */
#pragma once

#include "daemon/kernel/host.h"

/*
 * Starts a watcher of the descriptor, which it copies, and reports it to the keeper
 * (REPORT_PROCESS, detail: index). Returns 0. Without a report returns -EINVAL if pipe_fd is no
 * reading end of a pipe, -ESRCH if no writing end is left, or another -errno.
 */
int watcher_start(const struct host *host, int pipe_fd, uint32_t index);
