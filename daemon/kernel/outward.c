/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/netlink-watch.h"
#include "daemon/kernel/outward.h"
#include "daemon/kernel/rtnl.h"

/* Number of tries to read the routes, if they change meanwhile. The watch reports a change that was
 * missed. */
#define READS_MAX 3

/* --- routes --- */

struct route {
	const struct rtmsg *header;
	const struct nlattr *destination, *hops;
	uint32_t index; /* 0: no interface, or several, which are in hops */
};

static struct route read_route(const struct nlmsghdr *message)
{
	struct route route = {.header = mnl_nlmsg_get_payload(message)};
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(*route.header)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == RTA_DST)
			route.destination = attribute;
		else if (type == RTA_OIF)
			route.index = mnl_attr_get_u32(attribute);
		else if (type == RTA_MULTIPATH)
			route.hops = attribute;
	}
	return route;
}

/* Returns true for a route to other machines. Routes to the host itself, and those to link-local
 * addresses, which are not forwarded, do not count. */
static bool leads_out(const struct route *route)
{
	const struct rtmsg *header = route->header;
	const uint8_t *bytes = route->destination ? mnl_attr_get_payload(route->destination) : NULL;

	if (header->rtm_type != RTN_UNICAST || header->rtm_table == RT_TABLE_LOCAL)
		return false;
	return !(header->rtm_family == AF_INET6 && bytes && header->rtm_dst_len >= 10 &&
		 bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

/* Returns true for an interface of the host, and stores its name. Returns false for ends of links,
 * lo, and an interface that is gone. */
static bool is_of_host(uint32_t index, char name[static IFNAMSIZ])
{
	return if_indextoname(index, name) && strcmp(name, "lo") != 0 &&
	       strncmp(name, HOST_END_PREFIX, strlen(HOST_END_PREFIX)) != 0;
}

/* Adds an interface of the host. Ends of links are left out before they can use up the space: a
 * user can have many. */
static void add(struct outward *outward, int family, uint32_t index)
{
	char name[IFNAMSIZ];

	for (size_t i = 0; i < outward->n; i++)
		if (outward->interfaces[i].index == index &&
		    outward->interfaces[i].family == family)
			return;
	if (index == 0 || outward->n == OUTWARD_MAX || !is_of_host(index, name))
		return;
	memcpy(outward->interfaces[outward->n].name, name, IFNAMSIZ);
	outward->interfaces[outward->n].family = family;
	outward->interfaces[outward->n++].index = index;
}

/* Calls back with each interface of the route. */
static void each_index(const struct route *route, void (*callback)(uint32_t index, void *context),
		       void *context)
{
	const struct rtnexthop *hop = route->hops ? mnl_attr_get_payload(route->hops) : NULL;
	int rest = hop ? mnl_attr_get_payload_len(route->hops) : 0;

	if (route->index)
		callback(route->index, context);
	while (rest >= (int)sizeof(*hop) && RTNH_OK(hop, rest)) {
		callback((uint32_t)hop->rtnh_ifindex, context);
		rest -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

struct collecting {
	struct outward *outward;
	int family;
};

static void collect(uint32_t index, void *context)
{
	const struct collecting *collecting = context;

	add(collecting->outward, collecting->family, index);
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	struct collecting collecting = {.outward = context};
	struct route route;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	route = read_route(message);
	collecting.family = route.header->rtm_family == AF_INET ? 4 : 6;
	if (leads_out(&route))
		each_index(&route, collect, &collecting);
	return MNL_CB_OK;
}

int outward_read(struct outward *ret)
{
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1), tries = 0;

	ret->n = 0;
	if (r < 0)
		return r;
	do
		r = rtnl_dump(&rtnl, RTM_GETROUTE, sizeof(struct rtmsg), on_route, ret);
	while (r == -EINTR && ++tries < READS_MAX);
	return r == -EINTR ? 0 : r;
}

bool outward_has(const struct outward *outward, int family, const char *name)
{
	for (size_t i = 0; i < outward->n; i++)
		if (outward->interfaces[i].family == family &&
		    strcmp(outward->interfaces[i].name, name) == 0)
			return true;
	return false;
}

/* --- the watch --- */

int outward_watch_open(void)
{
	return netlink_watch_open(NETLINK_ROUTE, 1 << (RTNLGRP_IPV4_ROUTE - 1) |
							 1 << (RTNLGRP_IPV6_ROUTE - 1) |
							 1 << (RTNLGRP_LINK - 1));
}

static void find_of_host(uint32_t index, void *context)
{
	char name[IFNAMSIZ];
	bool *found = context;

	*found |= is_of_host(index, name);
}

static bool is_change(const struct nlmsghdr *message, const struct route *route)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	char name[IFNAMSIZ];
	bool found = false;

	switch (message->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (leads_out(route))
			each_index(route, find_of_host, &found);
		return found;
	case RTM_NEWLINK:
		/* the kernel does not report IPv4 routes that end with their interface; and a
		 * message without changed flags may be about a new name */
		return (!link->ifi_change ||
			(link->ifi_change & IFF_UP && !(link->ifi_flags & IFF_UP))) &&
		       is_of_host((uint32_t)link->ifi_index, name);
	default:
		return false;
	}
}

static void tell(const struct route *route,
		 void (*callback)(const struct outward_subnet *subnet, void *context),
		 void *context)
{
	struct outward_subnet subnet = {
		.family = route->header->rtm_family,
		.prefix = route->header->rtm_dst_len,
	};

	if (!route->destination ||
	    mnl_attr_get_payload_len(route->destination) > sizeof(subnet.bytes))
		return;
	memcpy(subnet.bytes, mnl_attr_get_payload(route->destination),
	       mnl_attr_get_payload_len(route->destination));
	callback(&subnet, context);
}

struct hearing {
	void (*callback)(const struct outward_subnet *subnet, void *context);
	void *context;
	bool changed;
};

static void hear(const struct nlmsghdr *message, void *context)
{
	struct hearing *hearing = context;
	bool is_route = message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_DELROUTE;
	struct route route = is_route ? read_route(message) : (struct route){};

	if (!is_change(message, &route))
		return;
	hearing->changed = true;
	if (message->nlmsg_type == RTM_NEWROUTE)
		tell(&route, hearing->callback, hearing->context);
}

bool outward_watch_read(int fd,
			void (*callback)(const struct outward_subnet *subnet, void *context),
			void *context)
{
	struct hearing hearing = {.callback = callback, .context = context};

	return netlink_watch_read(fd, hear, &hearing) < 0 || hearing.changed;
}
