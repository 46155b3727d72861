/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <sys/mount.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/resolver-place.h"

int resolver_open_etc(struct resolver_place *place)
{
	close_fd(place->etc_fd);
	place->etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	return MIN(place->etc_fd, 0);
}

int resolver_leave_set(void)
{
	return unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
		       ? negative_errno()
		       : 0;
}

int resolver_return_to_set(const struct resolver_place *place, int fd)
{
	if (setns(place->mnt_fd, CLONE_NEWNS) == 0)
		return fd;
	close_fd(fd);
	return negative_errno();
}

int resolver_new_tmpfs(unsigned int attributes)
{
	static const char *const options[] = {"mode", "0755", "size", "16m", NULL};

	return mount_new("tmpfs", RESOLVER_SAFE | attributes, options);
}

int resolver_write_file(int directory_fd, const char *name, const struct resolver_text *text)
{
	_cleanup_fd_ int fd =
		openat(directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

	if (fd < 0)
		return negative_errno();
	for (size_t done = 0; done < text->size;) {
		ssize_t n = write(fd, text->bytes + done, text->size - done);

		if (n <= 0)
			return negative_errno();
		done += n;
	}
	return 0;
}
