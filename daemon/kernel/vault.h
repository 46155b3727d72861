/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vault: a mount namespace that holds all pins. It contains a tmpfs and a /proc, nothing else
 * of the host, and is itself pinned at RUNTIME/vault, so it depends on no process. Pins in the
 * vault are not copied into other mount namespaces, and do not slow unshare(CLONE_NEWNS) down, as
 * pins in the host's mount table would (docs/kernel.md, 1 and 2).
 */
#ifndef NSCTL_KERNEL_VAULT_H
#define NSCTL_KERNEL_VAULT_H

#include "base.h"
#include "daemon/kernel/host.h"

/* In the vault: its tmpfs bound once more. What is bound within the vault is taken from here, as
 * the kernel looks through all mounts below the one a bind is taken from (has_locked_children() in
 * fs/namespace.c), and below the vault's root there is one for each set. */
#define VAULT_SOURCE "/source"

/*
 * Makes the directory a private mount of its own, in which a mount namespace can be pinned. An
 * empty directory of a disk gets a tmpfs, so that state ends with the boot and costs no disk. One
 * that lies on a tmpfs, as /run does, or that holds something, which a tmpfs would hide, is bound
 * on itself. Returns 1, or 0 when it is a mount already, or -errno.
 */
int vault_prepare(const char *runtime);

/*
 * Opens the vault of host->runtime, or makes it: fills host->mnt_fd, vault_fd, vault_root_fd,
 * vault_id. The calling process, which must have one thread, visits it and comes back. Makes
 * RUNTIME/ns a shared mount. kept_fd: what is said to be the vault of a daemon before, or -1: if
 * nothing is pinned at RUNTIME/vault any more and it is one, it is pinned there again, and
 * *ret_pinned is true. 0 or -errno.
 */
int vault_open(struct host *host, int kept_fd, bool *ret_pinned);

/* Whether a vault is pinned at RUNTIME/vault. Returns 1, 0 or -errno. */
int vault_is_pinned(const char *runtime);

/* Takes everything of vault_prepare() and vault_open() away again: what is still pinned there is
 * let go of. 0 also when it is absent. */
int vault_remove(const char *runtime);

/* NS_GET_MNTNS_ID of a mount namespace (kernel 6.10), or 0. */
uint64_t vault_mnt_id(int mnt_fd);

#endif
