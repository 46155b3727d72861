/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mounts-own.h"
#include "daemon/kernel/overlay.h"

#define OVERLAY_SIZE 65536

static const char *const names[] = {"hosts", "resolv.conf"};
static const char *const paths[] = {"/etc/hosts", "/etc/resolv.conf"};

/* Returns true if the directory lacks one of the first n names. */
static bool is_lacking(int etc_fd, size_t n)
{
	struct stat st;

	for (size_t i = 0; i < n; i++)
		if (fstatat(etc_fd, names[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
	return false;
}

/* Returns true if no process in the set can write to the directory. Root outside, to whom it
 * belongs, is in no set of another user. */
static bool is_fixed(int etc_fd, const struct identity *files)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(etc_fd, &fs) < 0 || fstat(etc_fd, &st) < 0)
		return false;
	return fs.f_flags & ST_RDONLY ||
	       (files->uid != 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH)));
}

/* Returns true if the directory is empty because the set was asked to hide it. */
static bool is_hidden(int etc_fd, const struct wire_spec *spec, const struct identity *files)
{
	struct stat etc, hidden;

	for (size_t i = 0; fstat(etc_fd, &etc) == 0 && i < spec->n_mounts; i++) {
		_cleanup_fd_ int fd = -1;

		if (spec->mounts[i].type != MOUNT_HIDDEN)
			continue;
		fd = mount_open(spec->mounts[i].target, O_PATH, files);
		if (fd >= 0 && fstat(fd, &hidden) == 0 && hidden.st_dev == etc.st_dev)
			return true;
	}
	return false;
}

/* Covers /etc by an overlay. Returns a descriptor or -errno (-ENOENT: none is needed or
 * possible). */
static int cover_etc(const struct mounts *mounts, const struct wire_spec *spec,
		     const struct identity *files)
{
	const struct overlay overlay = {
		.proc_fd = mounts->proc_fd,
		.fixed = mounts->walled,
		.size = OVERLAY_SIZE,
		.kept_fd = -1,
	};
	_cleanup_fd_ int etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, files);
	int fd;

	if (etc_fd < 0)
		return is_shortage(etc_fd) ? etc_fd : -ENOENT;
	if (!is_lacking(etc_fd, mounts->own_servers ? ARRAY_SIZE(names) : 1) ||
	    !is_fixed(etc_fd, files) || is_hidden(etc_fd, spec, files))
		return -ENOENT;
	fd = overlay_put(&overlay, etc_fd);
	/* reasons for none: the file system, a mount point that could be moved, or a kernel that
	 * does not allow it */
	return fd == -EXDEV || fd == -EPERM || fd == -ENODEV ? -ENOENT : fd;
}

/* Makes the missing files where that is allowed. Returns 0, or -errno if memory or descriptors are
 * short. */
static int make_files(const struct own_mounts *own, const struct identity *files)
{
	for (size_t i = 0; own->n > 0 && i < ARRAY_SIZE(paths); i++) {
		_cleanup_fd_ int fd = mount_target_open(paths[i], MOUNT_TARGET_FILE, own, files);

		if (is_shortage(fd))
			return fd;
	}
	return 0;
}

int mounts_put_names(const struct mounts *mounts, const struct wire_spec *spec,
		     struct own_mounts *own, const struct identity *files)
{
	_cleanup_fd_ int etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, files), overlay_fd = -1;
	int r;

	if (is_shortage(etc_fd))
		return etc_fd;
	if (etc_fd >= 0 && !is_lacking(etc_fd, ARRAY_SIZE(names)))
		return 0;
	r = make_files(own, files);
	if (r < 0)
		return r;
	overlay_fd = cover_etc(mounts, spec, files);
	if (overlay_fd < 0)
		return overlay_fd == -ENOENT ? 0 : overlay_fd;
	mount_target_allow(own, overlay_fd, false);
	r = make_files(own, files);
	return r < 0 ? r : mount_set_read_only(overlay_fd, true);
}
