/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include "daemon/kernel/userns.h"

/* The kernel's limit of nested user namespaces. */
#define LEVELS_MAX 33

static bool is_own(int fd, ino_t own)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == own;
}

/* Returns errno as a negative number. It is -ESRCH for a user namespace that is not below ours: the
 * kernel refuses to show such a namespace. */
static int ancestor_errno(void)
{
	return errno == EPERM ? -ESRCH : negative_errno();
}

int userns_outermost_owner_of(int namespace_fd, bool is_user, ino_t own, uid_t *ret)
{
	_cleanup_fd_ int fd = is_user ? fcntl(namespace_fd, F_DUPFD_CLOEXEC, 3)
				      : ioctl(namespace_fd, NS_GET_USERNS);

	if (fd < 0)
		return ancestor_errno();
	if (is_own(fd, own))
		return -ESRCH;
	for (int i = 0; i < LEVELS_MAX; i++) {
		int parent = ioctl(fd, NS_GET_PARENT);

		if (parent < 0)
			return ancestor_errno();
		if (is_own(parent, own)) {
			close_fd(parent);
			return ioctl(fd, NS_GET_OWNER_UID, ret) < 0 ? negative_errno() : 0;
		}
		close_fd(fd);
		fd = parent;
	}
	return -ELOOP;
}

int userns_outermost_owner(int directory_fd, ino_t own, uid_t *ret)
{
	_cleanup_fd_ int fd = openat(directory_fd, "ns/user", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? negative_errno() : userns_outermost_owner_of(fd, true, own, ret);
}
