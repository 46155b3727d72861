/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Name resolution within a set: resolv.conf, nsswitch.conf and hosts of its own in /etc, and the
 * sockets of the host's resolvers hidden. Each file is a read-only mount, in the set's mount
 * namespace alone, on the entry itself, never on what a symbolic link leads to; the file lies on a
 * tmpfs that is mounted nowhere, so it goes with the mount, and nothing of it is on the host
 * (tests/kernel/test-entry.c, docs/adr/0008).
 *
 * The mounts are made with the host's rights, after the set's own mounts, so a set's user cannot
 * write into them; what is looked up and read on the way, is with the owner's. What the owner has
 * mounted on an entry, where it can, is left alone. No function here may allocate.
 */
#ifndef NSCTL_KERNEL_RESOLVER_H
#define NSCTL_KERNEL_RESOLVER_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/task.h"

/* Whether there is anything to do for a new set: most hosts have no such sockets. has_root: its
 * root is another one. To be asked in the host's tree. */
bool resolver_is_needed(const struct task_resolver *resolver, bool has_root);

/*
 * In a new set, where nothing runs yet: the process is in its mount namespace, which mnt_fd is of,
 * and has the host's rights; files: the owner's. 0 or -errno and *fault.
 */
int resolver_furnish(const struct task_resolver *resolver, const struct wire_spec *spec,
		     const struct identity *files, int mnt_fd, struct fault *fault);

/* The same in sets that are there, and hosts; reports the last failure (detail: the set's index),
 * ends the process. Commands inside see the old file or the new one (before Linux 6.5 the host's
 * for a moment). */
void child_names(const struct host *host, const struct task_names *task) __attribute__((noreturn));

#endif
