/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forwarding of packets on the host, interface by interface: between ours and those that the
 * default routes lead over, never for all. What had to be changed on an interface that is not ours
 * is recorded before as a file RUNTIME/forwarding/4-NAME or 6-NAME, guarded by the firewall
 * meanwhile, and put back at the end. The directory is there as long as there may be anything of
 * ours in the host's net namespace. The process is in that namespace.
 */
#ifndef NSCTL_KERNEL_FORWARDING_H
#define NSCTL_KERNEL_FORWARDING_H

#include "base.h"
#include "daemon/kernel/host.h"

/*
 * Lets packets from the interface, and answers to it, be forwarded: IPv4; IPv6 where the kernel can
 * do so for one interface (force_forwarding, Linux 6.17) or does it already, since to forward it
 * everywhere would make the host deaf to router advertisements. 0 or -errno.
 */
int forwarding_allow(const struct host *host, const char *interface);
/* Whether forwarding_allow() brings IPv6 about here. */
bool forwarding_has_ipv6(void);

/* Calls back with each interface that is not ours and that had to be changed. */
void forwarding_each_guarded(const struct host *host,
			     void (*callback)(const char *interface, void *context), void *context);

/* Puts back what was changed. 0 or -errno. */
int forwarding_restore(const struct host *host);

#endif
