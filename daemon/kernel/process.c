/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/kernel/file.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/raw.h"

#ifndef PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)
#endif

/* Describes a child that is born in the cgroup (-1: in the caller's). */
static struct clone_args born_in(int cgroup_fd, uint64_t flags)
{
	return (struct clone_args){
		.flags = flags | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
		/* with CLONE_PARENT the kernel uses the parent's own exit signal */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
		.cgroup = cgroup_fd >= 0 ? (uint64_t)cgroup_fd : 0,
	};
}

pid_t process_fork(uint64_t flags, int cgroup_fd, int *ret_pid_fd)
{
	int pid_fd = -1;
	struct clone_args args = born_in(cgroup_fd, flags | (ret_pid_fd ? CLONE_PIDFD : 0));
	long pid;

	args.pidfd = (uint64_t)(uintptr_t)&pid_fd;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return negative_errno();
	if (pid > 0 && ret_pid_fd)
		*ret_pid_fd = pid_fd;
	return pid;
}

/*
 * Child and parent return here one after the other, on the same stack. The child comes first and
 * does not leave this function, so the parent's part of the stack stays intact. The system call
 * must be inline: the child would overwrite a function's return address.
 */
static long __attribute__((noinline))
clone_and_run(const struct clone_args *args, void (*function)(void *), void *context)
{
	long pid = raw_call(__NR_clone3, (word)args, sizeof(*args), 0, 0, 0);

	if (pid == 0) {
		function(context);
		_exit(EXIT_FAILURE);
	}
	return pid;
}

pid_t process_call(uint64_t flags, int cgroup_fd, void (*function)(void *context), void *context)
{
	struct clone_args args = born_in(cgroup_fd, flags | CLONE_VFORK);

#ifdef __SANITIZE_ADDRESS__
	/* the sanitizer's notes on the child's stack would be applied to the parent's */
	args.flags &= ~(uint64_t)CLONE_VM;
#endif
	return clone_and_run(&args, function, context);
}

int process_pidfd_open(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? negative_errno() : fd;
}

int process_signal(int pid_fd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pid_fd, signal, NULL, 0) < 0 ? negative_errno() : 0;
}

int process_wait(pid_t pid, int *ret_status)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return negative_errno();
	*ret_status = status;
	return 0;
}

int process_open_directory(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? negative_errno() : fd;
}

#define STAT_SIZE 1024
#define STAT_STATE 3
#define STAT_FLAGS 9
#define STAT_START 22
/* PF_EXITING in STAT_FLAGS (docs/kernel.md, 4) */
#define FLAG_EXITING 0x4

/* Finds field number (3 or more) of a stat file below /proc; *ret points into text. Returns 0 or
 * -errno. */
static int read_stat(int directory_fd, const char *path, int number, char text[static STAT_SIZE],
		     const char **ret)
{
	_cleanup_fd_ int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC);
	const char *at;
	ssize_t n;

	if (fd < 0)
		return negative_errno();
	n = read(fd, text, STAT_SIZE - 1);
	if (n <= 0)
		return n < 0 ? negative_errno() : -ESRCH;
	text[n] = '\0';
	/* the process's name may contain anything, also ')': fields are counted from the last
	 * one */
	at = strrchr(text, ')');
	for (int field = 2; at && field < number; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EBADMSG;
	*ret = at + 1;
	return 0;
}

/* Reads numeric field number (3 or more) of /proc/PID/stat. Returns 0 or -errno. */
static int read_number(pid_t pid, int number, uint64_t *ret)
{
	char path[64], text[STAT_SIZE];
	const char *field;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	r = read_stat(AT_FDCWD, path, number, text, &field);
	if (r == 0)
		*ret = strtoull(field, NULL, 10);
	return r;
}

int process_start_time(pid_t pid, uint64_t *ret)
{
	return read_number(pid, STAT_START, ret);
}

bool process_is_ending(pid_t pid, uint64_t start_time)
{
	uint64_t found, flags;
	int r = process_start_time(pid, &found);

	if (r == 0)
		r = found == start_time ? read_number(pid, STAT_FLAGS, &flags) : -ESRCH;
	return r == 0 ? flags & FLAG_EXITING : r == -ENOENT || r == -ESRCH;
}

static bool is_thread_stuck(int tasks_fd, const char *thread)
{
	char path[64], text[STAT_SIZE];
	const char *state;

	snprintf(path, sizeof(path), "%s/stat", thread);
	return read_stat(tasks_fd, path, STAT_STATE, text, &state) == 0 && strchr("DZX", *state);
}

bool process_is_stuck(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	DIR *tasks;
	bool stuck = true;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return false;
	while (stuck && (entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			stuck = is_thread_stuck(dirfd(tasks), entry->d_name);
	closedir(tasks);
	return stuck;
}

int process_pid_namespace(pid_t pid, ino_t *ret)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	if (stat(path, &st) < 0)
		return negative_errno();
	*ret = st.st_ino;
	return 0;
}

int process_pid_namespace_of_children(int pid_fd)
{
	int fd = ioctl(pid_fd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);

	return fd < 0 ? negative_errno() : fd;
}

int process_is_first(pid_t pid)
{
	char path[64], line[1024];
	_cleanup_file_ FILE *file = NULL;
	int number = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return negative_errno();
	/* the line has the process's pid in each of its pid namespaces, from ours to the
	 * innermost */
	while (number == 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, "NSpid:", 6) == 0)
			number = atoi(strrchr(line, '\t') + 1);
	return number == 0 ? -ESRCH : number == 1;
}

bool process_has_capability(pid_t pid)
{
	char path[64], line[128];
	_cleanup_file_ FILE *file = NULL;
	unsigned long long permitted = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapPrm: %llx", &permitted) == 1)
			break;
	return permitted != 0;
}

int process_find(pid_t pid, uint64_t start_time)
{
	_cleanup_fd_ int fd = process_pidfd_open(pid);
	uint64_t found;

	int r;

	if (fd < 0)
		return fd == -EINVAL ? -ESRCH : fd;
	/* the descriptor is opened first: from then on the pid cannot be reused unnoticed */
	r = process_start_time(pid, &found);
	if (is_shortage(r))
		return r;
	if (r < 0 || found != start_time || process_has_ended(fd))
		return -ESRCH;
	return take_fd(&fd);
}

int process_pid_of(int pid_fd, pid_t *ret)
{
	char path[64], text[1024];
	const char *line;
	int pid, r;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pid_fd);
	r = file_read(AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r;
	line = strstr(text, "\nPid:");
	if (!line)
		return -EINVAL;
	pid = atoi(line + sizeof("\nPid:") - 1);
	if (pid <= 0)
		return -ESRCH;
	*ret = pid;
	return 0;
}

bool process_has_ended(int pid_fd)
{
	struct pollfd poll_fd = {.fd = pid_fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

int process_execute_fd(int fd, char *const *arguments, char *const *environment)
{
	syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
	return negative_errno();
}

void process_close_from(int first, int keep)
{
	if (keep < first) {
		syscall(SYS_close_range, first, ~0U, 0);
		return;
	}
	if (keep > first)
		syscall(SYS_close_range, first, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0U, 0);
}

void process_unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_reset_signals(void)
{
	for (int i = 1; i <= SIGRTMAX; i++)
		signal(i, SIG_DFL); /* SIGKILL, SIGSTOP and libc's own fail, as they should */
	process_unblock_signals();
}
