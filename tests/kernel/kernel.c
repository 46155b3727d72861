/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See kernel.h. */
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base.h"
#include "tests/kernel/kernel.h"

#define BOUND_MS 20000
#define STEP_NS 2000000

void fatal(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	(void)fflush(stdout);
	_exit(99);
}

void child_start(struct child *child, child_body *body, void *arg)
{
	int down[2], up[2];

	if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
		fatal("pipe2");
	(void)fflush(stdout);
	child->pid = fork();
	if (child->pid < 0)
		fatal("fork");
	if (child->pid == 0) {
		struct child parent = {.pid = 0, .read_fd = down[0], .write_fd = up[1]};

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(down[1]);
		(void)close(up[0]);
		_exit(body(&parent, arg));
	}
	(void)close(down[0]);
	(void)close(up[1]);
	child->read_fd = up[0];
	child->write_fd = down[1];
}

void child_say(struct child *other, int value)
{
	/* child_hear() and child_end() report a child that is gone */
	sighandler_t saved = signal(SIGPIPE, SIG_IGN);

	if (write(other->write_fd, &value, sizeof(value)) < 0 && errno != EPIPE)
		fatal("write to a child");
	(void)signal(SIGPIPE, saved);
}

int child_hear(struct child *other)
{
	struct pollfd ready = {.fd = other->read_fd, .events = POLLIN};
	int value;

	if (poll(&ready, 1, BOUND_MS) != 1)
		return -ETIMEDOUT;
	if (read(other->read_fd, &value, sizeof(value)) != sizeof(value))
		return -EPIPE;
	return value;
}

struct ending {
	pid_t pid;
	int status;
};

static bool has_ended(void *arg)
{
	struct ending *ending = arg;

	return waitpid(ending->pid, &ending->status, WNOHANG) == ending->pid;
}

int child_end(struct child *child)
{
	struct ending ending = {.pid = child->pid};

	child->write_fd = close_fd(child->write_fd);
	if (!wait_until(has_ended, &ending)) {
		(void)kill(child->pid, SIGKILL);
		(void)waitpid(child->pid, &ending.status, 0);
	}
	child->read_fd = close_fd(child->read_fd);
	return WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) : -WTERMSIG(ending.status);
}

void child_kill(struct child *child)
{
	(void)kill(child->pid, SIGKILL);
	(void)child_end(child);
}

int child_run(child_body *body, void *arg)
{
	struct child child;

	child_start(&child, body, arg);
	return child_end(&child);
}

int ns_open(pid_t pid, const char *kind)
{
	char path[64];
	int fd;

	if (pid)
		(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	else
		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

unsigned long inode_of_fd(int fd)
{
	struct stat status;

	return fd < 0 || fstat(fd, &status) < 0 ? 0 : (unsigned long)status.st_ino;
}

unsigned long inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? 0 : (unsigned long)status.st_ino;
}

int text_write(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

ssize_t text_read(const char *path, char *text, size_t size)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return n;
}

int mounts_count(const char *mountinfo, const char *word)
{
	_cleanup_file_ FILE *file = fopen(mountinfo, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int n = 0;

	while (file && getline(&line, &size, file) > 0)
		n += !word || strstr(line, word);
	return n;
}

bool wait_until(bool (*condition)(void *arg), void *arg)
{
	const struct timespec step = {.tv_nsec = STEP_NS};

	for (int left = BOUND_MS / (STEP_NS / 1000000); left > 0; left--) {
		if (condition(arg))
			return true;
		(void)nanosleep(&step, NULL);
	}
	return false;
}

void mounts_own(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fatal("mount namespace of the test's own");
}

const char *mounts_scratch(void)
{
	/* any directory will do: only the test sees the mount over it */
	static const char path[] = "/tmp";

	if (mount("nsctl-test", path, "tmpfs", 0, "mode=0755") < 0 ||
	    mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0)
		fatal("tmpfs of the test's own");
	return path;
}

int euid_change(uid_t uid)
{
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0 ||
	    setresuid((uid_t)-1, uid, (uid_t)-1) < 0)
		return -errno;
	return 0;
}

int user_become(uid_t uid)
{
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}
