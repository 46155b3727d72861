/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins: namespaces bound to files, so that they live without a process. Each set has its pins in
 * the vault (ns/UID/NAME/KIND) and, if its user wants that, on the host, too:
 * RUNTIME/ns/UID/NAME/KIND (all kinds but mnt) and /run/netns/NAME (struct spec_traces). Functions
 * that remove pins succeed if there are none, so they can be run again from any point. The caller
 * is a maker, and opens files as root.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

void pin_path(const struct task_set *set, char ret[static PIN_PATH_SIZE]);

/* Takes the process into the vault. Returns 0, or -errno and *fault, like the following
 * functions. */
int pin_enter_vault(const struct host *host, struct fault *fault);

/* Pins each namespace of fds (-1: none). The process is in the vault. */
int pin_in_vault(const struct task_set *set, const int fds[KIND_COUNT], struct fault *fault);
/* Pins the namespaces on the host, as the set's specification demands. Leaves the process in the
 * host's mount namespace. */
int pin_on_host(const struct host *host, const struct task_set *set, const int fds[KIND_COUNT],
		struct fault *fault);

/* Removes all pins of the set, the host's first. */
int pin_remove(const struct host *host, const struct task_set *set, struct fault *fault);

/* Opens a pin by the vault's root directory, from any mount namespace. Returns a descriptor or
 * -errno (-ENOENT: there is no such pin). */
int pin_open(int vault_root_fd, const struct task_set *set, enum kind kind);

/* Finds the inode of a pinned namespace. Returns 0 or -errno (-ENOENT: there is no such pin). */
int pin_inode(int vault_root_fd, const struct task_set *set, enum kind kind, ino_t *ret);

/* Opens a pin in the same way, by its path UID/NAME. */
int pin_open_path(int vault_root_fd, const char *path, enum kind kind);

/* Finds the inode of an open namespace, and its id (NS_GET_ID), which is never reused; 0 if the
 * kernel has no such ids. */
int pin_identify(int fd, uint64_t *ret_inode, uint64_t *ret_id);
