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
#include "daemon/kernel/nft-request.h"
#include "daemon/kernel/nft-watch.h"
#include "daemon/kernel/nft.h"

/* The largest request. */
#define REQUEST_SIZE_MAX 4096
/* Room for the user data of a set, by which nft(8) shows names of interfaces as text. */
#define NOTES_SIZE 64
#define HOST_BYTEORDER 1
/* Numbers that a socket tries. */
#define PORT_TRIES 64
/* The first id of a set without a name; the sets of the table have smaller ones. */
#define UNNAMED_ID 1000

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

int nft_open(struct nft *nft, const char *table, char buffer[static NFT_SIZE_MAX])
{
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
	nft_add_request(nft, message);
}

void nft_begin(struct nft *nft)
{
	nft->used = 0;
	nft->failed = false;
	nft->sets = 0;
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

/* --- requests: each asks for an answer, because the last one of a transaction must --- */

static void add_or_fail(struct nft *nft, struct nlmsghdr *message, const void *object)
{
	if (object)
		nft_add_request(nft, message);
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
	add_table_message(nft,
			  nft_request(nft, NFT_MSG_NEWTABLE,
				      NLM_F_ACK | NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0)));
}

void nft_delete_table(struct nft *nft)
{
	add_table_message(nft, nft_request(nft, NFT_MSG_DELTABLE, NLM_F_ACK));
}

void nft_add_chain(struct nft *nft, const char *name, const char *type, uint32_t hook,
		   int32_t priority)
{
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE);
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

/* Adds a request about a chain by name alone. */
static void add_chain_message(struct nft *nft, uint16_t type, const char *name)
{
	struct nlmsghdr *message = nft_request(nft, type, NLM_F_ACK);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (chain) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, nft->table);
		nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
		nftnl_chain_nlmsg_build_payload(message, chain);
	}
	add_or_fail(nft, message, chain);
	if (chain)
		nftnl_chain_free(chain);
}

void nft_delete_chain(struct nft *nft, const char *name)
{
	add_chain_message(nft, NFT_MSG_DELCHAIN, name);
}

void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size)
{
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE);
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
		if (data_type == NFT_TYPE_TIMED) {
			nftnl_set_set_u32(set, NFTNL_SET_FLAGS, NFT_SET_TIMEOUT);
		} else if (data_type) {
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

/* Adds or removes an element. Takes the element, which has what the key leads to; NULL: there is no
 * memory. */
static void change_element(struct nft *nft, const char *set_name, bool remove, const void *key,
			   uint32_t key_size, struct nftnl_set_elem *element)
{
	struct nlmsghdr *message =
		nft_request(nft, remove ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM,
			    remove ? NLM_F_ACK : NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_set *set = element ? nftnl_set_alloc() : NULL;

	if (set) {
		nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
		nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
		nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, key, key_size);
		nftnl_set_elem_add(set, element);
		nftnl_set_elems_nlmsg_build_payload(message, set);
	}
	add_or_fail(nft, message, set);
	if (set)
		nftnl_set_free(set);
	else if (element)
		nftnl_set_elem_free(element);
}

void nft_element(struct nft *nft, const char *set_name, bool remove, const void *key,
		 uint32_t key_size, const void *data, uint32_t data_size)
{
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();

	if (element && data)
		nftnl_set_elem_set(element, NFTNL_SET_ELEM_DATA, data, data_size);
	change_element(nft, set_name, remove, key, key_size, element);
}

void nft_goto_element(struct nft *nft, const char *set_name, bool remove, const void *key,
		      uint32_t key_size, const char *chain)
{
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();

	if (element && !remove) {
		nftnl_set_elem_set_u32(element, NFTNL_SET_ELEM_VERDICT, NFT_GOTO);
		nftnl_set_elem_set_str(element, NFTNL_SET_ELEM_CHAIN, chain);
	}
	change_element(nft, set_name, remove, key, key_size, element);
}

/* Adds or removes an element that leads to nothing. It ends by itself after this time; 0: never. */
static void change_timed(struct nft *nft, const char *set_name, bool remove, const void *key,
			 uint32_t key_size, uint64_t milliseconds)
{
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();

	if (element && milliseconds)
		nftnl_set_elem_set_u64(element, NFTNL_SET_ELEM_TIMEOUT, milliseconds);
	change_element(nft, set_name, remove, key, key_size, element);
}

void nft_lasting_element(struct nft *nft, const char *set_name, const void *key, uint32_t key_size,
			 uint64_t milliseconds)
{
	/* an element that exists keeps its time when it is added again: it is removed in between,
	 * which no packet sees */
	change_timed(nft, set_name, false, key, key_size, milliseconds);
	change_timed(nft, set_name, true, key, key_size, 0);
	if (milliseconds)
		change_timed(nft, set_name, false, key, key_size, milliseconds);
}

void nft_flush_set(struct nft *nft, const char *set_name)
{
	/* a request that names no elements removes all of them */
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_DELSETELEM, NLM_F_ACK);
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

/* --- sets of ranges --- */

/* Ranges in one request. */
#define RANGES_MAX 32

static struct nftnl_set *ranges_set(struct nft *nft, uint32_t id)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (!set)
		abort();
	nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, NFT_UNNAMED);
	nftnl_set_set_u32(set, NFTNL_SET_ID, id);
	return set;
}

static void add_bound_of_range(struct nftnl_set *set, const uint8_t *key, uint32_t size, bool end)
{
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();

	if (!element)
		abort();
	nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, key, size);
	if (end)
		nftnl_set_elem_set_u32(element, NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
	nftnl_set_elem_add(set, element);
}

/* Adds the two elements of a range: its first address, and the one behind its last. A range up to
 * the last address of all has no end. */
static void add_range(struct nftnl_set *set, const struct nft_range *range, uint32_t size)
{
	uint8_t behind[16];
	uint32_t at = size;

	add_bound_of_range(set, range->first, size, false);
	memcpy(behind, range->last, sizeof(behind));
	while (at > 0 && ++behind[at - 1] == 0)
		at--;
	if (at > 0)
		add_bound_of_range(set, behind, size, true);
}

uint32_t nft_add_ranges(struct nft *nft, uint32_t key_type, uint32_t key_size,
			const struct nft_range *ranges, size_t n)
{
	uint32_t id = UNNAMED_ID + nft->sets++;
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_set *set = ranges_set(nft, id);

	nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS,
			  NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, key_type);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, key_size);
	nftnl_set_nlmsg_build_payload(message, set);
	nft_add_request(nft, message);
	nftnl_set_free(set);
	for (size_t at = 0; at < n; at += RANGES_MAX) {
		message = nft_request(nft, NFT_MSG_NEWSETELEM, NLM_F_ACK | NLM_F_CREATE);
		set = ranges_set(nft, id);
		for (size_t i = at; i < n && i < at + RANGES_MAX; i++)
			add_range(set, &ranges[i], key_size);
		nftnl_set_elems_nlmsg_build_payload(message, set);
		nft_add_request(nft, message);
		nftnl_set_free(set);
	}
	return id;
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
		nft_request(nft, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);

	nftnl_rule_nlmsg_build_payload(message, rule);
	nft_add_request(nft, message);
	nftnl_rule_free(rule);
}

void nft_flush_chain(struct nft *nft, const char *chain)
{
	/* a request that names no rule removes all of them */
	struct nlmsghdr *message = nft_request(nft, NFT_MSG_DELRULE, NLM_F_ACK);
	struct nftnl_rule *rule = nft_rule(nft, chain);

	nftnl_rule_nlmsg_build_payload(message, rule);
	nft_add_request(nft, message);
	nftnl_rule_free(rule);
}
