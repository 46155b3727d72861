/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/resolver-overlay.h"

/* Directories in a tmpfs of ours, for overlay(5): missing files, and the set's /etc. */
#define LAYER_FILES "files"
#define LAYER_ETC "etc"

/* Attaches the tmpfs, and a copy of the set's /etc in it: before 6.15 the kernel attaches nothing
 * to a detached mount. */
static int put_layers(int tmpfs_fd, int on_fd, int copy_fd)
{
	_cleanup_fd_ int etc_fd = -1;
	int r = mount_put(tmpfs_fd, on_fd);

	if (r < 0)
		return r;
	etc_fd = openat(tmpfs_fd, LAYER_ETC, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return etc_fd < 0 ? negative_errno() : mount_put(copy_fd, etc_fd);
}

/*
 * Makes a read-only overlay of /etc and the tmpfs's files. overlay takes paths, and the set's owner
 * could lead any path to its /etc elsewhere, so both layers are named relative to the tmpfs.
 */
static int new_overlay(const struct resolver_place *place, int tmpfs_fd)
{
	static const char *const options[] = {"lowerdir", LAYER_FILES ":" LAYER_ETC, NULL};
	_cleanup_fd_ int copy_fd = mount_clone(place->etc_fd, ""), on_fd = -1;
	int r = copy_fd < 0 ? copy_fd : resolver_leave_set();

	if (r < 0)
		return r;
	on_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	r = on_fd < 0 ? on_fd : put_layers(tmpfs_fd, on_fd, copy_fd);
	if (r == 0 && fchdir(tmpfs_fd) < 0)
		r = negative_errno();
	if (r == 0)
		r = mount_new("overlay", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			      options);
	return resolver_return_to_set(place, r);
}

/* Makes a tmpfs with both directories and the empty files. */
static int new_layers(const char *const names[], size_t n)
{
	static const struct resolver_text empty;
	_cleanup_fd_ int tmpfs_fd = resolver_new_tmpfs(0), files_fd = -1;

	if (tmpfs_fd < 0)
		return tmpfs_fd;
	if (mkdirat(tmpfs_fd, LAYER_FILES, 0755) < 0 || mkdirat(tmpfs_fd, LAYER_ETC, 0755) < 0)
		return negative_errno();
	files_fd = openat(tmpfs_fd, LAYER_FILES, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files_fd < 0)
		return negative_errno();
	for (size_t i = 0; i < n; i++) {
		int r = resolver_write_file(files_fd, names[i], &empty);

		if (r < 0)
			return r;
	}
	return take_fd(&tmpfs_fd);
}

int resolver_overlay_put(struct resolver_place *place, const char *const names[], size_t n)
{
	_cleanup_fd_ int tmpfs_fd = new_layers(names, n), overlay_fd = -1;
	int r;

	if (tmpfs_fd < 0)
		return tmpfs_fd;
	overlay_fd = new_overlay(place, tmpfs_fd);
	r = overlay_fd < 0 ? overlay_fd : mount_put(overlay_fd, place->etc_fd);
	return r < 0 ? r : resolver_open_etc(place);
}
