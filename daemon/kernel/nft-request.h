/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests and dumps of nft.h, for the files that make them. */
#pragma once

#include <libmnl/libmnl.h>
#include "daemon/kernel/nft.h"

/* Returns memory of libnftnl. A rule without one of its expressions would mean something else, so
 * if there is no memory the child ends, as if it had been killed. */
static inline void *nft_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Begins a request of the transaction; NLM_F_ACK is among the flags. If there is no room, the
 * transaction fails. */
struct nlmsghdr *nft_request(struct nft *nft, uint16_t type, uint16_t flags);
/* Completes the request that nft_request() has begun. */
void nft_add_request(struct nft *nft, const struct nlmsghdr *message);
/* Returns a set of our table, by name. It must be freed. */
struct nftnl_set *nft_named_set(const struct nft *nft, const char *name);
/* Returns a new set, by name and for its first request. */
struct nftnl_set *nft_new_set(const struct nft *nft, const char *name, uint32_t id, uint32_t flags,
			      uint32_t key_type, uint32_t key_size);
/* Completes and adds the request that makes the set, and frees the set. */
void nft_make_set(struct nft *nft, struct nftnl_set *set);
/* Sends a request for a dump, and calls back for each message. Returns 0 or -errno. */
int nft_read(struct nft *nft, const struct nlmsghdr *message, mnl_cb_t callback, void *context);
