/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the user behind a user namespace below the host's. */
#pragma once

#include "base.h"

/*
 * Finds the user behind a process in a user namespace below ours: the owner of the outermost such
 * namespace that the process is in, as a uid of ours. That user has given out all ids inside. own
 * is the inode of our user namespace; directory_fd is the process's /proc/PID. Needs CAP_SYS_PTRACE
 * over the process. Returns 0, -ESRCH if the process is in our user namespace, or -errno.
 */
int userns_outermost_owner(int directory_fd, ino_t own, uid_t *ret);
/* Finds the user behind an open namespace, which is a user namespace or owned by one. Returns as
 * userns_outermost_owner() does; -ESRCH: that user namespace is ours, or not below ours. */
int userns_outermost_owner_of(int fd, bool is_user, ino_t own, uid_t *ret);
