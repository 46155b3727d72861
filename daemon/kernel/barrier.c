/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/netlink-watch.h"
#include "daemon/kernel/rtnl.h"
#include "daemon/wire/fnv.h"

/* Behind the rule of the host's own addresses (0), and before the rules of all other tables. */
#define RULE_PRIORITY 1
/* FRA_PROTOCOL, by which ip(8) shows the owner of a rule: a number that rtnetlink.h does not
 * define. */
#define RULE_PROTOCOL 110
#define FILTER_PRIORITY 1
#define FILTER_HANDLE 1

/* Hashes the table's name, without the bit that says that a destination is flipped. Never
 * returns 0, the mark of unmarked packets. */
uint32_t barrier_mark(const char *table)
{
	uint32_t hash = fnv_add(FNV_START, table, strlen(table)) & ~BARRIER_ASTRAY;

	return hash ? hash : BARRIER_ASTRAY << 1;
}

/* --- rules of routing --- */

static void add_rule(struct rtnl *rtnl, bool add, int family, uint32_t mark)
{
	struct fib_rule_hdr *header;
	struct nlmsghdr *message =
		rtnl_add(rtnl, add ? RTM_NEWRULE : RTM_DELRULE, add ? NLM_F_CREATE | NLM_F_EXCL : 0,
			 sizeof(*header), (void **)&header);

	header->family = family;
	header->action = FR_ACT_UNREACHABLE;
	mnl_attr_put_u32(message, FRA_PRIORITY, RULE_PRIORITY);
	mnl_attr_put_u32(message, FRA_FWMARK, mark);
	mnl_attr_put_u32(message, FRA_FWMASK, ~BARRIER_ASTRAY);
	mnl_attr_put_u8(message, FRA_PROTOCOL, RULE_PROTOCOL);
}

static int change_rules(bool add, uint32_t mark)
{
	static const int families[] = {AF_INET, AF_INET6};
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(families); i++) {
		add_rule(&rtnl, add, families[i], mark);
		r = rtnl_commit(&rtnl, NULL);
		if (r == (add ? -EEXIST : -ENOENT) ||
		    (r == -EAFNOSUPPORT && families[i] == AF_INET6))
			r = 0;
	}
	return r;
}

int barrier_raise(uint32_t mark)
{
	return change_rules(true, mark);
}

int barrier_lower(uint32_t mark)
{
	return change_rules(false, mark);
}

/* --- the program --- */

static struct nlmsghdr *add_control(struct rtnl *rtnl, uint16_t type, uint16_t flags,
				    uint32_t index, uint32_t parent, struct tcmsg **ret_header)
{
	struct nlmsghdr *message =
		rtnl_add(rtnl, type, flags, sizeof(**ret_header), (void **)ret_header);

	(*ret_header)->tcm_ifindex = index;
	(*ret_header)->tcm_parent = parent;
	return message;
}

static void add_hook(struct rtnl *rtnl, uint32_t index)
{
	struct tcmsg *header;
	struct nlmsghdr *message = add_control(rtnl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, index,
					       TC_H_CLSACT, &header);

	header->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(message, TCA_KIND, "clsact");
}

/* Adds the request that attaches the program. It replaces a program that an earlier daemon may have
 * attached. */
static void add_filter(struct rtnl *rtnl, uint32_t index, int program_fd)
{
	struct tcmsg *header;
	struct nlmsghdr *message = add_control(rtnl, RTM_NEWTFILTER, NLM_F_CREATE, index,
					       TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), &header);
	struct nlattr *options;

	header->tcm_handle = FILTER_HANDLE;
	header->tcm_info = TC_H_MAKE(FILTER_PRIORITY << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(message, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(message, TCA_OPTIONS);
	mnl_attr_put_u32(message, TCA_BPF_FD, program_fd);
	mnl_attr_put_strz(message, TCA_BPF_NAME, "nsctl");
	mnl_attr_put_u32(message, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(message, options);
}

int barrier_attach(int program_fd, const char *interface)
{
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, -1);
	uint32_t index = if_nametoindex(interface);

	if (r < 0 || index == 0)
		return r < 0 ? r : negative_errno();
	add_hook(&rtnl, index);
	r = rtnl_commit(&rtnl, NULL);
	if (r == 0 || r == -EEXIST) {
		add_filter(&rtnl, index, program_fd);
		r = rtnl_commit(&rtnl, NULL);
	}
	return r;
}

/* --- the watch --- */

int barrier_watch_open(void)
{
	return netlink_watch_open(NETLINK_ROUTE,
				  1 << (RTNLGRP_IPV4_RULE - 1) | 1 << (RTNLGRP_IPV6_RULE - 1));
}

static bool takes_away(const struct nlmsghdr *message, uint32_t mark)
{
	const struct nlattr *attribute;

	if (message->nlmsg_type != RTM_DELRULE)
		return false;
	mnl_attr_for_each(attribute, message, sizeof(struct fib_rule_hdr)) {
		if (mnl_attr_get_type(attribute) == FRA_FWMARK &&
		    mnl_attr_get_payload_len(attribute) == sizeof(mark))
			return mnl_attr_get_u32(attribute) == mark;
	}
	return false;
}

struct hearing {
	uint32_t mark;
	bool found;
};

static void hear(const struct nlmsghdr *message, void *context)
{
	struct hearing *hearing = context;

	hearing->found |= takes_away(message, hearing->mark);
}

bool barrier_watch_read(int fd, uint32_t mark)
{
	struct hearing hearing = {.mark = mark};

	return netlink_watch_read(fd, hear, &hearing) < 0 || hearing.found;
}
