/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Overlays whose upper layer is thrown away with the set. They have root's credentials, so they
 * are only made of file systems that leave checks of permissions to the kernel (docs/adr/0032). No
 * function here may allocate memory.
 */
#ifndef NSCTL_KERNEL_OVERLAY_H
#define NSCTL_KERNEL_OVERLAY_H

#include "base.h"

/*
 * Mounts an overlay on the directory target_fd, which becomes its lower layer. What is mounted
 * below the directory is then mounted below the overlay. size: bytes that can be written (0: the
 * default). All mounts must be private. Needs the host's rights. fixed: fails with -EPERM if a user
 * could move a mount point meanwhile. Returns a descriptor of the overlay, or -errno (-EXDEV: not a
 * file system of which one may be made).
 */
int overlay_put(int proc_fd, int target_fd, uint64_t size, bool fixed);

#endif
