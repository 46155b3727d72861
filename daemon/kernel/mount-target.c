/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mount-target.h"

void mount_target_allow(struct own_mounts *own, int mount_fd, bool kept)
{
	struct stat st;

	if (fstat(mount_fd, &st) < 0)
		return;
	own->devices[own->n] = st.st_dev;
	own->kept[own->n++] = kept;
}

/* Returns true if fd is on a file system of the set's own; *ret_kept says of which kind. */
static bool is_own(const struct own_mounts *own, int fd, bool *ret_kept)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < own->n; i++)
		if (own->devices[i] == st.st_dev) {
			*ret_kept = own->kept[i];
			return true;
		}
	return false;
}

/* Opens the deepest directory on the way to path that exists. *ret_rest is what is missing. */
static int open_existing(const char *path, const struct identity *files, const char **ret_rest)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	int fd = -ENOENT;

	while (fd == -ENOENT && n > 1) {
		while (n > 1 && path[n - 1] != '/')
			n--;
		while (n > 1 && path[n - 1] == '/')
			n--;
		memcpy(part, path, n);
		part[n] = '\0';
		fd = mount_open(part, O_PATH | O_DIRECTORY, files);
	}
	*ret_rest = path + n + strspn(path + n, "/");
	return fd;
}

/* Makes one directory, or a file if that is the last part of a path for one. */
static int make_part(int parent_fd, const char *name, bool is_directory)
{
	int fd;

	if (is_directory)
		fd = mkdirat(parent_fd, name, 0755) < 0
			     ? -1
			     : openat(parent_fd, name,
				      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	else
		fd = openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return fd < 0 ? negative_errno() : fd;
}

static int make_parts(int from_fd, const char *rest, bool is_directory)
{
	_cleanup_fd_ int fd = fcntl(from_fd, F_DUPFD_CLOEXEC, 0);

	while (fd >= 0 && *rest) {
		char name[NAME_MAX + 1];
		size_t n = strcspn(rest, "/");
		int next;

		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, rest, n);
		name[n] = '\0';
		rest += n + strspn(rest + n, "/");
		next = make_part(fd, name, is_directory || *rest);
		close_fd(fd);
		fd = next;
	}
	return fd < 0 ? negative_errno() : take_fd(&fd);
}

/* Makes the mount point with the rights of files. Leaves the process with root's. */
static int make_as_caller(int from_fd, const char *rest, bool is_directory,
			  const struct identity *files)
{
	int r = privilege_files_as_caller(files);

	if (r == 0)
		r = make_parts(from_fd, rest, is_directory);
	privilege_look_as_root();
	return r;
}

/* Makes the mount point on a file system of the set's own only. */
static int make_target(const char *path, bool is_directory, const struct own_mounts *own,
		       const struct identity *files)
{
	const char *rest;
	_cleanup_fd_ int from_fd = open_existing(path, files, &rest);
	bool kept;
	int fd;

	if (from_fd < 0)
		return from_fd;
	if (!is_own(own, from_fd, &kept))
		return -ENOENT;
	fd = make_as_caller(from_fd, rest, is_directory, files);
	return fd == -EACCES && !kept ? make_parts(from_fd, rest, is_directory) : fd;
}

int mount_target_open(const char *path, int source_fd, const struct own_mounts *own,
		      const struct identity *files)
{
	int fd = mount_open(path, O_PATH, files), is_directory = source_fd != MOUNT_TARGET_FILE;

	if (fd != -ENOENT)
		return fd;
	if (source_fd >= 0)
		is_directory = mount_is_directory(source_fd);
	return is_directory < 0 ? is_directory : make_target(path, is_directory, own, files);
}
