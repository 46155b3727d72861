/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths that a user has chosen, opened with that user's rights by a process that has more. */
#ifndef NSCTL_KERNEL_LOOKUP_H
#define NSCTL_KERNEL_LOOKUP_H

#include <linux/openat2.h>
#include "daemon/kernel/privilege.h"

/*
 * Opens path below directory_fd as openat2(2) does, with the rights of files (NULL: the calling
 * process's). privilege_charge() or privilege_groups() must have been called. Returns a descriptor
 * or -errno.
 *
 * The file system uid is enough for most file systems. FUSE also wants the real, effective and
 * saved ids to be the user's; a process that has those can be stopped and killed by the user. So
 * where access is denied a child tries it with all of these ids and without any privilege, and no
 * other process ever has them. It may hang: the deadline is the caller's.
 */
int lookup_open(int directory_fd, const char *path, const struct open_how *how,
		const struct identity *files);

#endif
