/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/pass.h"
#include "daemon/kernel/process.h"

/* Room for one descriptor, which is sent along with an error or 0. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

void pass_send(int channel_fd, int fd)
{
	int error = MIN(fd, 0);
	struct iovec data = {&error, sizeof(error)};
	union control control = {.header = {.cmsg_level = SOL_SOCKET,
					    .cmsg_type = SCM_RIGHTS,
					    .cmsg_len = CMSG_LEN(sizeof(fd))}};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.bytes);
	}
	(void)!sendmsg(channel_fd, &message, MSG_NOSIGNAL);
}

int pass_receive(int channel_fd)
{
	int error = 0, fd = -1;
	struct iovec data = {&error, sizeof(error)};
	union control control;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	const struct cmsghdr *header;

	if (recvmsg(channel_fd, &message, MSG_CMSG_CLOEXEC) != sizeof(error))
		return -EPIPE;
	header = CMSG_FIRSTHDR(&message);
	if (header)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return error < 0 ? error : fd;
}

int pass_from_child(void (*function)(void *context, int channel_fd), void *context)
{
	_cleanup_fd_ int here_fd = -1;
	int pair[2], status, fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	here_fd = pair[0];
	pid = process_fork(0, -1, NULL);
	if (pid == 0)
		function(context, pair[1]);
	close_fd(pair[1]);
	if (pid < 0)
		return pid;
	fd = pass_receive(here_fd);
	process_wait(pid, &status);
	return fd;
}
