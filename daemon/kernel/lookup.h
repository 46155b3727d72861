/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens paths that a user has chosen, with that user's rights, in a process that has more
 * rights. */
#pragma once

#include <linux/openat2.h>
#include "daemon/kernel/privilege.h"

/*
 * Opens path below directory_fd as openat2(2) does, with the rights of files (NULL: those of the
 * process). privilege_charge() or privilege_groups() must have been called. Returns a descriptor or
 * -errno.
 *
 * The file system uid is enough for most file systems. FUSE also demands that the real, effective
 * and saved ids are the user's, but a process with those can be stopped and killed by the user. So
 * if access is denied, a child with all these ids and without any privilege tries again; no other
 * process ever has them. The look-up may hang, so the caller needs a deadline.
 */
int lookup_open(int directory_fd, const char *path, const struct open_how *how,
		const struct identity *files);

/*
 * Opens n paths in the same way. The process takes the rights of files only once, which saves about
 * 15 microseconds for each further path. Sets fds[i] to a descriptor or -errno.
 */
void lookup_open_all(int directory_fd, const char *const paths[], size_t n,
		     const struct open_how *how, const struct identity *files, int fds[]);
