/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 22: descriptors on a stream socket stand before the first byte
 * sent along with them, but a read that takes more than the message before them brings them along
 * all the same. MSG_PEEK and then reading exactly one message leaves them in the socket.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

/* Sends the bytes with n copies of fd. */
static void send_with(int socket_fd, const char *bytes, size_t size, int fd, int n)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(4 * sizeof(int))];
	} control = {.space = {0}};
	struct iovec vector = {(void *)bytes, size};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};

	if (n > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
		for (int i = 0; i < n; i++)
			memcpy(CMSG_DATA(&control.header) + (size_t)i * sizeof(int), &fd,
			       sizeof(fd));
	}
	if (sendmsg(socket_fd, &message, MSG_NOSIGNAL) != (ssize_t)size)
		fatal("sendmsg");
}

struct taken {
	ssize_t bytes;
	int fds, first;
	int flags;
};

static struct taken take(int socket_fd, char *bytes, size_t size, int flags)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(8 * sizeof(int))];
	} control = {.space = {0}};
	struct iovec vector = {bytes, size};
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct taken taken = {.first = -1};

	taken.bytes = recvmsg(socket_fd, &message, flags | MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	taken.flags = message.msg_flags;
	if (taken.bytes >= 0 && CMSG_FIRSTHDR(&message)) {
		taken.fds = (int)((control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(&taken.first, CMSG_DATA(&control.header), sizeof(int));
		for (int i = 0; i < taken.fds; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(&control.header) + (size_t)i * sizeof(int),
			       sizeof(int));
			(void)close_fd(fd);
		}
	}
	return taken;
}

static void pair_new(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fatal("socketpair");
}

/* Makes a pair with two messages, of which the second has descriptors. */
static void pair_with_two(int pair[2], int fd)
{
	pair_new(pair);
	send_with(pair[0], "one", 4, -1, 0);
	send_with(pair[0], "two", 4, fd, 2);
}

static void test_greedy(int fd)
{
	char bytes[64];
	struct taken taken;
	int pair[2];

	pair_with_two(pair, fd);
	taken = take(pair[1], bytes, sizeof(bytes), 0);
	tap_is(taken.bytes, 8, "a large read joins two messages");
	tap_is(taken.fds, 2, "the descriptors of the second message come with bytes of the first");
	send_with(pair[0], "one", 4, fd, 1);
	send_with(pair[0], "two", 4, fd, 2);
	taken = take(pair[1], bytes, sizeof(bytes), 0);
	tap_is(taken.bytes, 4, "a read ends after the bytes of a message with descriptors");
	tap_is(taken.fds, 1, "so a read never mixes the descriptors of two messages");
	(void)close_fd(pair[0]);
	(void)close_fd(pair[1]);
}

static void test_exact(int fd)
{
	char bytes[64];
	struct taken taken;
	int pair[2];

	pair_with_two(pair, fd);
	taken = take(pair[1], bytes, sizeof(bytes), MSG_PEEK);
	tap_ok(taken.bytes >= 4 && memchr(bytes, 0, (size_t)taken.bytes) == bytes + 3,
	       "MSG_PEEK shows where the first message ends");
	taken = take(pair[1], bytes, 4, 0);
	tap_is(taken.bytes, 4, "a read of this size returns exactly the first message");
	tap_is(taken.fds, 0, "this read returns no descriptor");
	taken = take(pair[1], bytes, sizeof(bytes), MSG_PEEK);
	tap_is(taken.fds, 2, "MSG_PEEK of the second message returns copies of its descriptors");
	taken = take(pair[1], bytes, 1, 0);
	tap_is(taken.fds, 2,
	       "a read of its first byte returns the descriptors, which the peek left");
	taken = take(pair[1], bytes, sizeof(bytes), 0);
	tap_ok(taken.bytes == 3 && taken.fds == 0, "a read of the rest returns no descriptor");

	/* a plain recv() peeks without making copies of descriptors that would have to be closed */
	send_with(pair[0], "six", 4, fd, 1);
	tap_is(recv(pair[1], bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT), 4,
	       "recv() with MSG_PEEK returns the bytes");
	taken = take(pair[1], bytes, 4, 0);
	tap_is(taken.fds, 1, "recv() with MSG_PEEK leaves the descriptors in the queue");
	(void)close_fd(pair[0]);
	(void)close_fd(pair[1]);
}

static void test_truncated(int fd)
{
	char bytes[8], control[CMSG_SPACE(sizeof(int))];
	struct iovec vector = {bytes, sizeof(bytes)};
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
	int pair[2], got;

	pair_new(pair);
	send_with(pair[0], "one", 4, fd, 3);
	tap_is(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC), 4,
	       "a read with too little room for descriptors succeeds");
	tap_ok(message.msg_flags & MSG_CTRUNC, "such a read sets MSG_CTRUNC");
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(got));
	tap_ok(got >= 0 && fcntl(got, F_GETFD) == FD_CLOEXEC,
	       "such a read returns the descriptors that fit");
	(void)close_fd(got);
	(void)close_fd(pair[0]);
	(void)close_fd(pair[1]);
}

int main(void)
{
	_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int before = fcntl(fd, F_DUPFD_CLOEXEC, 0), after;

	(void)close_fd(before);
	test_greedy(fd);
	test_exact(fd);
	test_truncated(fd);
	after = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	tap_is(after, before, "no descriptor is left open");
	return tap_done();
}
