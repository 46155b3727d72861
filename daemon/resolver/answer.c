/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/resolver/answer.h"

#define CHAIN_MAX 16
#define HINT_IPV4 4 /* keys of parameters (RFC 9460) */
#define HINT_IPV6 6

/* Names that the answer is about: the question's, and those to which CNAME records lead. */
struct chain {
	size_t n;
	const ldns_rdf *names[CHAIN_MAX];
};

/* Is called for each address of a record. Returns false to stop. */
typedef bool on_address_fn(int family, const uint8_t *address, void *context);

static const ldns_rdf *target_of(const ldns_rr_list *records, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *record = ldns_rr_list_rr(records, i);

		if (ldns_rr_get_type(record) == LDNS_RR_TYPE_CNAME &&
		    ldns_rr_rd_count(record) == 1 && name_equals(ldns_rr_owner(record), name))
			return ldns_rr_rdf(record, 0);
	}
	return NULL;
}

static int follow(const ldns_pkt *packet, struct chain *ret)
{
	const ldns_rdf *name = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(packet), 0));

	*ret = (struct chain){};
	for (; name; name = target_of(ldns_pkt_answer(packet), name)) {
		if (ret->n == CHAIN_MAX)
			return -ELOOP;
		ret->names[ret->n++] = name;
	}
	return 0;
}

static bool leads_to(const struct chain *chain, const ldns_rr *record)
{
	for (size_t i = 0; i < chain->n; i++)
		if (name_equals(chain->names[i], ldns_rr_owner(record)))
			return true;
	return false;
}

static bool each_of(int family, const uint8_t *data, size_t size, on_address_fn *call,
		    void *context)
{
	const size_t step = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	for (size_t at = 0; at + step <= size; at += step)
		if (!call(family, data + at, context))
			return false;
	return true;
}

static bool each_hint(const uint8_t *data, size_t size, on_address_fn *call, void *context)
{
	size_t at = sizeof(uint16_t); /* behind the priority */

	while (at < size && data[at])
		at += 1U + data[at];
	at++; /* behind the name */
	while (at + 4 <= size) {
		const uint16_t key = ldns_read_uint16(data + at);
		const size_t length = ldns_read_uint16(data + at + 2);

		at += 4;
		if (length > size - at)
			return true;
		if ((key == HINT_IPV4 && !each_of(AF_INET, data + at, length, call, context)) ||
		    (key == HINT_IPV6 && !each_of(AF_INET6, data + at, length, call, context)))
			return false;
		at += length;
	}
	return true;
}

/* Older versions of ldns do not know these records, so this reads their bytes. */
static bool each_of_service(const ldns_rr *record, on_address_fn *call, void *context)
{
	ldns_buffer *buffer = ldns_buffer_new(ANSWER_MAX);
	const bool good =
		buffer && ldns_rr_rdata2buffer_wire(buffer, record) == LDNS_STATUS_OK &&
		each_hint(ldns_buffer_begin(buffer), ldns_buffer_position(buffer), call, context);

	ldns_buffer_free(buffer);
	return good;
}

/* Calls for each address that the record has. Returns false if a call did, or if the record cannot
 * be read. */
static bool each_address(const ldns_rr *record, on_address_fn *call, void *context)
{
	const int type = (int)ldns_rr_get_type(record);
	const ldns_rdf *data = ldns_rr_rdf(record, 0);

	if (type == TYPE_SVCB || type == TYPE_HTTPS)
		return each_of_service(record, call, context);
	if (!data || (type != LDNS_RR_TYPE_A && type != LDNS_RR_TYPE_AAAA))
		return true;
	return each_of(type == LDNS_RR_TYPE_A ? AF_INET : AF_INET6, ldns_rdf_data(data),
		       ldns_rdf_size(data), call, context);
}

static struct answer_address make_address(int family, const uint8_t *bytes)
{
	struct answer_address address = {.family = family};

	memcpy(address.bytes, bytes,
	       family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr));
	return address;
}

/* Returns the index of an address, or n_addresses if it is not there. */
static size_t find(const struct answer *answer, const struct answer_address *address)
{
	size_t i = 0;

	while (i < answer->n_addresses &&
	       (answer->addresses[i].family != address->family ||
		memcmp(answer->addresses[i].bytes, address->bytes, sizeof(address->bytes)) != 0))
		i++;
	return i;
}

struct collecting {
	struct answer *answer;
	uint32_t seconds;
};

static bool collect(int family, const uint8_t *bytes, void *context)
{
	struct collecting *collecting = context;
	struct answer *answer = collecting->answer;
	struct answer_address address = make_address(family, bytes);
	const size_t i = find(answer, &address);

	address.seconds = collecting->seconds;
	if (i < answer->n_addresses)
		answer->addresses[i].seconds = MAX(answer->addresses[i].seconds, address.seconds);
	else if (i < RESOLVER_ADDRESSES_MAX)
		answer->addresses[answer->n_addresses++] = address;
	else
		answer->more = true;
	return true;
}

/* Returns the time, in seconds, for which the keeper is asked to let the record's addresses
 * through. A TTL of 2^31 seconds or more means 0 (RFC 2181). */
static uint32_t seconds_of(const ldns_rr *record)
{
	const uint32_t ttl = ldns_rr_ttl(record);

	return MIN(MAX(ttl > INT32_MAX ? 0 : ttl, RESOLVER_SECONDS_MIN), RESOLVER_SECONDS_MAX);
}

static int read_packet(const ldns_pkt *packet, struct answer *ret)
{
	const ldns_rr_list *records = ldns_pkt_answer(packet);
	struct chain chain;
	int r = follow(packet, &chain);

	*ret = (struct answer){.code = ldns_pkt_get_rcode(packet)};
	for (size_t i = 0; r == 0 && i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *record = ldns_rr_list_rr(records, i);
		struct collecting collecting = {ret, seconds_of(record)};

		if (leads_to(&chain, record) && !each_address(record, collect, &collecting))
			r = -EBADMSG;
	}
	return r;
}

int answer_read(const uint8_t *bytes, size_t size, const uint8_t *asked,
		const struct question *question, struct answer *ret)
{
	ldns_pkt *packet = NULL;
	int r = -EBADMSG;

	if (ldns_wire2pkt(&packet, bytes, size) == LDNS_STATUS_OK &&
	    question_is_answered_by(asked, question, packet))
		r = read_packet(packet, ret);
	ldns_pkt_free(packet);
	return r;
}

struct verdict {
	const struct answer *answer;
	uint64_t refused;
};

static bool is_let_through(int family, const uint8_t *bytes, void *context)
{
	const struct verdict *verdict = context;
	const struct answer_address address = make_address(family, bytes);
	const size_t i = find(verdict->answer, &address);

	return i < verdict->answer->n_addresses && !(verdict->refused >> i & 1);
}

/* Removes the records whose addresses were refused, or do not belong to the chain. Then the answer
 * is no longer authentic, so the flag that says so is cleared. */
static void strip(ldns_pkt *packet, struct verdict *verdict)
{
	ldns_rr_list *records = ldns_pkt_answer(packet), *kept = ldns_rr_list_new();
	uint16_t n;

	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		ldns_rr *record = ldns_rr_list_rr(records, i);

		if (each_address(record, is_let_through, verdict))
			ldns_rr_list_push_rr(kept, record);
		else
			ldns_rr_free(record);
	}
	n = (uint16_t)ldns_rr_list_rr_count(kept);
	ldns_rr_list_free(records);
	ldns_pkt_set_answer(packet, kept);
	ldns_pkt_set_ancount(packet, n);
	ldns_pkt_set_ad(packet, false);
}

int answer_without(const uint8_t *bytes, size_t size, const struct answer *answer, uint64_t refused,
		   uint8_t **ret, size_t *ret_size)
{
	struct verdict verdict = {answer, refused};
	ldns_pkt *packet = NULL;
	int r = -ENOMEM;

	if (ldns_wire2pkt(&packet, bytes, size) == LDNS_STATUS_OK) {
		strip(packet, &verdict);
		if (ldns_pkt2wire(ret, packet, ret_size) == LDNS_STATUS_OK)
			r = 0;
	}
	ldns_pkt_free(packet);
	return r;
}
