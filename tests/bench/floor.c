/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The least time that a client and a daemon can take: two static programs that do what the kernel
 * must do, and nothing else. They check nothing, record nothing, and serve one client at a time.
 *
 *     floor serve SOCKET PINS NETNS PROGRAM   the daemon; PINS: a directory for a tmpfs of its own
 *     floor create SOCKET NAME                makes a net namespace, and pins it
 *     floor rm SOCKET NAME                    removes the pin
 *     floor exec SOCKET                       runs PROGRAM in the net namespace NETNS
 *     floor run SOCKET                        runs PROGRAM as the init of six new namespaces
 *     floor list SOCKET COUNT                 prints COUNT lines
 */
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE "set-000000  1000  ready  net  -  0  0s  -  -\n"
#define SIX \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP)
#define STACK_SIZE 65536

/* A request comes with the client's stdin, stdout and stderr. */
struct request {
	char act[8];
	char name[32];
};

struct job {
	struct request request;
	int fds[3];
	struct ucred peer;
};

static const char *pins, *program;
static int netns_fd;

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void execute(const struct job *job)
{
	char *arguments[] = {(char *)program, NULL}, *environment[] = {NULL};

	for (int i = 0; i < 3; i++)
		if (dup2(job->fds[i], i) < 0)
			_exit(125);
	if (setgid(job->peer.gid) < 0 || setuid(job->peer.uid) < 0)
		_exit(125);
	execve(program, arguments, environment);
	_exit(127);
}

static int run_main(void *argument)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) < 0)
		_exit(125);
	execute(argument);
	return 0;
}

static int exec_main(void *argument)
{
	if (setns(netns_fd, CLONE_NEWNET) < 0)
		_exit(125);
	execute(argument);
	return 0;
}

static void pin_path(const struct job *job, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/%s", pins, job->request.name);
}

static int create_main(void *argument)
{
	char path[256];
	int fd;

	pin_path(argument, path, sizeof(path));
	fd = open(path, O_CREAT | O_CLOEXEC, 0444);
	if (fd < 0 || unshare(CLONE_NEWNET) < 0 ||
	    mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0)
		_exit(125);
	_exit(0);
}

/* Starts a child on the memory of this process, which waits until the child executes a program or
 * ends. Returns the child's status. */
static int child(int (*start)(void *argument), struct job *job, int namespaces)
{
	static char stack[STACK_SIZE] __attribute__((aligned(16)));
	pid_t pid = clone(start, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD | namespaces, job);
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

static int unpin(const struct job *job)
{
	char path[256];

	pin_path(job, path, sizeof(path));
	return umount2(path, MNT_DETACH) < 0 || unlink(path) < 0 ? 125 : 0;
}

static int tell_list(const struct job *job, int client_fd)
{
	size_t count = (size_t)atoi(job->request.name), size = sizeof(LINE) - 1;
	char *text = malloc(count * size + 1);

	if (!text)
		return 125;
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * size, LINE, size);
	if (write(client_fd, text, count * size) < 0)
		die("list");
	free(text);
	return 0;
}

static int act(struct job *job, int client_fd)
{
	if (strcmp(job->request.act, "create") == 0)
		return child(create_main, job, 0);
	if (strcmp(job->request.act, "rm") == 0)
		return unpin(job);
	if (strcmp(job->request.act, "exec") == 0)
		return child(exec_main, job, 0);
	if (strcmp(job->request.act, "run") == 0)
		return child(run_main, job, SIX);
	return tell_list(job, client_fd);
}

static void serve_client(int fd)
{
	char control[CMSG_SPACE(3 * sizeof(int))];
	struct job job = {};
	struct iovec part = {&job.request, sizeof(job.request)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	socklen_t size = sizeof(job.peer);
	char status;

	if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) != sizeof(job.request) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &job.peer, &size) < 0)
		die("request");
	memcpy(job.fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(job.fds));
	status = (char)act(&job, fd);
	if (write(fd, &status, 1) != 1)
		die("answer");
	for (int i = 0; i < 3; i++)
		(void)close(job.fds[i]);
	(void)close(fd);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static void serve(char **argv)
{
	struct sockaddr_un address = address_of(argv[0]);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	pins = argv[1];
	program = argv[3];
	netns_fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (netns_fd < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("floor", pins, "tmpfs", 0, NULL) < 0)
		die("namespaces");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(argv[0], 0666) < 0 || listen(fd, 8) < 0)
		die("listen");
	for (;;) {
		int client_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (client_fd < 0)
			die("accept");
		serve_client(client_fd);
	}
}

/* Prints what the daemon says, up to its last byte, which is the status. */
static int print_answer(int fd)
{
	char text[65537];
	ssize_t held = 0, n;

	while ((n = read(fd, text + held, sizeof(text) - 1)) > 0) {
		if (write(STDOUT_FILENO, text, (size_t)(held + n - 1)) < 0)
			die("write");
		text[0] = text[held + n - 1];
		held = 1;
	}
	return held ? text[0] : 125;
}

static int call(const char *name, const char *path, const char *argument)
{
	struct sockaddr_un address = address_of(path);
	struct request request = {};
	struct iovec part = {&request, sizeof(request)};
	char control[CMSG_SPACE(3 * sizeof(int))] = {};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fds[] = {0, 1, 2};

	(void)snprintf(request.act, sizeof(request.act), "%s", name);
	(void)snprintf(request.name, sizeof(request.name), "%s", argument);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    sendmsg(fd, &message, 0) < 0)
		die("call");
	return print_answer(fd);
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "serve") == 0)
		serve(argv + 2);
	if (argc < 3) {
		(void)fprintf(stderr, "usage: see the head of floor.c\n");
		return 2;
	}
	return call(argv[1], argv[2], argc > 3 ? argv[3] : "");
}
