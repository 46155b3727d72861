/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 17: which users may signal process 1 of a set with a user namespace. The user
 * namespace of its credentials decides, not its uid: the owner of that namespace may signal it,
 * whatever its uid inside.
 *
 * An init forked by the maker that made the user and pid namespaces has its credentials inside. No
 * other process can be the first one, because pid_for_children does not exist before. A newer
 * kernel opens the pid namespace by a pidfd of the maker. Then the first process comes from
 * outside, with credentials over which the owner has no power, although the owner's user namespace
 * owns the pid namespace. Without that, only a pid namespace made outside has such an init.
 */
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

/* the init's own; in no map of the user namespace unless a test puts it there */
#define INIT_UID 61003

#ifndef PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)
#endif

static int body_init(struct child *parent, void *arg)
{
	const uid_t *uid = arg;
	int result = setresuid(*uid, *uid, *uid) < 0 ? -errno : (int)getpid();

	child_say(parent, result);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

static void maps_write(pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	if (text_write(path, "0 61001 1\n1 61003 1") < 0)
		fatal(path);
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	if (text_write(path, "0 61001 1") < 0)
		fatal(path);
}

/* Makes user and pid namespace; forks their init, with a uid that is not the owner's, if told so.
 */
static int body_maker(struct child *parent, void *arg _unused_)
{
	struct child init;
	uid_t inside = 1;

	if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
		return 1;
	child_say(parent, 0);
	if (child_hear(parent) != 0)
		return 0;
	child_start(&init, body_init, &inside);
	child_say(parent, child_hear(&init));
	child_say(parent, init.pid);
	return child_hear(parent) == -EPIPE ? 0 : 2;
}

struct target {
	pid_t pid;   /* as seen from outside */
	int user_fd; /* joined first unless -1 */
	int pid_fd;  /* the same; the target is then process 1 */
};

static int body_kill_one(struct child *parent _unused_, void *arg)
{
	const pid_t *pid = arg;

	return kill(*pid, 0) < 0 ? errno : 0;
}

/* Signals the target as the owner, from outside or inside. Returns 0, or the errno of kill(2). */
static int body_owner(struct child *parent _unused_, void *arg)
{
	struct target target = *(struct target *)arg;

	/* a pid namespace of root's is joined with root's rights: the daemon does that for it */
	if (target.pid_fd >= 0 && setns(target.pid_fd, CLONE_NEWPID) < 0)
		return 200;
	if (user_become(KERNEL_UID) < 0)
		return 201;
	if (target.user_fd >= 0 && setns(target.user_fd, CLONE_NEWUSER) < 0)
		return 202;
	if (target.pid_fd >= 0)
		target.pid = 1;
	return child_run(body_kill_one, &target.pid);
}

static int signal_from(pid_t pid, int user_fd, int pid_fd)
{
	struct target target = {pid, user_fd, pid_fd};

	return child_run(body_owner, &target);
}

static void test_inner_init(void)
{
	struct child maker;
	int init, uid_inside;
	_cleanup_fd_ int user_fd = -1;

	child_start(&maker, body_maker, NULL);
	(void)child_hear(&maker);
	maps_write(maker.pid);
	tap_is(ns_open(maker.pid, "pid_for_children"), -ENOENT,
	       "the pid namespace cannot be opened through /proc before its first process");
	child_say(&maker, 0);
	uid_inside = child_hear(&maker);
	init = child_hear(&maker);
	tap_is(uid_inside, 1, "the maker's first child is init, and its uid is not the owner's");
	user_fd = ns_open(maker.pid, "user");
	tap_is(signal_from(init, -1, -1), 0,
	       "the owner may signal this init from outside, as its credentials are inside");
	(void)child_end(&maker);
}

/* An outer process with a uid of its own becomes process 1; tells its pid inside and outside. */
static int body_outer_init(struct child *parent, void *arg)
{
	const int *pid_fd = arg;
	struct child init;
	uid_t uid = INIT_UID;

	if (*pid_fd >= 0 ? setns(*pid_fd, CLONE_NEWPID) < 0 : unshare(CLONE_NEWPID) < 0)
		return 1;
	child_start(&init, body_init, &uid);
	child_say(parent, child_hear(&init));
	child_say(parent, init.pid);
	return child_hear(parent) == -EPIPE ? 0 : 2;
}

/* outer_pid_fd -1: the pid namespace is made outside as well. */
static void test_outer_init(struct child *maker, int outer_pid_fd, const char *what)
{
	struct child starter;
	_cleanup_fd_ int user_fd = ns_open(maker->pid, "user");
	_cleanup_fd_ int pid_fd = -1;
	_cleanup_fd_ int owner_fd = -1;
	int inside, init;

	child_start(&starter, body_outer_init, &outer_pid_fd);
	inside = child_hear(&starter);
	init = child_hear(&starter);
	tap_ok(inside == 1, "%s: a process from outside becomes process 1", what);
	pid_fd = ns_open(init, "pid");
	owner_fd = ioctl(pid_fd, NS_GET_USERNS);
	tap_ok((inode_of_fd(owner_fd) == inode_of_fd(user_fd)) == (outer_pid_fd >= 0),
	       "%s: the set's user namespace %s the pid namespace", what,
	       outer_pid_fd >= 0 ? "owns" : "does not own");
	tap_ok(signal_from(init, -1, -1) == EPERM, "%s: the owner may not signal process 1", what);
	tap_ok(signal_from(init, user_fd, -1) == EPERM,
	       "%s: the owner may not signal it as root of its user namespace", what);
	tap_ok(signal_from(init, user_fd, pid_fd) == EPERM,
	       "%s: the owner may not signal it from within both namespaces", what);
	(void)child_end(&starter);
}

static void test_outer_inits(void)
{
	struct child maker;
	_cleanup_fd_ int process_fd = -1;
	_cleanup_fd_ int pid_fd = -1;

	child_start(&maker, body_maker, NULL);
	(void)child_hear(&maker);
	maps_write(maker.pid);
	test_outer_init(&maker, -1, "pid namespace made outside");
	process_fd = (int)syscall(SYS_pidfd_open, maker.pid, 0);
	pid_fd = ioctl(process_fd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
	if (pid_fd >= 0)
		test_outer_init(&maker, pid_fd, "pid namespace by pidfd, before its first process");
	else
		tap_skip("pid namespace by pidfd, before its first process",
			 "PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE");
	(void)child_end(&maker);
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	test_inner_init();
	test_outer_inits();
	return tap_done();
}
