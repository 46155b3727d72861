/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include "daemon/kernel/proxy.h"

int proxy_connect(const struct proxy *proxy, uint16_t port, int family, int type)
{
	const char *target = proxy->targets[family == AF_INET6 ? 1 : 0];
	union proxy_address address = {};
	_cleanup_fd_ int fd = -1;

	if (!target)
		target = proxy->targets[family == AF_INET6 ? 0 : 1];
	if (!target)
		return -EADDRNOTAVAIL;
	if (strchr(target, ':')) {
		address.six.sin6_family = AF_INET6;
		address.six.sin6_port = htons(port);
		inet_pton(AF_INET6, target, &address.six.sin6_addr);
	} else {
		address.four.sin_family = AF_INET;
		address.four.sin_port = htons(port);
		inet_pton(AF_INET, target, &address.four.sin_addr);
	}
	fd = socket(address.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || (connect(fd, &address.any, sizeof(address)) < 0 && errno != EINPROGRESS))
		return negative_errno();
	return take_fd(&fd);
}

bool proxy_is_loopback(const union proxy_address *address)
{
	return address->any.sa_family == AF_INET
		       ? ntohl(address->four.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
		       : IN6_IS_ADDR_LOOPBACK(&address->six.sin6_addr);
}
