/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listens to who changes packet filter rules; changes nothing, and needs no libnftnl. */
#ifndef NSCTL_KERNEL_NFT_WATCH_H
#define NSCTL_KERNEL_NFT_WATCH_H

#include "base.h"

/* A socket that becomes readable when rules change in the process's net namespace: asks for
 * CAP_NET_ADMIN, once. -errno. */
int nft_watch_open(void);

/*
 * Reads what there is: calls back with the number of whoever took away a table, chain, set or rule
 * of this table (elements come and go all the time). 0, or -ENOBUFS: more was said than fits, so
 * that nothing is known any more.
 */
int nft_watch_read(int fd, const char *table, void (*callback)(uint32_t who, void *context),
		   void *context);

#endif
