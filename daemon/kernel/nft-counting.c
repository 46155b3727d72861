/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets whose elements are made by rules, and count packets. */
#include <stdio.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include "daemon/kernel/nft-request.h"

/* All of them have this id: rules find such a set by its name. */
#define COUNTING_ID 999
/* The kernel looks this often for elements that have ended. */
#define COLLECT_MILLISECONDS (10 * 60 * 1000)

void nft_add_counting_set(struct nft *nft, const char *name, const struct nft_counting *wanted)
{
	struct nftnl_set *set = nft_new_set(nft, name, COUNTING_ID, NFT_SET_EVAL | NFT_SET_TIMEOUT,
					    wanted->key_type, wanted->key_size);

	nftnl_set_set_u32(set, NFTNL_SET_DESC_SIZE, wanted->elements);
	nftnl_set_set_u64(set, NFTNL_SET_TIMEOUT, wanted->milliseconds);
	nftnl_set_set_u32(set, NFTNL_SET_GC_INTERVAL, COLLECT_MILLISECONDS);
	nft_make_set(nft, set);
}

/* --- reading --- */

struct reading {
	nft_counted *each;
	void *context;
};

static int on_element(struct nftnl_set_elem *element, void *context)
{
	const struct reading *reading = context;
	uint32_t size = 0;
	const void *key = nftnl_set_elem_get(element, NFTNL_SET_ELEM_KEY, &size);
	const struct nftnl_expr *counter = nftnl_set_elem_get(element, NFTNL_SET_ELEM_EXPR, &size);

	if (key && counter)
		reading->each(key, nftnl_expr_get_u64(counter, NFTNL_EXPR_CTR_PACKETS),
			      reading->context);
	return 0;
}

static int on_elements(const struct nlmsghdr *message, void *context)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (set && nftnl_set_elems_nlmsg_parse(message, set) == 0)
		(void)nftnl_set_elem_foreach(set, on_element, context);
	if (set)
		nftnl_set_free(set);
	return MNL_CB_OK;
}

int nft_read_counting_set(struct nft *nft, const char *name, nft_counted *each, void *context)
{
	struct nlmsghdr *message = nftnl_nlmsg_build_hdr(nft->buffer, NFT_MSG_GETSETELEM,
							 NFPROTO_INET, NLM_F_DUMP, ++nft->sequence);
	struct reading reading = {.each = each, .context = context};
	struct nftnl_set *set = nft_named_set(nft, name);

	nftnl_set_elems_nlmsg_build_payload(message, set);
	nftnl_set_free(set);
	return nft_read(nft, message, on_elements, &reading);
}
