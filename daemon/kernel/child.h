/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How each child of the spawner begins, and how it ends. */
#ifndef NSCTL_KERNEL_CHILD_H
#define NSCTL_KERNEL_CHILD_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Signals as they are by default, not dumpable, and gone when its parent goes. */
void child_begin(void);
/* Gone when its parent goes; the functions of privilege.h keep that when they change ids. */
void child_ends_with_parent(void);

/* Sends a report before the final one, with n descriptors, at most REPORT_FDS_MAX. 0 or -errno. */
int child_report(const struct host *host, struct task_report *report, const int *fds, size_t n);

/* Sends the final report, and ends the process. */
void child_finish(const struct host *host, struct task_report *report, const struct fault *fault)
	__attribute__((noreturn));

#endif
