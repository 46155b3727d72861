/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a new mount namespace looks like: propagation, /sys, another root, a small /dev, tmpfs and
 * bind mounts. In two halves. mounts_prepare() runs in the host's mount namespace and clones what
 * the client's descriptors refer to; mounts_apply() runs in the new one and puts everything in
 * place, by descriptor; a target is looked up within the root that the command will see, with the
 * caller's rights, no magic links. Bind mounts and roots are nosuid and nodev. No function here may
 * allocate.
 */
#ifndef NSCTL_KERNEL_MOUNTS_H
#define NSCTL_KERNEL_MOUNTS_H

#include "base.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/privilege.h"
#include "daemon/wire/layout.h"

#define MOUNTS_NODES 6

/* Detached clones, -1 where there is none; nothing closes them but the end of the maker. */
struct mounts {
	int root_fd;
	int source_fds[SPEC_MOUNTS_MAX];
	int node_fds[MOUNTS_NODES]; /* /dev/null and so on, where a small /dev is wanted */
	bool default_dev;	    /* at /dev, because the root is another one */
	int sysfs_fd;		    /* a context, made in advance and not ours; -1: none */
};

/* In the host's tree. files: with whose rights paths are looked up, where the set is one that is
 * made again at boot. */
int mounts_prepare(const struct wire_spec *spec, const struct identity *files, struct mounts *ret,
		   struct fault *fault);

/*
 * For a set with a user namespace, between the two halves: whoever is root in there may change the
 * flags of mounts, but not those that the kernel has locked (ro, nosuid, nodev, noexec), nor
 * unmount what covers something. The kernel locks them where a mount namespace is copied into one
 * of another user namespace: so the root and the bind mounts are, in a child, and copies of those
 * copies are what the set gets. Needs the host's rights. Returns 0, or -errno and *fault.
 */
int mounts_lock(const struct mounts *mounts, const struct wire_spec *spec, struct fault *fault);

/* Stops mounts from propagating to the host. Must come first in a new mount namespace: anything
 * that is mounted before appears on the host, too (docs/kernel.md, 3). */
int mounts_propagate(uint32_t propagation, struct fault *fault);

/* files: whose rights targets are looked up with; NULL in a user namespace of the caller's, where
 * the process has no others. */
int mounts_apply(const struct mounts *mounts, const struct wire_spec *spec,
		 const struct identity *files, struct fault *fault);

/*
 * procfs for the pid namespace that the process is in, at /proc where mount_proc says so, and at
 * each target of type proc. In two steps: made in a mount namespace of the host, where the kernel
 * does not ask whether one is visible already (with another root there is none), then put in place
 * in the set's. files: as above.
 */
#define MOUNTS_PROCS (SPEC_MOUNTS_MAX + 1)
int mounts_make_procs(const struct wire_spec *spec, int fds[static MOUNTS_PROCS],
		      struct fault *fault);
int mounts_put_procs(const struct wire_spec *spec, const int fds[static MOUNTS_PROCS],
		     const struct identity *files, struct fault *fault);

#endif
