/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a command is started, and who waits for it: the runner, a child of a worker's which is the
 * command's parent and stays outside the set.
 *
 * It makes the session's cgroup, starts the command (join.h), reports that, drops all privilege for
 * good, and goes on as nsctl-runner (daemon/runner): that waits for the command's end, and for its
 * client's. It needs nothing of the daemon's any more: the exact status goes down the client's pipe
 * and into the status file, and what the command left behind is killed, whether or not a keeper is
 * there to hear of it. The spawner is its parent, not the worker, which goes on to other tasks.
 *
 * The status file has a line "runner PID STARTTIME" from the beginning, then "command PID
 * STARTTIME", and at the end "exit N MICROSECONDS" or "signal N MICROSECONDS" (Unix epoch).
 */
#ifndef NSCTL_KERNEL_RUNNER_H
#define NSCTL_KERNEL_RUNNER_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Returns when the command has been executed, which the runner has reported by then, or has failed
 * to be: *ret says why. Without either the runner has been killed. */
void runner_start(const struct host *host, const struct task_start *task, struct fault *ret);

#endif
