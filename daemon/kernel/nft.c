/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include "daemon/kernel/nft-request.h"
#include "daemon/kernel/nft-watch.h"

/* The largest request. */
#define REQUEST_SIZE_MAX 4096
/* Numbers that a socket tries. */
#define PORT_TRIES 64

/* --- transactions --- */

/* Gives the socket a port by which the keeper knows it. */
static int bind_port(int fd, const char *table)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int r = -EADDRINUSE;

	for (uint32_t i = 0; i < PORT_TRIES && r == -EADDRINUSE; i++) {
		address.nl_pid =
			nft_watch_first_port(table) + ((uint32_t)getpid() + i) % NFT_WATCH_PORTS;
		r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
			    ? negative_errno()
			    : 0;
	}
	return r;
}

int nft_open(struct nft *nft, const char *table)
{
	static char buffer[NFT_SIZE_MAX] __attribute__((aligned(16)));
	int size = 2 * NFT_SIZE_MAX, r;

	*nft = (struct nft){.table = table, .buffer = buffer};
	nft->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (nft->fd < 0)
		return negative_errno();
	r = bind_port(nft->fd, table);
	if (r < 0) {
		nft_close(nft);
		return r;
	}
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

struct nlmsghdr *nft_request(struct nft *nft, uint16_t type, uint16_t flags)
{
	char *at = nft->buffer + nft->used;

	if (nft->used + REQUEST_SIZE_MAX > NFT_SIZE_MAX) {
		nft->failed = true;
		nft->used = 0;
		at = nft->buffer;
	}
	return nftnl_nlmsg_build_hdr(at, type, NFPROTO_INET, flags, ++nft->sequence);
}

void nft_add_request(struct nft *nft, const struct nlmsghdr *message)
{
	nft->used += MNL_ALIGN(message->nlmsg_len);
}

void nft_begin(struct nft *nft)
{
	nft->used = 0;
	nft->failed = false;
	nft->sets = 0;
	nft->first = nft->sequence + 1;
	nft_add_request(nft, nftnl_batch_begin(nft->buffer, ++nft->sequence));
}

/* Sends the transaction, and reads the answers. Every request asks for one; the first refusal, or
 * the answer to the last request, is the result. */
int nft_commit(struct nft *nft)
{
	uint32_t last = nft->sequence;
	int failed = 0;

	if (nft->failed)
		return -ENOBUFS;
	/* without requests there would be no answer */
	if (last == nft->first)
		return 0;
	nft_add_request(nft, nftnl_batch_end(nft->buffer + nft->used, ++nft->sequence));
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

/* --- requests: each asks for an answer, because the last one of a transaction must --- */

/* Completes and adds a request about our table. */
static void add_table_message(struct nft *nft, struct nlmsghdr *message)
{
	struct nftnl_table *table = nft_must(nftnl_table_alloc());

	nftnl_table_set_str(table, NFTNL_TABLE_NAME, nft->table);
	nftnl_table_nlmsg_build_payload(message, table);
	nft_add_request(nft, message);
	nftnl_table_free(table);
}

void nft_add_table(struct nft *nft, bool exclusive)
{
	add_table_message(nft,
			  nft_request(nft, NFT_MSG_NEWTABLE,
				      NLM_F_ACK | NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0)));
}

void nft_delete_table(struct nft *nft)
{
	add_table_message(nft, nft_request(nft, NFT_MSG_DELTABLE, NLM_F_ACK));
}

static struct nftnl_chain *named_chain(const struct nft *nft, const char *name)
{
	struct nftnl_chain *chain = nft_must(nftnl_chain_alloc());

	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, nft->table);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	return chain;
}

/* Completes and adds a request about a chain, and frees the chain. */
static void add_chain_message(struct nft *nft, struct nlmsghdr *message, struct nftnl_chain *chain)
{
	nftnl_chain_nlmsg_build_payload(message, chain);
	nft_add_request(nft, message);
	nftnl_chain_free(chain);
}

void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority)
{
	struct nftnl_chain *chain = named_chain(nft, name);

	if (hook != NFT_NO_HOOK) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, type);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	add_chain_message(nft, nft_request(nft, NFT_MSG_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE), chain);
}

void nft_delete_chain(struct nft *nft, const char *name)
{
	add_chain_message(nft, nft_request(nft, NFT_MSG_DELCHAIN, NLM_F_ACK),
			  named_chain(nft, name));
}

/* --- counters --- */

static int add_counter(struct nftnl_expr *expression, void *context)
{
	if (strcmp(nftnl_expr_get_str(expression, NFTNL_EXPR_NAME), "counter") == 0)
		*(uint64_t *)context += nftnl_expr_get_u64(expression, NFTNL_EXPR_CTR_PACKETS);
	return 0;
}

static int on_rule(const struct nlmsghdr *message, void *context)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (rule && nftnl_rule_nlmsg_parse(message, rule) == 0)
		(void)nftnl_expr_foreach(rule, add_counter, context);
	if (rule)
		nftnl_rule_free(rule);
	return MNL_CB_OK;
}

int nft_read(struct nft *nft, const struct nlmsghdr *message, mnl_cb_t callback, void *context)
{
	int r = MNL_CB_OK;

	if (send(nft->fd, message, message->nlmsg_len, 0) < 0)
		return negative_errno();
	while (r > MNL_CB_STOP) {
		ssize_t size = recv(nft->fd, nft->buffer, NFT_SIZE_MAX, 0);

		if (size < 0)
			return negative_errno();
		r = mnl_cb_run(nft->buffer, (size_t)size, nft->sequence, 0, callback, context);
	}
	return r < 0 ? negative_errno() : 0;
}

int nft_read_counters(struct nft *nft, const char *chain, uint64_t *ret_packets)
{
	struct nlmsghdr *message = nftnl_nlmsg_build_hdr(nft->buffer, NFT_MSG_GETRULE, NFPROTO_INET,
							 NLM_F_DUMP, ++nft->sequence);
	struct nftnl_rule *rule = nft_rule(nft, chain);

	*ret_packets = 0;
	nftnl_rule_nlmsg_build_payload(message, rule);
	nftnl_rule_free(rule);
	return nft_read(nft, message, on_rule, ret_packets);
}

/* --- rules --- */

struct nftnl_rule *nft_rule(struct nft *nft, const char *chain)
{
	struct nftnl_rule *rule = nft_must(nftnl_rule_alloc());

	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, nft->table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
	return rule;
}

/* Completes and adds a request about a rule, and frees the rule. */
static void add_rule_message(struct nft *nft, struct nlmsghdr *message, struct nftnl_rule *rule)
{
	nftnl_rule_nlmsg_build_payload(message, rule);
	nft_add_request(nft, message);
	nftnl_rule_free(rule);
}

void nft_add_rule(struct nft *nft, struct nftnl_rule *rule)
{
	add_rule_message(nft,
			 nft_request(nft, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND),
			 rule);
}

void nft_insert_rule(struct nft *nft, struct nftnl_rule *rule)
{
	add_rule_message(nft, nft_request(nft, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE), rule);
}

void nft_end_rule(struct nft *nft, struct nftnl_rule *rule, int verdict, const char *chain)
{
	nft_verdict(rule, verdict, chain);
	nft_add_rule(nft, rule);
}

void nft_flush_chain(struct nft *nft, const char *chain)
{
	/* a request that names no rule removes all of them */
	add_rule_message(nft, nft_request(nft, NFT_MSG_DELRULE, NLM_F_ACK), nft_rule(nft, chain));
}
