/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rtnetlink in the caller's network namespace, by libmnl. */
#ifndef NSCTL_KERNEL_RTNL_H
#define NSCTL_KERNEL_RTNL_H

#include "base.h"
#include "daemon/wire/task.h"

/* A new network namespace's lo (index 1) goes up; the kernel gives it its addresses. 0 or -errno.
 */
int rtnl_loopback_up(void);

/* Calls back with each interface and its addresses, at most INTERFACES_MAX; 0 or -errno. */
int rtnl_each_interface(void (*callback)(const struct task_interface *interface, void *context),
			void *context);

#endif
