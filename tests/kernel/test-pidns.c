/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 4: a pid namespace lives and dies with its first process, so each set has an
 * init; setns() to one counts for children only; pid_for_children names nothing before the first.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static int body_pause(struct child *parent, void *arg _unused_)
{
	child_say(parent, getpid());
	/* process 1 ignores signals without a handler, so it ends with the pipe */
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* Makes a pid namespace, says how its file looks before and with the first child, waits. */
static int body_maker(struct child *parent, void *arg _unused_)
{
	struct child init;
	int fd;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	fd = ns_open(0, "pid_for_children");
	child_say(parent, fd);
	child_start(&init, body_pause, NULL);
	child_say(parent, child_hear(&init));
	child_say(parent, init.pid);
	(void)child_hear(parent);
	child_kill(&init);
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

static int body_pid(struct child *parent _unused_, void *arg _unused_)
{
	return getpid();
}

/* Returns 0, or the bit of the expectation that failed. */
static int body_join(struct child *parent _unused_, void *arg)
{
	const int *pid_fd = arg;
	pid_t before = getpid();
	unsigned long own = inode_of("/proc/self/ns/pid");
	int wrong = 0;

	if (setns(*pid_fd, CLONE_NEWPID) < 0)
		return 1;
	if (getpid() != before || inode_of("/proc/self/ns/pid") != own)
		wrong |= 2;
	if (inode_of("/proc/self/ns/pid_for_children") != inode_of_fd(*pid_fd))
		wrong |= 4;
	if (child_run(body_pid, NULL) != 2) /* init is 1 there */
		wrong |= 8;
	return wrong;
}

/* The errno of a fork after joining: setns() itself succeeds. */
static int body_join_dead(struct child *parent _unused_, void *arg)
{
	const int *pid_fd = arg;
	pid_t pid;

	if (setns(*pid_fd, CLONE_NEWPID) < 0)
		return 200;
	pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int body_init_lost(struct child *parent _unused_, void *arg _unused_)
{
	struct child init, second;
	int status;

	if (unshare(CLONE_NEWPID) < 0)
		return 200;
	child_start(&init, body_pause, NULL);
	child_start(&second, body_pause, NULL);
	(void)child_hear(&init);
	(void)child_hear(&second);
	(void)kill(init.pid, SIGKILL);
	/* the end of its pipe would end the second as well, so that stays open until it is reaped
	 */
	if (waitpid(second.pid, &status, 0) != second.pid || !WIFSIGNALED(status))
		return 1;
	return WTERMSIG(status) == SIGKILL && child_end(&init) == -SIGKILL ? 0 : 2;
}

/* --- an init that is ending --- */

static bool is_exiting(void *arg)
{
	const pid_t *pid = arg;
	char path[64], text[1024];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", *pid);
	if (text_read(path, text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	for (int field = 2; at && field < 9; field++)
		at = strchr(at + 1, ' ');
	return at && strtoul(at + 1, NULL, 10) & 0x4;
}

/* Makes a pid namespace with an init and another process, whose ends it does not wait for. */
static int body_two(struct child *parent, void *arg _unused_)
{
	struct child init, second;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	child_start(&init, body_pause, NULL);
	child_start(&second, body_pause, NULL);
	(void)child_hear(&second);
	child_say(parent, init.pid);
	(void)child_hear(parent);
	return 0;
}

static void test_ending(void)
{
	struct pollfd poll_fd = {.events = POLLIN};
	struct child maker;
	pid_t init;
	int ns_fd;

	child_start(&maker, body_two, NULL);
	init = child_hear(&maker);
	ns_fd = ns_open(init, "pid");
	poll_fd.fd = (int)syscall(SYS_pidfd_open, init, 0);
	tap_ok(!is_exiting(&init), "a living init does not have the flag PF_EXITING");
	(void)kill(init, SIGKILL);
	tap_ok(wait_until(is_exiting, &init), "a killed init has the flag PF_EXITING");
	tap_is(child_run(body_join_dead, &ns_fd), ENOMEM,
	       "a fork in its pid namespace fails with ENOMEM from then on");
	tap_is(poll(&poll_fd, 1, 0), 0, "its pidfd is not readable while a zombie is left inside");
	child_say(&maker, 0);
	tap_is(poll(&poll_fd, 1, 60000), 1,
	       "its pidfd is readable when the zombie has been reaped");
	(void)close_fd(ns_fd);
	(void)close_fd(poll_fd.fd);
	(void)child_end(&maker);
}

/* --- who is there --- */

/* Says what a signal to all brings, without the right to signal any, each time that it is asked. */
static int body_ask(struct child *parent, void *arg _unused_)
{
	if (setuid(12345) < 0)
		return 1;
	child_say(parent, 0);
	while (child_hear(parent) == 0)
		child_say(parent, kill(-1, 0) < 0 ? -errno : 0);
	return 0;
}

/* Returns 0, or the bit of the expectation that failed. */
static int body_alone(struct child *parent _unused_, void *arg _unused_)
{
	struct child init, second;
	int wrong = 0;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	child_start(&init, body_ask, NULL);
	(void)child_hear(&init);
	child_start(&second, body_pause, NULL);
	(void)child_hear(&second);
	child_say(&init, 0);
	if (child_hear(&init) != 0)
		wrong |= 2;
	child_kill(&second);
	child_say(&init, 0);
	if (child_hear(&init) != -ESRCH)
		wrong |= 4;
	(void)child_end(&init);
	return wrong;
}

static void test_alone(void)
{
	int wrong = child_run(body_alone, NULL);

	tap_ok(!(wrong & 3),
	       "signal 0 to all succeeds, even without rights, if there is another process");
	tap_ok(!(wrong & 5), "signal 0 to all fails with ESRCH if process 1 is alone");
}

int main(void)
{
	const char *scratch;
	char pin[64], source[64];
	struct child maker;
	int pid_fd, number, inside, init_pid;

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	scratch = mounts_scratch();
	(void)snprintf(pin, sizeof(pin), "%s/pid", scratch);

	child_start(&maker, body_maker, NULL);
	tap_is(child_hear(&maker), -ENOENT,
	       "pid_for_children cannot be opened before the first child: ENOENT");
	inside = child_hear(&maker);
	init_pid = child_hear(&maker);
	tap_is(inside, 1, "the first child is process 1");
	pid_fd = ns_open(init_pid, "pid");
	tap_ok(pid_fd >= 0, "its pid namespace can be opened");

	number = child_run(body_join, &pid_fd);
	tap_ok(!(number & 1), "a process can join the pid namespace by setns");
	tap_ok(!(number & 2), "setns does not change the caller's own pid namespace");
	tap_ok(!(number & 4), "pid_for_children shows the joined pid namespace");
	tap_ok(!(number & 8), "a child that is forked after setns is inside");

	child_say(&maker, 0);
	(void)child_hear(&maker); /* init is reaped */
	tap_is(child_run(body_join_dead, &pid_fd), ENOMEM,
	       "a fork fails with ENOMEM after the end of init");
	number = open(pin, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	(void)close_fd(number);
	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", pid_fd);
	tap_is(mount(source, pin, NULL, MS_BIND, NULL) < 0 ? errno : 0, 0,
	       "a pid namespace without an init can still be pinned");
	(void)close_fd(pid_fd);
	pid_fd = open(pin, O_RDONLY | O_CLOEXEC);
	tap_is(child_run(body_join_dead, &pid_fd), ENOMEM,
	       "a fork after joining through this pin fails with ENOMEM");
	(void)close_fd(pid_fd);
	tap_is(umount2(pin, MNT_DETACH), 0, "the pin can be unmounted");
	(void)child_end(&maker);

	tap_is(child_run(body_init_lost, NULL), 0,
	       "the end of init ends all other processes inside");
	test_ending();
	test_alone();
	return tap_done();
}
