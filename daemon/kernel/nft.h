/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nftables by libnftnl: a transaction that is sent whole and takes effect whole or not at all, and
 * rules put together from expressions. Knows nothing of what the rules are for. No text is parsed,
 * no program called.
 */
#ifndef NSCTL_KERNEL_NFT_H
#define NSCTL_KERNEL_NFT_H

#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include "base.h"

/* A transaction holds what a host full of sets needs to be put back. */
#define NFT_SIZE_MAX (1024 * 1024)

struct nft {
	int fd;		   /* -1: not open */
	const char *table; /* of family inet: what everything below is about */
	char *buffer;	   /* of NFT_SIZE_MAX, the caller's */
	size_t used;
	uint32_t first, sequence; /* numbers of this transaction's first and last request */
	bool failed; /* something did not fit or had no memory: committing says -ENOBUFS */
};

/* A socket in the process's network namespace; buffer aligned as malloc's. 0 or -errno. */
int nft_open(struct nft *nft, const char *table, char buffer[static NFT_SIZE_MAX]);
void nft_close(struct nft *nft);

/* Starts a transaction anew. */
void nft_begin(struct nft *nft);
/* Sends it: 0, or the -errno of the first request that was refused: then nothing has changed. */
int nft_commit(struct nft *nft);
/* The number by which the kernel tells listeners who changed something. */
uint32_t nft_port(const struct nft *nft);

/* Requests. exclusive: -EEXIST when it is there. */
void nft_add_table(struct nft *nft, bool exclusive);
void nft_delete_table(struct nft *nft); /* -ENOENT */
/* hook: enum nf_inet_hooks, or NFT_NO_HOOK for a chain that others go to. */
#define NFT_NO_HOOK UINT32_MAX
void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority);
/* Types are nft(8)'s numbers, for show; data_size 0: a set, else a map. Sizes in bytes. */
void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size);
#define NFT_TYPE_IPV4 7
#define NFT_TYPE_IPV6 8
#define NFT_TYPE_PROTOCOL 12
#define NFT_TYPE_SERVICE 13
#define NFT_TYPE_IFNAME 41
#define NFT_TYPE_CONCAT(a, b) ((a) << 6 | (b))
/* data NULL: of a set. remove: the element goes (-ENOENT). */
void nft_element(struct nft *nft, const char *set, bool remove, const void *key, uint32_t key_size,
		 const void *data, uint32_t data_size);

/* --- rules --- */

struct nftnl_rule *nft_rule(struct nft *nft, const char *chain);
/* Appends the rule to its chain and frees it. */
void nft_add_rule(struct nft *nft, struct nftnl_rule *rule);

void nft_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* Sets the packet's mark, by way of reg. */
void nft_set_mark(struct nftnl_rule *rule, uint32_t mark, uint32_t reg);
void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg);
/* Writes the register into the packet, and leaves checksums alone. */
void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg);
void nft_ct(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* The source of the connection, which is of NFPROTO_IPV4 or _IPV6; direction: enum
 * ip_conntrack_dir.
 */
void nft_ct_source(struct nftnl_rule *rule, uint32_t family, uint8_t direction, uint32_t reg);
void nft_fib_type(struct nftnl_rule *rule, uint32_t reg);
/* reg = (reg & mask) ^ flip; sizes up to 16 bytes */
void nft_bitwise(struct nftnl_rule *rule, uint32_t reg, const void *mask, const void *flip,
		 uint32_t size);
/* reg = reg & mask */
void nft_mask(struct nftnl_rule *rule, uint32_t reg, const void *mask, uint32_t size);
void nft_compare(struct nftnl_rule *rule, uint32_t reg, uint32_t operation, const void *data,
		 uint32_t size);
/* Goes on when the key is in the set, or when it is not; of a map, data goes to data_reg (not 0).
 */
void nft_lookup(struct nftnl_rule *rule, uint32_t reg, const char *set, bool inverted,
		uint32_t data_reg);
/* NF_ACCEPT, NF_DROP, or NFT_GOTO with a chain. */
void nft_verdict(struct nftnl_rule *rule, int verdict, const char *chain);
/* Counts the packets and bytes that get as far in the rule. */
void nft_count(struct nftnl_rule *rule);
/* Answers the sender and drops the packet: enum nft_reject_types, and its code. */
void nft_reject(struct nftnl_rule *rule, uint32_t type, uint8_t code);
void nft_masquerade(struct nftnl_rule *rule);
/* The address in address_reg, the port in port_reg; family NFPROTO_IPV4 or _IPV6. */
void nft_dnat(struct nftnl_rule *rule, uint32_t family, uint32_t address_reg, uint32_t port_reg);

#endif
