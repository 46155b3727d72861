/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include "daemon/kernel/vault.h"

#ifndef NS_GET_MNTNS_ID
#define NS_GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)
#endif

#define CPUS_MAX 64
/* Name, in the mount table, of a tmpfs that vault_prepare() has made. */
#define TMPFS_NAME "nsctl-runtime"

uint64_t vault_mnt_id(int mnt_fd)
{
	uint64_t id = 0;

	return ioctl(mnt_fd, NS_GET_MNTNS_ID, &id) < 0 ? 0 : id;
}

static int open_own_mnt(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? negative_errno() : fd;
}

/* Returns true if an id is better than the best one so far: it must be higher than above, and then
 * as low as possible. If the kernel has no ids, the first namespace stays the best. */
static bool is_better(uint64_t id, uint64_t best, uint64_t above)
{
	return best <= above ? id > best : id > above && id < best;
}

/*
 * Makes one mount namespace on each CPU and keeps the one with the lowest id: since 6.18 a mount
 * namespace can only be pinned in one with a lower NS_GET_MNTNS_ID, and each CPU hands ids out in
 * batches (docs/kernel.md, 2).
 */
static int make_lowest(uint64_t above, int *ret_fd)
{
	_cleanup_fd_ int best_fd = -1;
	uint64_t best = 0;
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return negative_errno();
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < CPUS_MAX; cpu++) {
		_cleanup_fd_ int fd = -1;
		cpu_set_t one;
		uint64_t id;

		if (!CPU_ISSET(cpu, &all))
			continue;
		n++;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) < 0 || unshare(CLONE_NEWNS) < 0)
			return negative_errno();
		fd = open_own_mnt();
		if (fd < 0)
			return fd;
		id = vault_mnt_id(fd);
		if (best_fd >= 0 && !is_better(id, best, above))
			continue;
		best = id;
		close_fd(best_fd);
		best_fd = take_fd(&fd);
	}
	if (sched_setaffinity(0, sizeof(all), &all) < 0)
		return negative_errno();
	if (best_fd < 0)
		return -EINVAL;
	*ret_fd = take_fd(&best_fd);
	return 0;
}

/* Sets up the new mount namespace: only a tmpfs and a /proc remain in it. */
static int populate(const char *runtime)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("nsctl", runtime, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0 ||
	    chdir(runtime) < 0 || mkdir("proc", 0555) < 0 || mkdir("ns", 0700) < 0 ||
	    mkdir("old", 0700) < 0 ||
	    mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
	    syscall(SYS_pivot_root, ".", "old") < 0 || chdir("/") < 0 ||
	    umount2("/old", MNT_DETACH) < 0 || rmdir("/old") < 0)
		return negative_errno();
	return 0;
}

/* Returns 1 if path is the root of a mount, 0 if not, or -errno. A failure must not count as 0,
 * because the existing mount would be covered. */
static int is_mount_root(const char *path)
{
	struct statx x;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x) < 0)
		return negative_errno();
	return x.stx_attributes & STATX_ATTR_MOUNT_ROOT ? 1 : 0;
}

/* Makes the second bind of the vault's root, see VAULT_SOURCE. Vaults of earlier versions do not
 * have it yet. */
static int make_source(void)
{
	int r;

	if (mkdir(VAULT_SOURCE, 0700) < 0 && errno != EEXIST)
		return negative_errno();
	r = is_mount_root(VAULT_SOURCE);
	if (r == 0 && mount("/", VAULT_SOURCE, NULL, MS_BIND, NULL) < 0)
		r = negative_errno();
	return r < 0 ? r : 0;
}

static int return_to_host(const struct host *host)
{
	return setns(host->mnt_fd, CLONE_NEWNS) < 0 || chdir("/") < 0 ? negative_errno() : 0;
}

/* Returns 1 if path is on a file system of this type, 0 if not or if path does not exist, or
 * -errno. */
static int is_file_system(const char *path, long magic)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return errno == ENOENT ? 0 : negative_errno();
	return fs.f_type == magic;
}

static int own_mount(const char *path, unsigned long propagation)
{
	int r = is_mount_root(path);

	if (r < 0)
		return r;
	if (r == 0 && mount(path, path, NULL, MS_BIND, NULL) < 0)
		return negative_errno();
	return mount(NULL, path, NULL, propagation, NULL) < 0 ? negative_errno() : 0;
}

/* Detaches all mounts at the path. */
static int unmount_all(const char *path)
{
	while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	return errno == EINVAL || errno == ENOENT ? 0 : negative_errno();
}

/* Returns 1 if the directory is empty, 0 if not, or -errno. */
static int is_empty(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int r = 1;

	if (!directory)
		return negative_errno();
	while (r == 1 && (errno = 0, entry = readdir(directory)))
		r = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (r == 1 && errno)
		r = negative_errno();
	closedir(directory);
	return r;
}

/* Returns 1 if vault_prepare() must mount a tmpfs on this directory, on which nothing is mounted, 0
 * if not, or -errno. */
static int wants_tmpfs(const char *path)
{
	int r = is_file_system(path, TMPFS_MAGIC);

	return r == 0 ? is_empty(path) : MIN(r, 0);
}

int vault_prepare(const char *runtime)
{
	int mounted = is_mount_root(runtime), r;

	if (mounted < 0)
		return mounted;
	r = mounted ? 0 : wants_tmpfs(runtime);
	if (r > 0 &&
	    mount(TMPFS_NAME, runtime, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") < 0)
		r = negative_errno();
	if (r >= 0)
		r = own_mount(runtime, MS_PRIVATE);
	if (r < 0 && !mounted)
		unmount_all(runtime);
	return r < 0 ? r : !mounted;
}

int vault_is_pinned(const char *runtime)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/vault", runtime);
	return is_file_system(path, NSFS_MAGIC);
}

/* Pins the vault by a bind mount on a file of its own. */
static int pin_vault(int vault_fd, const char *path)
{
	char link[64];
	int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0400);

	if (fd < 0)
		return negative_errno();
	close_fd(fd);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", vault_fd);
	return mount(link, path, NULL, MS_BIND, NULL) < 0 ? negative_errno() : 0;
}

static int make_vault(struct host *host, const char *path)
{
	int r = make_lowest(vault_mnt_id(host->mnt_fd), &host->vault_fd);

	if (r == 0 && setns(host->vault_fd, CLONE_NEWNS) < 0)
		r = negative_errno();
	if (r == 0)
		r = populate(host->runtime);
	if (return_to_host(host) < 0 || r < 0)
		return r < 0 ? r : -EIO;
	return pin_vault(host->vault_fd, path);
}

/*
 * Checks that fd is a vault of ours: its type and, in a visit, its contents. Returns another
 * descriptor of it, or -errno. fd itself may have been opened at a pin, which is unbindable, and
 * the kernel would bind it nowhere.
 */
static int open_kept(const struct host *host, int fd)
{
	struct statfs fs;
	struct stat own, kept;
	int r;

	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC ||
	    ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNS || fstat(fd, &kept) < 0 ||
	    fstat(host->mnt_fd, &own) < 0 || kept.st_ino == own.st_ino)
		return -EINVAL;
	if (setns(fd, CLONE_NEWNS) < 0)
		return negative_errno();
	r = is_file_system("/", TMPFS_MAGIC) > 0 && is_file_system("/proc", PROC_SUPER_MAGIC) > 0 &&
			    access("/ns", F_OK) == 0
		    ? open_own_mnt()
		    : -EINVAL;
	if (return_to_host(host) < 0) {
		close_fd(r);
		return -EIO;
	}
	return r;
}

/* Finds the vault that is pinned, or pins the kept one again, or makes a new one. A pinned vault
 * takes precedence over the kept one, because the sets' records refer to it. */
static int find_vault(struct host *host, const char *path, int kept_fd, bool *ret_pinned)
{
	_cleanup_fd_ int kept = -1;
	int r = is_file_system(path, NSFS_MAGIC);

	*ret_pinned = false;
	if (r < 0)
		return r;
	if (r > 0) {
		host->vault_fd = open(path, O_RDONLY | O_CLOEXEC);
		return host->vault_fd < 0 ? negative_errno() : 0;
	}
	kept = kept_fd < 0 ? -EBADF : open_kept(host, kept_fd);
	if (kept < 0)
		return make_vault(host, path);
	r = pin_vault(kept, path);
	if (r < 0)
		return r;
	host->vault_fd = take_fd(&kept);
	*ret_pinned = true;
	return 0;
}

static int open_root(struct host *host)
{
	int r;

	if (setns(host->vault_fd, CLONE_NEWNS) < 0)
		return negative_errno();
	r = make_source();
	host->vault_root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && host->vault_root_fd < 0)
		r = negative_errno();
	if (return_to_host(host) < 0)
		return -EIO;
	return r;
}

int vault_open(struct host *host, int kept_fd, bool *ret_pinned)
{
	char path[PATH_MAX], visible[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/vault", host->runtime);
	snprintf(visible, sizeof(visible), "%s/ns", host->runtime);
	host->mnt_fd = open_own_mnt();
	if (host->mnt_fd < 0)
		return host->mnt_fd;
	if (mkdir(visible, 0755) < 0 && errno != EEXIST)
		return negative_errno();
	r = own_mount(visible, MS_SHARED);
	if (r < 0)
		return r;
	r = find_vault(host, path, kept_fd, ret_pinned);
	if (r < 0)
		return r;
	/* Unbindable, so that a recursive bind of a directory above leaves the pin out. The copy
	 * could be in a younger mount namespace, which may not have the pin, and then the whole
	 * bind would fail. */
	if (mount(NULL, path, NULL, MS_UNBINDABLE, NULL) < 0)
		return negative_errno();
	host->vault_id = vault_mnt_id(host->vault_fd);
	return open_root(host);
}

/* Returns true if vault_prepare() made the mount at path: a bind, whose root is not the root of its
 * file system, or a tmpfs with our name. A mount of the administrator is neither. */
static bool is_ours(const char *path)
{
	char line[8192], root[4096], point[4096];
	_cleanup_file_ FILE *file = fopen("/proc/self/mountinfo", "re");
	bool ours = false;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*d %*d %*s %4095s %4095s", root, point) == 2 &&
		    strcmp(point, path) == 0)
			ours = strcmp(root, "/") != 0 || strstr(line, " " TMPFS_NAME " ");
	return ours;
}

int vault_remove(const char *runtime)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/vault", runtime);
	r = unmount_all(path);
	if (r == 0 && unlink(path) < 0 && errno != ENOENT)
		r = negative_errno();
	snprintf(path, sizeof(path), "%s/ns", runtime);
	if (r == 0)
		r = unmount_all(path);
	if (r == 0 && rmdir(path) < 0 && errno != ENOENT)
		r = negative_errno();
	if (r == 0 && is_ours(runtime))
		r = unmount_all(runtime);
	return r;
}
