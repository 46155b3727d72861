/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares a link in the kernel with what it should be, and puts back what is missing. The kernel
 * drops parts of a link by itself (IPv6 addresses when an interface goes down, routes with their
 * addresses), and the owner of a set can change the rest.
 */
#pragma once

#include "daemon/kernel/link-message.h"

/*
 * Gives an interface those properties of the end that it lacks: its name in a set, MAC, MTU, up or
 * down, addresses, and routes if it is up. The batch's socket is in the end's net namespace.
 * Returns 0, or -errno and *fault.
 */
int link_restore_end(struct link_batch *batch, uint32_t index, const struct task_end *end,
		     uint32_t detail, struct fault *fault);

/* Compares an interface with the end of the link that it is. rtnl is in the end's net namespace.
 * Returns 0 if that cannot be read. ret: what an incomplete end lacks. ret_packets: the packets
 * that it has passed on. */
enum end_state link_state_of(struct rtnl *rtnl, uint32_t index, const struct task_end *end,
			     struct task_lacks *ret, struct task_packets *ret_packets);

/*
 * Waits until both ends pass packets on, if both are up. Until then the kernel drops what is sent,
 * because it enables an interface's queue a moment after the peer has come up. ns_fds: the ends'
 * net namespaces. Leaves the process in one of them.
 */
void link_await(const struct task_link *link, const int ns_fds[2]);
