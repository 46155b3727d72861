/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/if_link.h>
#include "daemon/kernel/link-message.h"

/*
 * A search for an end. The alias identifies an end. An end that has no alias yet is identified by
 * its MAC. On the host, the name must match, too, because a user may have chosen the MAC of another
 * interface there.
 */
struct search {
	char alias[sizeof(LINK_TAG) + ID_SIZE];
	const struct task_end *end;
	uint32_t index; /* 0: not found */
	bool tagged;	/* the interface that was found has the alias */
};

static bool has_mac(const struct nlattr *attribute, const char *mac)
{
	uint8_t wanted[6];

	return link_read_mac(mac, wanted) &&
	       mnl_attr_get_payload_len(attribute) == sizeof(wanted) &&
	       memcmp(mnl_attr_get_payload(attribute), wanted, sizeof(wanted)) == 0;
}

static bool is_veth(const struct nlattr *info)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, info) {
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
			return strcmp(mnl_attr_get_str(attribute), "veth") == 0;
	}
	return false;
}

/* Notes an interface that matches. Ignores everything but veths: a bridge, a macvlan or a bond may
 * have the MAC of a veth. */
static int on_candidate(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct search *search = context;
	bool tagged = false, mac = false, name = !search->end->host, veth = false;

	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*link)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == IFLA_IFALIAS)
			tagged = strcmp(mnl_attr_get_str(attribute), search->alias) == 0;
		else if (type == IFLA_ADDRESS)
			mac = has_mac(attribute, search->end->mac);
		else if (type == IFLA_IFNAME)
			name |= strcmp(mnl_attr_get_str(attribute), search->end->interface) == 0;
		else if (type == IFLA_LINKINFO)
			veth = is_veth(attribute);
	}
	if (veth && (tagged || (mac && name && !search->tagged))) {
		search->index = link->ifi_index;
		search->tagged = tagged;
	}
	return MNL_CB_OK;
}

int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index)
{
	struct search search = {.end = end};
	struct nlmsghdr *message;
	int r;

	link_add_message(rtnl, RTM_GETLINK, 0, 0, &message);
	snprintf(search.alias, sizeof(search.alias), LINK_TAG "%s", id);
	mnl_attr_put_strz(message, IFLA_IFNAME, end->interface);
	r = rtnl_get(rtnl, on_candidate, &search);
	if (r < 0 && r != -ENODEV)
		return r;
	/* the end was renamed, or its name belongs to another interface now */
	for (int tries = 0; search.index == 0 && tries < RTNL_DUMPS_MAX; tries++) {
		r = rtnl_dump(rtnl, RTM_GETLINK, sizeof(struct ifinfomsg), on_candidate, &search);
		if (r == 0)
			break;
		if (r != -EINTR)
			return r;
	}
	if (search.index == 0)
		return -ENODEV;
	*ret_index = search.index;
	return 0;
}
