/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a child of a worker begins and ends, and what it does between: a function for each task. */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/* Begins a child: unblocks its signals, makes it not dumpable, and ties it to its parent's life. */
void child_begin(void);
/* Makes the kernel kill the process when its parent ends. The functions of privilege.h preserve
 * this setting. */
void child_ends_with_parent(void);

/* Sends a report before the final one, with n descriptors, at most REPORT_FDS_MAX. Returns 0 or
 * -errno. */
int child_report(const struct host *host, struct task_report *report, const int *fds, size_t n);

/* Sends the final report and ends the process. */
void child_finish(const struct host *host, struct task_report *report, const struct fault *fault)
	__attribute__((noreturn));

/*
 * The functions of CHILD_TASKS: each carries out its task between child_begin() and child_finish(),
 * to which it passes *report and, after a failure, *fault. Both are empty before.
 */
#define CHILD(op, contents, child)                                       \
	void child(const struct host *host, const struct contents *task, \
		   struct task_report *report, struct fault *fault);
CHILD_TASKS(CHILD)
#undef CHILD
