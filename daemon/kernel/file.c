/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/file.h"

int file_read(int directory_fd, const char *path, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	if (n < 0)
		return negative_errno();
	ret[n] = '\0';
	return 0;
}

int file_write(int directory_fd, const char *path, const char *text)
{
	_cleanup_fd_ int fd = openat(directory_fd, path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}
