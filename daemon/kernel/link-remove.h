/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removes a link. link_teardown_*(), which link-remove.c also defines, are declared in link.h. */
#pragma once

#include "daemon/kernel/link-message.h"

/* Deletes a link, in whatever state it is. own_fd: net namespace of ends without a pin, or -1.
 * Returns 0 also if neither end exists. */
int link_remove(const struct host *host, const struct task_link *link, int own_fd,
		struct fault *fault);
