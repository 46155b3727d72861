/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/pty.h"

int set_terminal_open(int *ret_own_fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	*ret_own_fd = pair[0];
	return pair[1];
}

/* Receives the two sides. Returns false if none have come. */
static bool receive(int own_fd, int ret_fds[static 2])
{
	const size_t size = 2 * sizeof(int);
	union {
		char space[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec data = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	const struct cmsghdr *header;

	if (recvmsg(own_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(size))
		return false;
	memcpy(ret_fds, CMSG_DATA(header), size);
	return true;
}

void set_terminal_take(int own_fd, struct pty *pty)
{
	int fds[2];

	/* if the call was repeated, the last command's terminal counts */
	while (receive(own_fd, fds))
		pty_replace(pty, fds[0], fds[1]);
}
