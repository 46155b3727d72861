/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* User namespaces, looked at. */
#ifndef NSCTL_KERNEL_USERNS_H
#define NSCTL_KERNEL_USERNS_H

#include <sys/types.h>
#include "base.h"

/*
 * Finds out who stands behind a process in a user namespace below ours, whose inode is own: the
 * owner of the outermost one that the process is in, as a uid of ours. Whoever made that one is the
 * user that all ids inside come from. directory_fd is the process's /proc/PID. Needs CAP_SYS_PTRACE
 * over the process. Returns 0, -ESRCH when the process's user namespace is own, or -errno.
 */
int userns_outermost_owner(int directory_fd, ino_t own, uid_t *ret);

#endif
