/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What mounts.c and resolver.c share: mounts by descriptor. No function here may allocate. */
#ifndef NSCTL_KERNEL_MOUNTS_PART_H
#define NSCTL_KERNEL_MOUNTS_PART_H

#include "base.h"
#include "daemon/kernel/privilege.h"

/* A detached copy of what is at path below fd (path "": of fd itself); a symbolic link is copied,
 * not followed. -EINVAL: fd's mount is detached, and the kernel older than 6.15. */
int mounts_clone(int fd, const char *path);
/* MOUNT_ATTR_* on top of those that it has; private. 0 or -errno. */
int mounts_set_attributes(int fd, uint64_t attributes);
/* A new file system with options "key", "value", ... NULL: a detached mount, or -errno. */
int mounts_new(const char *type, unsigned int attributes, const char *const *options);
/* Puts a detached mount where target_fd is. 0 or -errno. */
int mounts_put(int mount_fd, int target_fd);
/* Looks a path up within the process's root and opens it, with files' rights (NULL: its own),
 * through no magic link. */
int mounts_open(const char *path, int flags, const struct identity *files);

#endif
