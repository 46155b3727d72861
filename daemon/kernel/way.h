/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses of ways out. The keeper proposes those that none of its own sets has; the kernel knows
 * what else there is on the host: its networks, other daemons' ways. So the maker takes the first
 * ones from there on that the host neither has nor routes, and claims them by a route that the
 * kernel gives to one alone.
 */
#ifndef NSCTL_KERNEL_WAY_H
#define NSCTL_KERNEL_WAY_H

#include "base.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/*
 * Makes the link, which is a way out, with the addresses that it has or others further in the
 * pools: *ret is the link as it was made, a view on proposed and on static memory, and *ret_shift
 * is how many ways further. own_fd: as in link_make_all(). Returns 0, or -errno and *fault.
 */
int way_make(const struct host *host, const struct task_firewall *firewall,
	     const struct task_link *proposed, int own_fd, struct task_link *ret,
	     uint32_t *ret_shift, struct fault *fault);

#endif
