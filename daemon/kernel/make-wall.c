/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps by which a maker starts from its caller's namespaces (wall.h) instead of the host's. */
#include <sched.h>
#include <sys/mman.h>
#include "daemon/kernel/cgroup-filter.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/make-step.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"

int maker_open_wall(struct maker *maker)
{
	int r = cgroup_filter_compare(maker->host, maker->task->caller.cgroup, &maker->task->set);

	if (r < 0)
		return fault_set(&maker->fault, STEP_PROGRAMS, 0, -r);
	r = wall_open(&maker->task->caller, &maker->host->wall, &maker->wall);
	if (r < 0)
		return fault_set(&maker->fault, STEP_CALLER, 0, -r);
	maker->home_fd = -1;
	if (maker->task->caller.home)
		r = maker->home_fd = pin_open_path(maker->host->vault_root_fd,
						   maker->task->caller.home, KIND_USER);
	return fault_if(&maker->fault, STEP_JOIN, KIND_USER, r);
}

int maker_enter_wall(struct maker *maker)
{
	if (maker->wall.fds[KIND_TIME] >= 0) {
		maker->time_fd = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
		if (maker->time_fd < 0)
			return fault_set(&maker->fault, STEP_JOIN, KIND_TIME, errno);
	}
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kind != KIND_MNT && kind != KIND_PID && wall_enter(&maker->wall, kind) < 0)
			return fault_set(&maker->fault, STEP_JOIN, kind, errno);
	return 0;
}

int maker_leave_time(struct maker *maker)
{
	return maker->time_fd >= 0 && setns(maker->time_fd, CLONE_NEWTIME) < 0
		       ? fault_set(&maker->fault, STEP_JOIN, KIND_TIME, errno)
		       : 0;
}

/*
 * Enters the caller's mount namespace. Like unshare(2), refuses to make a user namespace in a
 * chroot: root of that namespace could leave the chroot, in its sets and, by setns(2), also outside
 * of them.
 */
int maker_enter_tree(struct maker *maker)
{
	int r = wall_enter_tree(&maker->wall, &maker->chrooted);

	if (r < 0)
		return fault_set(&maker->fault, STEP_JOIN, KIND_MNT, -r);
	return maker->chrooted && maker_has_inner(maker)
		       ? fault_set(&maker->fault, STEP_CALLER, 0, EPERM)
		       : 0;
}

int maker_prepare_mounts(struct maker *maker)
{
	int r = mounts_prepare_nodes(maker->spec, &maker->mounts, &maker->fault);

	if (r == 0)
		r = maker_enter_tree(maker);
	if (r == 0)
		r = mounts_prepare(maker->spec, &maker->identity, &maker->mounts, &maker->fault);
	if (r == 0 && maker->wall.root_fd >= 0 && setns(maker->host->mnt_fd, CLONE_NEWNS) < 0)
		return fault_set(&maker->fault, STEP_JOIN, KIND_MNT, errno);
	return r;
}

/* Makes a pid namespace within the caller's, as only a process in the caller's can. The maker
 * shares the descriptors of this process, and the memory of *ret_fd. */
static void __attribute__((noreturn)) child_nest(int *ret_fd)
{
	_cleanup_fd_ int own_fd = -1;

	child_ends_with_parent();
	if (unshare(CLONE_NEWPID) < 0)
		*ret_fd = negative_errno();
	else
		own_fd = process_pidfd_open(getpid());
	if (own_fd >= 0)
		*ret_fd = process_pid_namespace_of_children(own_fd);
	own_fd = close_fd(own_fd);
	_exit(0);
}

static int nest_pid_namespace(struct maker *maker)
{
	int *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);
	_cleanup_fd_ int fd = -1;
	int status;
	pid_t pid;

	if (told == MAP_FAILED)
		return fault_set(&maker->fault, STEP_FORK, 0, errno);
	*told = -ECHILD; /* the result if the child ends without one */
	pid = process_fork(CLONE_FILES, -1, NULL);
	if (pid == 0)
		child_nest(told);
	fd = pid < 0 || process_wait(pid, &status) < 0 ? MIN(pid, -ECHILD) : *told;
	munmap(told, sizeof(*told));
	if (fd < 0)
		return fault_set(&maker->fault, STEP_UNSHARE, KIND_PID, -fd);
	return setns(fd, CLONE_NEWPID) < 0 ? fault_set(&maker->fault, STEP_JOIN, KIND_PID, errno)
					   : 0;
}

int maker_make_pid_namespace(struct maker *maker)
{
	if (wall_enter(&maker->wall, KIND_PID) < 0)
		return fault_set(&maker->fault, STEP_JOIN, KIND_PID, errno);
	if (maker->wall.fds[KIND_PID] >= 0)
		return nest_pid_namespace(maker);
	return unshare(CLONE_NEWPID) < 0 ? fault_set(&maker->fault, STEP_UNSHARE, KIND_PID, errno)
					 : 0;
}
