/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The expressions of rules, and rules that come first. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include "daemon/kernel/nft-request.h"

/* Adds an expression. A rule without one of its expressions would mean something else, so if there
 * is no memory the child ends, as if it had been killed. */
static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *expression = nftnl_expr_alloc(name);

	if (!expression)
		abort();
	nftnl_rule_add_expr(rule, expression);
	return expression;
}

void nft_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "meta");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_DREG, reg);
}

void nft_set_mark(struct nftnl_rule *rule, uint32_t mark, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "immediate");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(expression, NFTNL_EXPR_IMM_DATA, &mark, sizeof(mark));
	expression = add(rule, "meta");
	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_META_SREG, reg);
}

void nft_set_label(struct nftnl_rule *rule, const uint8_t label[static NFT_LABEL_SIZE],
		   uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "immediate");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(expression, NFTNL_EXPR_IMM_DATA, label, NFT_LABEL_SIZE);
	expression = add(rule, "ct");
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY, NFT_CT_LABELS);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_SREG, reg);
}

/* Adds an expression about a part of the packet. */
static struct nftnl_expr *add_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset,
				      uint32_t size)
{
	struct nftnl_expr *expression = add(rule, "payload");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_LEN, size);
	return expression;
}

void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg)
{
	struct nftnl_expr *expression = add_payload(rule, base, offset, size);

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg)
{
	struct nftnl_expr *expression = add_payload(rule, base, offset, size);

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_SREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_NONE);
}

void nft_ct(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "ct");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_DREG, reg);
}

void nft_ct_source(struct nftnl_rule *rule, uint32_t family, uint8_t direction, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "ct");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_DREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY,
			   family == NFPROTO_IPV4 ? NFT_CT_SRC_IP : NFT_CT_SRC_IP6);
	nftnl_expr_set_u8(expression, NFTNL_EXPR_CT_DIR, direction);
}

void nft_ct_original(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "ct");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CT_DREG, reg);
	nftnl_expr_set_u8(expression, NFTNL_EXPR_CT_DIR, IP_CT_DIR_ORIGINAL);
}

void nft_fib_type(struct nftnl_rule *rule, uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "fib");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_DREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
}

void nft_bitwise(struct nftnl_rule *rule, uint32_t reg, const void *mask, const void *flip,
		 uint32_t size)
{
	struct nftnl_expr *expression = add(rule, "bitwise");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_SREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_DREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_BITWISE_LEN, size);
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
	struct nftnl_expr *expression = add(rule, "cmp");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_SREG, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_CMP_OP, operation);
	nftnl_expr_set(expression, NFTNL_EXPR_CMP_DATA, data, size);
}

void nft_lookup(struct nftnl_rule *rule, uint32_t reg, const char *set, bool inverted,
		uint32_t data_reg)
{
	struct nftnl_expr *expression = add(rule, "lookup");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SREG, reg);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOOKUP_SET, set);
	if (inverted)
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	if (data_reg)
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_DREG, data_reg);
}

void nft_lookup_ranges(struct nftnl_rule *rule, uint32_t reg, uint32_t id)
{
	struct nftnl_expr *expression = add(rule, "lookup");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SREG, reg);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOOKUP_SET, NFT_UNNAMED);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SET_ID, id);
}

void nft_lookup_verdict(struct nftnl_rule *rule, uint32_t reg, const char *map)
{
	struct nftnl_expr *expression = add(rule, "lookup");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SREG, reg);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOOKUP_SET, map);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

void nft_verdict(struct nftnl_rule *rule, int verdict, const char *chain)
{
	struct nftnl_expr *expression = add(rule, "immediate");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_IMM_VERDICT, verdict);
	if (chain)
		nftnl_expr_set_str(expression, NFTNL_EXPR_IMM_CHAIN, chain);
}

void nft_count(struct nftnl_rule *rule)
{
	add(rule, "counter");
}

void nft_count_in(struct nftnl_rule *rule, uint32_t reg, const char *set)
{
	struct nftnl_expr *expression = add(rule, "dynset");
	struct nftnl_expr *counter = nftnl_expr_alloc("counter");

	if (!counter)
		abort();
	nftnl_expr_set_u32(expression, NFTNL_EXPR_DYNSET_SREG_KEY, reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	nftnl_expr_set_str(expression, NFTNL_EXPR_DYNSET_SET_NAME, set);
	nftnl_expr_set(expression, NFTNL_EXPR_DYNSET_EXPR, counter, 0);
}

void nft_limit_to_one_a_second(struct nftnl_rule *rule)
{
	struct nftnl_expr *expression = add(rule, "limit");

	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_RATE, 1);
	nftnl_expr_set_u64(expression, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LIMIT_BURST, 1);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
}

void nft_log(struct nftnl_rule *rule, uint16_t group, const char *prefix)
{
	struct nftnl_expr *expression = add(rule, "log");

	nftnl_expr_set_u16(expression, NFTNL_EXPR_LOG_GROUP, group);
	nftnl_expr_set_str(expression, NFTNL_EXPR_LOG_PREFIX, prefix);
}

void nft_reject(struct nftnl_rule *rule, uint32_t type, uint8_t code)
{
	struct nftnl_expr *expression = add(rule, "reject");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_REJECT_TYPE, type);
	nftnl_expr_set_u8(expression, NFTNL_EXPR_REJECT_CODE, code);
}

void nft_masquerade(struct nftnl_rule *rule)
{
	add(rule, "masq");
}

void nft_dnat(struct nftnl_rule *rule, uint32_t family, uint32_t address_reg, uint32_t port_reg)
{
	struct nftnl_expr *expression = add(rule, "nat");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_NAT_FAMILY, family);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_NAT_REG_ADDR_MIN, address_reg);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_NAT_REG_PROTO_MIN, port_reg);
}

void nft_insert_rule(struct nft *nft, struct nftnl_rule *rule)
{
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE);

	nftnl_rule_nlmsg_build_payload(message, rule);
	nft_add_request(nft, message);
	nftnl_rule_free(rule);
}
