/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks by sock_diag(7), which tells every process of a net namespace whose sockets are there. */
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include "daemon/kernel/proxy.h"

int proxy_owner_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);

	return fd < 0 ? negative_errno() : fd;
}

static void fill_address(const union proxy_address *from, __be32 address[static 4], __be16 *port)
{
	if (from->any.sa_family == AF_INET) {
		*port = from->four.sin_port;
		memcpy(address, &from->four.sin_addr, sizeof(from->four.sin_addr));
	} else {
		*port = from->six.sin6_port;
		memcpy(address, &from->six.sin6_addr, sizeof(from->six.sin6_addr));
	}
}

/* Asks for the socket of a flow. For UDP, the kernel takes the source for the far side
 * (docs/kernel.md, 31). */
static int ask(int fd, const union proxy_address *client, const union proxy_address *at,
	       uint32_t number)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST,
			   .nlmsg_seq = number},
		.body = {.sdiag_family = client->any.sa_family,
			 .sdiag_protocol = IPPROTO_UDP,
			 .idiag_states = UINT32_MAX,
			 .id.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}},
	};

	fill_address(at, request.body.id.idiag_src, &request.body.id.idiag_sport);
	fill_address(client, request.body.id.idiag_dst, &request.body.id.idiag_dport);
	return send(fd, &request, sizeof(request), 0) < 0 ? negative_errno() : 0;
}

uid_t proxy_owner_of(int fd, const union proxy_address *client, const union proxy_address *at)
{
	static uint32_t number;
	union {
		struct nlmsghdr header;
		char bytes[1024];
	} answer;
	ssize_t n;

	if (fd < 0 || ask(fd, client, at, ++number) < 0)
		return PROXY_OWNER_UNKNOWN;
	/* the kernel has answered before send() returns */
	while ((n = recv(fd, &answer, sizeof(answer), 0)) >= (ssize_t)sizeof(answer.header)) {
		const struct inet_diag_msg *found = NLMSG_DATA(&answer.header);

		if (answer.header.nlmsg_seq != number)
			continue;
		return answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
				       n >= (ssize_t)NLMSG_LENGTH(sizeof(*found))
			       ? found->idiag_uid
			       : PROXY_OWNER_UNKNOWN;
	}
	return PROXY_OWNER_UNKNOWN;
}
