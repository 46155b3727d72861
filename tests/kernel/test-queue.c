/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 21: how descriptors of clients are kept out of the keeper. A socket that is shut
 * down for reading accepts none from its peer, nor does a pipe. After a shutdown in both
 * directions a connection's queue cannot grow, and SIOCINQ is zero only when no descriptor is in
 * it. The only exception is a byte that was received out of band, so the front's filter forbids
 * that.
 */
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static void make_pair(int type, int ret[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret) < 0)
		fatal("socketpair");
}

/* Sends a byte with a copy of fd. Returns 0 or the errno. */
static int send_with(int socket_fd, int fd, int flags)
{
	char byte = 'x';
	struct iovec data = {&byte, 1};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(sizeof(int))}};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control.bytes)};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(socket_fd, &message, MSG_NOSIGNAL | flags) < 0 ? errno : 0;
}

static int bytes_in(int socket_fd)
{
	int bytes = -1;

	return ioctl(socket_fd, SIOCINQ, &bytes) < 0 ? -errno : bytes;
}

/* Returns true if all copies of the pipe's writing end are closed. */
static bool is_closed(int reading_fd)
{
	struct pollfd poll_fd = {.fd = reading_fd};

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLHUP;
}

/* The keeper's socket to a front, and the pipe from it. */
static void test_channels(void)
{
	int pair[2], ends[2], fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	make_pair(SOCK_SEQPACKET, pair);
	if (fd < 0 || shutdown(pair[0], SHUT_RD) < 0 || pipe2(ends, O_CLOEXEC) < 0)
		fatal("channels");
	tap_is(send_with(pair[1], fd, 0), EPIPE,
	       "a socket that is shut down for reading receives nothing");
	tap_is(send_with(pair[0], fd, 0), 0,
	       "a socket that is shut down for reading can still send descriptors");
	tap_is(send_with(ends[1], fd, 0), ENOTSOCK, "a pipe takes no descriptor");
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(ends[i]);
	}
	close(fd);
}

static void test_shutdown(void)
{
	int pair[2], ends[2];

	make_pair(SOCK_STREAM, pair);
	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal("pipe2");
	tap_is(bytes_in(pair[1]), 0, "the queue of a new connection is empty");
	tap_is(send_with(pair[0], ends[1], 0), 0, "a descriptor can be sent into the queue");
	close(ends[1]);
	shutdown(pair[1], SHUT_RDWR);
	tap_is(send_with(pair[0], ends[0], 0), EPIPE,
	       "no further descriptor can be sent after shutdown()");
	tap_is(bytes_in(pair[1]), 1,
	       "the size of the queue counts the byte that came with the descriptor");
	tap_ok(!is_closed(ends[0]), "the descriptor in the queue is still open");
	close(pair[1]);
	tap_ok(is_closed(ends[0]), "the end of the connection closes the descriptor");
	close(pair[0]);
	close(ends[0]);
}

static void test_out_of_band(void)
{
	int pair[2], ends[2], r;
	char byte;

	make_pair(SOCK_STREAM, pair);
	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal("pipe2");
	r = send_with(pair[0], ends[1], MSG_OOB);
	close(ends[1]);
	if (r == EOPNOTSUPP) {
		tap_skip("an out-of-band byte keeps its descriptor", "MSG_OOB of Unix sockets");
	} else {
		tap_is(r, 0, "a descriptor can be sent with an out-of-band byte");
		tap_is(recv(pair[1], &byte, 1, MSG_OOB), 1, "the byte can be received");
		tap_ok(bytes_in(pair[1]) != 0 || !is_closed(ends[0]),
		       "an out-of-band byte keeps its descriptor, though the queue may seem empty");
	}
	close(pair[0]);
	close(pair[1]);
	close(ends[0]);
}

int main(void)
{
	test_channels();
	test_shutdown();
	test_out_of_band();
	return tap_done();
}
