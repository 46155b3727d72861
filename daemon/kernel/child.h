/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How each child of the spawner begins, and how it ends. */
#ifndef NSCTL_KERNEL_CHILD_H
#define NSCTL_KERNEL_CHILD_H

#include "daemon/kernel/fault.h"
#include "daemon/wire/task.h"

/* Signals as they are by default, not dumpable, and gone when the spawner goes. */
void child_begin(void);

/* Sends the final report, and ends the process. */
void child_finish(int report_fd, struct task_report *report, const struct fault *fault)
	__attribute__((noreturn));

#endif
