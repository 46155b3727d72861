/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vault: a mount namespace that holds all pins. It contains a tmpfs and a /proc, nothing else
 * of the host, and is itself pinned at RUNTIME/vault, so it depends on no process. Pins in the
 * vault are not copied into other mount namespaces, and do not slow unshare(CLONE_NEWNS) down, as
 * pins in the host's mount table would (docs/kernel.md, 1 and 2).
 */
#pragma once

#include "daemon/kernel/host.h"

/*
 * In the vault: its tmpfs, bound once more. Binds within the vault are taken from here: the kernel
 * looks through all mounts below the one that is bound (has_locked_children() in fs/namespace.c),
 * and below the vault's root there is one for each set.
 */
#define VAULT_SOURCE "/source"

/*
 * Makes the directory a private mount of its own, in which a mount namespace can be pinned. An
 * empty directory on a disk gets a tmpfs, so that state ends with the boot and costs no disk. A
 * directory on a tmpfs, as in /run, or one with contents, which a tmpfs would hide, is bound on
 * itself. Returns 1, 0 if it is a mount already, or -errno.
 */
int vault_prepare(const char *runtime);

/*
 * Opens the vault of host->runtime, or makes it: fills host->mnt_fd, vault_fd, vault_root_fd and
 * vault_id. The calling process must have one thread; it visits the vault and comes back. Makes
 * RUNTIME/ns a shared mount. kept_fd may be the vault of an earlier daemon; -1: none. If nothing is
 * pinned at RUNTIME/vault, and kept_fd really is a vault, it is pinned there again, and *ret_pinned
 * is true. Returns 0 or -errno.
 */
int vault_open(struct host *host, int kept_fd, bool *ret_pinned);

/* Returns 1 if a vault is pinned at RUNTIME/vault, 0 if not, or -errno. */
int vault_is_pinned(const char *runtime);

/* Removes everything that vault_prepare() and vault_open() made, with all pins in it. Returns 0,
 * also if there is nothing, or -errno. */
int vault_remove(const char *runtime);

/* Returns NS_GET_MNTNS_ID of a mount namespace (kernel 6.11), or 0. */
uint64_t vault_mnt_id(int mnt_fd);
