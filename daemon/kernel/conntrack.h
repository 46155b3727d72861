/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's memory of connections. It decides about the translation of a flow by its first
 * packet: a UDP client that has been sending before a port was published, or to a set that is gone,
 * would never reach the set. So the flow is forgotten, and its next packet is the first one.
 */
#ifndef NSCTL_KERNEL_CONNTRACK_H
#define NSCTL_KERNEL_CONNTRACK_H

#include "base.h"
#include "daemon/wire/task.h"

/* Forgets UDP flows to ports that the links publish, by an address of the host, which nobody has
 * translated. Runs in the host's net namespace. A failure means that such flows go on as before. */
void conntrack_forget_untranslated(const struct task_link *links, size_t n);
/* Forgets UDP flows that were translated to addresses of the link, which is removed. */
void conntrack_forget_translated(const struct task_link *link);

#endif
