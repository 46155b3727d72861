/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks about an existing set: removes it, signals its processes, reports its interfaces. */
#ifndef NSCTL_KERNEL_REMOVE_H
#define NSCTL_KERNEL_REMOVE_H

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Ends the set's processes, makes its pins and cgroup absent, reports, and ends the process. */
void child_remove(const struct host *host, const struct task_remove *task)
	__attribute__((noreturn));

/* Signals processes of the set, reports, and ends the process. */
void child_signal(const struct host *host, const struct task_signal *task)
	__attribute__((noreturn));

/* Reports the interfaces of a set's net namespace, and ends the process. */
void child_inspect(const struct host *host, const struct task_inspect *task)
	__attribute__((noreturn));

#endif
