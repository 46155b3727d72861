/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Single mounts, by descriptor. No function here may allocate memory. */
#pragma once

#include <linux/mount.h>
#include "daemon/kernel/privilege.h"

/* Attributes of a mount on which no file gives its user a right. */
#define MOUNT_SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/*
 * Makes a detached copy of the mount tree at path below fd (path "": of fd itself). A symbolic link
 * is copied, not followed. Returns a descriptor or -errno (-EINVAL: fd's mount is detached, and the
 * kernel is older than 6.15).
 */
int mount_clone(int fd, const char *path);
/* Makes a detached copy of the one mount at fd, without those on it. Returns as mount_clone(). */
int mount_clone_one(int fd);
/* Returns 1 if fd is the root of a mount, 0 if not, or -errno. */
int mount_is_root(int fd);
/* Returns 1 if fd is a directory, 0 if not, or -errno (-EACCES: it is on a FUSE of a user's, which
 * does not tell root). */
int mount_is_directory(int fd);
/* Adds MOUNT_ATTR_* attributes, and makes the mount private, with all mounts below it. Returns 0
 * or -errno. */
int mount_set_attributes(int fd, uint64_t attributes);
/* Makes the one mount read-only, or writable. Returns 0 or -errno. */
int mount_set_read_only(int fd, bool read_only);
/*
 * Makes a new file system that is mounted nowhere yet. options is a list of keys and values that
 * ends with NULL, or NULL; a key with an empty value is a flag. Returns a context, from which any
 * process can make a mount, or -errno.
 */
int mount_context(const char *type, const char *const *options);
/* Makes a detached mount with MOUNT_ATTR_* from a context, which works once. Returns a descriptor,
 * or -errno; then the context is unchanged. */
int mount_from_context(int context_fd, unsigned int attributes);
/* Makes a new file system and a detached mount of it. Returns the mount's descriptor, or -errno. */
int mount_new(const char *type, unsigned int attributes, const char *const *options);
/* Attaches a detached mount on target_fd, or moves an attached one there. Returns 0 or -errno. */
int mount_put(int mount_fd, int target_fd);
/* Makes a directory in the file system of mount_fd, and attaches the detached mount on_fd to it.
 * Returns 0 or -errno, also that of on_fd. */
int mount_put_below(int mount_fd, const char *name, int on_fd);
/* Makes a detached mount the root of the process's mount namespace, in place of the former one.
 * Returns 0 or -errno. */
int mount_enter_root(int mount_fd);
/* Like mount_enter_root(), for a mount that is attached on the root already. */
int mount_pivot(int mount_fd);
/*
 * Opens path with the rights of files (NULL: the process's own). No link leads out of the process's
 * root, and magic links are not followed, because the tree may be a hostile user's. Every look-up
 * in a set's tree goes through here. Returns a descriptor or -errno.
 */
int mount_open(const char *path, int flags, const struct identity *files);
/* Opens n paths in the same way, faster: see lookup_open_all(). Sets fds[i] to a descriptor or
 * -errno. */
void mount_open_all(const char *const paths[], size_t n, int flags, const struct identity *files,
		    int fds[]);
/* Opens path in the same way, with directory_fd as the root. */
int mount_open_at(int directory_fd, const char *path, int flags, const struct identity *files);
