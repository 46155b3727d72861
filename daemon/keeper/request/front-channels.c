/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/socket.h>
#include "daemon/keeper/request/front-state.h"

/* Size of the pipe: room for one request of maximum size, and the beginnings of others. */
#define PIPE_SIZE (256 * 1024)

int front_make_channels(struct front_process *front, int ret[2])
{
	int pair[2], ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	front->channel_fd = pair[0];
	ret[0] = pair[1];
	/* otherwise the front could send descriptors, which would be closed with the socket */
	if (shutdown(pair[0], SHUT_RD) < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0 ||
	    pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return negative_errno();
	front->requests_fd = ends[0];
	ret[1] = ends[1];
	/* a smaller one will do */
	(void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
	return 0;
}
