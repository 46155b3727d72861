/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mountinfo.h"
#include "daemon/kernel/overlay.h"

#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif
#define SIZE_DEFAULT (UINT64_C(1) << 30)

/*
 * Returns 0 if the kernel alone checks permissions on this file system, by modes and ACLs that an
 * overlay shows, else -EXDEV or -errno. Servers of others (FUSE, NFS) would be asked as root.
 * *ret_attributes becomes those of the overlay: it may not be less strict than the mount.
 */
static int check_lower(int fd, unsigned int *ret_attributes)
{
	static const unsigned int allowed[] = {
		0xEF53,	    /* ext4 */
		0x58465342, /* xfs */
		0x9123683E, /* btrfs */
		0x01021994, /* tmpfs */
		0x794C7630, /* overlay */
		0xF2F52010, /* f2fs */
		0x73717368, /* squashfs */
		0xE0F5E1E2, /* erofs */
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return negative_errno();
	*ret_attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	if (fs.f_flags & ST_NOEXEC)
		*ret_attributes |= MOUNT_ATTR_NOEXEC;
	if (fs.f_flags & ST_NOSYMFOLLOW)
		*ret_attributes |= MOUNT_ATTR_NOSYMFOLLOW;
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if ((unsigned int)fs.f_type == allowed[i])
			return 0;
	return -EXDEV;
}

/* --- what is mounted below the directory --- */

#define BELOW_MAX 256

static struct {
	bool fixed;	    /* mount points that a user can move are refused */
	uint64_t mount;	    /* id of the directory's own mount */
	char top[PATH_MAX]; /* path of the directory, "" for / */
	int fds[BELOW_MAX];
	uint64_t mounts[BELOW_MAX];   /* their ids */
	const char *paths[BELOW_MAX]; /* relative to the directory */
	size_t n;
	char text[32768]; /* storage of paths */
	size_t used;
} below;

static bool is_at_or_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Returns 0 if only root can rename a directory on the way to this mount point, else -EPERM. */
static int check_fixed(const char *path)
{
	char parent[PATH_MAX];
	struct stat st;

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(at - path + 1), path);
		if (lstat(parent, &st) < 0 || st.st_uid != 0 || st.st_mode & (S_IWGRP | S_IWOTH))
			return -EPERM;
	}
	return 0;
}

/* Returns true if it covers one that was found, and then takes that one's place. */
static bool is_on_top(const struct mountinfo *mount, const char *path)
{
	for (size_t i = 0; i < below.n; i++)
		if (mount->parent == below.mounts[i] && strcmp(path, below.paths[i]) == 0) {
			below.mounts[i] = mount->id;
			return true;
		}
	return false;
}

/* Adds what is on top at this mount point, unless the mount point itself is covered. */
static int add_below(const struct mountinfo *mount, void *context _unused_)
{
	size_t n_top = strlen(below.top), size;
	const char *path = mount->path + n_top + 1;

	if (below.fixed && mount->parent == below.mount && check_fixed(mount->path) < 0)
		return -EPERM;
	if (!is_at_or_below(mount->path, below.top) || strlen(mount->path) <= n_top + 1 ||
	    is_on_top(mount, path) || mount->parent != below.mount)
		return 0;
	size = strlen(path) + 1;
	if (below.n == BELOW_MAX || size > sizeof(below.text) - below.used)
		return -E2BIG;
	for (size_t i = 0; i < below.n; i++)
		if (is_at_or_below(path, below.paths[i]))
			return 0;
	below.fds[below.n] = -1;
	below.mounts[below.n] = mount->id;
	below.paths[below.n++] = memcpy(below.text + below.used, path, size);
	below.used += size;
	return 0;
}

static int read_mount_id(int fd, uint64_t *ret)
{
	struct statx x;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &x) < 0)
		return negative_errno();
	*ret = x.stx_mnt_id;
	return 0;
}

/* Opens what was found. A user can exchange a directory of the path for a link meanwhile, so that
 * another mount would be opened and moved, and uncover what it covers. */
static int open_below(void)
{
	char path[2 * PATH_MAX];
	uint64_t id = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < below.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", below.top, below.paths[i]);
		below.fds[i] = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		r = below.fds[i] < 0 ? negative_errno() : read_mount_id(below.fds[i], &id);
		if (r == 0 && id != below.mounts[i])
			r = -ESTALE;
	}
	return r;
}

static int find_below(int proc_fd, int target_fd)
{
	char link[32];
	ssize_t n;
	int r;

	below.n = below.used = 0;
	snprintf(link, sizeof(link), "self/fd/%d", target_fd);
	n = readlinkat(proc_fd, link, below.top, sizeof(below.top) - 1);
	if (n < 0)
		return negative_errno();
	below.top[n == 1 ? 0 : n] = '\0';
	r = read_mount_id(target_fd, &below.mount);
	if (r == 0)
		r = mountinfo_each(proc_fd, add_below, NULL);
	return r < 0 ? r : open_below();
}

/* Moves what was found to the same places below the overlay, or closes it if r is a failure. */
static int move_below(int overlay_fd, int r)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};

	for (size_t i = 0; i < below.n; i++) {
		_cleanup_fd_ int fd = below.fds[i], place_fd = -1;

		if (r < 0)
			continue;
		place_fd = syscall(SYS_openat2, overlay_fd, below.paths[i], &how, sizeof(how));
		r = place_fd < 0 ? negative_errno() : mount_put(fd, place_fd);
	}
	return r;
}

/* --- layers --- */

/* Makes the directories of the layers. The upper one looks like the lower one. */
static int make_layers(int tmpfs_fd, int target_fd)
{
	struct stat st;

	if (fstat(target_fd, &st) < 0 || mkdirat(tmpfs_fd, "lower", 0700) < 0 ||
	    mkdirat(tmpfs_fd, "work", 0700) < 0 || mkdirat(tmpfs_fd, "upper", 0700) < 0 ||
	    fchownat(tmpfs_fd, "upper", st.st_uid, st.st_gid, 0) < 0 ||
	    fchmodat(tmpfs_fd, "upper", st.st_mode & 07777, 0) < 0)
		return negative_errno();
	return 0;
}

/* Makes the overlay, by the tmpfs, which is the working directory and has the lower layer. */
static int new_overlay(int tmpfs_fd, int lower_fd, unsigned int attributes)
{
	static const char *const options[] = {
		"lowerdir", "lower", "upperdir", "upper", "workdir", "work", "userxattr", "", NULL};
	_cleanup_fd_ int place_fd = openat(tmpfs_fd, "lower", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = place_fd < 0 ? negative_errno() : mount_put(lower_fd, place_fd);

	if (r == 0 && fchdir(tmpfs_fd) < 0)
		r = negative_errno();
	return r < 0 ? r : mount_new("overlay", attributes, options);
}

/* Returns a detached overlay of the directory. Its layers are mounted on the directory for that
 * moment, because overlay takes paths. Afterwards nothing but the overlay reaches them. */
static int make_overlay(int target_fd, uint64_t size, unsigned int attributes)
{
	char text[32];
	const char *const options[] = {"mode", "0700", "size", text, NULL};
	_cleanup_fd_ int lower_fd = mount_clone_one(target_fd), tmpfs_fd = -1, overlay_fd = -1;
	int r;

	if (lower_fd < 0)
		return lower_fd;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(size ? size : SIZE_DEFAULT));
	tmpfs_fd = mount_new("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, options);
	r = tmpfs_fd < 0 ? tmpfs_fd : make_layers(tmpfs_fd, target_fd);
	if (r == 0)
		r = mount_put(tmpfs_fd, target_fd);
	if (r < 0)
		return r;
	overlay_fd = new_overlay(tmpfs_fd, lower_fd, attributes);
	if (overlay_fd < 0)
		return overlay_fd;
	return umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ? negative_errno()
							      : take_fd(&overlay_fd);
}

int overlay_put(int proc_fd, int target_fd, uint64_t size, bool fixed)
{
	_cleanup_fd_ int overlay_fd = -1;
	unsigned int attributes;
	int r = check_lower(target_fd, &attributes);

	if (r < 0)
		return r;
	below.fixed = fixed;
	r = find_below(proc_fd, target_fd);
	if (r == 0)
		overlay_fd = r = make_overlay(target_fd, size, attributes);
	if (r >= 0)
		r = mount_put(overlay_fd, target_fd);
	r = move_below(overlay_fd, r);
	if (r == 0 && !*below.top)
		r = mount_pivot(overlay_fd);
	return r < 0 ? r : take_fd(&overlay_fd);
}
