/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include "daemon/kernel/rtnl.h"

int rtnl_open(struct rtnl *rtnl, int ns_fd)
{
	rtnl->fd = -1;
	rtnl->used = 0;
	rtnl->n = 0;
	rtnl->first = 1;
	rtnl->overflow = false;
	if (ns_fd >= 0 && setns(ns_fd, CLONE_NEWNET) < 0)
		return negative_errno();
	rtnl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return rtnl->fd < 0 ? negative_errno() : 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	rtnl->fd = close_fd(rtnl->fd);
}

/* --- requests --- */

/* The largest request of all callers; a batch ends before the buffer does. */
#define REQUEST_SIZE_MAX 1024

/* Completes the request that was added last. */
static void close_request(struct rtnl *rtnl)
{
	struct nlmsghdr *last = (struct nlmsghdr *)(rtnl->buffer + rtnl->used);

	if (rtnl->n > 0)
		rtnl->used += MNL_ALIGN(last->nlmsg_len);
}

struct nlmsghdr *rtnl_add(struct rtnl *rtnl, uint16_t type, uint16_t flags, size_t header_size,
			  void **ret_header)
{
	struct nlmsghdr *message;

	close_request(rtnl);
	if (rtnl->used + REQUEST_SIZE_MAX > sizeof(rtnl->buffer) || rtnl->n == RTNL_BATCH_MAX) {
		rtnl->overflow = true;
		rtnl->used = 0;
		rtnl->n = 0;
	}
	message = mnl_nlmsg_put_header(rtnl->buffer + rtnl->used);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->nlmsg_seq = rtnl->first + rtnl->n++;
	*ret_header = mnl_nlmsg_put_extra_header(message, header_size);
	return message;
}

unsigned int rtnl_position(const struct rtnl *rtnl)
{
	return rtnl->n;
}

static int send_all(struct rtnl *rtnl)
{
	ssize_t n;

	close_request(rtnl);
	if (rtnl->overflow)
		return -EMSGSIZE;
	n = send(rtnl->fd, rtnl->buffer, rtnl->used, 0);
	return n < 0 ? negative_errno() : 0;
}

/* Receives the answers to n requests: each ends with an acknowledgement or an error. */
static int take_answers(struct rtnl *rtnl, unsigned int n, mnl_cb_t callback, void *context,
			unsigned int *ret_position)
{
	int failed = 0;

	while (n > 0) {
		ssize_t size = recv(rtnl->fd, rtnl->buffer, sizeof(rtnl->buffer), 0);
		const struct nlmsghdr *message = (const struct nlmsghdr *)rtnl->buffer;
		int rest = (int)size;

		if (size < 0)
			return negative_errno();
		for (; n > 0 && mnl_nlmsg_ok(message, rest);
		     message = mnl_nlmsg_next(message, &rest)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

			if (message->nlmsg_type != NLMSG_ERROR) {
				if (callback)
					callback(message, context);
				continue;
			}
			n--;
			if (error->error == 0 || failed)
				continue;
			failed = error->error;
			if (ret_position)
				*ret_position = message->nlmsg_seq - rtnl->first;
		}
	}
	return failed;
}

static int transact(struct rtnl *rtnl, mnl_cb_t callback, void *context, unsigned int *ret_position)
{
	unsigned int n = rtnl->n;
	int r = n == 0 ? 0 : send_all(rtnl);

	if (r == 0)
		r = take_answers(rtnl, n, callback, context, ret_position);
	rtnl->first += n;
	rtnl->used = 0;
	rtnl->n = 0;
	rtnl->overflow = false;
	return r;
}

int rtnl_commit(struct rtnl *rtnl, unsigned int *ret_position)
{
	return transact(rtnl, NULL, NULL, ret_position);
}

int rtnl_get(struct rtnl *rtnl, mnl_cb_t callback, void *context)
{
	return transact(rtnl, callback, context, NULL);
}

/* Returns true, and clears the flag, if objects changed during the dump. libmnl would stop at the
 * first message with this flag, and leave the others unread. */
static bool clear_interrupted(char *buffer, int size)
{
	bool interrupted = false;

	for (struct nlmsghdr *at = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(at, size);
	     at = mnl_nlmsg_next(at, &size)) {
		interrupted |= at->nlmsg_flags & NLM_F_DUMP_INTR;
		at->nlmsg_flags &= ~NLM_F_DUMP_INTR;
	}
	return interrupted;
}

int rtnl_dump(struct rtnl *rtnl, uint16_t type, size_t header_size, mnl_cb_t callback,
	      void *context)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(rtnl->buffer);
	bool interrupted = false;
	int r = MNL_CB_OK;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(message, header_size);
	if (send(rtnl->fd, message, message->nlmsg_len, 0) < 0)
		return negative_errno();
	while (r > MNL_CB_STOP) {
		ssize_t n = recv(rtnl->fd, rtnl->buffer, sizeof(rtnl->buffer), 0);

		if (n < 0)
			return negative_errno();
		interrupted |= clear_interrupted(rtnl->buffer, (int)n);
		r = mnl_cb_run(rtnl->buffer, n, 0, 0, callback, context);
	}
	if (r < 0)
		return negative_errno();
	return interrupted ? -EINTR : 0;
}

/* --- interfaces --- */

int rtnl_loopback_up(void)
{
	_cleanup_rtnl_ struct rtnl rtnl;
	struct ifinfomsg *link;
	int r = rtnl_open(&rtnl, -1);

	if (r < 0)
		return r;
	rtnl_add(&rtnl, RTM_NEWLINK, 0, sizeof(*link), (void **)&link);
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = 1; /* LOOPBACK_IFINDEX: lo is the first in each net namespace */
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	return rtnl_commit(&rtnl, NULL);
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
	mnl_attr_for_each(attribute, message, sizeof(*link)) {
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
	mnl_attr_for_each(attribute, message, sizeof(*address)) {
		uint16_t type = mnl_attr_get_type(attribute);

		/* IFA_LOCAL is the interface's own address; on point-to-point links IFA_ADDRESS is
		 * the peer's */
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

int rtnl_each_interface(void (*callback)(const struct task_interface *interface, void *context),
			void *context)
{
	struct interfaces interfaces = {};
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1), tries = 0;

	if (r < 0)
		return r;
	do {
		interfaces.n = 0;
		r = rtnl_dump(&rtnl, RTM_GETLINK, sizeof(struct ifinfomsg), on_link, &interfaces);
		if (r == 0)
			r = rtnl_dump(&rtnl, RTM_GETADDR, sizeof(struct ifaddrmsg), on_address,
				      &interfaces);
	} while (r == -EINTR && ++tries < RTNL_DUMPS_MAX);
	for (size_t i = 0; r == 0 && i < interfaces.n; i++)
		callback(&interfaces.list[i], context);
	return r;
}
