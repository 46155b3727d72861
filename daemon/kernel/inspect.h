/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the interfaces of a set's net namespace. */
#ifndef NSCTL_KERNEL_INSPECT_H
#define NSCTL_KERNEL_INSPECT_H

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Reports each interface, then the result, and ends the process. */
void child_inspect(const struct host *host, const struct task_inspect *task)
	__attribute__((noreturn));

#endif
