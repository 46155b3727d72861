/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses of ways out. The keeper proposes addresses that none of its own sets has. Only the
 * kernel knows what else is on the host: its networks, and ways of other daemons. So the maker
 * starts at the proposal and takes the first addresses that the host neither has nor routes. It
 * claims them by a route that the kernel gives to one interface only.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/*
 * Makes the link, which is a way out, with the proposed addresses or with others further on in the
 * pools. *ret becomes the link as it was made, and points into proposed and static memory.
 * *ret_shift becomes the number of ways between the proposed addresses and those taken. own_fd: as
 * in link_make_all(). Returns 0, or -errno and *fault.
 */
int way_make(const struct host *host, const struct task_firewall *firewall,
	     const struct task_link *proposed, int own_fd, struct task_link *ret,
	     uint32_t *ret_shift, struct fault *fault);
