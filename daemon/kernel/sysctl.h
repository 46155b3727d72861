/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of net namespaces, written through a /proc of the spawner's own. Each net namespace that
 * looks one up leaves its own entry for "net" in the cache of names, all under one hash in one
 * chain: through the host's /proc set number 5,000 took 10 ms for one open, and so did whoever on
 * the host looks something up there. An instance of its own has its own chain, which ends with it:
 * so it is made again after every few uses.
 */
#ifndef NSCTL_KERNEL_SYSCTL_H
#define NSCTL_KERNEL_SYSCTL_H

#include "daemon/kernel/host.h"

/* Before each child that may use it, or lend it to others: makes host->sysctl_fd (-1 at first)
 * again where it is due. The host's own /proc where no other can be mounted. 0 or -errno. */
int sysctl_renew(struct host *host);
/* In a child: the instance is one that others use too, and good for one use. */
void sysctl_borrow(struct host *host);
/* Writes text to /proc/sys/PATH as the net namespace of the caller has it. 0 or -errno. */
int sysctl_write(const struct host *host, const char *path, const char *text);

#endif
