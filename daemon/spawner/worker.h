/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker: a child of the spawner that carries out the keeper's tasks, one at a time, as root. A
 * maker, which changes its ids and namespaces, is a child of it that shares its memory (it is as
 * cheap as a thread) and ends with the task; a runner is too until it goes on as another program; a
 * front is the worker itself, which is used up. It remembers nothing from one task to the next.
 */
#ifndef NSCTL_SPAWNER_WORKER_H
#define NSCTL_SPAWNER_WORKER_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/* Serves host->report_fd until its other end is closed. front_program_fd: nsctld-front. */
void worker_run(struct host *host, int front_program_fd) __attribute__((noreturn));

/* In the stead of a worker that could not be forked, over the channel that was to be its own: no
 * task comes through that any more, and the one that is in it ends with fault. */
void worker_decline(int report_fd, const struct fault *fault);

#endif
