/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/nsfs.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include "daemon/kernel/process.h"
#include "daemon/kernel/wall.h"

#ifndef NS_GET_ID
#define NS_GET_ID _IOR(0xb7, 0xd, uint64_t)
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

/* Makes *ret the host's: it has no descriptors. */
static void clear(struct wall *ret)
{
	memset(ret->fds, -1, sizeof(ret->fds));
	ret->root_fd = -1;
}

/* --- the text --- */

static void _printf_(2, 3) add(char text[static WALL_SIZE], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + used, WALL_SIZE - used, format, arguments);
	va_end(arguments);
}

static bool has_word(const char *wall, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = wall; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
		if (strncmp(at, name, n) == 0 && at[n] == ':')
			return true;
	return false;
}

bool wall_has(const char *wall, enum kind kind)
{
	return has_word(wall, kind_name(kind));
}

bool wall_has_tree(const char *wall)
{
	return wall_has(wall, KIND_MNT) || has_word(wall, "root");
}

/* Returns the inode of a namespace, or 0 with errno set: ENOENT if the kernel has no such kind. */
static ino_t namespace_inode(int directory_fd, const char *name)
{
	struct stat st;

	return fstatat(directory_fd, name, &st, 0) < 0 ? 0 : st.st_ino;
}

/*
 * Adds an open namespace to the text. The kernel reuses a namespace's inode after its end, but not
 * its id, if the kernel has ids. A mount namespace is identified by the mount of the root directory
 * instead.
 */
static int add_open(char text[static WALL_SIZE], enum kind kind, int fd)
{
	const char *separator = *text ? " " : "";
	uint64_t id = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return negative_errno();
	if (kind != KIND_MNT && ioctl(fd, NS_GET_ID, &id) == 0)
		add(text, "%s%s:%llu:%llu", separator, kind_name(kind),
		    (unsigned long long)st.st_ino, (unsigned long long)id);
	else
		add(text, "%s%s:%llu", separator, kind_name(kind), (unsigned long long)st.st_ino);
	return 0;
}

/*
 * Adds the process's namespace of this kind to the text, unless it is the host's. If wall is not
 * NULL, keeps the namespace open there. Otherwise does not even open a mount namespace, because the
 * process that closes it last must unmount everything in it.
 */
static int add_namespace(char text[static WALL_SIZE], enum kind kind, int directory_fd, ino_t host,
			 struct wall *wall)
{
	_cleanup_fd_ int fd = -1;
	char name[32];
	ino_t inode;
	int r;

	snprintf(name, sizeof(name), "ns/%s", kind_name(kind));
	inode = namespace_inode(directory_fd, name);
	if (!inode)
		return host ? negative_errno() : 0;
	if (inode == host)
		return 0;
	if (!wall && kind == KIND_MNT) {
		add(text, "%s%s:%llu", *text ? " " : "", kind_name(kind),
		    (unsigned long long)inode);
		return 0;
	}
	fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return negative_errno();
	r = add_open(text, kind, fd);
	if (r == 0 && wall)
		wall->fds[kind] = take_fd(&fd);
	return r;
}

/* Reads the identity of a directory, without asking its file system. */
static int read_root(int directory_fd, const char *path, struct wall_root *ret)
{
	struct statx x;

	if (statx(directory_fd, path, AT_STATX_DONT_SYNC | (*path ? 0 : AT_EMPTY_PATH),
		  STATX_INO | STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &x) < 0)
		return negative_errno();
	*ret = (struct wall_root){x.stx_mnt_id, x.stx_ino, x.stx_dev_major, x.stx_dev_minor};
	return 0;
}

static bool is_same_root(const struct wall_root *a, const struct wall_root *b)
{
	return a->mount == b->mount && a->inode == b->inode && a->major == b->major &&
	       a->minor == b->minor;
}

static int add_root(char text[static WALL_SIZE], int directory_fd, const struct wall_root *host,
		    struct wall *wall)
{
	_cleanup_fd_ int fd = -1;
	struct wall_root root;
	int r;

	if (wall) {
		fd = openat(directory_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return negative_errno();
	}
	r = fd >= 0 ? read_root(fd, "", &root) : read_root(directory_fd, "root", &root);
	if (r < 0 || is_same_root(&root, host))
		return r;
	add(text, "%sroot:%llu:%u:%u:%llu", *text ? " " : "", (unsigned long long)root.mount,
	    root.major, root.minor, (unsigned long long)root.inode);
	if (wall)
		wall->root_fd = take_fd(&fd);
	return 0;
}

static int read_all(int directory_fd, const struct wall_host *host, struct wall *wall,
		    char ret[static WALL_SIZE])
{
	int r = 0;

	*ret = '\0';
	for (enum kind kind = 0; r == 0 && kind < KIND_COUNT; kind++)
		if (kind != KIND_USER)
			r = add_namespace(ret, kind, directory_fd, host->inodes[kind], wall);
	return r < 0 ? r : add_root(ret, directory_fd, &host->root, wall);
}

int wall_read(int directory_fd, const struct wall_host *host, char ret[static WALL_SIZE])
{
	return read_all(directory_fd, host, NULL, ret);
}

bool wall_in_machine_net(int directory_fd, const struct wall_host *host)
{
	return host->machine_net && namespace_inode(directory_fd, "ns/net") == host->machine_net;
}

/* Returns the inode of the machine's net namespace, or 0: that of process 1 or, if it may not be
 * looked at, of process 2 if that is the kernel's, which executes no file. */
static ino_t find_machine_net(void)
{
	ino_t inode = namespace_inode(AT_FDCWD, "/proc/1/ns/net");
	char path[8];

	if (inode || errno == ENOENT)
		return inode;
	if (readlink("/proc/2/exe", path, sizeof(path)) >= 0 || errno != ENOENT)
		return 0;
	return namespace_inode(AT_FDCWD, "/proc/2/ns/net");
}

int wall_read_host(struct wall_host *ret)
{
	_cleanup_fd_ int fd = process_open_directory(getpid());

	if (fd < 0)
		return fd;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		char name[32];

		snprintf(name, sizeof(name), "ns/%s", kind_name(kind));
		ret->inodes[kind] = namespace_inode(fd, name);
		if (!ret->inodes[kind] && errno != ENOENT)
			return negative_errno();
	}
	ret->machine_net = find_machine_net();
	return read_root(fd, "root", &ret->root);
}

/* --- entering --- */

/* Opens the wall of the caller, and writes its text. Returns 0 or -errno. */
static int open_all(const struct task_caller *caller, const struct wall_host *host,
		    struct wall *wall, char ret[static WALL_SIZE])
{
	_cleanup_fd_ int directory_fd = -1;
	pid_t pid;
	int r = process_pid_of(caller->process_fd, &pid);

	if (r < 0)
		return r;
	directory_fd = process_open_directory(pid);
	return directory_fd < 0 ? directory_fd : read_all(directory_fd, host, wall, ret);
}

int wall_open(const struct task_caller *caller, const struct wall_host *host, struct wall *ret)
{
	char found[WALL_SIZE];
	int r;

	clear(ret);
	if (!caller->wall)
		return 0;
	r = open_all(caller, host, ret, found);
	if (r < 0)
		return r == -ENOENT || r == -ESRCH ? -ESTALE : r;
	/* if the process has not ended, its pid was not reused meanwhile */
	if (process_has_ended(caller->process_fd) || strcmp(found, caller->wall) != 0)
		return -ESTALE;
	return 0;
}

int wall_enter(const struct wall *wall, enum kind kind)
{
	if (wall->fds[kind] < 0)
		return 0;
	return setns(wall->fds[kind], kind_clone_flag(kind)) < 0 ? negative_errno() : 0;
}

int wall_enter_tree(const struct wall *wall, bool *ret_chrooted)
{
	struct wall_root own, callers;
	int r = wall_enter(wall, KIND_MNT);

	*ret_chrooted = false;
	if (r < 0 || wall->root_fd < 0)
		return r;
	r = read_root(AT_FDCWD, "/", &own);
	if (r == 0)
		r = read_root(wall->root_fd, "", &callers);
	if (r < 0)
		return r;
	*ret_chrooted = !is_same_root(&own, &callers);
	return fchdir(wall->root_fd) < 0 ? negative_errno() : 0;
}
