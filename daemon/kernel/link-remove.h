/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A variant of link_remove() for an end without a pin. link_remove() and link_teardown_*(), which
 * link-remove.c also defines, are declared in link.h. */
#ifndef NSCTL_KERNEL_LINK_REMOVE_H
#define NSCTL_KERNEL_LINK_REMOVE_H

#include "daemon/kernel/link-message.h"

/* Does the same as link_remove(); own_fd is the net namespace of ends without a pin. */
int link_remove_at(const struct host *host, const struct task_link *link, int own_fd,
		   struct fault *fault);

#endif
