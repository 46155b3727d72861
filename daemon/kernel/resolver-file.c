/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/mount.h"
#include "daemon/kernel/resolver-place.h"

/* The tmpfs of this task; -1: there is none yet. */
static int files_fd = -1;
static unsigned int n_files;

/* Returns true if a test wants the behaviour of kernels before Linux 6.15, which no seccomp filter
 * can simulate. */
static bool is_before_6_15(void)
{
#ifdef NSCTL_FAULTS
	return getenv("NSCTL_BEFORE_6_15") != NULL;
#else
	return false;
#endif
}

void resolver_files_begin(void)
{
	files_fd = -1;
	n_files = 0;
}

/* Clones a file of an attached tmpfs: before 6.15 the kernel clones nothing of a file system that
 * is mounted nowhere. */
static int clone_attached(const struct resolver_place *place, const struct resolver_text *text)
{
	_cleanup_fd_ int tmpfs_fd = resolver_new_tmpfs(0), etc_fd = -1;
	int r = tmpfs_fd < 0 ? tmpfs_fd : resolver_write_file(tmpfs_fd, "1", text);

	if (r == 0)
		r = resolver_leave_set();
	if (r < 0)
		return r;
	etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	r = etc_fd < 0 ? etc_fd : mount_put(tmpfs_fd, etc_fd);
	return resolver_return_to_set(place, r < 0 ? r : mount_clone(tmpfs_fd, "1"));
}

static int clone_detached(struct resolver_file *file)
{
	char name[16];
	int r = 0;

	if (files_fd < 0)
		files_fd = resolver_new_tmpfs(0);
	if (files_fd < 0)
		return files_fd;
	snprintf(name, sizeof(name), "%u", file->number ? file->number : n_files + 1);
	if (!file->number)
		r = resolver_write_file(files_fd, name, &file->text);
	if (r < 0)
		return r;
	if (!file->number)
		file->number = ++n_files;
	return mount_clone(files_fd, name);
}

int resolver_file_mount(const struct resolver_place *place, struct resolver_file *file)
{
	_cleanup_fd_ int fd = is_before_6_15() ? -EINVAL : clone_detached(file);
	int r;

	if (fd == -EINVAL)
		fd = clone_attached(place, &file->text);
	if (fd < 0)
		return fd;
	r = mount_set_attributes(fd, RESOLVER_SAFE | MOUNT_ATTR_RDONLY);
	return r < 0 ? r : take_fd(&fd);
}
