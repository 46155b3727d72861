/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mountinfo.h"
#include "daemon/kernel/overlay.h"
#include "daemon/kernel/pass.h"

#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif
#define SIZE_DEFAULT (UINT64_C(1) << 30)

/*
 * Returns 0 if the kernel alone checks permissions on the layer's file system, by modes and ACLs
 * that an overlay shows, else -EXDEV or -errno. Servers of others (FUSE, NFS) would be asked as
 * root. Adds to *attributes those that the overlay must have, so that it is not less strict than
 * the layer's mount.
 */
static int check_layer(int fd, unsigned int *attributes)
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
	if (fs.f_flags & ST_NOEXEC)
		*attributes |= MOUNT_ATTR_NOEXEC;
	if (fs.f_flags & ST_NOSYMFOLLOW)
		*attributes |= MOUNT_ATTR_NOSYMFOLLOW;
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

/* Returns true if the mount covers one that was found before, and puts the mount in its place. */
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

/* Opens the mounts that were found. Meanwhile a user can exchange a directory of the path for a
 * link, so that another mount would be opened and moved, and uncover what it covers. */
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

/* Moves the mounts that were found to the same places below the overlay, or closes them if r is a
 * failure. */
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

/* While an overlay is made, this is its target. */
struct layers {
	const struct overlay *overlay;
	unsigned int attributes;
	struct stat lower;
};

/* Makes the upper layer and the work directory for changes that are thrown away. The upper layer
 * has the lower one's owner and mode. */
static int make_written(const struct stat *lower)
{
	if (mkdir("written", 0700) < 0 || mkdir("written/work", 0700) < 0 ||
	    mkdir("written/upper", 0700) < 0 ||
	    chown("written/upper", lower->st_uid, lower->st_gid) < 0 ||
	    chmod("written/upper", lower->st_mode & 07777) < 0)
		return negative_errno();
	return 0;
}

/* Makes them in the caller's directory that keeps the changes, unless it has them already. */
static int make_kept(const struct stat *lower)
{
	bool is_new = mkdir("written/upper", 0700) == 0;

	if ((!is_new && errno != EEXIST) ||
	    (is_new && chmod("written/upper", lower->st_mode & 07777) < 0) ||
	    (mkdir("written/work", 0700) < 0 && errno != EEXIST))
		return negative_errno();
	return 0;
}

/* Makes a detached overlay of the layers in the working directory. If the upper layer is kept, asks
 * for an index: then the kernel refuses a layer that another overlay has. Without privilege the
 * kernel makes no index. */
static int new_overlay(const struct layers *layers)
{
	const char *const options[] = {"lowerdir",
				       "lower",
				       "upperdir",
				       "written/upper",
				       "workdir",
				       "written/work",
				       "userxattr",
				       "",
				       layers->overlay->kept_fd >= 0 ? "index" : NULL,
				       "on",
				       NULL};

	return mount_new("overlay", layers->attributes, options);
}

/* Makes an overlay whose upper layer is kept. Refuses a read-only overlay, which the kernel makes
 * if it may not use the layer's "work". */
static int new_kept_overlay(const struct layers *layers)
{
	_cleanup_fd_ int fd = new_overlay(layers);
	struct statfs fs;

	if (fd >= 0 && fstatfs(fd, &fs) < 0)
		return negative_errno();
	return fd >= 0 && fs.f_flags & ST_RDONLY ? -EACCES : take_fd(&fd);
}

/*
 * Makes an overlay with the rights that the owner has in the set's user namespace, and in a mount
 * namespace of that, a copy of this one. The user can neither signal nor trace the process.
 */
static void __attribute__((noreturn)) child_overlay(void *context, int channel_fd)
{
	const struct layers *layers = context;
	int r;

	child_begin();
	r = privilege_charge(layers->overlay->owner);
	if (r == 0)
		r = privilege_files_as_caller(layers->overlay->owner);
	if (r == 0 && setns(layers->overlay->user_fd, CLONE_NEWUSER) < 0)
		r = negative_errno();
	privilege_conceal();
	if (r == 0 && unshare(CLONE_NEWNS) < 0)
		r = negative_errno();
	if (r == 0)
		r = make_kept(&layers->lower);
	pass_send(channel_fd, r < 0 ? r : new_kept_overlay(layers));
	_exit(EXIT_SUCCESS);
}

/* Fills the working directory, which is the root of tmpfs_fd. In the caller's directory no link is
 * followed: it could lead to a descriptor of ours. */
static int put_layers(const struct layers *layers, int tmpfs_fd, int lower_fd)
{
	int kept_fd = layers->overlay->kept_fd, r = mount_put_below(tmpfs_fd, "lower", lower_fd);

	if (r < 0 || kept_fd < 0)
		return r < 0 ? r : make_written(&layers->lower);
	r = mount_set_attributes(kept_fd, MOUNT_ATTR_NOSYMFOLLOW);
	return r < 0 ? r : mount_put_below(tmpfs_fd, "written", kept_fd);
}

/* Returns a detached overlay of the directory. Its layers are mounted on the directory for that
 * moment, because overlay takes paths. Afterwards nothing but the overlay reaches them there. */
static int make_overlay(struct layers *layers, int target_fd)
{
	uint64_t size = layers->overlay->size;
	char text[32];
	const char *const options[] = {"mode", "0711", "size", text, NULL};
	_cleanup_fd_ int lower_fd = mount_clone_one(target_fd), tmpfs_fd = -1, overlay_fd = -1;
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)(size ? size : SIZE_DEFAULT));
	tmpfs_fd = mount_new("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, options);
	r = tmpfs_fd < 0 ? tmpfs_fd : mount_put(tmpfs_fd, target_fd);
	if (r == 0 && (fstat(target_fd, &layers->lower) < 0 || fchdir(tmpfs_fd) < 0))
		r = negative_errno();
	if (r < 0)
		return r;
	r = put_layers(layers, tmpfs_fd, lower_fd);
	if (r == 0)
		r = overlay_fd = layers->overlay->kept_fd >= 0
					 ? pass_from_child(child_overlay, layers)
					 : new_overlay(layers);
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return negative_errno();
	return r < 0 ? r : take_fd(&overlay_fd);
}

int overlay_put(const struct overlay *overlay, int target_fd)
{
	struct layers layers = {.overlay = overlay,
				.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	_cleanup_fd_ int overlay_fd = -1;
	int r = check_layer(target_fd, &layers.attributes);

	if (r == 0 && overlay->kept_fd >= 0)
		r = check_layer(overlay->kept_fd, &layers.attributes);
	if (r < 0)
		return r;
	below.fixed = overlay->fixed;
	r = find_below(overlay->proc_fd, target_fd);
	if (r == 0)
		overlay_fd = r = make_overlay(&layers, target_fd);
	if (r >= 0)
		r = mount_put(overlay_fd, target_fd);
	r = move_below(overlay_fd, r);
	if (r == 0 && !*below.top)
		r = mount_pivot(overlay_fd);
	return r < 0 ? r : take_fd(&overlay_fd);
}
