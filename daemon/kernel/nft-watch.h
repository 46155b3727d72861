/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listens to changes of packet filter rules. It changes nothing, and needs no libnftnl. */
#pragma once

#include "base.h"

/* Returns a socket that becomes readable when rules in the current net namespace change, or -errno.
 * Opening it needs CAP_NET_ADMIN, reading does not. */
int nft_watch_open(void);

/*
 * Reads all notifications, and calls back with the port of each sender that removed this table, or
 * a chain, set or rule of it. Elements come and go all the time and are ignored. Returns 0, or
 * -ENOBUFS: notifications were lost, so anything may have changed.
 */
int nft_watch_read(int fd, const char *table, void (*callback)(uint32_t who, void *context),
		   void *context);

/* Sockets by which this daemon changes its table have netlink ports from this one on, and below it
 * plus NFT_WATCH_PORTS. The kernel gives such numbers to nobody. */
#define NFT_WATCH_PORTS (UINT32_C(1) << 20)
uint32_t nft_watch_first_port(const char *table);
/* Returns true if a change of the table was made by such a socket. */
bool nft_watch_is_ours(uint32_t who, const char *table);
