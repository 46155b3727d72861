/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closer closes descriptors that clients have left in connections, even if other processes
 * hold the connections. Needs root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "daemon/kernel/closer.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"

#define NOBODY 65534
#define WAIT_MS 600000
/* More than the closer has processes. */
#define LINGERING 80

struct closer {
	pid_t pid;
	int lane_fd;
	struct wire_writer writer;
};

static int receive_descriptor(int socket_fd)
{
	char bytes[4096];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = {bytes, sizeof(bytes)};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int fd;

	assert_true(recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC) > 0);
	assert_non_null(CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void start(struct closer *closer)
{
	int pair[2];

	assert_int_equal(wire_writer_init(&closer->writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	closer->pid = fork();
	assert_true(closer->pid >= 0);
	if (closer->pid == 0) {
		struct host host = {.report_fd = pair[1], .init_uid = NOBODY, .init_gid = NOBODY};

		closer_run(&host);
	}
	close(pair[1]);
	closer->lane_fd = receive_descriptor(pair[0]);
	close(pair[0]);
}

static void stop(struct closer *closer)
{
	int status;

	close(closer->lane_fd);
	assert_int_equal(waitpid(closer->pid, &status, 0), closer->pid);
	assert_true(WIFEXITED(status));
	wire_writer_done(&closer->writer);
}

/* Returns a connection that has been shut down, and in whose queue the only copy of fd is. */
static int make_connection(int fd)
{
	struct wire_writer writer;
	int pair[2];

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	wire_begin(&writer, 0, 0, 0, 0);
	writer.fds[writer.n_fds++] = fd;
	assert_int_equal(wire_send(&writer, pair[0]), 0);
	assert_int_equal(shutdown(pair[1], SHUT_RDWR), 0);
	close(pair[0]);
	close(fd);
	wire_writer_done(&writer);
	return pair[1];
}

static void pass_on(struct closer *closer, int socket_fd)
{
	const struct wire_connection wire = {.socket_fd = socket_fd};

	wire_begin(&closer->writer, WIRE_CLOSED, 0, 0, 0);
	wire_put(&closer->writer, &wire_connection_layout, &wire);
	assert_int_equal(wire_send(&closer->writer, closer->lane_fd), 0);
}

static void expect_closed(int reading_fd)
{
	struct pollfd poll_fd = {.fd = reading_fd};

	assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
	assert_true(poll_fd.revents & POLLHUP);
}

static void test_queue_is_closed_though_a_copy_is_kept(void **state _unused_)
{
	struct closer closer;
	int ends[2], connection_fd;

	start(&closer);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	connection_fd = make_connection(ends[1]);
	pass_on(&closer, connection_fd);
	/* our end is open: the closer closes the queued descriptors nevertheless */
	expect_closed(ends[0]);
	close(connection_fd);
	close(ends[0]);
	stop(&closer);
}

/* A socket whose close(2) waits, because its peer does not read. */
static int make_lingering(int listening_fd, const struct sockaddr_in *address)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 10000};
	static const char bytes[65536];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && listening_fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	return fd;
}

static void test_lingering_sockets_do_not_block_the_closer(void **state _unused_)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	int listening_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];
	int size = 4096, connection_fd;
	socklen_t length = sizeof(address);
	struct closer closer;

	start(&closer);
	setsockopt(listening_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	assert_int_equal(bind(listening_fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listening_fd, LINGERING), 0);
	assert_int_equal(getsockname(listening_fd, (struct sockaddr *)&address, &length), 0);
	for (int i = 0; i < LINGERING; i++) {
		connection_fd = make_connection(make_lingering(listening_fd, &address));
		pass_on(&closer, connection_fd);
		/* closes our copy, as the keeper does: it must not be the last one */
		close(connection_fd);
	}
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	connection_fd = make_connection(ends[1]);
	pass_on(&closer, connection_fd);
	close(connection_fd);
	expect_closed(ends[0]);
	close(ends[0]);
	close(listening_fd);
	stop(&closer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_is_closed_though_a_copy_is_kept),
		cmocka_unit_test(test_lingering_sockets_do_not_block_the_closer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
