/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon's table of packet filter rules in the host's net namespace: what sets and networks
 * with egress may reach, translation of their addresses, published ports. One table of ours, whose
 * sets have an element for each link; nobody else's rules are read or touched.
 *
 *	forward		from ours: an answer passes; a foreign source, another of ours, what is
 *			forbidden does not; the outside does where the link is outward
 *			to ours: answers and published ports pass, nothing else does
 *			from where we had to allow forwarding to anywhere but ours: nothing
 *	input		from ours: answers and neighbour discovery; the host's own addresses are
 *			out of reach
 *	postrouting	the pool's addresses become the host's; whoever reaches a place that is not
 *			outward, and so has no route to it, becomes the host
 *	prerouting,	published ports lead to their set
 *	output
 */
#ifndef NSCTL_KERNEL_FIREWALL_H
#define NSCTL_KERNEL_FIREWALL_H

#include "base.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Each looks at those of links that are egress. They leave the process in another net namespace. 0,
 * or -errno and *fault. */

/* Adds the links' elements, the table before them where it is missing, and lets packets from their
 * interfaces be forwarded. */
int firewall_add(const struct host *host, const struct task_firewall *firewall,
		 const struct task_link *links, size_t n, struct fault *fault);
/* Makes the links' elements absent. */
int firewall_remove(const struct host *host, const struct task_firewall *firewall,
		    const struct task_link *links, size_t n, struct fault *fault);

/* The task: the table as it should be, whatever it was. Reports nft_port() as .pid. */
void child_restore(const struct host *host, const struct task_restore *task)
	__attribute__((noreturn));

/* In the net namespace that the process is in, a network's: what leaves by the interface gets its
 * address. */
int firewall_make_inner(const char *interface, struct fault *fault);

#endif
