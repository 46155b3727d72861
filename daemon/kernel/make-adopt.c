/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adopts namespaces: a maker opens those that exist already, instead of making any, and pins them.
 *
 * The caller gets nothing that it could not have by nsenter(1). The maker opens a process's
 * namespaces with the caller's own rights, so the kernel decides whether the caller may look at the
 * process: it refuses other users' processes, and setuid programs. And the maker reports the
 * namespaces over which the caller has no power (foreign): the keeper takes these only if a set of
 * the caller's holds them already.
 */
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/make-step.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/userns-maps.h"
#include "daemon/kernel/userns.h"
#include "daemon/kernel/vault.h"

static int refuse(struct maker *maker, enum kind kind, int error)
{
	return fault_set(&maker->fault, STEP_ADOPT, kind, error);
}

/* Returns true if fd is a namespace of this kind. Looks at the file system first: the files of a
 * FUSE file system answer an ioctl as their user likes. */
static bool is_namespace(int fd, enum kind kind)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC &&
	       ioctl(fd, NS_GET_NSTYPE) == kind_clone_flag(kind);
}

static int take_opened(struct maker *maker)
{
	const struct wire_adopt *adopt = &maker->task->adopt;

	for (size_t i = 0; i < adopt->n_opened; i++) {
		enum kind kind = adopt->opened[i].kind_number - 1;

		if (!is_namespace(adopt->opened[i].namespace_fd, kind))
			return refuse(maker, kind, EBADF);
		maker->fds[kind] = adopt->opened[i].namespace_fd;
	}
	return 0;
}

/* Returns true if the caller is in this namespace. */
static bool is_callers(const struct maker *maker, enum kind kind, ino_t inode)
{
	struct stat st;

	if (maker->wall.fds[kind] < 0)
		return inode == maker->host->wall.inodes[kind];
	return fstat(maker->wall.fds[kind], &st) == 0 && inode == st.st_ino;
}

static int open_one(struct maker *maker, int directory_fd, enum kind kind)
{
	bool named = maker->task->adopt.kinds;
	_cleanup_fd_ int fd = -1;
	struct stat st;
	char name[32];

	snprintf(name, sizeof(name), "ns/%s", kind_name(kind));
	fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
	/* a kernel without this kind */
	if (fd < 0 && errno == ENOENT && !named)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(maker, kind, errno);
	if (named || !is_callers(maker, kind, st.st_ino))
		maker->fds[kind] = take_fd(&fd);
	return 0;
}

static int open_all(struct maker *maker, int directory_fd)
{
	uint32_t kinds = maker->task->adopt.kinds ? maker->task->adopt.kinds : KIND_ALL;
	int r = privilege_act_as(&maker->identity, maker->task->capabilities);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	for (enum kind kind = 0; r == 0 && kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind) && maker->fds[kind] < 0)
			r = open_one(maker, directory_fd, kind);
	if (privilege_act_as_maker() < 0)
		return maker_fail(maker, STEP_IDENTITY, 0);
	return r;
}

static int take_from_process(struct maker *maker)
{
	int process_fd = maker->task->adopt.process_fd;
	_cleanup_fd_ int directory_fd = -1;
	pid_t pid;
	int r;

	if (process_fd < 0)
		return 0;
	r = process_pid_of(process_fd, &pid);
	if (r == 0)
		r = directory_fd = process_open_directory(pid);
	if (r < 0)
		return refuse(maker, KIND_COUNT, r == -ENOENT ? ESRCH : -r);
	fault_point("adopt-found");
	r = open_all(maker, directory_fd);
	/* another process may have the pid of one that has ended */
	return process_has_ended(process_fd) ? refuse(maker, KIND_COUNT, ESRCH) : r;
}

/* Returns 1 if the caller has power over the namespace: if it is root with CAP_SYS_ADMIN or, as in
 * cap_capable() of the kernel, if the outermost of the user namespaces behind it is the caller's.
 * Returns 0 if not, or -errno. */
static int is_in_power(const struct maker *maker, enum kind kind)
{
	uid_t owner;
	int r;

	if (maker->task->capabilities & UINT64_C(1) << CAP_SYS_ADMIN)
		return 1;
	r = userns_outermost_owner_of(maker->fds[kind], kind == KIND_USER,
				      maker->host->wall.inodes[KIND_USER], &owner);
	if (r < 0)
		return r == -ESRCH ? 0 : r;
	return owner == maker->identity.uid;
}

static int check_one(struct maker *maker, enum kind kind)
{
	const struct host *host = maker->host;
	struct stat st;
	int r;

	if (fstat(maker->fds[kind], &st) < 0)
		return refuse(maker, kind, errno);
	if (st.st_ino == host->wall.inodes[kind])
		return refuse(maker, kind, EXDEV);
	r = is_in_power(maker, kind);
	if (r < 0)
		return refuse(maker, kind, -r);
	if (r == 0)
		maker->foreign |= KIND_BIT(kind);
	/* pinning would fail with this error */
	if (kind == KIND_MNT && host->vault_id && vault_mnt_id(maker->fds[kind]) <= host->vault_id)
		return fault_set(&maker->fault, STEP_PIN, kind, EINVAL);
	return 0;
}

static int check_all(struct maker *maker)
{
	bool any = false;
	int r = 0;

	for (enum kind kind = 0; r == 0 && kind < KIND_COUNT; kind++) {
		if (maker->fds[kind] < 0)
			continue;
		any = true;
		r = check_one(maker, kind);
	}
	return r == 0 && !any ? refuse(maker, KIND_COUNT, ENOENT) : r;
}

int maker_adopt(struct maker *maker)
{
	int r = take_opened(maker);

	if (r == 0)
		r = take_from_process(maker);
	if (r == 0)
		r = check_all(maker);
	if (r < 0 || maker->fds[KIND_USER] < 0)
		return r;
	r = userns_read_maps(maker->fds[KIND_USER], &maker->uid_map, &maker->gid_map);
	return r < 0 ? refuse(maker, KIND_USER, -r) : 0;
}
