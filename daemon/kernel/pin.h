/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pins: namespaces bound to files, so that they live without a process. In the vault
 * (ns/UID/NAME/KIND), and where the user asked for it on the host too: RUNTIME/ns/UID/NAME/KIND
 * (visible, all kinds but mnt) and /run/netns/NAME (ip_netns). Every function that takes away makes
 * absent: it can be run again from any point. The caller is a maker and root in files.
 */
#ifndef NSCTL_KERNEL_PIN_H
#define NSCTL_KERNEL_PIN_H

#include "base.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"
#include "protocol/kind.h"

/* UID/NAME */
#define PIN_PATH_SIZE (11 + KEY_SIZE)
void pin_path(const struct task_set *set, char ret[static PIN_PATH_SIZE]);

/* Takes the process into the vault. 0 or -errno and *fault, as the others. */
int pin_enter_vault(const struct host *host, struct fault *fault);

/* In the vault: pins each namespace of fds (-1: none). */
int pin_in_vault(const struct task_set *set, const int fds[KIND_COUNT], struct fault *fault);
/* The same on the host, as the set wants it; leaves the process in the host's mount namespace. */
int pin_on_host(const struct host *host, const struct task_set *set, const int fds[KIND_COUNT],
		struct fault *fault);

/* The reverse of both: host first. */
int pin_remove(const struct host *host, const struct task_set *set, struct fault *fault);

/* Opens the pin through the vault's root: needs no mount namespace. -ENOENT: no such pin. */
int pin_open(int vault_root_fd, const struct task_set *set, enum kind kind);

/* The same, by the path UID/NAME. */
int pin_open_path(int vault_root_fd, const char *path, enum kind kind);

/* Inode and never-reused id (NS_GET_ID, 0 where the kernel has none) of an opened namespace. */
int pin_identify(int fd, uint64_t *ret_inode, uint64_t *ret_id);

#endif
