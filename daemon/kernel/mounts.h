/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets up a new mount namespace: propagation, /sys, another root, a small /dev, tmpfs and bind
 * mounts. mounts_prepare() runs in the caller's mount namespace, and clones the files behind the
 * client's descriptors. mounts_apply() runs in the new one, and attaches everything by descriptor.
 * Targets are looked up within the root that commands will see, with the caller's rights and
 * without magic links. Bind mounts and roots are nodev. They are also nosuid, unless an ordinary
 * user's set has a root of its own and a user namespace. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/privilege.h"

#define MOUNTS_NODES 6

/* Detached clones, or -1. They stay open until the maker ends. */
struct mounts {
	int root_fd;
	int source_fds[SPEC_MOUNTS_MAX];
	int proc_fd;			   /* the host's /proc */
	bool walled;			   /* the caller's tree may hide something from it */
	bool own_servers;		   /* the set gets a resolv.conf of its own */
	const struct task_device *devices; /* that are allowed */
	size_t n_devices;
	int user_fd;		    /* the set's user namespace, -1: none */
	int node_fds[MOUNTS_NODES]; /* /dev/null and so on, if a small /dev is wanted */
	bool default_dev;	    /* a small /dev at /dev, because the set has another root */
	int sysfs_fd;		    /* a context made in advance, owned by the caller; -1: none */
};

/* Clones /dev/null for hidden files and, if a small /dev is wanted, its nodes, in the host's mount
 * namespace. */
int mounts_prepare_nodes(const struct wire_spec *spec, struct mounts *ret, struct fault *fault);
/* Clones the root and the sources of bind mounts, in the caller's mount namespace. Paths of a set
 * that is made again at boot are looked up with the rights of files. */
int mounts_prepare(const struct wire_spec *spec, const struct identity *files, struct mounts *ret,
		   struct fault *fault);

/* Stops mounts from propagating to the host. Must be called first in a new mount namespace: mounts
 * that are made before it appear on the host, too (docs/kernel.md, 3). */
int mounts_propagate(const struct host *host, uint32_t propagation, struct fault *fault);

/* Makes the working directory, with all mounts below it, the root of the mount namespace. */
int mounts_take_root(struct fault *fault);

/* Attaches the mounts in the new namespace, which the host's user namespace must own. Targets are
 * looked up with the rights of files. */
int mounts_apply(const struct mounts *mounts, const struct wire_spec *spec,
		 const struct identity *files, struct fault *fault);

/*
 * Make procfs for the pid namespace that the process is in, and attach it: at /proc if mount_proc
 * demands that, and at each target of type proc. mounts_make_procs() is called in a mount namespace
 * of the host, where the kernel does not demand that a /proc is visible already (with another root,
 * none is). mounts_put_procs() is called in the set's mount namespace; files is as above.
 */
#define MOUNTS_PROCS (SPEC_MOUNTS_MAX + 1)
int mounts_make_procs(const struct wire_spec *spec, int fds[static MOUNTS_PROCS],
		      struct fault *fault);
int mounts_put_procs(const struct wire_spec *spec, const int fds[static MOUNTS_PROCS],
		     const struct identity *files, struct fault *fault);
