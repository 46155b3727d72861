/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/kernel/rtnl.h"

#define BUFFER_SIZE 16384

struct rtnl {
	int fd;
	char buffer[BUFFER_SIZE];
};

static int rtnl_open(struct rtnl *rtnl)
{
	rtnl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return rtnl->fd < 0 ? negative_errno() : 0;
}

static int rtnl_send(struct rtnl *rtnl, const struct nlmsghdr *message)
{
	return send(rtnl->fd, message, message->nlmsg_len, 0) < 0 ? negative_errno() : 0;
}

/* Runs through the answer, one or many messages, until its end. 0 or -errno. */
static int rtnl_answer(struct rtnl *rtnl, mnl_cb_t callback, void *context)
{
	int r = MNL_CB_OK;

	while (r > MNL_CB_STOP) {
		ssize_t n = recv(rtnl->fd, rtnl->buffer, sizeof(rtnl->buffer), 0);

		if (n < 0)
			return negative_errno();
		r = mnl_cb_run(rtnl->buffer, n, 0, 0, callback, context);
	}
	return r < 0 ? negative_errno() : 0;
}

int rtnl_loopback_up(void)
{
	struct rtnl rtnl;
	struct nlmsghdr *message = mnl_nlmsg_put_header(rtnl.buffer);
	struct ifinfomsg *link;
	int r;

	message->nlmsg_type = RTM_NEWLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	link = mnl_nlmsg_put_extra_header(message, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = 1; /* LOOPBACK_IFINDEX: lo is the first in each network namespace */
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	r = rtnl_open(&rtnl);
	if (r < 0)
		return r;
	r = rtnl_send(&rtnl, message);
	if (r == 0)
		r = rtnl_answer(&rtnl, NULL, NULL);
	close_fd(rtnl.fd);
	return r;
}

struct interfaces {
	struct task_interface list[INTERFACES_MAX];
	size_t n;
};

static void text_of_mac(const struct nlattr *attribute, char *ret, size_t size)
{
	const unsigned char *bytes = mnl_attr_get_payload(attribute);
	size_t n = mnl_attr_get_payload_len(attribute), used = 0;

	for (size_t i = 0; i < n && used + 3 < size; i++)
		used += snprintf(ret + used, size - used, "%s%02x", i ? ":" : "", bytes[i]);
}

static int on_link(const struct nlmsghdr *message, void *context)
{
	struct interfaces *interfaces = context;
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct task_interface *interface = &interfaces->list[interfaces->n];
	const struct nlattr *attribute;

	if (interfaces->n == INTERFACES_MAX || message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	*interface = (struct task_interface){
		.event = REPORT_INTERFACE,
		.index = link->ifi_index,
		.up = link->ifi_flags & IFF_UP,
	};
	mnl_attr_for_each(attribute, message, sizeof(*link))
	{
		if (mnl_attr_get_type(attribute) == IFLA_IFNAME)
			snprintf(interface->name, sizeof(interface->name), "%s",
				 mnl_attr_get_str(attribute));
		else if (mnl_attr_get_type(attribute) == IFLA_ADDRESS)
			text_of_mac(attribute, interface->mac, sizeof(interface->mac));
	}
	interfaces->n++;
	return MNL_CB_OK;
}

static int on_address(const struct nlmsghdr *message, void *context)
{
	struct interfaces *interfaces = context;
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	const void *bytes = NULL;
	const struct nlattr *attribute;
	char text[INET6_ADDRSTRLEN];

	if (message->nlmsg_type != RTM_NEWADDR)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*address))
	{
		uint16_t type = mnl_attr_get_type(attribute);

		/* IFA_LOCAL is the interface's own; IFA_ADDRESS the peer's on point-to-point links
		 */
		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !bytes))
			bytes = mnl_attr_get_payload(attribute);
	}
	if (!bytes || !inet_ntop(address->ifa_family, bytes, text, sizeof(text)))
		return MNL_CB_OK;
	for (size_t i = 0; i < interfaces->n; i++) {
		struct task_interface *interface = &interfaces->list[i];

		if (interface->index != address->ifa_index ||
		    interface->n_addresses == INTERFACE_ADDRESSES_MAX)
			continue;
		snprintf(interface->addresses[interface->n_addresses++],
			 sizeof(interface->addresses[0]), "%s/%u", text, address->ifa_prefixlen);
	}
	return MNL_CB_OK;
}

static int dump(struct rtnl *rtnl, uint16_t type, size_t header_size, mnl_cb_t callback,
		void *context)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(rtnl->buffer);
	int r;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(message, header_size);
	r = rtnl_send(rtnl, message);
	return r < 0 ? r : rtnl_answer(rtnl, callback, context);
}

int rtnl_each_interface(void (*callback)(const struct task_interface *interface, void *context),
			void *context)
{
	struct interfaces interfaces = {};
	struct rtnl rtnl;
	int r = rtnl_open(&rtnl);

	if (r < 0)
		return r;
	r = dump(&rtnl, RTM_GETLINK, sizeof(struct ifinfomsg), on_link, &interfaces);
	if (r == 0)
		r = dump(&rtnl, RTM_GETADDR, sizeof(struct ifaddrmsg), on_address, &interfaces);
	close_fd(rtnl.fd);
	for (size_t i = 0; r == 0 && i < interfaces.n; i++)
		callback(&interfaces.list[i], context);
	return r;
}
