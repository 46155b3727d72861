/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of net namespaces, written through a /proc of the spawner's own. When a process looks up
 * a setting, the kernel's cache of names gets an entry for "net" in each net namespace, and all of
 * these are in one hash chain for each instance of /proc. Through the host's /proc, one open() took
 * 10 ms for set number 5,000, for every process on the host. An instance of our own has its own
 * chain, which ends with the instance; so it is replaced after every few uses.
 */
#pragma once

#include "daemon/kernel/host.h"

/*
 * Replaces the instance of /proc in host->sysctl_fd (-1 at first) when that is due. If no /proc can
 * be mounted, uses the host's. Must be called before each child that may use the instance or lend
 * it to others. Returns 0 or -errno.
 */
int sysctl_renew(struct host *host);
/* Notes, in a child, that other processes share the instance, so that the child uses it only
 * once. */
void sysctl_borrow(struct host *host);
/* Writes text to /proc/sys/PATH, as seen in the current net namespace. Returns 0 or -errno. */
int sysctl_write(const struct host *host, const char *path, const char *text);
