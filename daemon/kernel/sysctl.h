/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of net namespaces, written through a /proc of the spawner's own. Each net namespace that
 * looks up a setting leaves an entry for "net" in the kernel's cache of names, all in one hash
 * chain for each instance of /proc: through the host's /proc, one open() took 10 ms for set number
 * 5,000, for every process on the host. An instance of our own has its own chain, which ends with
 * it; so it is replaced after every few uses.
 */
#ifndef NSCTL_KERNEL_SYSCTL_H
#define NSCTL_KERNEL_SYSCTL_H

#include "daemon/kernel/host.h"

/*
 * To be called before each child that may use host->sysctl_fd or lend it to others: replaces the
 * instance when that is due (-1 at first). If no /proc can be mounted, it is the host's. Returns 0
 * or -errno.
 */
int sysctl_renew(struct host *host);
/* In a child: the instance is shared with other processes, and good for one use. */
void sysctl_borrow(struct host *host);
/* Writes text to /proc/sys/PATH, as seen in the current net namespace. Returns 0 or -errno. */
int sysctl_write(const struct host *host, const char *path, const char *text);

#endif
