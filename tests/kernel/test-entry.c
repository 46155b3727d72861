/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 15: how daemon/kernel/resolver.c gives a set its own files in /etc.
 *
 * - A file of a tmpfs that is mounted nowhere can be mounted by itself (6.15; before, the tmpfs
 *   must be mounted). It needs a name on the tmpfs, and lives as long as its mount.
 * - It can be mounted on a symbolic link itself, which needs no target.
 * - Renaming over the entry in another mount namespace ends the mount.
 * - One mount replaces another without a gap (6.5).
 * - If there is no entry, an overlay without an upper layer supplies one, and changes nothing.
 */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200
#endif

static const char *scratch_;
static char entry_[160], target_[128], below_[128];

/* A tmpfs that is mounted nowhere, with one file. */
static int new_tmpfs(const char *text)
{
	_cleanup_fd_ int context_fd = syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	_cleanup_fd_ int fd = -1;
	int tmpfs_fd;

	if (context_fd < 0 ||
	    syscall(SYS_fsconfig, context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		fatal("fsopen");
	tmpfs_fd = syscall(SYS_fsmount, context_fd, FSMOUNT_CLOEXEC, 0);
	fd = openat(tmpfs_fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fatal("tmpfs");
	return tmpfs_fd;
}

static int clone_file(int tmpfs_fd)
{
	int fd = syscall(SYS_open_tree, tmpfs_fd, "file", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Clones a file on kernels that clone only from an attached tmpfs. */
static int clone_attached(int tmpfs_fd)
{
	int fd;

	if (syscall(SYS_move_mount, tmpfs_fd, "", AT_FDCWD, scratch_, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		fatal("move_mount");
	fd = clone_file(tmpfs_fd);
	if (umount2(scratch_, MNT_DETACH) < 0)
		fatal("umount");
	return fd;
}

/* A mount of one file, not attached yet; read-only. */
static int file_mount(const char *text)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE};
	_cleanup_fd_ int tmpfs_fd = new_tmpfs(text);
	int fd = clone_file(tmpfs_fd);

	if (fd == -EINVAL)
		fd = clone_attached(tmpfs_fd);
	if (fd >= 0 && syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		fatal("mount_setattr");
	return fd;
}

static int attach(int tree_fd, unsigned int flags)
{
	_cleanup_fd_ int fd = open(entry_, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (tree_fd < 0 || fd < 0)
		return -errno;
	return syscall(SYS_move_mount, tree_fd, "", fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | flags) < 0
		       ? -errno
		       : 0;
}

static int put(const char *text, unsigned int flags)
{
	_cleanup_fd_ int tree_fd = file_mount(text);

	return attach(tree_fd, flags);
}

static bool reads(const char *path, const char *expected)
{
	char text[64] = "";

	return text_read(path, text, sizeof(text)) >= 0 && strcmp(text, expected) == 0;
}

static void make_file(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fatal(path);
}

static void check_clone(void)
{
	_cleanup_fd_ int tmpfs_fd = new_tmpfs("nobody's");
	_cleanup_fd_ int fd = clone_file(tmpfs_fd);

	make_file(entry_, "host");
	if (fd == -EINVAL)
		tap_skip("a file of a tmpfs that is mounted nowhere can be cloned", "it (6.15)");
	else
		tap_ok(fd >= 0, "a file of a tmpfs that is mounted nowhere can be cloned");
	close_fd(fd);
	fd = clone_attached(tmpfs_fd);
	tap_ok(fd >= 0, "a file of a mounted tmpfs can be cloned");
	if (unlinkat(tmpfs_fd, "file", 0) < 0)
		tmpfs_fd = -1;
	tap_is(attach(fd, 0), -ENOENT, "a file that has no name any more cannot be mounted");
}

static void check_plain(void)
{
	struct stat st;

	tap_is(put("ours", 0), 0, "a file can be mounted on a plain entry");
	tap_ok(reads(entry_, "ours"), "it can be read there when nothing but the mount holds it");
	tap_ok(stat(entry_, &st) == 0 && st.st_nlink == 1,
	       "it keeps its name in a tmpfs that no process sees");
	tap_is(open(entry_, O_WRONLY | O_CLOEXEC) < 0 ? errno : 0, EROFS, "nobody can write to it");
}

static void check_beneath(void)
{
	int r = put("newer", MOVE_MOUNT_BENEATH);

	if (r == -EINVAL) {
		tap_skip("a mount can be put beneath another one", "MOVE_MOUNT_BENEATH (6.5)");
	} else {
		tap_is(r, 0, "a mount can be put beneath another one");
		tap_ok(reads(entry_, "ours"), "the mount beneath is hidden");
		tap_is(umount2(entry_, UMOUNT_NOFOLLOW | MNT_DETACH), 0,
		       "the upper mount can be unmounted");
		tap_ok(reads(entry_, "newer"), "this uncovers the mount beneath without a gap");
	}
	(void)umount2(entry_, UMOUNT_NOFOLLOW | MNT_DETACH);
	tap_ok(reads(entry_, "host"), "the file below the mounts is unchanged");
}

static int body_rename(struct child *parent _unused_, void *arg _unused_)
{
	if (unshare(CLONE_NEWNS) < 0 || umount2(entry_, UMOUNT_NOFOLLOW | MNT_DETACH) < 0)
		return 1;
	make_file(target_, "renamed");
	return rename(target_, entry_) < 0 ? 2 : 0;
}

static void check_rename(void)
{
	if (put("ours", 0) < 0)
		fatal("mount");
	tap_is(rename(entry_, target_) < 0 ? errno : 0, EBUSY,
	       "an entry with a mount cannot be renamed in this mount namespace");
	tap_is(child_run(body_rename, NULL), 0,
	       "a mount namespace without the mount can rename another file to the entry");
	tap_ok(reads(entry_, "renamed"), "the mount on the replaced entry has gone");
	unlink(entry_);
}

static void check_symlink(void)
{
	struct stat st;

	if (symlink(target_, entry_) < 0)
		fatal("symlink");
	tap_is(put("ours", 0), 0, "a file can be mounted on a symbolic link that leads nowhere");
	tap_ok(lstat(entry_, &st) == 0 && S_ISREG(st.st_mode),
	       "the link appears as a regular file");
	tap_ok(reads(entry_, "ours"), "the mounted file can be read by the link's name");
	make_file(target_, "stub");
	make_file(below_, "stub 2");
	if (rename(below_, target_) < 0)
		fatal("rename");
	tap_ok(reads(entry_, "ours"),
	       "the mount stays when the link's target is made and replaced");
	tap_ok(reads(target_, "stub 2"), "the target can be read by its own name");
	tap_is(umount2(entry_, UMOUNT_NOFOLLOW | MNT_DETACH), 0,
	       "the mount on the link can be unmounted");
	tap_ok(reads(entry_, "stub 2"), "the link leads to its target again");
	unlink(entry_);
	unlink(target_);
}

/* Makes a read-only overlay of etc and lower/. Returns a detached mount or -errno. */
static int overlay(const char *lower, const char *etc)
{
	_cleanup_fd_ int context_fd = syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
	char layers[320];
	int fd;

	if (context_fd < 0)
		return -errno;
	snprintf(layers, sizeof(layers), "%s:%s", lower, etc);
	if (syscall(SYS_fsconfig, context_fd, FSCONFIG_SET_STRING, "lowerdir", layers, 0) < 0 ||
	    syscall(SYS_fsconfig, context_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = syscall(SYS_fsmount, context_fd, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	return fd < 0 ? -errno : fd;
}

static void check_missing(void)
{
	char etc[128], lower[128], path[160], other[160];
	struct stat st;
	int fd;

	snprintf(etc, sizeof(etc), "%s/etc", scratch_);
	snprintf(lower, sizeof(lower), "%s/lower", scratch_);
	if (mkdir(etc, 0755) < 0 || mkdir(lower, 0755) < 0)
		fatal("mkdir");
	snprintf(path, sizeof(path), "%s/resolv.conf", lower);
	make_file(path, "");
	snprintf(other, sizeof(other), "%s/passwd", etc);
	make_file(other, "passwd");
	snprintf(path, sizeof(path), "%s/resolv.conf", etc);
	fd = overlay(lower, etc);
	if (fd == -ENODEV) {
		tap_skip("an overlay can be made of two lower layers",
			 "overlay (CONFIG_OVERLAY_FS)");
		return;
	}
	tap_ok(fd >= 0, "an overlay can be made of two lower layers");
	tap_is(syscall(SYS_move_mount, fd, "", AT_FDCWD, etc, MOVE_MOUNT_F_EMPTY_PATH), 0,
	       "the overlay can be mounted on one of its layers");
	close_fd(fd);
	snprintf(entry_, sizeof(entry_), "%s", path);
	tap_is(put("ours", 0), 0, "a file can be mounted on an entry that only the overlay has");
	tap_ok(reads(path, "ours") && reads(other, "passwd"), "the other entries are as before");
	tap_ok(umount2(path, MNT_DETACH) == 0 && umount2(etc, MNT_DETACH) == 0 &&
		       stat(path, &st) < 0 && errno == ENOENT,
	       "the entry is gone with the overlay: nothing was written below");
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	scratch_ = mounts_scratch();
	snprintf(entry_, sizeof(entry_), "%s/resolv.conf", scratch_);
	snprintf(target_, sizeof(target_), "%s/stub-resolv.conf", scratch_);
	snprintf(below_, sizeof(below_), "%s/stub-resolv.conf.new", scratch_);
	check_clone();
	check_plain();
	check_beneath();
	check_rename();
	check_symlink();
	check_missing();
	return tap_done();
}
