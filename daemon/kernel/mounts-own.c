/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/magic.h>
#include <sys/vfs.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mounts-own.h"

#define DEV_SIZE (UINT64_C(1) << 20)

int own_new_tmpfs(uint32_t mode, uint64_t size, const struct identity *owner,
		  unsigned int attributes)
{
	char mode_text[12], size_text[32], uid[16], gid[16];
	const char *options[9] = {"mode", mode_text};
	size_t n = 2;

	snprintf(mode_text, sizeof(mode_text), "%o", mode);
	if (size) {
		snprintf(size_text, sizeof(size_text), "%llu", (unsigned long long)size);
		options[n++] = "size";
		options[n++] = size_text;
	}
	if (owner) {
		snprintf(uid, sizeof(uid), "%u", owner->uid);
		snprintf(gid, sizeof(gid), "%u", owner->gid);
		options[n++] = "uid";
		options[n++] = uid;
		options[n++] = "gid";
		options[n++] = gid;
	}
	return mount_new("tmpfs", MOUNT_ATTR_NOSUID | attributes, options);
}

uint32_t own_mode(const struct spec_mount *mount)
{
	static const char *const for_all[] = {"/tmp", "/var/tmp", "/dev/shm"};

	for (size_t i = 0; !mount->mode && i < ARRAY_SIZE(for_all); i++)
		if (strcmp(mount->target, for_all[i]) == 0)
			return 01777;
	return mount->mode ? mount->mode : 0755;
}

int own_new_root(const struct spec_mount *mount, const struct identity *files)
{
	static const char *const names[] = {"dev", "proc", "sys"};
	_cleanup_fd_ int fd = own_new_tmpfs(own_mode(mount), mount->size, files, MOUNT_ATTR_NODEV);

	for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(names); i++)
		if (mkdirat(fd, names[i], 0755) < 0 ||
		    fchownat(fd, names[i], files->uid, files->gid, 0) < 0)
			return negative_errno();
	return take_fd(&fd);
}

/* Returns true if fd is on a sysfs. No user can put links there, or rename a directory. */
static bool is_sysfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == SYSFS_MAGIC;
}

/*
 * Puts the mount at cgroup_fd, with those on it, at fs/cgroup in a sysfs that we have just made. No
 * user has put links or mounts there. movable: the new sysfs covers the place of the mount; then
 * moves the mount itself. Elsewhere it may hide something from the user, so puts a copy. Also puts
 * a copy if the kernel refuses to move the mount: it is locked in a set with a user namespace, its
 * parent may be shared, or there is only a directory. Returns 0, or -errno if memory or descriptors
 * are short. Ignores other failures: the directory is then empty.
 */
static int put_cgroups(int sysfs_fd, int cgroup_fd, bool movable)
{
	_cleanup_fd_ int at_fd = openat(sysfs_fd, "fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int copy_fd = -1;

	if (cgroup_fd < 0 || at_fd < 0 || (movable && mount_put(cgroup_fd, at_fd) == 0))
		return 0;
	copy_fd = mount_clone(cgroup_fd, "");
	if (copy_fd >= 0)
		mount_put(copy_fd, at_fd);
	return is_shortage(copy_fd) ? copy_fd : 0;
}

/* Mounts the set's sysfs on target_fd, and the mount at cgroup_fd (or -errno) in it. */
static int put_sysfs(int ready_fd, int target_fd, int cgroup_fd)
{
	_cleanup_fd_ int new_fd = -1, mount_fd = -1;
	int r;

	if (is_shortage(cgroup_fd))
		return cgroup_fd;
	if (ready_fd < 0)
		ready_fd = new_fd = mount_context("sysfs", NULL);
	mount_fd = ready_fd < 0 ? ready_fd : mount_from_context(ready_fd, MOUNT_SAFE);
	if (mount_fd < 0)
		return mount_fd;
	r = mount_put(mount_fd, target_fd);
	return r < 0 ? r : put_cgroups(mount_fd, cgroup_fd, is_sysfs(target_fd));
}

int own_put_sysfs(int ready_fd, const struct identity *files, struct fault *fault)
{
	_cleanup_fd_ int sys_fd = mount_open("/sys", O_PATH | O_DIRECTORY, files), cgroup_fd = -1;

	if (sys_fd < 0)
		return fault_if(fault, STEP_SYSFS, 0, sys_fd == -ENOENT ? 0 : sys_fd);
	/* from the /sys that was opened, and not by its path again, which may lead elsewhere now */
	cgroup_fd = mount_open_at(sys_fd, "fs/cgroup", O_PATH | O_DIRECTORY, files);
	return fault_if(fault, STEP_SYSFS, 0, put_sysfs(ready_fd, sys_fd, cgroup_fd));
}

static const char *const nodes[MOUNTS_NODES] = {"null", "zero", "full", "random", "urandom", "tty"};

int own_clone_nodes(struct mounts *mounts, struct fault *fault)
{
	for (size_t i = 0; i < MOUNTS_NODES; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/%s", nodes[i]);
		mounts->node_fds[i] = mount_clone(AT_FDCWD, path);
		if (mounts->node_fds[i] < 0)
			return fault_set(fault, STEP_DEV, i, -mounts->node_fds[i]);
	}
	return 0;
}

static int put_node(int mount_fd, const char *name, int node_fd)
{
	_cleanup_fd_ int target_fd = openat(mount_fd, name, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);

	return target_fd < 0 ? negative_errno() : mount_put(node_fd, target_fd);
}

static int fill_dev(const struct mounts *mounts, int dev_fd)
{
	static const char *const pts_options[] = {"ptmxmode", "0666", "mode", "0620", NULL};
	static const char *const links[][2] = {
		{"pts/ptmx", "ptmx"},	       {"/proc/self/fd", "fd"},
		{"/proc/self/fd/0", "stdin"},  {"/proc/self/fd/1", "stdout"},
		{"/proc/self/fd/2", "stderr"},
	};
	_cleanup_fd_ int pts_fd =
		mount_new("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts_options);
	_cleanup_fd_ int shm_fd = own_new_tmpfs(01777, 0, NULL, MOUNT_ATTR_NODEV);
	int r = mount_put_below(dev_fd, "pts", pts_fd);

	if (r == 0)
		r = mount_put_below(dev_fd, "shm", shm_fd);
	for (size_t i = 0; r == 0 && i < MOUNTS_NODES; i++)
		r = put_node(dev_fd, nodes[i], mounts->node_fds[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(links); i++)
		if (symlinkat(links[i][0], dev_fd, links[i][1]) < 0)
			r = negative_errno();
	return r;
}

/* Puts a small /dev on the target. Before 6.15 the kernel attaches nothing to a detached mount, so
 * /dev is filled last. */
int own_put_dev(const struct mounts *mounts, int target_fd, struct own_mounts *own,
		const struct identity *files)
{
	_cleanup_fd_ int dev_fd = own_new_tmpfs(0755, DEV_SIZE, files, MOUNT_ATTR_NOEXEC);
	int r = dev_fd < 0 ? dev_fd : mount_put(dev_fd, target_fd);

	if (r < 0)
		return r;
	mount_target_allow(own, dev_fd, false);
	return fill_dev(mounts, dev_fd);
}

int own_put_shm(struct own_mounts *own, const struct identity *files)
{
	_cleanup_fd_ int target_fd = mount_open("/dev/shm", O_PATH | O_DIRECTORY, files), fd = -1;
	int r;

	if (target_fd < 0)
		return target_fd == -ENOTDIR ? -ENOENT : target_fd;
	fd = own_new_tmpfs(01777, 0, files, MOUNT_ATTR_NODEV);
	r = fd < 0 ? fd : mount_put(fd, target_fd);
	if (r < 0)
		return r;
	mount_target_allow(own, fd, false);
	return take_fd(&fd);
}
