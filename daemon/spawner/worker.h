/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker: a child of the spawner that carries out the keeper's tasks, one at a time, as root. It
 * remembers nothing from one task to the next. A maker, which changes its ids and namespaces, is a
 * child that shares the worker's memory, which makes it as cheap as a thread, and ends with the
 * task. A runner begins the same way and goes on as another program. A worker that becomes a front
 * or the closer takes no more tasks.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/* Serves host->report_fd until its other end is closed. front_program_fd is nsctld-front. */
void worker_run(struct host *host, int front_program_fd) __attribute__((noreturn));

/* Answers in place of a worker that could not be forked, over the channel that it would have had.
 * Takes no more tasks there, and reports that the task that was sent has failed with fault. */
void worker_decline(int report_fd, const struct fault *fault);
