/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * File systems of the set's own: tmpfs, /sys, and a small /dev. Targets are looked up with the
 * rights of files. Functions return 0 or a descriptor, or -errno. No function here may allocate
 * memory.
 */
#pragma once

#include "daemon/kernel/mount-target.h"
#include "daemon/kernel/mounts.h"

/* Makes a tmpfs whose root directory belongs to owner (NULL: root). size 0: the kernel's
 * default. */
int own_new_tmpfs(uint32_t mode, uint64_t size, const struct identity *owner,
		  unsigned int attributes);
/* Returns the permissions of a tmpfs: where every user makes files, they are those of /tmp. */
uint32_t own_mode(const struct spec_mount *mount);
/* Makes the tmpfs that becomes the root, with the directories on which the set's own are
 * mounted. */
int own_new_root(const struct spec_mount *mount, const struct identity *files);

/*
 * Mounts a sysfs that shows the new net namespace, and keeps /sys/fs/cgroup as it was. The old
 * sysfs stays if there is no /sys. ready_fd: a context made in advance, or -1.
 */
int own_put_sysfs(int ready_fd, const struct identity *files, struct fault *fault);

/* Clones the nodes of a small /dev, in the host's mount namespace. */
int own_clone_nodes(struct mounts *mounts, struct fault *fault);
/* Mounts a small /dev. It belongs to the caller, with whose rights mount points for further devices
 * are made. */
int own_put_dev(const struct mounts *mounts, int target_fd, struct own_mounts *own,
		const struct identity *files);
/* Mounts a tmpfs on /dev/shm. Returns a descriptor of it or -errno (-ENOENT: there is no such
 * directory). */
int own_put_shm(struct own_mounts *own, const struct identity *files);

/*
 * Entries in /etc that are missing, on which the set's names are mounted later (resolver.h). They
 * are made on a file system of the set's own only. No function here may allocate memory.
 */

/*
 * Makes empty files for the entries that are missing, if /etc is on a file system of the set's own.
 * If no process in the set can write to its /etc, covers /etc first by a read-only overlay, so that
 * nothing that a process writes there is lost. Returns 0 or -errno; a file that cannot be made is
 * no failure.
 */
int mounts_put_names(const struct mounts *mounts, const struct wire_spec *spec,
		     struct own_mounts *own, const struct identity *files);
