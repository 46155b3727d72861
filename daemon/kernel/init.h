/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Process 1 of a set's pid namespace: how it is started. */
#ifndef NSCTL_KERNEL_INIT_H
#define NSCTL_KERNEL_INIT_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/layout.h"

struct init_start {
	const struct host *host;
	const struct wire_spec *spec;
	const struct identity *files;	 /* whose rights the targets of /proc are looked up with */
	const struct identity *identity; /* what it runs as */
	bool inner;  /* from within the user namespace: see init_mount_procs() */
	int join_fd; /* pidfd whose namespaces it joins first, -1: none */
	int join_flags;
};

/*
 * Starts nsctl-init as the first process of the pid namespace that children of the calling process
 * are born into; mounts /proc there. Its pid, or -errno and *fault. It stays outside the set's time
 * namespace: the kernel lets no process that shares its memory, as after vfork(2), join one.
 */
pid_t init_start(const struct init_start *start, struct fault *fault);

/*
 * After an inner one: mounts /proc in its stead, from outside, as the calling process's children
 * are born into its pid namespace too. The kernel lets nobody in a user namespace mount one where
 * none is seen already, as below a root directory of the set's own. An inner init keeps the
 * caller's groups as well: there nobody may set them. 0, or -errno and *fault.
 */
int init_mount_procs(const struct init_start *start, struct fault *fault);

#endif
