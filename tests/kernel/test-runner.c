/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 13, the part about processes: a process that joins a pid namespace for its
 * children stays outside and reaps the command, which may share its memory until it executes. A
 * joiner between the two starts the command by clone with CLONE_PARENT; its own parent then reaps
 * the command.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define STATUS 37

static int body_init(struct child *parent, void *arg _unused_)
{
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* A set with a pid namespace; its init is told by pid. */
static int body_set(struct child *parent, void *arg _unused_)
{
	struct child init;

	if (unshare(CLONE_NEWPID) < 0)
		return 1;
	child_start(&init, body_init, NULL);
	(void)child_hear(&init);
	child_say(parent, init.pid);
	(void)child_hear(parent);
	return child_end(&init);
}

/* Joins, and starts the command as a sibling; says its pid as seen here. */
static int body_joiner(struct child *parent, void *arg)
{
	const int *pid_fd = arg;
	long pid;

	if (*pid_fd >= 0 && setns(*pid_fd, CLONE_NEWPID) < 0)
		return 1;
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(*pid_fd < 0 || (getpid() == 2 && getppid() == 0) ? STATUS : STATUS + 1);
	child_say(parent, pid < 0 ? -errno : (int)pid);
	return 0;
}

static void test_clone_parent(int pid_fd, const char *what)
{
	struct child joiner;
	int pid, status = 0;

	child_start(&joiner, body_joiner, &pid_fd);
	pid = child_hear(&joiner);
	tap_ok(pid > 0, "%s: the joiner gets the pid that the command has outside", what);
	tap_ok(child_end(&joiner) == 0, "%s: the joiner ends by itself", what);
	tap_ok(waitpid(pid, &status, 0) == pid, "%s: the joiner's parent can reap the command",
	       what);
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == STATUS,
	       "%s: the joiner's parent gets the command's exact status", what);
}

struct in_namespace {
	pid_t own, parent; /* written by a child that shares our memory */
};

/* As process_call() does it, with a stack of its own for want of an inline system call. */
static int body_shares_memory(void *arg)
{
	struct in_namespace *seen = arg;

	seen->own = getpid();
	seen->parent = getppid();
	execl("/proc/self/exe", "command", "status", NULL);
	_exit(1);
}

static int body_runner(struct child *parent _unused_, void *arg)
{
	static char stack[256 * 1024] __attribute__((aligned(16)));
	struct in_namespace seen = {};
	const int *pid_fd = arg;
	pid_t before = getpid(), pid;
	int status = 0;

	if (setns(*pid_fd, CLONE_NEWPID) < 0)
		return 1;
	pid = clone(body_shares_memory, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		    &seen);
	if (pid < 0 || getpid() != before || waitpid(pid, &status, 0) != pid)
		return 2;
	/* its pid as seen from outside, and 2 or more with a parent elsewhere as seen inside */
	if (pid == seen.own || seen.own < 2 || seen.parent != 0)
		return 3;
	return WIFEXITED(status) && WEXITSTATUS(status) == STATUS ? 0 : 4;
}

/* CLONE_PARENT from process 1 of a pid namespace would give init a sibling: refused. */
static int body_init_clone_parent(struct child *parent _unused_, void *arg _unused_)
{
	long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int body_as_init(struct child *parent _unused_, void *arg _unused_)
{
	return unshare(CLONE_NEWPID) < 0 ? 200 : child_run(body_init_clone_parent, NULL);
}

/* Executes the file of an O_PATH descriptor, whose path may not exist any more. */
static int body_execveat(struct child *parent _unused_, void *arg)
{
	const int *fd = arg;
	char name[] = "command", child[] = "status";
	char *const argv[] = {name, child, NULL};
	char *const envp[] = {NULL};

	(void)syscall(SYS_execveat, *fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

static void test_execveat(void)
{
	_cleanup_fd_ int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	_cleanup_fd_ int script_fd = -1;
	char path[96];

	tap_is(child_run(body_execveat, &fd), STATUS,
	       "execveat() executes the file of an O_PATH descriptor");
	(void)snprintf(path, sizeof(path), "%s/script", mounts_scratch());
	script_fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	if (write(script_fd, "#!/bin/sh\n", 10) != 10)
		fatal(path);
	script_fd = close_fd(script_fd);
	script_fd = open(path, O_PATH | O_CLOEXEC);
	/* its interpreter would be given /dev/fd/N, which is closed by then */
	tap_is(child_run(body_execveat, &script_fd), ENOENT,
	       "execveat() of a script by a close-on-exec descriptor fails with ENOENT");
}

int main(int argc, char **argv)
{
	struct child set;
	int init, pid_fd;

	if (argc > 1 && strcmp(argv[1], "status") == 0)
		return STATUS;
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	child_start(&set, body_set, NULL);
	init = child_hear(&set);
	pid_fd = ns_open(init, "pid");
	test_clone_parent(-1, "without a pid namespace");
	test_clone_parent(pid_fd, "after setns to a pid namespace");
	tap_is(child_run(body_runner, &pid_fd), 0,
	       "a parent outside can share memory with a child inside, and reap it");
	(void)close_fd(pid_fd);
	tap_is(child_end(&set), 0, "the process in the set ended without an error");
	tap_is(child_run(body_as_init, NULL), EINVAL,
	       "CLONE_PARENT from process 1 fails with EINVAL");
	test_execveat();
	return tap_done();
}
