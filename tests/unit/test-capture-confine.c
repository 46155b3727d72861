/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* capture-confine.c: a process under the capturer's filter can wait and read counts, and is killed
 * for any call by which it could send packets or get another socket. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base.h"
#include "daemon/kernel/capture.h"
#include "tests/unit/confined.h"

static struct sockaddr_in address = {.sin_family = AF_INET};
static char byte;
static int socket_fd;

static void do_bind(void)
{
	bind(socket_fd, (struct sockaddr *)&address, sizeof(address));
}
static void do_connect(void)
{
	connect(socket_fd, (struct sockaddr *)&address, sizeof(address));
}
static void do_send(void)
{
	send(socket_fd, &byte, 1, 0);
}
static void do_sendto(void)
{
	sendto(socket_fd, &byte, 1, 0, (struct sockaddr *)&address, sizeof(address));
}
static void do_sendmsg(void)
{
	struct iovec data = {&byte, 1};
	const struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

	sendmsg(socket_fd, &message, 0);
}
static void do_socket(void)
{
	socket(AF_INET, SOCK_DGRAM, 0);
}
static void do_setsockopt(void)
{
	const int on = 1;

	setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}
static void do_dup(void)
{
	(void)!dup(socket_fd);
}
static void do_open(void)
{
	open("/dev/null", O_RDONLY);
}
static void do_fcntl(void)
{
	fcntl(socket_fd, F_GETFL);
}
static void do_kill(void)
{
	kill(getpid(), 0);
}
static void do_nothing(void)
{
	const struct timespec now = {};
	struct pollfd list = {.fd = -1};
	int size;
	socklen_t length = sizeof(size);

	/* not by functions, around which sanitizers make other calls */
	syscall(SYS_ppoll, &list, 1, &now, NULL, 0);
	syscall(SYS_getsockopt, socket_fd, SOL_SOCKET, SO_RCVBUF, &size, &length);
}

static void test_capturer_cannot_send_or_get_sockets(void **state _unused_)
{
	static const struct {
		const char *name;
		void (*function)(void);
		int signal;
	} rows[] = {
		{"nothing", do_nothing, 0},	 {"bind", do_bind, SIGSYS},
		{"connect", do_connect, SIGSYS}, {"send", do_send, SIGSYS},
		{"sendto", do_sendto, SIGSYS},	 {"sendmsg", do_sendmsg, SIGSYS},
		{"socket", do_socket, SIGSYS},	 {"setsockopt", do_setsockopt, SIGSYS},
		{"dup", do_dup, SIGSYS},	 {"open", do_open, SIGSYS},
		{"fcntl", do_fcntl, SIGSYS},	 {"kill", do_kill, SIGSYS},
	};

	socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(socket_fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int signal = confined_outcome(capture_confine, rows[i].function);

		if (signal != rows[i].signal)
			fail_msg("%s: signal %d", rows[i].name, signal);
	}
	close(socket_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capturer_cannot_send_or_get_sockets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
