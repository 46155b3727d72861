/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service of a job, and what a script does to run a command beside one. Static.
 *
 *     serve PORT                          listens, and waits to be killed
 *     serve PORT SERVICE... -- COMMAND... starts SERVICE; when it listens on the port, runs
 *                                         COMMAND, if there is one; then kills SERVICE; ends with
 *                                         COMMAND's status
 *     serve PORT -- COMMAND...            waits until a service listens, and runs COMMAND
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NANOSECONDS 500000
#define TRIES 20000

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static struct sockaddr_in address(const char *port, in_addr_t host)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons((unsigned short)atoi(port)),
				    .sin_addr.s_addr = htonl(host)};
}

static int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void serve(const char *port)
{
	struct sockaddr_in local = address(port, INADDR_ANY);
	int fd = new_socket(), one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0 || listen(fd, 8) < 0)
		die("listen");
	for (;;)
		(void)pause();
}

/* Some tools leave lo down in a new net namespace. */
static void lo_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = new_socket();

	(void)ioctl(fd, SIOCSIFFLAGS, &lo);
	(void)close(fd);
}

static void wait_for(const char *port)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NANOSECONDS};
	struct sockaddr_in local = address(port, INADDR_LOOPBACK);

	for (int i = 0; i < TRIES; i++) {
		int fd = new_socket(), r = connect(fd, (struct sockaddr *)&local, sizeof(local));

		(void)close(fd);
		if (r == 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
	die("the service does not listen");
}

static pid_t start(char **words)
{
	pid_t pid = vfork();

	if (pid < 0)
		die("vfork");
	if (pid == 0) {
		(void)execvp(words[0], words);
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	char **command = argv + 2;
	pid_t service = 0;
	int status = 0;

	if (argc < 2)
		return 2;
	if (argc == 2)
		serve(argv[1]);
	while (*command && strcmp(*command, "--") != 0)
		command++;
	if (!*command)
		return 2;
	*command++ = NULL;
	lo_up();
	if (argv[2])
		service = start(argv + 2);
	wait_for(argv[1]);
	if (*command && waitpid(start(command), &status, 0) < 0)
		die("waitpid");
	if (service) {
		(void)kill(service, SIGKILL);
		(void)waitpid(service, NULL, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
