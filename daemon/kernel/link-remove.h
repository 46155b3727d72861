/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds and deletes a link: see link.h for the rest. */
#ifndef NSCTL_KERNEL_LINK_REMOVE_H
#define NSCTL_KERNEL_LINK_REMOVE_H

#include "daemon/kernel/link-message.h"

/* Finds the interface that is this end of the link, under whatever name: by its alias, or by its
 * MAC if it has no alias. Returns 0 or -ENODEV. */
int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index);

/* Does the same as link_remove(); own_fd is the net namespace of an end without a pin. */
int link_remove_at(const struct host *host, const struct task_link *link, int own_fd,
		   struct fault *fault);

#endif
