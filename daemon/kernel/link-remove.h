/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletes a link: see link.h for the rest. */
#ifndef NSCTL_KERNEL_LINK_REMOVE_H
#define NSCTL_KERNEL_LINK_REMOVE_H

#include "daemon/kernel/link-message.h"

/* Does the same as link_remove(); own_fd is the net namespace of an end without a pin. */
int link_remove_at(const struct host *host, const struct task_link *link, int own_fd,
		   struct fault *fault);

#endif
