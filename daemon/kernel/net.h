/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A net namespace as a set gets it. */
#ifndef NSCTL_KERNEL_NET_H
#define NSCTL_KERNEL_NET_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* In a new net namespace, with the ids of the host: its loopback interface up; everybody may ping
 * and listen on low ports there, which a new one lets nobody do without privilege (kernel fact 10).
 * 0 or a fault. */
int net_set_up(const struct host *host, struct fault *fault);

/* TASK_SPARE, in a child: makes one, which is charged to the owner, and its sysfs, and reports
 * them. */
void child_spare(const struct host *host, const struct task_spare *task) __attribute__((noreturn));

#endif
