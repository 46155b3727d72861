/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include "daemon/keeper/base/channels.h"

void channels_close(struct channels *channels)
{
	channels->socket_fd = close_fd(channels->socket_fd);
	channels->pipe_fd = close_fd(channels->pipe_fd);
}

static int make_socket(struct channels *keeper, struct channels *program)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	keeper->socket_fd = pair[0];
	program->socket_fd = pair[1];
	return shutdown(pair[0], SHUT_RD) < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0
		       ? negative_errno()
		       : 0;
}

static int make_pipe(unsigned int size, struct channels *keeper, struct channels *program)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return negative_errno();
	keeper->pipe_fd = ends[0];
	program->pipe_fd = ends[1];
	/* a smaller pipe will do */
	if (size > 0)
		(void)fcntl(ends[0], F_SETPIPE_SZ, size);
	return 0;
}

int channels_make(unsigned int pipe_size, struct channels *ret_keeper, struct channels *ret_program)
{
	int r;

	*ret_keeper = *ret_program = (struct channels){-1, -1};
	r = make_socket(ret_keeper, ret_program);
	if (r == 0)
		r = make_pipe(pipe_size, ret_keeper, ret_program);
	if (r < 0) {
		channels_close(ret_keeper);
		channels_close(ret_program);
	}
	return r;
}

bool channels_are_unread(int socket_fd)
{
	int unread = 0;

	return ioctl(socket_fd, SIOCOUTQ, &unread) == 0 && unread > 0;
}
