/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes missing mount points, but only on file systems of the set's own that its specification asks
 * for: nothing in these is the host's. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/privilege.h"
#include "daemon/wire/layout.h"

#define OWN_MOUNTS_MAX (SPEC_MOUNTS_MAX + 3) /* the list, /dev, /dev/shm and /etc */

/* The file systems of the set's own, by their devices. In those that are thrown away with the set,
 * a mount point can also be made where the user may not write. */
struct own_mounts {
	dev_t devices[OWN_MOUNTS_MAX];
	bool kept[OWN_MOUNTS_MAX];
	size_t n;
};

/* Adds the file system of an open mount. kept: it is not thrown away. */
void mount_target_allow(struct own_mounts *own, int mount_fd, bool kept);

#define MOUNT_TARGET_FILE (-2)

/*
 * Opens the mount point at path, with the rights of files. One that is missing is made, with the
 * directories that lead there: an empty file if source_fd is one (or MOUNT_TARGET_FILE), else (or
 * with -1) a directory.
 * Returns a descriptor or -errno (-ENOENT: it is missing on another file system).
 */
int mount_target_open(const char *path, int source_fd, const struct own_mounts *own,
		      const struct identity *files);
