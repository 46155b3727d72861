/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The expressions of rules. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include "daemon/kernel/nft-request.h"

/* A number of an expression. */
struct number {
	uint16_t attribute;
	uint32_t value;
};

/* Adds an expression with these numbers, each of them {attribute, value}. */
#define ADD(rule, name, ...)                                  \
	add(rule, name, (const struct number[]){__VA_ARGS__}, \
	    ARRAY_SIZE(((const struct number[]){__VA_ARGS__})))

static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name,
			      const struct number *numbers, size_t n)
{
	struct nftnl_expr *expression = nft_must(nftnl_expr_alloc(name));

	for (size_t i = 0; i < n; i++)
		nftnl_expr_set_u32(expression, numbers[i].attribute, numbers[i].value);
	nftnl_rule_add_expr(rule, expression);
	return expression;
}

void nft_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	ADD(rule, "meta", {NFTNL_EXPR_META_KEY, key}, {NFTNL_EXPR_META_DREG, reg});
}

/* Loads constant data into the register. */
static void load(struct nftnl_rule *rule, const void *data, uint32_t size, uint32_t reg)
{
	struct nftnl_expr *expression = ADD(rule, "immediate", {NFTNL_EXPR_IMM_DREG, reg});

	nftnl_expr_set(expression, NFTNL_EXPR_IMM_DATA, data, size);
}

void nft_set_mark(struct nftnl_rule *rule, uint32_t mark, uint32_t reg)
{
	load(rule, &mark, sizeof(mark), reg);
	ADD(rule, "meta", {NFTNL_EXPR_META_KEY, NFT_META_MARK}, {NFTNL_EXPR_META_SREG, reg});
}

void nft_set_label(struct nftnl_rule *rule, const uint8_t label[static NFT_LABEL_SIZE],
		   uint32_t reg)
{
	load(rule, label, NFT_LABEL_SIZE, reg);
	ADD(rule, "ct", {NFTNL_EXPR_CT_KEY, NFT_CT_LABELS}, {NFTNL_EXPR_CT_SREG, reg});
}

void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg)
{
	ADD(rule, "payload", {NFTNL_EXPR_PAYLOAD_BASE, base}, {NFTNL_EXPR_PAYLOAD_OFFSET, offset},
	    {NFTNL_EXPR_PAYLOAD_LEN, size}, {NFTNL_EXPR_PAYLOAD_DREG, reg});
}

void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg)
{
	ADD(rule, "payload", {NFTNL_EXPR_PAYLOAD_BASE, base}, {NFTNL_EXPR_PAYLOAD_OFFSET, offset},
	    {NFTNL_EXPR_PAYLOAD_LEN, size}, {NFTNL_EXPR_PAYLOAD_SREG, reg},
	    {NFTNL_EXPR_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_NONE});
}

void nft_ct(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	ADD(rule, "ct", {NFTNL_EXPR_CT_KEY, key}, {NFTNL_EXPR_CT_DREG, reg});
}

/* direction: of enum ip_conntrack_dir. */
static void add_ct_of(struct nftnl_rule *rule, uint32_t key, uint8_t direction, uint32_t reg)
{
	struct nftnl_expr *expression =
		ADD(rule, "ct", {NFTNL_EXPR_CT_KEY, key}, {NFTNL_EXPR_CT_DREG, reg});

	nftnl_expr_set_u8(expression, NFTNL_EXPR_CT_DIR, direction);
}

void nft_ct_source(struct nftnl_rule *rule, uint32_t family, uint8_t direction, uint32_t reg)
{
	add_ct_of(rule, family == NFPROTO_IPV4 ? NFT_CT_SRC_IP : NFT_CT_SRC_IP6, direction, reg);
}

void nft_ct_original(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	add_ct_of(rule, key, IP_CT_DIR_ORIGINAL, reg);
}

void nft_fib_type(struct nftnl_rule *rule, uint32_t reg)
{
	ADD(rule, "fib", {NFTNL_EXPR_FIB_DREG, reg},
	    {NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE},
	    {NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR});
}

void nft_bitwise(struct nftnl_rule *rule, uint32_t reg, const void *mask, const void *flip,
		 uint32_t size)
{
	struct nftnl_expr *expression =
		ADD(rule, "bitwise", {NFTNL_EXPR_BITWISE_SREG, reg}, {NFTNL_EXPR_BITWISE_DREG, reg},
		    {NFTNL_EXPR_BITWISE_LEN, size});

	nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_MASK, mask, size);
	nftnl_expr_set(expression, NFTNL_EXPR_BITWISE_XOR, flip, size);
}

void nft_mask(struct nftnl_rule *rule, uint32_t reg, const void *mask, uint32_t size)
{
	static const uint8_t zero[16];

	nft_bitwise(rule, reg, mask, zero, size);
}

void nft_compare(struct nftnl_rule *rule, uint32_t reg, uint32_t operation, const void *data,
		 uint32_t size)
{
	struct nftnl_expr *expression =
		ADD(rule, "cmp", {NFTNL_EXPR_CMP_SREG, reg}, {NFTNL_EXPR_CMP_OP, operation});

	nftnl_expr_set(expression, NFTNL_EXPR_CMP_DATA, data, size);
}

/* Adds a lookup of the register in the set, which the caller completes. */
static struct nftnl_expr *add_lookup(struct nftnl_rule *rule, uint32_t reg, const char *set)
{
	struct nftnl_expr *expression = ADD(rule, "lookup", {NFTNL_EXPR_LOOKUP_SREG, reg});

	nftnl_expr_set_str(expression, NFTNL_EXPR_LOOKUP_SET, set);
	return expression;
}

void nft_lookup(struct nftnl_rule *rule, uint32_t reg, const char *set, bool inverted,
		uint32_t data_reg)
{
	struct nftnl_expr *expression = add_lookup(rule, reg, set);

	if (inverted)
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	if (data_reg)
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_DREG, data_reg);
}

void nft_lookup_ranges(struct nftnl_rule *rule, uint32_t reg, uint32_t id)
{
	nftnl_expr_set_u32(add_lookup(rule, reg, NFT_UNNAMED), NFTNL_EXPR_LOOKUP_SET_ID, id);
}

void nft_lookup_verdict(struct nftnl_rule *rule, uint32_t reg, const char *map)
{
	nftnl_expr_set_u32(add_lookup(rule, reg, map), NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

void nft_verdict(struct nftnl_rule *rule, int verdict, const char *chain)
{
	struct nftnl_expr *expression =
		ADD(rule, "immediate", {NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT},
		    {NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict});

	if (chain)
		nftnl_expr_set_str(expression, NFTNL_EXPR_IMM_CHAIN, chain);
}

void nft_count(struct nftnl_rule *rule)
{
	add(rule, "counter", NULL, 0);
}

void nft_count_in(struct nftnl_rule *rule, uint32_t reg, const char *set)
{
	struct nftnl_expr *expression = ADD(rule, "dynset", {NFTNL_EXPR_DYNSET_SREG_KEY, reg},
					    {NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE});

	nftnl_expr_set_str(expression, NFTNL_EXPR_DYNSET_SET_NAME, set);
	nftnl_expr_set(expression, NFTNL_EXPR_DYNSET_EXPR, nft_must(nftnl_expr_alloc("counter")),
		       0);
}

void nft_limit_to_one_a_second(struct nftnl_rule *rule)
{
	struct nftnl_expr *expression = ADD(rule, "limit", {NFTNL_EXPR_LIMIT_BURST, 1},
					    {NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS});

	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_RATE, 1);
	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_UNIT, 1);
}

void nft_log(struct nftnl_rule *rule, uint16_t group, const char *prefix)
{
	struct nftnl_expr *expression = add(rule, "log", NULL, 0);

	nftnl_expr_set_u16(expression, NFTNL_EXPR_LOG_GROUP, group);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOG_PREFIX, prefix);
}

void nft_reject(struct nftnl_rule *rule, uint32_t type, uint8_t code)
{
	struct nftnl_expr *expression = ADD(rule, "reject", {NFTNL_EXPR_REJECT_TYPE, type});

	nftnl_expr_set_u8(expression, NFTNL_EXPR_REJECT_CODE, code);
}

void nft_masquerade(struct nftnl_rule *rule)
{
	add(rule, "masq", NULL, 0);
}

void nft_dnat(struct nftnl_rule *rule, uint32_t family, uint32_t address_reg, uint32_t port_reg)
{
	ADD(rule, "nat", {NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT}, {NFTNL_EXPR_NAT_FAMILY, family},
	    {NFTNL_EXPR_NAT_REG_ADDR_MIN, address_reg}, {NFTNL_EXPR_NAT_REG_PROTO_MIN, port_reg});
}
