/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding what there is of a link, and taking it away: see link.h for the rest. */
#ifndef NSCTL_KERNEL_LINK_REMOVE_H
#define NSCTL_KERNEL_LINK_REMOVE_H

#include "daemon/kernel/link-message.h"

/* Finds the interface that is the end of this link, whatever it is called now: by its alias or,
 * without one, its MAC. Returns 0 or -ENODEV. */
int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index);

/* Does what link_remove() does; own_fd: the net namespace of an end without a pin. */
int link_remove_at(const struct host *host, const struct task_link *link, int own_fd,
		   struct fault *fault);

#endif
