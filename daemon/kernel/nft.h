/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nftables by libnftnl: transactions that take effect as a whole or not at all, and rules built
 * from expressions. This module does not know what the rules are for. It parses no text and starts
 * no program. Without memory, it aborts the process: it runs in children of workers.
 */
#pragma once

#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include "base.h"

/* A transaction is large enough for the elements of a host full of sets, and for 32 lists of ways
 * out, whose entries and services are bounded. */
#define NFT_SIZE_MAX (4 * 1024 * 1024)

struct nft {
	int fd;		   /* -1: not open */
	const char *table; /* of family inet: the table of all requests below */
	char *buffer;	   /* of NFT_SIZE_MAX bytes, which one transaction uses at a time */
	size_t used;
	uint32_t first, sequence; /* numbers of this transaction's first and last request */
	uint32_t sets;		  /* anonymous sets of this transaction so far */
	bool failed;		  /* a request did not fit: nft_commit() returns -ENOBUFS */
};

/* Opens a socket in the current net namespace. Returns 0 or -errno. */
int nft_open(struct nft *nft, const char *table);
void nft_close(struct nft *nft);

/* Begins a new transaction. */
void nft_begin(struct nft *nft);
/* Sends the transaction. Returns 0, or -errno of the first refused request; then nothing was
 * changed. */
int nft_commit(struct nft *nft);

/* Add requests to the transaction. exclusive: the request fails with -EEXIST if the table
 * exists. */
void nft_add_table(struct nft *nft, bool exclusive);
void nft_delete_table(struct nft *nft); /* fails with -ENOENT if there is none */
/* hook: enum nf_inet_hooks, or NFT_NO_HOOK for a chain that is only entered by a verdict. */
#define NFT_NO_HOOK UINT32_MAX
void nft_delete_chain(struct nft *nft, const char *name);
void nft_flush_chain(struct nft *nft, const char *name); /* removes all its rules */
void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority);
/* Types are numbers of nft(8), which only its output uses. data_type 0: a set, else a map. Sizes
 * are in bytes. */
void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size);
void nft_delete_set(struct nft *nft, const char *name);
/* data_type of a set whose elements end by themselves: nft_lasting_element() adds them. */
#define NFT_TYPE_TIMED UINT32_MAX
#define NFT_TYPE_VERDICT NFT_DATA_VERDICT
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
/* Adds an element to such a set, or begins its time anew. milliseconds 0: removes it, if it is
 * there. */
void nft_lasting_element(struct nft *nft, const char *set, const void *key, uint32_t key_size,
			 uint64_t milliseconds);

/* Adds an element to a map of verdicts, or removes it: goto the chain. */
void nft_goto_element(struct nft *nft, const char *set, bool remove, const void *key,
		      uint32_t key_size, const char *chain);

/* The kernel names sets without a name by this pattern. Within a transaction, their ids distinguish
 * them. */
#define NFT_UNNAMED "__set%d"
/* Addresses from first to last. */
struct nft_range {
	uint8_t first[16], last[16];
};
/* Makes a set of these ranges, which neither overlap nor touch. The set has no name: it ends with
 * the rule that uses it, which nft_lookup_ranges() makes. Returns the set's id. */
uint32_t nft_add_ranges(struct nft *nft, uint32_t key_type, uint32_t key_size,
			const struct nft_range *ranges, size_t n);

/* A set whose elements are made by rules (nft_count_in()). Each counts packets, and ends some time
 * after the last one. */
struct nft_counting {
	uint32_t key_type, key_size;
	uint32_t elements;     /* at most */
	uint64_t milliseconds; /* after the last packet */
};
void nft_add_counting_set(struct nft *nft, const char *name, const struct nft_counting *wanted);
/* Calls back for each element of such a set. Returns 0 or -errno. */
typedef void nft_counted(const uint8_t *key, uint64_t packets, void *context);
int nft_read_counting_set(struct nft *nft, const char *name, nft_counted *each, void *context);

/* Reads the packets that the counters of the chain's rules have counted. Returns 0 or -errno. */
int nft_read_counters(struct nft *nft, const char *chain, uint64_t *ret_packets);

/* --- rules --- */

struct nftnl_rule *nft_rule(struct nft *nft, const char *chain);
/* Appends the rule to its chain and frees it. nft_insert_rule() makes it the chain's first rule. */
void nft_add_rule(struct nft *nft, struct nftnl_rule *rule);
void nft_insert_rule(struct nft *nft, struct nftnl_rule *rule);
/* Adds the verdict, as nft_verdict() does, and then the rule. */
void nft_end_rule(struct nft *nft, struct nftnl_rule *rule, int verdict, const char *chain);

void nft_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* Sets the packet's mark; uses the register reg. */
void nft_set_mark(struct nftnl_rule *rule, uint32_t mark, uint32_t reg);
/* Adds these bits to the labels of the packet's flow; uses 16 bytes of registers from reg on. */
#define NFT_LABEL_SIZE 16
void nft_set_label(struct nftnl_rule *rule, const uint8_t label[static NFT_LABEL_SIZE],
		   uint32_t reg);
void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg);
/* Writes the register into the packet. Does not correct checksums. */
void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg);
void nft_ct(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
/* Loads the source address of the packet's connection into reg. family is NFPROTO_IPV4 or _IPV6;
 * direction is of enum ip_conntrack_dir. */
void nft_ct_source(struct nftnl_rule *rule, uint32_t family, uint8_t direction, uint32_t reg);
/* Loads a property of the first packet of the packet's connection: NFT_CT_DST_IP, or
 * NFT_CT_PROTO_DST: a port, or the type and code of ICMP, in 2 bytes. */
void nft_ct_original(struct nftnl_rule *rule, uint32_t key, uint32_t reg);
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
void nft_lookup_ranges(struct nftnl_rule *rule, uint32_t reg, uint32_t id);
/* Ends the rule with the verdict that the map has for the key; without one, the next rule is
 * asked. */
void nft_lookup_verdict(struct nftnl_rule *rule, uint32_t reg, const char *map);
/* Ends the rule with NF_ACCEPT, NF_DROP, or NFT_GOTO or NFT_JUMP to a chain. */
void nft_verdict(struct nftnl_rule *rule, int verdict, const char *chain);
/* Counts the packets and bytes that reach this point of the rule. */
void nft_count(struct nftnl_rule *rule);
/* Counts the packet in the set's element for the key, which is made if it is missing. If the set is
 * full, the rule ends. */
void nft_count_in(struct nftnl_rule *rule, uint32_t reg, const char *set);
/* Ends the rule for all packets but one a second: goes on only if the last packet for which it went
 * on was at least a second ago. */
void nft_limit_to_one_a_second(struct nftnl_rule *rule);
/* Sends a message about the packet to the group of nfnetlink_log. prefix: up to 127 characters. */
void nft_log(struct nftnl_rule *rule, uint16_t group, const char *prefix);
/* Answers the sender with type (enum nft_reject_types) and code, and drops the packet. */
void nft_reject(struct nftnl_rule *rule, uint32_t type, uint8_t code);
void nft_masquerade(struct nftnl_rule *rule);
/* Translates the destination to the address in address_reg and the port in port_reg. family is
 * NFPROTO_IPV4 or _IPV6. */
void nft_dnat(struct nftnl_rule *rule, uint32_t family, uint32_t address_reg, uint32_t port_reg);
