/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written to last: a file is on the disk, under its name, before anybody says so. */
#ifndef NSCTL_KERNEL_KEEP_H
#define NSCTL_KERNEL_KEEP_H

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* TASK_KEEP: never returns. May take as long as the disk does. */
void child_keep(const struct host *host, const struct task_keep *task) __attribute__((noreturn));

#endif
