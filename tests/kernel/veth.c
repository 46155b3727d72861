/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See veth.h. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/veth.h"

#define BOUND_MS 20000

struct mnl_socket *veth_socket(unsigned int groups)
{
	struct mnl_socket *rtnl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (!rtnl || mnl_socket_bind(rtnl, groups, MNL_SOCKET_AUTOPID) < 0)
		fatal("netlink socket");
	return rtnl;
}

/* Sends, and reads the acknowledgement. */
static int transact(struct mnl_socket *rtnl, struct nlmsghdr *message)
{
	char answer[8192];
	ssize_t n;

	message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = 1;
	if (mnl_socket_sendto(rtnl, message, message->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(rtnl, answer, sizeof(answer));
	if (n < 0)
		return -errno;
	return mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(rtnl), NULL, NULL) < 0
		       ? -errno
		       : 0;
}

static void put_end(struct nlmsghdr *message, const char *name)
{
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

int veth_make(struct mnl_socket *rtnl, const char *host_name, const char *peer_name, int netns_fd)
{
	char buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nlattr *info, *data, *peer;

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	(void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_end(message, host_name);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_end(message, peer_name);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	return transact(rtnl, message);
}

int veth_up(struct mnl_socket *rtnl, int index)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	message->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(message, sizeof(*link));
	link->ifi_index = index;
	link->ifi_flags = link->ifi_change = IFF_UP;
	return transact(rtnl, message);
}

int veth_bridge(struct mnl_socket *rtnl, const char *name)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;
	struct nlattr *info;

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	link = mnl_nlmsg_put_extra_header(message, sizeof(*link));
	link->ifi_flags = link->ifi_change = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(message, info);
	return transact(rtnl, message);
}

int veth_port(struct mnl_socket *rtnl, int index, int bridge)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	message->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(message, sizeof(*link));
	link->ifi_index = index;
	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)bridge);
	return transact(rtnl, message);
}

int veth_port_state(struct mnl_socket *rtnl, int index, uint8_t state)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;
	struct nlattr *port;

	message->nlmsg_type = RTM_SETLINK;
	link = mnl_nlmsg_put_extra_header(message, sizeof(*link));
	link->ifi_family = PF_BRIDGE;
	link->ifi_index = index;
	port = mnl_attr_nest_start(message, IFLA_PROTINFO);
	mnl_attr_put_u8(message, IFLA_BRPORT_STATE, state);
	mnl_attr_nest_end(message, port);
	return transact(rtnl, message);
}

static int on_event(const struct nlmsghdr *message, void *arg)
{
	const char *name = arg;
	const struct nlattr *attribute;

	if (message->nlmsg_type != RTM_DELLINK)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
		    strcmp(mnl_attr_get_str(attribute), name) == 0)
			return MNL_CB_STOP;
	}
	return MNL_CB_OK;
}

bool veth_wait_gone(struct mnl_socket *events, const char *name)
{
	struct pollfd ready = {.fd = mnl_socket_get_fd(events), .events = POLLIN};
	char buffer[16384];
	ssize_t n;

	while (poll(&ready, 1, BOUND_MS) == 1) {
		n = mnl_socket_recvfrom(events, buffer, sizeof(buffer));
		if (n < 0)
			return false;
		if (mnl_cb_run(buffer, (size_t)n, 0, 0, on_event, (void *)name) == MNL_CB_STOP)
			return true;
	}
	return false;
}
