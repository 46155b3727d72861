/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon's table of packet filter rules in the host's net namespace: it says what sets and
 * networks with egress may reach, translates their addresses, and publishes ports. There is one
 * table for each daemon, whose sets have one element for each link. Rules of others are neither
 * read nor changed. "Ours" are the interfaces of these links.
 *
 *	sources		from ours: a source that is not the link's own is dropped first
 *	forward		from ours: answers pass, and errors about the link's own connections;
 *			packets to a published port pass if the link is outward and has no
 *			list; other packets to a
 *			set of any nsctld, or to a forbidden address, are refused; the outside is
 *			allowed if the link is outward and has no list, or if its list allows it
 *			to ours: answers and published ports pass, all else is refused
 *			from interfaces whose forwarding we enabled, not to ours: dropped
 *	input		from ours: answers and neighbour discovery pass, all else is refused, so
 *			sets cannot reach the host's own addresses
 *	postrouting	addresses of the pool become the host's; a packet to a place that is not
 *			outward, which has no route back to its sender, gets the host's, too, and
 *			so does a packet of a set to a published port
 *	prerouting,	published ports lead to their set
 *	output
 *
 * Refused means that the sender gets a TCP reset or ICMP "administratively prohibited". Each rule
 * that refuses or drops packets counts them.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/nft.h"

/* firewall_add() and firewall_remove() handle the links that are ways out, and ignore the others.
 * They may leave the process in another net namespace. They return 0, or -errno and *fault. */

/* Adds the links' elements, after adding the table and the barrier if they are missing. Lets
 * packets from the links' interfaces be forwarded. */
int firewall_add(const struct host *host, const struct task_firewall *firewall,
		 const struct task_link *links, size_t n, struct fault *fault);
/* Removes the links' elements, if they exist. */
int firewall_remove(const struct host *host, const struct task_firewall *firewall,
		    const struct task_link *links, size_t n, struct fault *fault);

/* Reports what the list of a way has refused: see firewall-table.h. Leaves the process in the
 * host's net namespace. way: the host's end; NULL: nothing is reported. */
void firewall_report_refused(const struct host *host, const struct task_firewall *firewall,
			     const char *way, struct task_report *report);

/* Makes a rule in the current net namespace, which is that of a network: packets that leave by the
 * interface get the interface's address. Returns 0, or -errno and *fault. */
int firewall_make_inner(const char *interface, struct fault *fault);
