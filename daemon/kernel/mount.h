/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One mount, by descriptor. No function here may allocate. */
#ifndef NSCTL_KERNEL_MOUNT_H
#define NSCTL_KERNEL_MOUNT_H

#include "base.h"
#include "daemon/kernel/privilege.h"

/* A detached copy of what is at path below fd (path "": of fd itself); a symbolic link is copied,
 * not followed. -EINVAL: fd's mount is detached, and the kernel older than 6.15. */
int mount_clone(int fd, const char *path);
/* MOUNT_ATTR_* on top of those that it has; private. 0 or -errno. */
int mount_set_attributes(int fd, uint64_t attributes);
/* A new file system with options "key", "value", ... NULL (NULL: none), mounted nowhere yet: a
 * context, which any process can make a mount from, or -errno. */
int mount_context(const char *type, const char *const *options);
/* A detached mount with MOUNT_ATTR_* from a context, once. -errno: the context is as before. */
int mount_from_context(int context_fd, unsigned int attributes);
/* Both: a detached mount, or -errno. */
int mount_new(const char *type, unsigned int attributes, const char *const *options);
/* Puts a detached mount where target_fd is. 0 or -errno. */
int mount_put(int mount_fd, int target_fd);
/* Makes a detached mount the root of the process's mount namespace, in the place of the former one.
 * Returns 0 or -errno. */
int mount_enter_root(int mount_fd);
/*
 * Opens what path leads to, with files' rights (NULL: the process's own). No link leads out of the
 * process's root, and no magic link is followed: the tree may be a hostile user's. Each lookup in a
 * set's tree goes through here. Returns a descriptor or -errno.
 */
int mount_open(const char *path, int flags, const struct identity *files);
/* The same with directory_fd in the place of the root. */
int mount_open_at(int directory_fd, const char *path, int flags, const struct identity *files);

#endif
