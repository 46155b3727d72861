/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* docs/kernel.md, 28: what it takes to start from where another process stands. And how the
 * machine's net namespace is found where process 1 may not be looked at. */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base.h"
#include "daemon/kernel/wall.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#ifndef PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

/* --- the root directory --- */

static int body_chroot(struct child *parent _unused_, void *arg _unused_)
{
	_cleanup_fd_ int mnt_fd = ns_open(0, "mnt"), root_fd = -1;

	if (mkdir("jail", 0755) < 0 || mkdir("jail/inside", 0755) < 0 || chroot("jail") < 0)
		return 1;
	root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0)
		return 2;
	if (access("/inside", F_OK) == 0)
		return 3;
	if (fchdir(root_fd) < 0 || chroot(".") < 0)
		return 4;
	return access("/inside", F_OK) == 0 && access("/../inside", F_OK) == 0 ? 0 : 5;
}

static int body_user_namespace(struct child *parent, void *arg _unused_)
{
	child_say(parent, unshare(CLONE_NEWUSER) < 0 ? errno : 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* Enters a user namespace from outside, in a chroot, and leaves the chroot by it. */
static int body_chroot_left(struct child *parent _unused_, void *arg)
{
	int *user_fd = arg;

	if (chroot("jail") < 0 || chdir("/") < 0)
		return 1;
	if (unshare(CLONE_NEWUSER) == 0 || errno != EPERM)
		return 2;
	if (setns(*user_fd, CLONE_NEWUSER) < 0)
		return 3;
	if (chroot("inside") < 0 || chdir("..") < 0)
		return 4;
	return access("jail", F_OK) == 0 ? 0 : 5;
}

static void test_chroot(void)
{
	struct child owner;
	int fd;

	tap_is(child_run(body_chroot, NULL), 0,
	       "setns leaves a chroot, and the chroot can be entered again by its descriptor");
	child_start(&owner, body_user_namespace, NULL);
	if (child_hear(&owner) != 0)
		fatal("unshare");
	fd = ns_open(owner.pid, "user");
	tap_is(child_run(body_chroot_left, &fd), 0,
	       "a process in a chroot can make no user namespace, but leave by joining one");
	close_fd(fd);
	child_kill(&owner);
}

static uint64_t root_mount(unsigned int mask)
{
	struct statx x = {};

	return statx(AT_FDCWD, "/", AT_STATX_DONT_SYNC, STATX_INO | mask, &x) == 0 &&
			       x.stx_mask & mask
		       ? x.stx_mnt_id
		       : 0;
}

struct mounts {
	uint64_t plain, unique;
};

static int body_copy(struct child *parent, void *arg)
{
	const struct mounts *before = arg;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	child_say(parent, root_mount(STATX_MNT_ID) != before->plain);
	child_say(parent, root_mount(STATX_MNT_ID_UNIQUE) > before->unique);
	return 0;
}

static void test_mount_id(void)
{
	struct mounts now = {root_mount(STATX_MNT_ID), root_mount(STATX_MNT_ID_UNIQUE)};
	struct child child;

	child_start(&child, body_copy, &now);
	tap_ok(now.plain > 0 && child_hear(&child) == 1,
	       "statx returns the id of the root's mount, and a copy of the tree has another");
	if (now.unique > 0)
		tap_is(child_hear(&child), 1,
		       "the unique id of the root's mount is higher in a later copy");
	else
		tap_skip("the unique id of the root's mount is higher in a later copy",
			 "STATX_MNT_ID_UNIQUE");
	child_end(&child);
}

/* --- a pid namespace within another process's --- */

static int body_unshare(struct child *parent _unused_, void *arg _unused_)
{
	return unshare(CLONE_NEWPID) < 0 ? errno : 0;
}

static int body_setns_unshare(struct child *parent _unused_, void *arg)
{
	if (setns(*(int *)arg, CLONE_NEWPID) < 0)
		return 200;
	return unshare(CLONE_NEWPID) < 0 ? errno : 0;
}

static int body_setns_child(struct child *parent _unused_, void *arg)
{
	if (setns(*(int *)arg, CLONE_NEWPID) < 0)
		return 200;
	return child_run(body_unshare, NULL);
}

static int body_wait(struct child *parent, void *arg _unused_)
{
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

static int body_wait_unshared(struct child *parent, void *arg _unused_)
{
	child_say(parent, unshare(CLONE_NEWPID) < 0 ? errno : 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* Returns 0 if we can start the first process of a pid namespace that our child has made. */
static int body_nest(struct child *parent _unused_, void *arg)
{
	struct child nest;
	int pid_fd, fd, status;
	pid_t pid;

	if (setns(*(int *)arg, CLONE_NEWPID) < 0)
		return 200;
	child_start(&nest, body_wait_unshared, NULL);
	if (child_hear(&nest) != 0)
		return 201;
	pid_fd = syscall(SYS_pidfd_open, nest.pid, 0);
	fd = ioctl(pid_fd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
	if (fd < 0)
		return errno == ENOTTY || errno == EINVAL ? 77 : 202;
	if (setns(fd, CLONE_NEWPID) < 0)
		return 203;
	pid = fork();
	if (pid == 0)
		_exit(getpid() == 1 ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 204;
}

static void test_pid_namespace(void)
{
	static const char opened[] =
		"a process can enter a pid namespace that its child has made but not yet used";
	struct child first;
	int fd, r;

	if (unshare(CLONE_NEWPID) < 0)
		fatal("unshare");
	child_start(&first, body_wait, NULL);
	fd = ns_open(first.pid, "pid");
	/* later children of this test are in the host's pid namespace again */
	r = ns_open(0, "pid");
	if (fd < 0 || r < 0 || setns(r, CLONE_NEWPID) < 0)
		fatal("setns");
	tap_is(child_run(body_setns_unshare, &fd), EINVAL,
	       "a process that has entered a pid namespace by setns cannot make one in it");
	tap_is(child_run(body_setns_child, &fd), 0, "a child of such a process can make one");
	r = child_run(body_nest, &fd);
	if (r == 77)
		tap_skip(opened, "PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE");
	else
		tap_is(r, 0, opened);
	close_fd(fd);
	child_kill(&first);
}

/* --- the machine's net namespace --- */

/* Mounts a /proc/PID that has only ns/net. A file of that name can be read, and is not a loop of
 * links, if readable; exe is a link if the process executes a file. */
static void cover_process(int pid, bool readable, bool executes)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d", pid);
	if (mount("none", path, "tmpfs", 0, NULL) < 0 || chdir(path) < 0 || mkdir("ns", 0755) < 0)
		fatal("cover a process");
	if (readable ? mknod("ns/net", S_IFREG | 0444, 0) < 0 : symlink("net", "ns/net") < 0)
		fatal("make ns/net");
	if (executes && symlink("/sbin/init", "exe") < 0)
		fatal("make exe");
}

/* Returns the inode of /proc/PID/ns/net if that is what is found, 0 if nothing is, or -errno. */
static int body_machine_net(struct child *parent _unused_, void *arg)
{
	const bool *is = arg; /* process 1 can be looked at; process 2 executes a file */
	struct wall_host found;
	struct stat first, second;

	cover_process(1, is[0], true);
	cover_process(2, true, is[1]);
	if (wall_read_host(&found) < 0 || stat("/proc/2/ns/net", &second) < 0)
		return 100;
	if (stat("/proc/1/ns/net", &first) == 0)
		return found.machine_net == first.st_ino ? 1 : 101;
	return found.machine_net == 0 ? 0 : found.machine_net == second.st_ino ? 2 : 102;
}

static void test_machine_net(void)
{
	tap_is(child_run(body_machine_net, (bool[]){true, true}), 1,
	       "the machine's net namespace is that of process 1");
	tap_is(child_run(body_machine_net, (bool[]){false, false}), 2,
	       "it is that of process 2, a kernel thread, if process 1 is hidden");
	tap_is(child_run(body_machine_net, (bool[]){false, true}), 0,
	       "it is not that of a process 2 that executes a file");
}

int main(void)
{
	mounts_own();
	if (chdir(mounts_scratch()) < 0)
		fatal("chdir");
	test_chroot();
	test_mount_id();
	test_pid_namespace();
	test_machine_net();
	return tap_done();
}
