/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nftables by libnftnl: transactions that take effect as a whole or not at all, and rules built
 * from expressions. This module does not know what the rules are for. It parses no text and starts
 * no program.
 */
#ifndef NSCTL_KERNEL_NFT_H
#define NSCTL_KERNEL_NFT_H

#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include "base.h"

/* A transaction is large enough for the elements of a host full of sets. */
#define NFT_SIZE_MAX (1024 * 1024)

struct nft {
	int fd;		   /* -1: not open */
	const char *table; /* of family inet: the table of all requests below */
	char *buffer;	   /* of NFT_SIZE_MAX bytes, owned by the caller */
	size_t used;
	uint32_t first, sequence; /* numbers of this transaction's first and last request */
	bool failed; /* a request did not fit, or there was no memory: nft_commit() returns -ENOBUFS
		      */
};

/* Opens a socket in the current net namespace. buffer is aligned as malloc() aligns. Returns 0 or
 * -errno. */
int nft_open(struct nft *nft, const char *table, char buffer[static NFT_SIZE_MAX]);
void nft_close(struct nft *nft);

/* Begins a new transaction. */
void nft_begin(struct nft *nft);
/* Sends the transaction. Returns 0, or -errno of the first refused request; then nothing was
 * changed. */
int nft_commit(struct nft *nft);
/* Returns the number by which listeners learn which socket made a change. */
uint32_t nft_port(const struct nft *nft);

/* Add requests to the transaction. exclusive: the request fails with -EEXIST if the table
 * exists. */
void nft_add_table(struct nft *nft, bool exclusive);
void nft_delete_table(struct nft *nft); /* fails with -ENOENT if there is none */
/* hook: enum nf_inet_hooks, or NFT_NO_HOOK for a chain that is only entered by a verdict. */
#define NFT_NO_HOOK UINT32_MAX
void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority);
/* Types are numbers of nft(8), which only its output uses. data_size 0: a set, else a map. Sizes
 * are in bytes. */
void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size);
#define NFT_TYPE_IPV4 7
#define NFT_TYPE_IPV6 8
#define NFT_TYPE_PROTOCOL 12
#define NFT_TYPE_SERVICE 13
#define NFT_TYPE_IFNAME 41
#define NFT_TYPE_CONCAT(a, b) ((a) << 6 | (b))
/* nft_flush_set() removes all elements. nft_element() adds an element, or removes it (-ENOENT if it
 * does not exist); data is NULL for a set. */
void nft_flush_set(struct nft *nft, const char *set);
void nft_element(struct nft *nft, const char *set, bool remove, const void *key, uint32_t key_size,
		 const void *data, uint32_t data_size);

/* --- rules --- */

struct nftnl_rule *nft_rule(struct nft *nft, const char *chain);
/* Appends the rule to its chain and frees it. */
void nft_add_rule(struct nft *nft, struct nftnl_rule *rule);

void nft_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* Sets the packet's mark; uses the register reg. */
void nft_set_mark(struct nftnl_rule *rule, uint32_t mark, uint32_t reg);
void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg);
/* Writes the register into the packet. Does not correct checksums. */
void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg);
void nft_ct(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* Loads the source address of the packet's connection into reg. family is NFPROTO_IPV4 or _IPV6;
 * direction is of enum ip_conntrack_dir. */
void nft_ct_source(struct nftnl_rule *rule, uint32_t family, uint8_t direction, uint32_t reg);
void nft_fib_type(struct nftnl_rule *rule, uint32_t reg);
/* reg = (reg & mask) ^ flip; sizes up to 16 bytes */
void nft_bitwise(struct nftnl_rule *rule, uint32_t reg, const void *mask, const void *flip,
		 uint32_t size);
/* reg = reg & mask */
void nft_mask(struct nftnl_rule *rule, uint32_t reg, const void *mask, uint32_t size);
void nft_compare(struct nftnl_rule *rule, uint32_t reg, uint32_t operation, const void *data,
		 uint32_t size);
/* Continues with the rule if the key is in the set, or with inverted if it is not. For a map, the
 * data goes to data_reg (not 0). */
void nft_lookup(struct nftnl_rule *rule, uint32_t reg, const char *set, bool inverted,
		uint32_t data_reg);
/* Ends the rule with NF_ACCEPT, NF_DROP, or NFT_GOTO to a chain. */
void nft_verdict(struct nftnl_rule *rule, int verdict, const char *chain);
/* Counts the packets and bytes that reach this point of the rule. */
void nft_count(struct nftnl_rule *rule);
/* Answers the sender with type (enum nft_reject_types) and code, and drops the packet. */
void nft_reject(struct nftnl_rule *rule, uint32_t type, uint8_t code);
void nft_masquerade(struct nftnl_rule *rule);
/* Translates the destination to the address in address_reg and the port in port_reg. family is
 * NFPROTO_IPV4 or _IPV6. */
void nft_dnat(struct nftnl_rule *rule, uint32_t family, uint32_t address_reg, uint32_t port_reg);

#endif
