/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <net/if.h>
#include "daemon/kernel/link-message.h"
#include "daemon/kernel/pin.h"

struct ifinfomsg *link_add_message(struct rtnl *rtnl, uint16_t type, uint16_t flags, uint32_t index,
				   struct nlmsghdr **ret_message)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message = rtnl_add(rtnl, type, flags, sizeof(*header), (void **)&header);

	header->ifi_family = AF_UNSPEC;
	header->ifi_index = (int)index;
	*ret_message = message;
	return header;
}

bool link_read_mac(const char *text, uint8_t ret[6])
{
	unsigned int parts[6] = {};

	if (!text || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &parts[0], &parts[1], &parts[2],
			    &parts[3], &parts[4], &parts[5]) != 6)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		ret[i] = parts[i];
	return true;
}

void link_put_mac(struct nlmsghdr *message, const char *text)
{
	uint8_t bytes[6];

	if (link_read_mac(text, bytes))
		mnl_attr_put(message, IFLA_ADDRESS, sizeof(bytes), bytes);
}

void link_add_flags(struct rtnl *rtnl, uint32_t index, bool up)
{
	struct nlmsghdr *message;
	struct ifinfomsg *header = link_add_message(rtnl, RTM_SETLINK, 0, index, &message);

	header->ifi_flags = up ? IFF_UP : 0;
	header->ifi_change = IFF_UP;
}

void link_add_change(struct rtnl *rtnl, uint32_t index, const char *mac, uint32_t mtu)
{
	struct nlmsghdr *message;

	link_add_message(rtnl, RTM_SETLINK, 0, index, &message);
	link_put_mac(message, mac);
	if (mtu)
		mnl_attr_put_u32(message, IFLA_MTU, mtu);
}

int link_read_address(const char *text, uint8_t bytes[16], unsigned int *ret_prefix)
{
	const char *slash = strchr(text, '/');
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	char host[ADDRESS_SIZE];

	snprintf(host, sizeof(host), "%.*s", (int)(slash ? slash - text : (long)strlen(text)),
		 text);
	*ret_prefix = slash ? strtoul(slash + 1, NULL, 10) : 0;
	return inet_pton(family, host, bytes) == 1 ? family : AF_UNSPEC;
}

static size_t address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static uint16_t flags_to(bool add)
{
	return add ? NLM_F_CREATE | NLM_F_EXCL : 0;
}

void link_add_address(struct rtnl *rtnl, uint32_t index, const char *text, bool add)
{
	struct ifaddrmsg *header;
	struct nlmsghdr *message = rtnl_add(rtnl, add ? RTM_NEWADDR : RTM_DELADDR, flags_to(add),
					    sizeof(*header), (void **)&header);
	unsigned int prefix;
	uint8_t bytes[16];
	int family = link_read_address(text, bytes, &prefix);

	header->ifa_family = family;
	header->ifa_prefixlen = prefix;
	header->ifa_index = index;
	mnl_attr_put(message, IFA_LOCAL, address_size(family), bytes);
	mnl_attr_put(message, IFA_ADDRESS, address_size(family), bytes);
	/* the address is usable at once: the keeper has made sure that it is unique */
	if (family == AF_INET6)
		mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD);
}

/* Adds a message about a route of the main table. Returns its header, and the message, to which
 * attributes can be added. */
static struct rtmsg *add_route_message(struct rtnl *rtnl, bool add, int family, uint8_t scope,
				       uint32_t index, struct nlmsghdr **ret_message)
{
	struct rtmsg *header;
	struct nlmsghdr *message = rtnl_add(rtnl, add ? RTM_NEWROUTE : RTM_DELROUTE, flags_to(add),
					    sizeof(*header), (void **)&header);

	header->rtm_family = family;
	header->rtm_table = RT_TABLE_MAIN;
	header->rtm_protocol = RTPROT_STATIC;
	header->rtm_scope = scope;
	header->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(message, RTA_OIF, index);
	*ret_message = message;
	return header;
}

static void put_address(struct nlmsghdr *message, uint16_t type, const char *text)
{
	unsigned int prefix;
	uint8_t bytes[16];
	int family = link_read_address(text, bytes, &prefix);

	mnl_attr_put(message, type, address_size(family), bytes);
}

void link_add_route(struct rtnl *rtnl, uint32_t index, const struct wire_route *route, bool add)
{
	unsigned int prefix;
	uint8_t bytes[16];
	int family = link_read_address(route->destination, bytes, &prefix);
	uint8_t scope = route->via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	struct nlmsghdr *message;
	struct rtmsg *header = add_route_message(rtnl, add, family, scope, index, &message);

	header->rtm_dst_len = prefix;
	header->rtm_flags = route->onlink ? RTNH_F_ONLINK : 0;
	if (prefix > 0)
		put_address(message, RTA_DST, route->destination);
	if (route->via)
		put_address(message, RTA_GATEWAY, route->via);
	if (route->source)
		put_address(message, RTA_PREFSRC, route->source);
	if (route->metric)
		mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
}

/* Metric of a claim. It is so bad that no packet is routed by a claim. The kernel's own route to
 * the subnet has another metric and may exist twice, so it claims nothing. */
#define CLAIM_METRIC 0x6e736374

void link_add_claim(struct rtnl *rtnl, uint32_t index, const char *address)
{
	struct nlmsghdr *message;
	struct rtmsg *header;
	unsigned int prefix;
	uint8_t bytes[16];
	int family = link_read_address(address, bytes, &prefix);

	for (unsigned int bit = prefix; bit < 8 * address_size(family); bit++)
		bytes[bit / 8] &= ~(0x80 >> bit % 8);
	header = add_route_message(rtnl, true, family, RT_SCOPE_LINK, index, &message);
	header->rtm_dst_len = prefix;
	mnl_attr_put(message, RTA_DST, address_size(family), bytes);
	mnl_attr_put_u32(message, RTA_PRIORITY, CLAIM_METRIC);
}

/* --- batches --- */

void link_batch_expect(struct link_batch *batch, enum step step)
{
	while (batch->n < rtnl_position(&batch->rtnl) && batch->n < RTNL_BATCH_MAX)
		batch->steps[batch->n++] = step;
}

int link_batch_commit(struct link_batch *batch, uint32_t detail, struct fault *fault)
{
	unsigned int position = 0;
	int r = rtnl_commit(&batch->rtnl, &position);
	enum step step = position < batch->n ? batch->steps[position] : STEP_LINK;

	batch->n = 0;
	return fault_if(fault, step, detail, r);
}

/* --- net namespaces of ends --- */

int link_open_place(const struct host *host, const struct task_end *end, int own_fd)
{
	int fd;

	if (!end->host && end->pin)
		return pin_open_path(host->vault_root_fd, end->pin, KIND_NET);
	fd = fcntl(end->host ? host->net_fd : own_fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? negative_errno() : fd;
}
