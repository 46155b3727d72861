/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon's table of packet filter rules in the host's net namespace: what sets and networks
 * with egress may reach, translation of their addresses, published ports. One table of ours, whose
 * sets have an element for each link; nobody else's rules are read or touched.
 *
 *	sources		from ours: a source that is not the link's own is dropped first of all
 *	forward		from ours: answers pass, and errors about own connections; whatever leads to
 *a set of any nsctld, and what is forbidden, is refused; the outside passes where the link is
 *outward to ours: answers and published ports pass, all else is refused from where we had to allow
 *forwarding to anywhere but ours: dropped
 *	input		from ours: answers and neighbour discovery pass; all else is refused, so
 *			that the host's own addresses are out of reach
 *	postrouting	the pool's addresses become the host's; whoever reaches a place that is not
 *			outward, and so has no route to it, becomes the host
 *	prerouting,	published ports lead to their set
 *	output
 *
 * Refused: the sender gets a reset of TCP or ICMP's "administratively prohibited". What is refused
 * or dropped is counted by the rule that says so.
 */
#ifndef NSCTL_KERNEL_FIREWALL_H
#define NSCTL_KERNEL_FIREWALL_H

#include "base.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Each looks at those of links that are egress. They leave the process in another net namespace. 0,
 * or -errno and *fault. */

/* Adds the links' elements, the table and the barrier before them where they are missing, and lets
 * packets from their interfaces be forwarded. */
int firewall_add(const struct host *host, const struct task_firewall *firewall,
		 const struct task_link *links, size_t n, struct fault *fault);
/* Makes the links' elements absent. */
int firewall_remove(const struct host *host, const struct task_firewall *firewall,
		    const struct task_link *links, size_t n, struct fault *fault);

/* The task: table and barrier as they should be, whatever they were. Reports nft_port() as .pid. */
void child_restore(const struct host *host, const struct task_restore *task)
	__attribute__((noreturn));

/* In the net namespace that the process is in, a network's: what leaves by the interface gets its
 * address. */
int firewall_make_inner(const char *interface, struct fault *fault);

#endif
