/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets, maps and their elements. */
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include "daemon/kernel/nft-request.h"

/* Room for the user data of a set, by which nft(8) shows names of interfaces as text. */
#define NOTES_SIZE 64
#define HOST_BYTEORDER 1
/* The first id of a set without a name; the sets of the table have smaller ones. */
#define UNNAMED_ID 1000
/* Ranges in one request. */
#define RANGES_MAX 32

struct nftnl_set *nft_named_set(const struct nft *nft, const char *name)
{
	struct nftnl_set *set = nft_must(nftnl_set_alloc());

	nftnl_set_set_str(set, NFTNL_SET_TABLE, nft->table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	return set;
}

/* Completes and adds a request about the set, and frees the set. */
static void add_message(struct nft *nft, struct nlmsghdr *message, struct nftnl_set *set)
{
	nftnl_set_nlmsg_build_payload(message, set);
	nft_add_request(nft, message);
	nftnl_set_free(set);
}

/* Does the same with a request about the set's elements. */
static void add_elements_message(struct nft *nft, struct nlmsghdr *message, struct nftnl_set *set)
{
	nftnl_set_elems_nlmsg_build_payload(message, set);
	nft_add_request(nft, message);
	nftnl_set_free(set);
}

/* Has nft(8) show the keys as names of interfaces. */
static void note_interfaces(struct nftnl_set *set)
{
	struct nftnl_udata_buf *notes = nft_must(nftnl_udata_buf_alloc(NOTES_SIZE));

	nftnl_udata_put_u32(notes, NFTNL_UDATA_SET_KEYBYTEORDER, HOST_BYTEORDER);
	nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(notes),
			   nftnl_udata_buf_len(notes));
	nftnl_udata_buf_free(notes);
}

struct nftnl_set *nft_new_set(const struct nft *nft, const char *name, uint32_t id, uint32_t flags,
			      uint32_t key_type, uint32_t key_size)
{
	struct nftnl_set *set = nft_named_set(nft, name);

	nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(set, NFTNL_SET_ID, id);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, key_type);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, key_size);
	return set;
}

void nft_make_set(struct nft *nft, struct nftnl_set *set)
{
	add_message(nft, nft_request(nft, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE), set);
}

void nft_add_set(struct nft *nft, const char *name, uint32_t id, uint32_t key_type,
		 uint32_t key_size, uint32_t data_type, uint32_t data_size)
{
	uint32_t flags = data_type == NFT_TYPE_TIMED ? NFT_SET_TIMEOUT
			 : data_type		     ? NFT_SET_MAP
						     : 0;
	struct nftnl_set *set = nft_new_set(nft, name, id, flags, key_type, key_size);

	if (key_type == NFT_TYPE_IFNAME)
		note_interfaces(set);
	if (flags == NFT_SET_MAP) {
		nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE, data_type);
		nftnl_set_set_u32(set, NFTNL_SET_DATA_LEN, data_size);
	}
	nft_make_set(nft, set);
}

void nft_delete_set(struct nft *nft, const char *name)
{
	add_message(nft, nft_request(nft, NFT_MSG_DELSET, NLM_F_ACK), nft_named_set(nft, name));
}

/* --- elements --- */

/* Adds or removes an element, and takes it. The element has what the key leads to. */
static void change_element(struct nft *nft, const char *set_name, bool remove, const void *key,
			   uint32_t key_size, struct nftnl_set_elem *element)
{
	struct nlmsghdr *message =
		nft_request(nft, remove ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM,
			    remove ? NLM_F_ACK : NLM_F_ACK | NLM_F_CREATE);
	struct nftnl_set *set = nft_named_set(nft, set_name);

	nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, key, key_size);
	nftnl_set_elem_add(set, element);
	add_elements_message(nft, message, set);
}

void nft_element(struct nft *nft, const char *set_name, bool remove, const void *key,
		 uint32_t key_size, const void *data, uint32_t data_size)
{
	struct nftnl_set_elem *element = nft_must(nftnl_set_elem_alloc());

	if (data)
		nftnl_set_elem_set(element, NFTNL_SET_ELEM_DATA, data, data_size);
	change_element(nft, set_name, remove, key, key_size, element);
}

void nft_goto_element(struct nft *nft, const char *set_name, bool remove, const void *key,
		      uint32_t key_size, const char *chain)
{
	struct nftnl_set_elem *element = nft_must(nftnl_set_elem_alloc());

	if (!remove) {
		nftnl_set_elem_set_u32(element, NFTNL_SET_ELEM_VERDICT, NFT_GOTO);
		nftnl_set_elem_set_str(element, NFTNL_SET_ELEM_CHAIN, chain);
	}
	change_element(nft, set_name, remove, key, key_size, element);
}

/* Adds or removes an element that leads to nothing. It ends by itself after this time; 0: never. */
static void change_timed(struct nft *nft, const char *set_name, bool remove, const void *key,
			 uint32_t key_size, uint64_t milliseconds)
{
	struct nftnl_set_elem *element = nft_must(nftnl_set_elem_alloc());

	if (milliseconds)
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
	add_elements_message(nft, nft_request(nft, NFT_MSG_DELSETELEM, NLM_F_ACK),
			     nft_named_set(nft, set_name));
}

/* --- sets of ranges --- */

static void add_bound_of_range(struct nftnl_set *set, const uint8_t *key, uint32_t size, bool end)
{
	struct nftnl_set_elem *element = nft_must(nftnl_set_elem_alloc());

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
	struct nftnl_set *set = nft_new_set(nft, NFT_UNNAMED, id,
					    NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL,
					    key_type, key_size);

	nft_make_set(nft, set);
	for (size_t at = 0; at < n; at += RANGES_MAX) {
		set = nft_named_set(nft, NFT_UNNAMED);
		nftnl_set_set_u32(set, NFTNL_SET_ID, id);
		for (size_t i = at; i < n && i < at + RANGES_MAX; i++)
			add_range(set, &ranges[i], key_size);
		add_elements_message(
			nft, nft_request(nft, NFT_MSG_NEWSETELEM, NLM_F_ACK | NLM_F_CREATE), set);
	}
	return id;
}
