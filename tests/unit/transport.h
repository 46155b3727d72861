/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transport.c over socketpair(2), for its tests: after each as many descriptors are open as before.
 */
#pragma once

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "base.h"
#include "protocol/transport.h"
#include "tests/unit/fds.h"

struct fixture {
	size_t n_fds;
	int ours_fd, peer_fd;
	struct receiver receiver;
	struct sender sender;
};

static inline int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int pair[2];

	assert_non_null(fixture);
	fixture->n_fds = count_fds();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	fixture->ours_fd = pair[0];
	fixture->peer_fd = pair[1];
	receiver_init(&fixture->receiver, FRAME_SIZE_MAX);
	sender_init(&fixture->sender);
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;

	receiver_done(&fixture->receiver);
	sender_done(&fixture->sender);
	close_fd(fixture->ours_fd);
	close_fd(fixture->peer_fd);
	assert_int_equal(count_fds(), fixture->n_fds);
	free(fixture);
	return 0;
}

/* A descriptor that can be told from any other. */
static inline int make_fd(ino_t *ret_inode)
{
	struct stat st;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	assert_int_equal(fstat(fds[0], &st), 0);
	*ret_inode = st.st_ino;
	return fds[0];
}

/* Sends bytes as the peer, without the sender: with n_fds copies of one descriptor, which is not
 * the socket's, as that would stay open as long as it is on its way. */
static inline ssize_t peer_send(int peer_fd, const char *bytes, size_t n, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(300 * sizeof(int))];
	} control = {0};
	struct iovec iov = {.iov_base = (char *)bytes, .iov_len = n};
	struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
	_cleanup_fd_ int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int fds[300];

	assert_true(null_fd >= 0);
	for (size_t i = 0; i < n_fds; i++)
		fds[i] = null_fd;
	if (n_fds > 0) {
		struct cmsghdr *c;

		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	return sendmsg(peer_fd, &header, MSG_NOSIGNAL);
}

static inline void assert_message(struct fixture *fixture, const char *text, size_t n_fds)
{
	assert_int_equal(receiver_read(&fixture->receiver, fixture->ours_fd), 0);
	assert_true(fixture->receiver.frame.complete);
	assert_string_equal(fixture->receiver.frame.data, text);
	assert_int_equal(fixture->receiver.fds.n, n_fds);
	/* the frame stays valid until it is released */
	assert_int_equal(receiver_read(&fixture->receiver, fixture->ours_fd), 0);
	assert_string_equal(fixture->receiver.frame.data, text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
