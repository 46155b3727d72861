/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Impairments: the root queueing discipline of an interface, which works on what leaves by it.
 * netem for everything but a rate alone, which is tbf's: that is in more kernels.
 */
#ifndef NSCTL_KERNEL_QDISC_H
#define NSCTL_KERNEL_QDISC_H

#include "base.h"
#include "daemon/kernel/rtnl.h"

/*
 * Appends the request that impairs the interface as said, whatever it was before; a discipline of
 * the same kind is changed, so that nothing that waits in it is lost. mtu in bytes, 0: Ethernet's.
 * Answered with ENOENT where the kernel has no such discipline.
 */
void qdisc_add(struct rtnl *rtnl, uint32_t index, const struct wire_impairment *impairment,
	       uint32_t mtu);
/* Appends the request that takes the interface's root discipline away; ENOENT: there was none. */
void qdisc_add_removal(struct rtnl *rtnl, uint32_t index);

#endif
