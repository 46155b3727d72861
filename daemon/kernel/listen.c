/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets at which a resolver (daemon/resolver) answers. They are born in the net namespace of the
 * set or network, so no packet crosses to the host. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/pin.h"

#define PORT_DOMAIN 53
#define BACKLOG 64

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Reads an address that the keeper has checked. Returns the size of *ret. */
static socklen_t read_address(const char *text, union address *ret)
{
	*ret = (union address){};
	if (strchr(text, ':')) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(PORT_DOMAIN);
		inet_pton(AF_INET6, text, &ret->v6.sin6_addr);
		return sizeof(ret->v6);
	}
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons(PORT_DOMAIN);
	inet_pton(AF_INET, text, &ret->v4.sin_addr);
	return sizeof(ret->v4);
}

/* Returns a socket that is bound to the address, and listens if it is TCP's, or -errno. */
static int make_socket(const char *text, int type)
{
	static const int on = 1;
	union address address;
	socklen_t size = read_address(text, &address);
	_cleanup_fd_ int fd = socket(address.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* an earlier resolver may not have closed its socket yet; an address of IPv6 may not be
	 * usable yet */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
	    (address.any.sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0) ||
	    bind(fd, &address.any, size) < 0)
		return negative_errno();
	if (type == SOCK_STREAM && listen(fd, BACKLOG) < 0)
		return negative_errno();
	return take_fd(&fd);
}

static int report_sockets(const struct host *host, const char *address, uint32_t number)
{
	struct task_report report = {.event = REPORT_LISTENING, .detail = number};
	_cleanup_fd_ int udp = make_socket(address, SOCK_DGRAM);
	_cleanup_fd_ int tcp = make_socket(address, SOCK_STREAM);

	if (udp < 0 || tcp < 0)
		return MIN(udp, tcp);
	return child_report(host, &report, (const int[]){udp, tcp}, 2);
}

void child_listen(const struct host *host, const struct task_listen *task,
		  struct task_report *report _unused_, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = pin_open_path(host->vault_root_fd, task->pin, KIND_NET);
	int r = MIN(ns_fd, 0);

	if (r == 0 && setns(ns_fd, CLONE_NEWNET) < 0)
		r = negative_errno();
	fault_if(fault, STEP_JOIN, KIND_NET, r);
	for (uint32_t i = 0; r == 0 && i < ARRAY_SIZE(task->addresses); i++) {
		r = task->addresses[i] ? report_sockets(host, task->addresses[i], i) : 0;
		fault_if(fault, STEP_LISTEN, 0, r);
	}
}
