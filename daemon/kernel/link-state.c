/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <net/if.h>
#include <poll.h>
#include "daemon/kernel/link-state.h"
#include "daemon/kernel/qdisc.h"

/* The metric that the kernel gives to IPv6 routes without one. */
#define METRIC_V6 1024
/* Longest wait for an interface. Usually no wait is needed. */
#define AWAIT_MILLISECONDS 1000

/* --- reading --- */

struct interface {
	char name[IFNAMSIZ];
	uint8_t mac[6];
	uint32_t index, mtu;
	bool up, running;
	char qdisc[IFNAMSIZ]; /* the kind of the root queueing discipline */
	struct task_packets packets;
};

static void read_packets(const struct nlattr *attribute, struct task_packets *ret)
{
	struct rtnl_link_stats64 counted;

	if (mnl_attr_get_payload_len(attribute) < sizeof(counted.rx_packets) * 2)
		return;
	memcpy(&counted, mnl_attr_get_payload(attribute),
	       MIN(sizeof(counted), (size_t)mnl_attr_get_payload_len(attribute)));
	*ret = (struct task_packets){
		.known = true, .received = counted.rx_packets, .sent = counted.tx_packets};
}

static int on_interface(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct interface *interface = context;
	const struct nlattr *attribute;

	interface->index = link->ifi_index;
	interface->up = link->ifi_flags & IFF_UP;
	interface->running = link->ifi_flags & IFF_RUNNING;
	mnl_attr_for_each(attribute, message, sizeof(*link)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == IFLA_IFNAME)
			snprintf(interface->name, sizeof(interface->name), "%s",
				 mnl_attr_get_str(attribute));
		else if (type == IFLA_MTU)
			interface->mtu = mnl_attr_get_u32(attribute);
		else if (type == IFLA_QDISC)
			snprintf(interface->qdisc, sizeof(interface->qdisc), "%s",
				 mnl_attr_get_str(attribute));
		else if (type == IFLA_STATS64)
			read_packets(attribute, &interface->packets);
		else if (type == IFLA_ADDRESS &&
			 mnl_attr_get_payload_len(attribute) == sizeof(interface->mac))
			memcpy(interface->mac, mnl_attr_get_payload(attribute),
			       sizeof(interface->mac));
	}
	return MNL_CB_OK;
}

/* Reads an interface, by its index or, if that is 0, by its name. Returns 0 or -errno. */
static int read_interface(struct rtnl *rtnl, uint32_t index, const char *name,
			  struct interface *ret)
{
	struct nlmsghdr *message;

	*ret = (struct interface){};
	link_add_message(rtnl, RTM_GETLINK, 0, index, &message);
	if (index == 0)
		mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return rtnl_get(rtnl, on_interface, ret);
}

/* Compares an end with the kernel. Bit i of addresses and routes: the kernel has the end's address
 * or route number i. */
struct comparison {
	const struct task_end *end;
	uint32_t index;
	uint32_t addresses, routes;
};

/* Returns true if the attribute contains the address in text, or if both are NULL. */
static bool is_address(const struct nlattr *attribute, const char *text)
{
	unsigned int prefix;
	uint8_t bytes[16];
	size_t size;

	if (!attribute || !text)
		return !attribute && !text;
	size = link_read_address(text, bytes, &prefix) == AF_INET ? 4 : 16;
	return mnl_attr_get_payload_len(attribute) == size &&
	       memcmp(mnl_attr_get_payload(attribute), bytes, size) == 0;
}

static int on_address(const struct nlmsghdr *message, void *context)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	struct comparison *comparison = context;
	const struct nlattr *attribute, *local = NULL, *address = NULL;

	if (message->nlmsg_type != RTM_NEWADDR || header->ifa_index != comparison->index)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		if (mnl_attr_get_type(attribute) == IFA_LOCAL)
			local = attribute;
		else if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
			address = attribute;
	}
	for (size_t i = 0; i < comparison->end->n_addresses; i++) {
		const char *text = comparison->end->addresses[i].text;
		unsigned int prefix;
		uint8_t bytes[16];

		if (link_read_address(text, bytes, &prefix) == header->ifa_family &&
		    prefix == header->ifa_prefixlen && is_address(local ? local : address, text))
			comparison->addresses |= UINT32_C(1) << i;
	}
	return MNL_CB_OK;
}

static bool is_route(const struct wire_route *route, const struct rtmsg *header,
		     const struct nlattr *const attributes[RTA_MAX + 1])
{
	const struct nlattr *metric = attributes[RTA_PRIORITY];
	unsigned int prefix;
	uint8_t bytes[16];
	int family = link_read_address(route->destination, bytes, &prefix);
	uint32_t wanted = route->metric ? route->metric : family == AF_INET6 ? METRIC_V6 : 0;

	return family == header->rtm_family && prefix == header->rtm_dst_len &&
	       header->rtm_table == RT_TABLE_MAIN &&
	       is_address(attributes[RTA_DST], prefix > 0 ? route->destination : NULL) &&
	       is_address(attributes[RTA_GATEWAY], route->via) &&
	       (metric ? mnl_attr_get_u32(metric) : 0) == wanted;
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[RTA_MAX + 1] = {}, *attribute;
	struct comparison *comparison = context;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		if (mnl_attr_get_type(attribute) <= RTA_MAX)
			attributes[mnl_attr_get_type(attribute)] = attribute;
	}
	if (!attributes[RTA_OIF] || mnl_attr_get_u32(attributes[RTA_OIF]) != comparison->index)
		return MNL_CB_OK;
	for (size_t i = 0; i < comparison->end->n_routes; i++)
		if (is_route(&comparison->end->routes[i], header, attributes))
			comparison->routes |= UINT32_C(1) << i;
	return MNL_CB_OK;
}

static bool has_mac(const struct interface *is, const struct task_end *end)
{
	uint8_t mac[6];

	return !link_read_mac(end->mac, mac) || memcmp(mac, is->mac, sizeof(mac)) == 0;
}

/* Reads a table until the result is complete: an entry that was missed would be added twice, which
 * fails. */
static int read_table(struct rtnl *rtnl, uint16_t type, size_t header_size, mnl_cb_t callback,
		      struct comparison *comparison)
{
	int r = -EINTR;

	for (int tries = 0; r == -EINTR && tries < RTNL_DUMPS_MAX; tries++)
		r = rtnl_dump(rtnl, type, header_size, callback, comparison);
	return r;
}

/* --- restoring --- */

/* Adds messages that change the interface's name, MAC, MTU and flags where they differ from those
 * of end. */
static void add_changes(struct link_batch *batch, const struct interface *is,
			const struct task_end *end)
{
	bool rename = !end->host && strcmp(is->name, end->interface) != 0;
	struct nlmsghdr *message;

	if (rename) {
		/* older kernels rename no interface that is up */
		link_add_flags(&batch->rtnl, is->index, false);
		link_add_message(&batch->rtnl, RTM_SETLINK, 0, is->index, &message);
		mnl_attr_put_strz(message, IFLA_IFNAME, end->interface);
		link_batch_expect(batch, STEP_LINK_NAME);
	}
	if (!has_mac(is, end) || (end->mtu && end->mtu != is->mtu))
		link_add_change(&batch->rtnl, is->index, end->mac, end->mtu);
	link_batch_expect(batch, STEP_LINK);
	if (rename || is->up == end->down)
		link_add_flags(&batch->rtnl, is->index, !end->down);
	link_batch_expect(batch, STEP_LINK_UP);
}

static int restore_addresses(struct link_batch *batch, struct comparison *comparison,
			     uint32_t detail, struct fault *fault)
{
	const struct task_end *end = comparison->end;
	int r = end->n_addresses > 0 ? read_table(&batch->rtnl, RTM_GETADDR,
						  sizeof(struct ifaddrmsg), on_address, comparison)
				     : 0;

	if (r < 0)
		return fault_set(fault, STEP_ADDRESS, detail, -r);
	for (size_t i = 0; i < end->n_addresses; i++)
		if (!(comparison->addresses & UINT32_C(1) << i))
			link_add_address(&batch->rtnl, comparison->index, end->addresses[i].text,
					 true);
	link_batch_expect(batch, STEP_ADDRESS);
	return link_batch_commit(batch, detail, fault);
}

static int restore_routes(struct link_batch *batch, struct comparison *comparison, uint32_t detail,
			  struct fault *fault)
{
	const struct task_end *end = comparison->end;
	int r;

	if (end->down || end->n_routes == 0)
		return 0;
	r = read_table(&batch->rtnl, RTM_GETROUTE, sizeof(struct rtmsg), on_route, comparison);
	if (r < 0)
		return fault_set(fault, STEP_ROUTE, detail, -r);
	for (size_t i = 0; i < end->n_routes; i++)
		if (!(comparison->routes & UINT32_C(1) << i))
			link_add_route(&batch->rtnl, comparison->index, &end->routes[i], true);
	link_batch_expect(batch, STEP_ROUTE);
	return link_batch_commit(batch, detail, fault);
}

int link_restore_end(struct link_batch *batch, uint32_t index, const struct task_end *end,
		     uint32_t detail, struct fault *fault)
{
	struct comparison comparison = {.end = end, .index = index};
	struct interface interface;
	int r = read_interface(&batch->rtnl, index, NULL, &interface);

	if (r < 0)
		return fault_set(fault, STEP_LINK_PLACE, detail, -r);
	add_changes(batch, &interface, end);
	r = link_batch_commit(batch, detail, fault);
	if (r == 0)
		r = restore_addresses(batch, &comparison, detail, fault);
	return r < 0 ? r : restore_routes(batch, &comparison, detail, fault);
}

/* --- comparing --- */

static bool has_impairment(const struct interface *is, const struct task_end *end)
{
	return !end->impairment.given || strcmp(is->qdisc, qdisc_kind(&end->impairment)) == 0;
}

/* Finds which properties an interface that is up lacks, of those that a change of the link puts
 * back. Returns 0 or -errno. */
static int find_lacks(struct rtnl *rtnl, const struct interface *is, const struct task_end *end,
		      struct task_lacks *ret)
{
	struct comparison comparison = {.end = end, .index = is->index};
	uint32_t n_routes = end->down ? 0 : end->n_routes;
	int r = 0;

	if (end->n_addresses > 0)
		r = read_table(rtnl, RTM_GETADDR, sizeof(struct ifaddrmsg), on_address,
			       &comparison);
	if (r == 0 && n_routes > 0)
		r = read_table(rtnl, RTM_GETROUTE, sizeof(struct rtmsg), on_route, &comparison);
	*ret = (struct task_lacks){
		.name = !end->host && strcmp(is->name, end->interface) != 0,
		.mac = !has_mac(is, end),
		.mtu = end->mtu && end->mtu != is->mtu,
		.impairment = !has_impairment(is, end),
		.addresses = ~comparison.addresses & ((UINT32_C(1) << end->n_addresses) - 1),
		.routes = ~comparison.routes & ((UINT32_C(1) << n_routes) - 1),
	};
	return r;
}

enum end_state link_state_of(struct rtnl *rtnl, uint32_t index, const struct task_end *end,
			     struct task_lacks *ret, struct task_packets *ret_packets)
{
	struct interface interface;

	if (read_interface(rtnl, index, NULL, &interface) < 0)
		return END_DELETED;
	*ret_packets = interface.packets;
	if (!interface.up)
		return END_DOWN;
	if (find_lacks(rtnl, &interface, end, ret) < 0)
		return 0;
	return ret->name || ret->mac || ret->mtu || ret->impairment || ret->addresses || ret->routes
		       ? END_INCOMPLETE
		       : END_UP;
}

/* --- waiting --- */

/* Waits until an interface passes packets on, for a limited time. Usually looks only once. */
static void await_running(struct rtnl *rtnl, const char *name)
{
	struct interface interface;

	for (int pause = 1, waited = 0; waited < AWAIT_MILLISECONDS; waited += pause) {
		if (read_interface(rtnl, 0, name, &interface) < 0 || interface.running)
			return;
		poll(NULL, 0, pause);
		pause = MIN(2 * pause, 10);
	}
}

void link_await(const struct task_link *link, const int ns_fds[2])
{
	const struct task_end *const ends[] = {&link->a, &link->b};

	if (link->a.down || link->b.down)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct rtnl rtnl;

		if (rtnl_open(&rtnl, ns_fds[i]) == 0) {
			await_running(&rtnl, ends[i]->interface);
			if (ends[i]->port)
				await_running(&rtnl, BRIDGE_NAME);
		}
		rtnl_close(&rtnl);
	}
}
