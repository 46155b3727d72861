/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 13, the part about cgroups: CLONE_INTO_CGROUP starts a process in a cgroup;
 * rights to cgroup.kill and cgroup.procs are checked when the file is opened, not when it is
 * written. The test works in a directory of its own in the cgroup2 hierarchy, wherever that is
 * mounted.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static char top[256], other[272];

/* Where cgroup2 is mounted: the fifth field of the line whose type is cgroup2. */
static bool cgroup2_find(char *path, size_t size)
{
	_cleanup_file_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t line_size = 0;
	char mount_point[128];

	while (file && getline(&line, &line_size, file) > 0) {
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*s %*s %*s %*s %127s", mount_point) == 1) {
			(void)snprintf(path, size, "%s/nsctl-test-%d", mount_point, getpid());
			return true;
		}
	}
	return false;
}

static int file_open(const char *cgroup, const char *name, int flags)
{
	char path[384];

	(void)snprintf(path, sizeof(path), "%s/%s", cgroup, name);
	return open(path, flags | O_CLOEXEC);
}

static int file_write(const char *cgroup, const char *name, const char *text)
{
	_cleanup_fd_ int fd = file_open(cgroup, name, O_WRONLY);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

struct event {
	const char *cgroup, *line;
};

static bool event_is(void *arg)
{
	const struct event *event = arg;
	char path[384], text[128];

	(void)snprintf(path, sizeof(path), "%s/cgroup.events", event->cgroup);
	return text_read(path, text, sizeof(text)) > 0 && strstr(text, event->line);
}

static bool wait_event(const char *cgroup, const char *line)
{
	struct event event = {cgroup, line};

	return wait_until(event_is, &event);
}

static bool is_in(pid_t pid, const char *cgroup)
{
	char path[64], text[4096], line[128];

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	(void)snprintf(line, sizeof(line), "%s\n", strrchr(cgroup, '/'));
	return text_read(path, text, sizeof(text)) > 0 && strstr(text, line);
}

/* A child that is born in the cgroup and waits to be killed; -errno. */
static pid_t born_in(int cgroup_fd)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup_fd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	return pid;
}

/* Writes to an inherited descriptor after dropping every privilege. */
static int body_write_dropped(struct child *parent _unused_, void *arg)
{
	const int *fd = arg;

	if (user_become(KERNEL_UID) < 0)
		return 200;
	return write(*fd, "1", 1) < 0 ? errno : 0;
}

static int body_open_dropped(struct child *parent _unused_, void *arg)
{
	const char *name = arg;

	if (user_become(KERNEL_UID) < 0)
		return 200;
	return file_open(top, name, O_WRONLY) < 0 ? errno : 0;
}

/* Moves this process, as a user, by cgroup.procs that root has opened. Returns 0 if the process is
 * in the other cgroup then. */
static int body_move_dropped(struct child *parent _unused_, void *arg)
{
	const int *procs_fd = arg;

	if (user_become(KERNEL_UID) < 0)
		return 200;
	if (write(*procs_fd, "0", 1) < 0)
		return errno;
	return is_in(getpid(), other) ? 0 : 201;
}

static void test_kill(int cgroup_fd)
{
	_cleanup_fd_ int kill_fd = file_open(top, "cgroup.kill", O_WRONLY);
	pid_t pid = born_in(cgroup_fd);
	int status = 0;
	char kill_name[] = "cgroup.kill";

	if (pid == -ENOSYS || kill_fd < 0) {
		tap_skip("a user kills a cgroup by a descriptor of cgroup.kill",
			 "CLONE_INTO_CGROUP or cgroup.kill");
		return;
	}
	tap_ok(pid > 0 && is_in(pid, top), "a child is born in the cgroup");
	tap_ok(wait_event(top, "populated 1"), "a cgroup with a process is populated");
	tap_is(rmdir(top) < 0 ? errno : 0, EBUSY,
	       "a cgroup with a process cannot be removed: EBUSY");
	tap_is(child_run(body_open_dropped, kill_name), EACCES, "a user cannot open cgroup.kill");
	tap_is(child_run(body_write_dropped, &kill_fd), 0,
	       "a user can write to cgroup.kill that root has opened");
	tap_ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		       WTERMSIG(status) == SIGKILL,
	       "this kills the processes in the cgroup");
	tap_ok(wait_event(top, "populated 0"), "the cgroup is empty after that");
}

static void test_move(void)
{
	_cleanup_fd_ int procs_fd = file_open(other, "cgroup.procs", O_WRONLY);
	char procs_name[] = "cgroup.procs";

	tap_is(child_run(body_open_dropped, procs_name), EACCES, "a user cannot open cgroup.procs");
	tap_is(child_run(body_move_dropped, &procs_fd), 0,
	       "a user can move itself by cgroup.procs that root has opened: never hand it out");
	tap_ok(wait_event(other, "populated 0"), "the process that moved itself has ended");
}

static void test_freeze(int cgroup_fd)
{
	pid_t pid = born_in(cgroup_fd);

	tap_is(file_write(top, "cgroup.freeze", "1"), 0, "root freezes the cgroup");
	tap_ok(wait_event(top, "frozen 1"), "cgroup.events says when all processes have stopped");
	(void)kill(pid, SIGKILL);
	tap_ok(pid > 0 && waitpid(pid, NULL, 0) == pid, "a frozen process can be killed");
	tap_is(file_write(top, "cgroup.freeze", "0"), 0, "root thaws the cgroup");
	tap_ok(wait_event(top, "frozen 0"), "cgroup.events says that the cgroup is not frozen");
}

/* cgroup_fd and events_fd were opened before the cgroup was removed. */
static void test_removed(int cgroup_fd, int events_fd)
{
	char text[64];
	pid_t born = born_in(cgroup_fd);
	int error;

	tap_ok(born == -ENODEV || born == -ENOENT, "no process can be born in a removed cgroup");
	error = openat(cgroup_fd, "cgroup.kill", O_WRONLY | O_CLOEXEC) < 0 ? errno : 0;
	tap_ok(error == ENODEV || error == ENOENT,
	       "cgroup.kill of a removed cgroup cannot be opened");
	tap_is(pread(events_fd, text, sizeof(text), 0) < 0 ? errno : 0, ENODEV,
	       "an open file of a removed cgroup cannot be read: ENODEV");
}

int main(void)
{
	_cleanup_fd_ int cgroup_fd = -1, events_fd = -1;

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	if (!cgroup2_find(top, sizeof(top)))
		return tap_skip_all("kernel lacks a mounted cgroup2 hierarchy");
	(void)snprintf(other, sizeof(other), "%s-other", top);
	if (mkdir(top, 0755) < 0 || mkdir(other, 0755) < 0)
		fatal(top);
	cgroup_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_kill(cgroup_fd);
	test_move();
	test_freeze(cgroup_fd);
	(void)wait_event(top, "populated 0");
	events_fd = file_open(top, "cgroup.events", O_RDONLY);
	tap_is(rmdir(top) < 0 ? errno : 0, 0, "an empty cgroup can be removed");
	tap_is(rmdir(other) < 0 ? errno : 0, 0,
	       "a cgroup whose only process has ended can be removed");
	test_removed(cgroup_fd, events_fd);
	return tap_done();
}
