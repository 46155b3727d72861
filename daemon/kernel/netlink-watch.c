/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/netlink-watch.h"

int netlink_watch_open(int protocol, uint32_t groups)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	_cleanup_fd_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return negative_errno();
	return take_fd(&fd);
}

int netlink_watch_read(int fd, void (*each)(const struct nlmsghdr *message, void *context),
		       void *context)
{
	static char buffer[65536] __attribute__((aligned(8)));

	for (;;) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		ssize_t size = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		int rest = (int)size;

		if (size < 0)
			return errno == ENOBUFS ? -ENOBUFS : 0;
		for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest))
			each(message, context);
	}
}
