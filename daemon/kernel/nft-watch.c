/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include "daemon/kernel/netlink-watch.h"
#include "daemon/kernel/nft-watch.h"
#include "daemon/wire/fnv.h"

/* In all these messages, the attribute with this number is the table's name. */
#define ATTRIBUTE_TABLE NFTA_TABLE_NAME

/*
 * Room for notifications, by the kernel's count, which is twice what is asked for. The largest task
 * that lets addresses through (CHANGE_PAIRS_MAX) takes 200 KiB, and 64 tasks may be in progress
 * before the keeper reads again: operation.c. If notifications are lost, the table is restored, and
 * the names in all lists lead nowhere until they are asked for again.
 */
#define ROOM (8 * 1024 * 1024)

int nft_watch_open(void)
{
	static const int room = ROOM;
	int fd = netlink_watch_open(NETLINK_NETFILTER, 1 << (NFNLGRP_NFTABLES - 1));

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

uint32_t nft_watch_first_port(const char *table)
{
	uint32_t hash = fnv_add(FNV_START, table, strlen(table));

	/* the kernel takes pids, which are lower, and negative numbers */
	return (UINT32_C(0x400) | (hash & 0x3ff)) * NFT_WATCH_PORTS;
}

bool nft_watch_is_ours(uint32_t who, const char *table)
{
	return who - nft_watch_first_port(table) < NFT_WATCH_PORTS;
}

static bool takes_away(uint16_t type)
{
	switch (type & 0xff) {
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
		return type >> 8 == NFNL_SUBSYS_NFTABLES;
	default:
		return false;
	}
}

static bool is_about(const struct nlmsghdr *message, const char *table)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) == ATTRIBUTE_TABLE)
			return mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0 &&
			       strcmp(mnl_attr_get_str(attribute), table) == 0;
	}
	return false;
}

struct hearing {
	const char *table;
	void (*callback)(uint32_t who, void *context);
	void *context;
};

static void hear(const struct nlmsghdr *message, void *context)
{
	const struct hearing *hearing = context;

	if (takes_away(message->nlmsg_type) && is_about(message, hearing->table))
		hearing->callback(message->nlmsg_pid, hearing->context);
}

int nft_watch_read(int fd, const char *table, void (*callback)(uint32_t who, void *context),
		   void *context)
{
	struct hearing hearing = {table, callback, context};

	return netlink_watch_read(fd, hear, &hearing);
}
