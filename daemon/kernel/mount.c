/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mount.h>
#include <sys/syscall.h>
#include "daemon/kernel/lookup.h"
#include "daemon/kernel/mount.h"

int mount_clone(int fd, const char *path)
{
	int r = syscall(SYS_open_tree, fd, path,
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE |
				(*path ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH));

	return r < 0 ? negative_errno() : r;
}

int mount_clone_one(int fd)
{
	int r = syscall(SYS_open_tree, fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return r < 0 ? negative_errno() : r;
}

/* Reads attributes that the kernel knows by itself, because the file system may not answer. */
static int ask(int fd, unsigned int mask, struct statx *ret)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, mask, ret) < 0 ? negative_errno()
										: 0;
}

int mount_is_root(int fd)
{
	struct statx x;
	int r = ask(fd, 0, &x);

	return r < 0 ? r : !!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

int mount_is_directory(int fd)
{
	struct statx x;
	int r = ask(fd, STATX_TYPE, &x);

	return r < 0 ? r : S_ISDIR(x.stx_mode);
}

int mount_set_attributes(int fd, uint64_t attributes)
{
	struct mount_attr attr = {.attr_set = attributes, .propagation = MS_PRIVATE};

	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
		       sizeof(attr)) < 0
		       ? negative_errno()
		       : 0;
}

int mount_set_read_only(int fd, bool read_only)
{
	struct mount_attr attr = {.attr_set = read_only ? MOUNT_ATTR_RDONLY : 0,
				  .attr_clr = read_only ? 0 : MOUNT_ATTR_RDONLY};

	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0
		       ? negative_errno()
		       : 0;
}

int mount_context(const char *type, const char *const *options)
{
	_cleanup_fd_ int fd = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (fd < 0)
		return negative_errno();
	for (; options && *options; options += 2) {
		bool flag = !*options[1];

		if (syscall(SYS_fsconfig, fd, flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
			    options[0], flag ? NULL : options[1], 0) < 0)
			return negative_errno();
	}
	if (syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return negative_errno();
	return take_fd(&fd);
}

int mount_from_context(int context_fd, unsigned int attributes)
{
	int fd = syscall(SYS_fsmount, context_fd, FSMOUNT_CLOEXEC, attributes);

	return fd < 0 ? negative_errno() : fd;
}

int mount_new(const char *type, unsigned int attributes, const char *const *options)
{
	_cleanup_fd_ int context_fd = mount_context(type, options);

	return context_fd < 0 ? context_fd : mount_from_context(context_fd, attributes);
}

int mount_put(int mount_fd, int target_fd)
{
	return syscall(SYS_move_mount, mount_fd, "", target_fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0
		       ? negative_errno()
		       : 0;
}

int mount_put_below(int mount_fd, const char *name, int on_fd)
{
	_cleanup_fd_ int target_fd = -1;

	if (on_fd < 0)
		return on_fd;
	if (mkdirat(mount_fd, name, 0755) < 0)
		return negative_errno();
	target_fd = openat(mount_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return target_fd < 0 ? negative_errno() : mount_put(on_fd, target_fd);
}

int mount_enter_root(int mount_fd)
{
	_cleanup_fd_ int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root_fd < 0 ? negative_errno() : mount_put(mount_fd, root_fd);

	return r < 0 ? r : mount_pivot(mount_fd);
}

int mount_pivot(int mount_fd)
{
	if (fchdir(mount_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return negative_errno();
	return 0;
}

static struct open_how way_of_opening(int flags)
{
	return (struct open_how){.flags = flags | O_CLOEXEC,
				 .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
}

int mount_open_at(int directory_fd, const char *path, int flags, const struct identity *files)
{
	const struct open_how how = way_of_opening(flags);

	return lookup_open(directory_fd, path, &how, files);
}

void mount_open_all(const char *const paths[], size_t n, int flags, const struct identity *files,
		    int fds[])
{
	const struct open_how how = way_of_opening(flags);
	_cleanup_fd_ int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root_fd < 0 ? negative_errno() : 0;

	for (size_t i = 0; r < 0 && i < n; i++)
		fds[i] = r;
	if (r == 0)
		lookup_open_all(root_fd, paths, n, &how, files, fds);
}

int mount_open(const char *path, int flags, const struct identity *files)
{
	int fd;

	mount_open_all(&path, 1, flags, files, &fd);
	return fd;
}
