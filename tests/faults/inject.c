/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 	inject CONTROL COMMAND...
 *
 * Runs the daemon and all its children under ptrace(2), and makes one system call fail: the one
 * with the role and the count that the harness has written to CONTROL (control.h). Only calls that
 * can fail in reality are counted, and they fail in a realistic way. The tracer releases programs
 * that are not the daemon's when they are executed. It ends with the daemon, and with its exit
 * status.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/faults/calls.h"
#include "tests/faults/control.h"

#define OPTIONS                                                                                   \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACEEXEC)
#define TRACEES_MAX 4096

struct tracee {
	pid_t pid; /* 0: free */
	enum control_role role;
	int error; /* errno with which the present call will fail, or 0 */
};

static struct control *control;
static struct tracee tracees[TRACEES_MAX];

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static struct tracee *find(pid_t pid)
{
	struct tracee *unused = NULL;

	for (size_t i = 0; i < TRACEES_MAX; i++) {
		if (tracees[i].pid == pid)
			return &tracees[i];
		if (!tracees[i].pid && !unused)
			unused = &tracees[i];
	}
	if (!unused)
		die("too many processes");
	*unused = (struct tracee){.pid = pid};
	return unused;
}

/* --- the object of a call --- */

static bool is_regular_file(pid_t pid, int fd)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_netlink(pid_t pid, int fd)
{
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int copy = pid_fd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pid_fd, fd, 0);
	int domain = 0;
	socklen_t size = sizeof(domain);

	if (copy >= 0)
		(void)getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	if (copy >= 0)
		(void)close(copy);
	if (pid_fd >= 0)
		(void)close(pid_fd);
	return domain == AF_NETLINK;
}

static bool is_eligible(const struct call *call, pid_t pid, const uint64_t *arguments)
{
	switch (call->when) {
	case WHEN_REGULAR_FILE:
		return is_regular_file(pid, (int)arguments[0]);
	case WHEN_NETLINK:
		return is_netlink(pid, (int)arguments[0]);
	case WHEN_DUPLICATING:
		return arguments[1] == F_DUPFD || arguments[1] == F_DUPFD_CLOEXEC;
	case WHEN_LOCKING:
		return arguments[1] == F_SETLK || arguments[1] == F_SETLKW;
	case WHEN_PEER_PIDFD:
		return arguments[2] == 77; /* SO_PEERPIDFD */
	case WHEN_PATH:
		return !(arguments[call->path_flags] & AT_EMPTY_PATH);
	case WHEN_NOT_SANITIZED:
		return !control->sanitized;
	case WHEN_ALWAYS:
		break;
	}
	return true;
}

static bool is_wanted(const struct call *call)
{
	return !*control->call || strcmp(control->call, call->name) == 0;
}

static const struct call *find_call(uint64_t number, pid_t pid, const uint64_t *arguments)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == (long)number && is_wanted(&calls[i]) &&
		    is_eligible(&calls[i], pid, arguments))
			return &calls[i];
	return NULL;
}

/* The string at an address of the tracee's, or "". */
static void read_string(pid_t pid, uint64_t address, char *ret, size_t size)
{
	struct iovec local = {ret, size - 1}, remote = {(void *)(uintptr_t)address, size - 1};
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	ret[n > 0 ? n : 0] = '\0';
	for (char *at = ret; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

static void describe(const struct tracee *tracee, const struct call *call,
		     const uint64_t *arguments)
{
	char path[128] = "";

	if (call->path > 0)
		read_string(tracee->pid, arguments[call->path - 1], path, sizeof(path));
	(void)snprintf(control->text, sizeof(control->text), "%s(%s%s%#llx, %#llx, %#llx)",
		       call->name, path, *path ? ": " : "", (unsigned long long)arguments[0],
		       (unsigned long long)arguments[1], (unsigned long long)arguments[2]);
}

/* --- changing it --- */

static void replace(pid_t pid, bool entry, int error)
{
#if defined(__x86_64__)
	struct user_regs_struct registers;
	struct iovec vector = {&registers, sizeof(registers)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vector) < 0)
		return;
	if (entry)
		registers.orig_rax = (unsigned long long)-1;
	else
		registers.rax = (unsigned long long)-error;
	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vector);
#elif defined(__aarch64__)
	struct user_regs_struct registers;
	int none = -1;
	struct iovec vector = {&registers, sizeof(registers)};
	struct iovec number = {&none, sizeof(none)};

	if (entry) {
		(void)ptrace(PTRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */, &number);
		return;
	}
	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vector) < 0)
		return;
	registers.regs[0] = (unsigned long long)-error;
	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vector);
#else
#error "which register holds the number of a system call here?"
#endif
}

/* Returns true if the instruction is in glibc's loader, which crashes when a mapping fails: that
 * is no fault of ours. */
static bool is_loader(pid_t pid, uint64_t instruction)
{
	char path[64], line[512];
	unsigned long long from, to;
	bool found = false;
	FILE *maps;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (!found && maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%llx-%llx", &from, &to) == 2 && instruction >= from &&
		    instruction < to)
			found = strstr(line, "/ld-") != NULL;
	if (maps)
		(void)fclose(maps);
	return found;
}

static void on_entry(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	uint64_t arguments[6];
	const struct call *call;

	memcpy(arguments, info->entry.args, sizeof(arguments));
	if (control->what != WHAT_CALLS || control->role != tracee->role)
		return;
	call = find_call(info->entry.nr, tracee->pid, arguments);
	if (!call || is_loader(tracee->pid, info->instruction_pointer) ||
	    ++control->count != control->fail_at)
		return;
	tracee->error = control->wanted_error ? control->wanted_error : call->error;
	describe(tracee, call, arguments);
	replace(tracee->pid, true, 0);
	control->pid = tracee->pid;
	control->error = tracee->error;
	__atomic_store_n(&control->failed, 1, __ATOMIC_SEQ_CST);
}

static void on_call(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		on_entry(tracee, &info);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracee->error) {
		replace(tracee->pid, false, tracee->error);
		tracee->error = 0;
	}
}

/* --- the roles of processes --- */

static enum control_role role_after_exec(enum control_role before, pid_t pid)
{
	char link[64], path[4096];
	const char *name;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (strcmp(name, "nsctld") == 0)
		return ROLE_KEEPER;
	if (strcmp(name, "nsctld-front") == 0)
		return ROLE_FRONT;
	if (strncmp(name, "nsctld-", 7) == 0)
		return before == ROLE_KEEPER ? ROLE_SPAWNER : ROLE_CHILD;
	return ROLE_NONE;
}

static void on_new_process(const struct tracee *parent)
{
	unsigned long pid = 0;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) == 0)
		find((pid_t)pid)->role = parent->role == ROLE_SPAWNER ? ROLE_CHILD : parent->role;
}

/* Whether it is still traced. */
static bool on_event(struct tracee *tracee, int event)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_new_process(tracee);
		return true;
	case PTRACE_EVENT_EXEC:
		tracee->role = role_after_exec(tracee->role, tracee->pid);
		if (tracee->role != ROLE_NONE)
			return true;
		(void)ptrace(PTRACE_DETACH, tracee->pid, NULL, NULL);
		tracee->pid = 0;
		return false;
	default:
		return true;
	}
}

static void on_stop(struct tracee *tracee, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16, pass = 0;

	if (event && event != PTRACE_EVENT_STOP) {
		if (!on_event(tracee, event))
			return;
	} else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		/* stopped as a whole by a signal: it stays so until SIGCONT */
		(void)ptrace(PTRACE_LISTEN, tracee->pid, NULL, NULL);
		return;
	} else if (signal == (SIGTRAP | 0x80)) {
		on_call(tracee);
	} else if (!event) {
		pass = signal;
	}
	(void)ptrace(PTRACE_SYSCALL, tracee->pid, NULL, (void *)(intptr_t)pass);
}

static int trace(pid_t daemon)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			die("waitpid");
		if (WIFSTOPPED(status)) {
			on_stop(find(pid), status);
			continue;
		}
		find(pid)->pid = 0;
		/* the kernel releases the remaining processes, which go on */
		if (pid == daemon)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

static void map_control(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	control = fd < 0 ? MAP_FAILED
			 : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		die(path);
	(void)close(fd);
}

/* Starts the child, which waits to be seized before it becomes the daemon. */
static pid_t start(char **command)
{
	int go[2];
	char byte;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid == 0) {
		(void)close(go[1]);
		(void)!read(go[0], &byte, 1);
		(void)execv(command[0], command);
		_exit(127);
	}
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, NULL, (void *)OPTIONS) < 0)
		die("ptrace");
	find(pid)->role = ROLE_KEEPER;
	(void)close(go[0]);
	(void)close(go[1]);
	return pid;
}

/* The daemon, to which the tracer passes on a signal, as a service manager would send it. */
static pid_t traced_daemon;

static void on_signal(int number)
{
	(void)kill(traced_daemon, number);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		(void)fprintf(stderr, "usage: inject CONTROL COMMAND...\n");
		return 125;
	}
	map_control(argv[1]);
	traced_daemon = start(argv + 2);
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGINT, on_signal);
	return trace(traced_daemon);
}
