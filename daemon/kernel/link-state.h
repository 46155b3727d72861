/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel has of a link, compared with what it should have. The kernel drops a part of it
 * by itself (IPv6 addresses when an interface goes down, routes with their addresses), and the
 * owner of a set can change the rest.
 */
#ifndef NSCTL_KERNEL_LINK_STATE_H
#define NSCTL_KERNEL_LINK_STATE_H

#include "daemon/kernel/link-message.h"

/* Adds what the kernel lacks of the end: its name in a set, MAC, MTU, up or down, addresses, and
 * routes if it is up. The batch's socket is in the end's net namespace. Returns 0, or -errno and
 * *fault. */
int link_restore_end(struct link_batch *batch, uint32_t index, const struct task_end *end,
		     uint32_t detail, struct fault *fault);

/* Waits until both ends pass packets on, if both are up: until then the kernel drops what is sent,
 * because it enables an interface's queue a moment after the peer has come up. ns_fds: the ends'
 * net namespaces. Leaves the process in one of these. */
void link_await(const struct task_link *link, const int ns_fds[2]);

#endif
