/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/status-file.h"

int status_file_open(const struct client *client, struct status_file *file)
{
	if (!file->path)
		return 0;
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	file->made = file->fd >= 0;
	/* the file's old contents must not be mistaken for this command's status */
	if (file->fd < 0 && errno == EEXIST)
		file->fd = open(file->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (file->fd < 0)
		return client_problem(client, NULL, "--status-file: %s: %s", file->path,
				      strerror(errno));
	return 0;
}

int status_file_close(const struct client *client, struct status_file *file, int status)
{
	char number[16];
	int n, r = 0;

	if (file->fd < 0)
		return 0;
	n = snprintf(number, sizeof(number), "%d", status);
	if (status < 0 && file->made)
		(void)unlink(file->path);
	else if (status >= 0 && write(file->fd, number, (size_t)n) != n)
		r = client_problem(client, NULL, "--status-file: %s: %s", file->path,
				   strerror(errno > 0 ? errno : EIO));
	file->fd = close_fd(file->fd);
	return r;
}
