/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runner: a worker that has been told to start a command, and what it does until the last word
 * about that. It is the command's parent, and stays outside the set.
 *
 * It makes the session's cgroup, starts the command (join.h), reports that, drops all privilege for
 * good, and waits: for the command's end, and for its client's. It needs nothing of the daemon's
 * any more: the exact status goes down the client's pipe and into the status file, and what the
 * command left behind is killed, whether or not a keeper is there to hear of it.
 *
 * The status file has a line "runner PID STARTTIME" from the beginning, then "command PID
 * STARTTIME", and at the end "exit N MICROSECONDS" or "signal N MICROSECONDS" (Unix epoch).
 */
#ifndef NSCTL_KERNEL_RUNNER_H
#define NSCTL_KERNEL_RUNNER_H

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Between SIGHUP and SIGKILL for a session whose client has gone. */
#define RUNNER_GRACE_MILLISECONDS 2000

void child_runner(const struct host *host, const struct task_start *task) __attribute__((noreturn));

#endif
