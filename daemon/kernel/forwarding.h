/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forwarding of packets on the host, interface by interface: between ours and those that the
 * default routes lead over, never for all. What has to be changed on an interface that is not ours
 * is recorded before, as a directory 4-NAME or 6-NAME in one that all daemons of this net namespace
 * share. It holds a file for each daemon ("user") that needs the change: that one's firewall guards
 * the interface meanwhile, and the last one puts it back. RUNTIME/forwarding is there as long as
 * there may be anything of this daemon's in the host's net namespace. The process is in that
 * namespace.
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
int forwarding_allow(const struct host *host, const char *user, const char *interface);
/* Whether forwarding_allow() brings IPv6 about here. */
bool forwarding_has_ipv6(void);

/* Calls back with each interface that is not ours and that had to be changed for the user. */
void forwarding_each_guarded(const char *user,
			     void (*callback)(const char *interface, void *context), void *context);

/* The user needs nothing any more: puts back what no other one needs. Returns 0 or -errno. */
int forwarding_restore(const struct host *host, const char *user);

#endif
