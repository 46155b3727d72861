/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Overlays. The upper layer of one is thrown away with the set, or is a directory of the caller's,
 * which is kept. The former has root's credentials, the latter those of the set's user namespace.
 * Both are only made of file systems that leave checks of permissions to the kernel
 * (docs/adr/0032). No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/privilege.h"

struct overlay {
	int proc_fd;   /* the host's /proc */
	bool fixed;    /* fail with -EPERM if a user could move a mount point meanwhile */
	uint64_t size; /* bytes that can be written, if they are thrown away; 0: the default */
	int kept_fd;   /* a detached clone of the directory that keeps them; -1: they are thrown
			* away */
	/* if they are kept: the set's user namespace, and its owner */
	int user_fd;
	const struct identity *owner;
};

/*
 * Mounts an overlay on the directory target_fd, which becomes its lower layer. What is mounted
 * below the directory is then mounted below the overlay. All mounts must be private. Needs the
 * host's rights. Returns a descriptor of the overlay, or -errno:
 *
 * -EXDEV: no overlay may be made of this file system.
 *
 * If the changes are kept: -EBUSY: another overlay uses the directory now; -ELOOP: "upper" or
 * "work" in it is a link; -EACCES: the owner may not write to it.
 */
int overlay_put(const struct overlay *overlay, int target_fd);
