/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starts a command by a runner: a child of a worker that is the command's parent and stays outside
 * the set.
 *
 * The runner makes the session's cgroup, starts the command (join.h), reports that, drops all
 * privilege for good, and goes on as nsctl-runner (daemon/runner). From then on it needs nothing of
 * the daemon. It waits until the command ends or the client goes, and writes the exact status to
 * the client's pipe and to the status file, whether or not a keeper runs. Processes that the
 * command leaves go on, unless the client has gone or wants them killed (end_all). The runner's
 * parent is the spawner; the worker goes on to other tasks.
 *
 * The status file begins with a line "runner PID STARTTIME", then has "command PID STARTTIME", and
 * at the end "exit N MICROSECONDS" or "signal N MICROSECONDS" (Unix epoch).
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/*
 * Starts a runner. Returns when the command has been executed, which the runner has reported, or
 * when that has failed, with the reason in *ret. If there is neither a report nor a reason, the
 * runner was killed.
 */
void runner_start(const struct host *host, const struct task_start *task, struct fault *ret);
