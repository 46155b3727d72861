/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/kernel/nft.h"

/* The largest request. */
#define REQUEST_SIZE_MAX 4096
/* Room for the user data of a set, by which nft(8) shows names of interfaces as text. */
#define NOTES_SIZE 64
#define HOST_BYTEORDER 1

/* --- transactions --- */

int nft_open(struct nft *nft, const char *table, char buffer[static NFT_SIZE_MAX])
{
	int size = 2 * NFT_SIZE_MAX;

	*nft = (struct nft){.table = table, .buffer = buffer};
	nft->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (nft->fd < 0)
		return negative_errno();
	/* the kernel accepts a transaction in one message only, and copies each refused request
	 * into its answer */
	(void)setsockopt(nft->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	(void)setsockopt(nft->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	nft_begin(nft);
	return 0;
}

void nft_close(struct nft *nft)
{
	nft->fd = close_fd(nft->fd);
}

static struct nlmsghdr *request(struct nft *nft, uint16_t type, uint16_t flags)
{
	char *at = nft->buffer + nft->used;

	if (nft->used + REQUEST_SIZE_MAX > NFT_SIZE_MAX) {
		nft->failed = true;
		nft->used = 0;
		at = nft->buffer;
	}
	return nftnl_nlmsg_build_hdr(at, type, NFPROTO_INET, flags, ++nft->sequence);
}

static void add_request(struct nft *nft, const struct nlmsghdr *message)
{
	nft->used += MNL_ALIGN(message->nlmsg_len);
}

static void add_bound(struct nft *nft, uint16_t type)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(nft->buffer + nft->used);
	struct nfgenmsg *header;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = ++nft->sequence;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = AF_UNSPEC;
	header->version = NFNETLINK_V0;
	header->res_id = htobe16(NFNL_SUBSYS_NFTABLES);
	add_request(nft, message);
}

void nft_begin(struct nft *nft)
{
	nft->used = 0;
	nft->failed = false;
	nft->first = nft->sequence + 1;
	add_bound(nft, NFNL_MSG_BATCH_BEGIN);
}

/* Every request asks for an answer. The first refusal or the answer to the last request is the
 * result. */
int nft_commit(struct nft *nft)
{
	uint32_t last = nft->sequence;
	int failed = 0;

	if (nft->failed)
		return -ENOBUFS;
	/* without requests there would be no answer */
	if (last == nft->first)
		return 0;
	add_bound(nft, NFNL_MSG_BATCH_END);
	if (nft->failed)
		return -ENOBUFS;
	if (send(nft->fd, nft->buffer, nft->used, 0) < 0)
		return negative_errno();
	for (;;) {
		ssize_t size = recv(nft->fd, nft->buffer, NFT_SIZE_MAX, 0);
		const struct nlmsghdr *message = (const struct nlmsghdr *)nft->buffer;
		int rest = (int)size;

		if (size < 0)
			return negative_errno();
		for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

			/* answers to an earlier transaction's requests may still be queued */
			if (message->nlmsg_type != NLMSG_ERROR || message->nlmsg_seq < nft->first)
				continue;
			if (error->error != 0 && failed == 0)
				failed = error->error;
			/* the first refusal decides */
			if (message->nlmsg_seq == last || failed)
				return failed;
		}
	}
}

uint32_t nft_port(const struct nft *nft)
{
	struct sockaddr_nl address;
	socklen_t size = sizeof(address);

	return getsockname(nft->fd, (struct sockaddr *)&address, &size) < 0 ? 0 : address.nl_pid;
}

/* --- requests: each asks for an answer, because the last one of a transaction must --- */

static void add_or_fail(struct nft *nft, struct nlmsghdr *message, const void *object)
{
	if (object)
		add_request(nft, message);
	else
		nft->failed = true;
}

/* Completes and adds a request about our table. */
static void add_table_message(struct nft *nft, struct nlmsghdr *message)
{
	struct nftnl_table *table = nftnl_table_alloc();

	if (table) {
		nftnl_table_set_str(table, NFTNL_TABLE_NAME, nft->table);
		nftnl_table_nlmsg_build_payload(message, table);
	}
	add_or_fail(nft, message, table);
	if (table)
		nftnl_table_free(table);
}

void nft_add_table(struct nft *nft, bool exclusive)
{
	add_table_message(nft, request(nft, NFT_MSG_NEWTABLE,
				       NLM_F_ACK | NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0)));
}

void nft_delete_table(struct nft *nft)
{
	add_table_message(nft, request(nft, NFT_MSG_DELTABLE, NLM_F_ACK));
}

void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority)
{
	struct nlmsghdr *message = request(nft, NFT_MSG_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (chain) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, nft->table);
		nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
		if (hook != NFT_NO_HOOK) {
			nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, type);
			nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
			nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, priority);
			nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
		}
		nftnl_chain_nlmsg_build_payload(message, chain);
	}
	add_or_fail(nft, message, chain);
	if (chain)
		nftnl_chain_free(chain);
}

void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size)
{
	struct nlmsghdr *message = request(nft, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_udata_buf *notes = nftnl_udata_buf_alloc(NOTES_SIZE);

	if (notes && key_type == NFT_TYPE_IFNAME)
		nftnl_udata_put_u32(notes, NFTNL_UDATA_SET_KEYBYTEORDER, HOST_BYTEORDER);
	if (set && notes) {
		nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(notes),
				   nftnl_udata_buf_len(notes));
		nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
		nftnl_set_set_str(set, NFTNL_SET_NAME, name);
		nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NFPROTO_INET);
		nftnl_set_set_u32(set, NFTNL_SET_ID, id);
		nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, key_type);
		nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, key_size);
		if (data_size > 0) {
			nftnl_set_set_u32(set, NFTNL_SET_FLAGS, NFT_SET_MAP);
			nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE, data_type);
			nftnl_set_set_u32(set, NFTNL_SET_DATA_LEN, data_size);
		}
		nftnl_set_nlmsg_build_payload(message, set);
	}
	add_or_fail(nft, message, notes ? set : NULL);
	if (notes)
		nftnl_udata_buf_free(notes);
	if (set)
		nftnl_set_free(set);
}

void nft_element(struct nft *nft, const char *set_name, bool remove, const void *key,
		 uint32_t key_size, const void *data, uint32_t data_size)
{
	struct nlmsghdr *message = request(nft, remove ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM,
					   remove ? NLM_F_ACK : NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *element = set ? nftnl_set_elem_alloc() : NULL;

	if (element) {
		nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
		nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
		nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, key, key_size);
		if (data)
			nftnl_set_elem_set(element, NFTNL_SET_ELEM_DATA, data, data_size);
		nftnl_set_elem_add(set, element);
		nftnl_set_elems_nlmsg_build_payload(message, set);
	}
	add_or_fail(nft, message, element);
	if (set)
		nftnl_set_free(set);
}

void nft_flush_set(struct nft *nft, const char *set_name)
{
	/* a request that names no elements removes all of them */
	struct nlmsghdr *message = request(nft, NFT_MSG_DELSETELEM, NLM_F_ACK);
	struct nftnl_set *set = nftnl_set_alloc();

	if (set) {
		nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
		nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
		nftnl_set_elems_nlmsg_build_payload(message, set);
	}
	add_or_fail(nft, message, set);
	if (set)
		nftnl_set_free(set);
}

/* --- rules --- */

struct nftnl_rule *nft_rule(struct nft *nft, const char *chain)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		abort();
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, nft->table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
	return rule;
}

void nft_add_rule(struct nft *nft, struct nftnl_rule *rule)
{
	struct nlmsghdr *message =
		request(nft, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);

	nftnl_rule_nlmsg_build_payload(message, rule);
	add_request(nft, message);
	nftnl_rule_free(rule);
}

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

void nft_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		 uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "payload");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_LEN, size);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

void nft_set_payload(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t size,
		     uint32_t reg)
{
	struct nftnl_expr *expression = add(rule, "payload");

	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expression, NFTNL_EXPR_PAYLOAD_LEN, size);
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
