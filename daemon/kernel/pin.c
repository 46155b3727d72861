/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/magic.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/vault.h"

#ifndef NS_GET_ID
#define NS_GET_ID _IOR(0xb7, 0xd, uint64_t)
#endif
#define NETNS_DIRECTORY "/run/netns"

void pin_path(const struct task_set *set, char ret[static PIN_PATH_SIZE])
{
	snprintf(ret, PIN_PATH_SIZE, "%u/%s", set->owner, set->name);
}

int pin_identify(int fd, uint64_t *ret_inode, uint64_t *ret_id)
{
	struct stat st;
	uint64_t id = 0;

	if (fstat(fd, &st) < 0)
		return negative_errno();
	*ret_inode = st.st_ino;
	*ret_id = ioctl(fd, NS_GET_ID, &id) < 0 ? 0 : id;
	return 0;
}

int pin_open_path(int vault_root_fd, const char *path, enum kind kind)
{
	char file[PIN_PATH_SIZE + 16];
	_cleanup_fd_ int fd = -1;
	struct statfs fs;

	snprintf(file, sizeof(file), "ns/%s/%s", path, kind_name(kind));
	fd = openat(vault_root_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return negative_errno();
	/* a file on which no namespace is mounted (any more) is no pin */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC)
		return -ENOENT;
	return take_fd(&fd);
}

int pin_open(int vault_root_fd, const struct task_set *set, enum kind kind)
{
	char path[PIN_PATH_SIZE];

	pin_path(set, path);
	return pin_open_path(vault_root_fd, path, kind);
}

int pin_inode(int vault_root_fd, const struct task_set *set, enum kind kind, ino_t *ret)
{
	_cleanup_fd_ int fd = pin_open(vault_root_fd, set, kind);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return negative_errno();
	*ret = st.st_ino;
	return 0;
}

/* Binds the namespace to the existing file at path. */
static int bind_to(int fd, const char *path)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return mount(link, path, NULL, MS_BIND, NULL) < 0 ? negative_errno() : 0;
}

static int make_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444);

	close_fd(fd);
	return fd < 0 ? negative_errno() : 0;
}

/* Makes BASE/UID and BASE/UID/NAME; ret becomes the path of the latter, which all who pass BASE/UID
 * may list: they could as well try the name of each kind. Returns 0 or -errno. */
static int make_directories(const char *base, const struct task_set *set, char *ret, size_t size)
{
	for (int tries = 0; tries < 100; tries++) {
		snprintf(ret, size, "%s/%u", base, set->owner);
		if (mkdir(ret, 0700) < 0 && errno != EEXIST)
			return negative_errno();
		snprintf(ret, size, "%s/%u/%s", base, set->owner, set->name);
		if (mkdir(ret, 0755) == 0 || errno == EEXIST)
			return 0;
		/* the directory has just been removed along with the owner's last other set */
		if (errno != ENOENT)
			break;
	}
	return negative_errno();
}

static int bind_all(const char *directory, const int fds[KIND_COUNT], uint32_t kinds,
		    enum step step, struct fault *fault)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		char path[PATH_MAX];
		int r;

		if (fds[kind] < 0 || !(kinds & KIND_BIT(kind)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, kind_name(kind));
		r = make_file(path);
		if (r == 0)
			r = bind_to(fds[kind], path);
		if (r < 0)
			return fault_set(fault, step, kind, -r);
		fault_point("create-pinned-one");
	}
	return 0;
}

int pin_enter_vault(const struct host *host, struct fault *fault)
{
	return setns(host->vault_fd, CLONE_NEWNS) < 0 ? fault_set(fault, STEP_VAULT, 0, errno) : 0;
}

static bool has_many(uint32_t kinds)
{
	return kinds & (kinds - 1);
}

/*
 * Binds the directory on itself. All pins of a set are below this one mount and go with it: each
 * umount waits for the kernel's readers (an expedited grace period), but only once for everything
 * below.
 */
static int bind_on_itself(const char *directory)
{
	char source[sizeof(VAULT_SOURCE) + PATH_MAX];

	snprintf(source, sizeof(source), VAULT_SOURCE "%s", directory);
	return mount(source, directory, NULL, MS_BIND, NULL) < 0 ? negative_errno() : 0;
}

int pin_in_vault(const struct task_set *set, const int fds[KIND_COUNT], struct fault *fault)
{
	char directory[PATH_MAX];
	int r;

	r = make_directories("/ns", set, directory, sizeof(directory));
	if (r == 0 && has_many(set->kinds))
		r = bind_on_itself(directory);
	if (r < 0)
		return fault_set(fault, STEP_VAULT, 0, -r);
	return bind_all(directory, fds, KIND_ALL, STEP_PIN, fault);
}

/*
 * Gives the owner access to BASE/UID, a directory of root with mode 0700, by an access control
 * list. The list is written by hand in the kernel's format (linux/posix_acl_xattr.h), because
 * libacl would be one more library in a process that runs as root.
 */
static int let_owner_pass(const char *directory, uid_t owner)
{
	struct {
		uint32_t version;
		struct {
			uint16_t tag, permissions;
			uint32_t id;
		} entries[5];
	} acl = {2,
		 {{0x01, 07, UINT32_MAX},   /* the owner, root */
		  {0x02, 01, owner},	    /* the user: may pass */
		  {0x04, 00, UINT32_MAX},   /* the group */
		  {0x10, 01, UINT32_MAX},   /* the mask */
		  {0x20, 00, UINT32_MAX}}}; /* others */

	return setxattr(directory, "system.posix_acl_access", &acl, sizeof(acl), 0) < 0
		       ? negative_errno()
		       : 0;
}

static int pin_visible(const struct host *host, const struct task_set *set,
		       const int fds[KIND_COUNT], struct fault *fault)
{
	char base[PATH_MAX], directory[PATH_MAX];
	int r;

	snprintf(base, sizeof(base), "%s/ns", host->runtime);
	r = make_directories(base, set, directory, sizeof(directory));
	if (r < 0)
		return fault_set(fault, STEP_VISIBLE, 0, -r);
	snprintf(base + strlen(base), sizeof(base) - strlen(base), "/%u", set->owner);
	r = set->owner == 0 ? 0 : let_owner_pass(base, set->owner);
	if (r < 0)
		return fault_set(fault, STEP_VISIBLE, 0, -r);
	/* a mount namespace can only be pinned below a mount that does not propagate; this mount
	 * does */
	return bind_all(directory, fds, KIND_ALL & ~KIND_BIT(KIND_MNT), STEP_VISIBLE, fault);
}

/* Makes /run/netns like iproute2: shared, so that pins appear and disappear in other mount
 * namespaces. */
static int make_netns_directory(void)
{
	if (mkdir(NETNS_DIRECTORY, 0755) < 0 && errno != EEXIST)
		return negative_errno();
	if (mount("", NETNS_DIRECTORY, "none", MS_SHARED | MS_REC, NULL) == 0)
		return 0;
	if (errno != EINVAL ||
	    mount(NETNS_DIRECTORY, NETNS_DIRECTORY, "none", MS_BIND | MS_REC, NULL) < 0 ||
	    mount("", NETNS_DIRECTORY, "none", MS_SHARED | MS_REC, NULL) < 0)
		return negative_errno();
	return 0;
}

/* Formats the contents of the file below a published namespace, which identify it as ours while
 * nothing is mounted on it. */
static int netns_tag(const struct task_set *set, char *ret, size_t size)
{
	return snprintf(ret, size, "nsctl:%s\n", set->id);
}

static int publish(const struct task_set *set, int net_fd)
{
	char path[PATH_MAX], tag[64];
	int n = netns_tag(set, tag, sizeof(tag)), fd, r = make_netns_directory();

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), NETNS_DIRECTORY "/%s", set->name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd < 0)
		return negative_errno();
	r = write(fd, tag, n) == n ? 0 : -EIO;
	close_fd(fd);
	return r < 0 ? r : bind_to(net_fd, path);
}

int pin_on_host(const struct host *host, const struct task_set *set, const int fds[KIND_COUNT],
		struct fault *fault)
{
	int r = 0;

	if (!set->traces.visible && !set->traces.ip_netns)
		return 0;
	if (setns(host->mnt_fd, CLONE_NEWNS) < 0)
		return fault_set(fault, STEP_VISIBLE, 0, errno);
	if (set->traces.visible)
		r = pin_visible(host, set, fds, fault);
	if (r < 0 || !set->traces.ip_netns)
		return r;
	return fault_if(fault, STEP_IP_NETNS, 0, publish(set, fds[KIND_NET]));
}

/* Unmounts one mount at the path, if there is one. Returns 0 or -errno. */
static int unmount(const char *path)
{
	return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT
		       ? negative_errno()
		       : 0;
}

/* Unlinks the file, and unmounts everything that is mounted there. */
static int remove_pin(const char *file)
{
	int r = 0;

	for (int tries = 0; r == 0 && tries < 100; tries++) {
		if (unlink(file) == 0 || errno == ENOENT)
			return 0;
		r = errno == EBUSY ? unmount(file) : negative_errno();
	}
	return r < 0 ? r : -EBUSY;
}

/* Unmounts and unlinks each entry of the directory, then removes the directory. Returns 0 or
 * -errno. */
static int remove_directory(const char *path)
{
	/* if the directory is mounted on itself, all mounts below it go, too */
	int r = unmount(path);
	struct dirent *entry;
	DIR *directory;

	if (r < 0)
		return r;
	fault_point("remove-unmounted");
	directory = opendir(path);
	if (!directory)
		return errno == ENOENT ? 0 : negative_errno();
	while (r == 0 && (errno = 0, entry = readdir(directory))) {
		char file[PATH_MAX + NAME_MAX + 2];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		r = remove_pin(file);
		fault_point("remove-unpinned-one");
	}
	if (r == 0 && errno)
		r = negative_errno();
	closedir(directory);
	if (r == 0 && rmdir(path) < 0 && errno != ENOENT)
		r = negative_errno();
	return r;
}

static int remove_below(const char *base, const struct task_set *set)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/%u/%s", base, set->owner, set->name);
	r = remove_directory(path);
	snprintf(path, sizeof(path), "%s/%u", base, set->owner);
	if (r == 0 && rmdir(path) < 0 && errno != ENOTEMPTY && errno != ENOENT)
		r = negative_errno();
	return r;
}

static ino_t pinned_inode(const struct host *host, const struct task_set *set, enum kind kind)
{
	_cleanup_fd_ int fd = pin_open(host->vault_root_fd, set, kind);
	struct stat st;

	return fd < 0 || fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* Removes a published namespace only if it is our namespace or our file: others may use the same
 * name. */
static int remove_netns(const struct host *host, const struct task_set *set)
{
	char path[PATH_MAX], tag[64], found[64];
	int n = netns_tag(set, tag, sizeof(tag));
	_cleanup_fd_ int fd = -1;
	struct stat st;
	struct statfs fs;

	snprintf(path, sizeof(path), NETNS_DIRECTORY "/%s", set->name);
	if (statfs(path, &fs) == 0 && fs.f_type == NSFS_MAGIC) {
		if (stat(path, &st) < 0 || st.st_ino != pinned_inode(host, set, KIND_NET))
			return 0;
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return negative_errno();
		fault_point("remove-unpublished");
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || read(fd, found, sizeof(found)) != n || memcmp(found, tag, n) != 0)
		return 0;
	return unlink(path) < 0 && errno != ENOENT ? negative_errno() : 0;
}

int pin_remove(const struct host *host, const struct task_set *set, struct fault *fault)
{
	char base[PATH_MAX];
	int r = 0;

	if (set->traces.ip_netns)
		r = remove_netns(host, set);
	if (r == 0 && set->traces.visible) {
		snprintf(base, sizeof(base), "%s/ns", host->runtime);
		r = remove_below(base, set);
	}
	if (r < 0)
		return fault_set(fault, STEP_UNPIN, 0, -r);
	r = pin_enter_vault(host, fault);
	if (r < 0)
		return r;
	return fault_if(fault, STEP_UNPIN, 0, remove_below("/ns", set));
}
