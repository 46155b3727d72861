/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include "daemon/kernel/conntrack-flow.h"
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/kernel/rtnl.h"

/* Maximum number of flows that one round forgets, and of rounds. */
#define FLOWS_MAX 128
#define ROUNDS_MAX 64

/* A search: for flows to this port of the host or, if target is not NULL, for flows that the set
 * with this address answers. */
struct wanted {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint16_t port;	/* network byte order; 0: any */
	const struct subnet *target;
};

struct flow {
	struct conntrack_flow found;
	uint8_t destination[16];
};

struct search {
	const struct wanted *wanted;
	size_t n;
	struct flow flows[FLOWS_MAX];
};

/* --- reading --- */

static bool is_wanted(const struct wanted *wanted, uint32_t status, const struct nlattr *original,
		      const struct nlattr *reply)
{
	const struct nlattr *protocol = conntrack_find(original, CTA_TUPLE_PROTO);
	const struct nlattr *number = conntrack_find(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = conntrack_find(protocol, CTA_PROTO_DST_PORT);
	const uint8_t *answers = conntrack_address(reply, wanted->family, true);

	if (!number || mnl_attr_get_u8(number) != IPPROTO_UDP || !port || !answers)
		return false;
	if (!wanted->target)
		return !(status & IPS_DST_NAT) && mnl_attr_get_u16(port) == wanted->port;
	return status & IPS_DST_NAT &&
	       memcmp(answers, wanted->target->address, wanted->target->size) == 0;
}

static void keep(struct search *search, const struct nlattr *const attributes[])
{
	uint8_t family = search->wanted->family;
	const uint8_t *destination = conntrack_address(attributes[CTA_TUPLE_ORIG], family, false);
	struct flow *flow = &search->flows[search->n];

	if (search->n == FLOWS_MAX || !destination ||
	    !conntrack_take(family, attributes, &flow->found))
		return;
	memcpy(flow->destination, destination, family == AF_INET ? 4 : 16);
	search->n++;
}

static int on_flow(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attributes[CTA_MAX + 1];
	struct search *search = context;
	uint32_t status;

	if (conntrack_attributes(message, attributes) != search->wanted->family ||
	    !attributes[CTA_STATUS] || !attributes[CTA_TUPLE_ORIG])
		return MNL_CB_OK;
	status = ntohl(mnl_attr_get_u32(attributes[CTA_STATUS]));
	if (is_wanted(search->wanted, status, attributes[CTA_TUPLE_ORIG],
		      attributes[CTA_TUPLE_REPLY]))
		keep(search, attributes);
	return MNL_CB_OK;
}

/* --- requests --- */

/* Adds a filter, so that the kernel does not send the whole table. Kernels before 5.8 ignore it. */
static void put_filter(struct nlmsghdr *message, const struct wanted *wanted)
{
	bool six = wanted->family == AF_INET6;
	struct nlattr *tuple =
		mnl_attr_nest_start(message, wanted->target ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG);
	struct nlattr *part;

	if (wanted->target) {
		part = mnl_attr_nest_start(message, CTA_TUPLE_IP);
		mnl_attr_put(message, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, wanted->target->size,
			     wanted->target->address);
		mnl_attr_nest_end(message, part);
	}
	part = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_UDP);
	if (!wanted->target)
		mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, wanted->port);
	mnl_attr_nest_end(message, part);
	mnl_attr_nest_end(message, tuple);
	part = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS,
			 wanted->target ? 0 : COMPARE_PROTOCOL | COMPARE_DESTINATION_PORT);
	mnl_attr_put_u32(message, CTA_FILTER_REPLY_FLAGS,
			 wanted->target ? COMPARE_SOURCE | COMPARE_PROTOCOL : 0);
	mnl_attr_nest_end(message, part);
}

/* --- addresses of the host --- */

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);

	*(bool *)context = route->rtm_type == RTN_LOCAL;
	return MNL_CB_OK;
}

/* Returns true if the flow's destination is an address of the host. */
static bool is_local(struct rtnl *rtnl, const struct flow *flow)
{
	size_t size = flow->found.family == AF_INET ? 4 : 16;
	bool local = false;
	struct rtmsg *header;
	struct nlmsghdr *message =
		rtnl_add(rtnl, RTM_GETROUTE, 0, sizeof(*header), (void **)&header);

	header->rtm_family = flow->found.family;
	header->rtm_dst_len = 8 * size;
	mnl_attr_put(message, RTA_DST, size, flow->destination);
	return rtnl_get(rtnl, on_route, &local) == 0 && local;
}

/* --- forgetting --- */

static void forget_all(int fd, struct rtnl *rtnl, const struct wanted *wanted)
{
	static struct search search;
	char buffer[1024] __attribute__((aligned(8)));
	bool again = true;

	for (int round = 0; again && round < ROUNDS_MAX; round++) {
		struct nlmsghdr *message =
			conntrack_begin(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP, wanted->family);

		search.n = 0;
		search.wanted = wanted;
		/* kernels whose filter compares IPv6 addresses leave out the matching flows, and
		 * send the others */
		if (!wanted->target || wanted->family == AF_INET)
			put_filter(message, wanted);
		if (conntrack_ask(fd, message, on_flow, &search) < 0)
			return;
		/* if the list is full, there may be more flows */
		again = search.n == FLOWS_MAX;
		for (size_t i = 0; i < search.n; i++)
			if (wanted->target || is_local(rtnl, &search.flows[i]))
				conntrack_forget(fd, &search.flows[i].found);
	}
}

static void forget_ports(int fd, struct rtnl *rtnl, const struct task_link *link)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < link->n_publish; i++)
		for (size_t j = 0; j < ARRAY_SIZE(families); j++) {
			const struct wanted wanted = {
				.family = families[j],
				.port = htons(link->publish[i].host_port),
			};

			if (link->publish[i].protocol == PUBLISH_UDP)
				forget_all(fd, rtnl, &wanted);
		}
}

static bool has_udp(const struct task_link *link)
{
	for (size_t i = 0; i < link->n_publish; i++)
		if (link->publish[i].protocol == PUBLISH_UDP)
			return true;
	return false;
}

void conntrack_forget_untranslated(const struct task_link *links, size_t n)
{
	_cleanup_fd_ int fd = -1;
	struct rtnl rtnl = {.fd = -1};

	for (size_t i = 0; i < n; i++) {
		if (!links[i].egress || !has_udp(&links[i]))
			continue;
		if (fd < 0 && ((fd = conntrack_open()) < 0 || rtnl_open(&rtnl, -1) < 0))
			break;
		forget_ports(fd, &rtnl, &links[i]);
	}
	rtnl_close(&rtnl);
}

void conntrack_forget_translated(const struct task_link *link)
{
	_cleanup_fd_ int fd = has_udp(link) ? conntrack_open() : -1;

	for (size_t i = 0; fd >= 0 && i < link->a.n_addresses; i++) {
		const struct subnet target = firewall_subnet(link->a.addresses[i].text);
		const struct wanted wanted = {.family = target.size == 4 ? AF_INET : AF_INET6,
					      .target = &target};

		forget_all(fd, NULL, &wanted);
	}
}
