/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the interfaces of a link in the kernel. */
#pragma once

#include "daemon/kernel/rtnl.h"
#include "daemon/wire/task.h"

/* Finds the interface that is this end of the link, whatever its name is: by its alias, or by its
 * MAC if it has no alias. Returns 0, -ENODEV if there is none, or another -errno. */
int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index);
