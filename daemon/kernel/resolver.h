/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Name resolution in a set: gives it its own resolv.conf, nsswitch.conf and hosts in /etc, and
 * hides the sockets of the host's resolvers. Each file is a read-only mount on the entry itself, in
 * the set's mount namespace only, never on the target of a symbolic link. The file lies on a tmpfs
 * that is mounted nowhere: it ends with its mount, and nothing of it is on the host
 * (docs/kernel.md, 15, docs/adr/0008).
 *
 * The mounts are made with the host's rights, after the set's own mounts, so a set's user cannot
 * write into them. Paths are looked up and files are read with the owner's rights. If the owner has
 * mounted something on an entry, it is left alone. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/task.h"

/* Returns true if there is anything to do for a new set: most hosts have no such sockets. has_root:
 * the set has another root. Must be called in the host's mount namespace. */
bool resolver_is_needed(const struct task_resolver *resolver, bool has_root);

/*
 * Gives a new set its files, before anything runs in it. The process is in the set's mount
 * namespace, which mnt_fd refers to, and has the host's rights; files is the owner's identity.
 * Returns 0, or -errno and *fault.
 */
int resolver_mount(const struct task_resolver *resolver, const struct wire_spec *spec,
		   const struct identity *files, int mnt_fd, struct fault *fault);
