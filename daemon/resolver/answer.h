/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer of a name server: to which addresses it leads, and the same answer without those that
 * the keeper has not let through. Only records of the answer section count, and only those at which
 * the question arrives by following CNAME records.
 */
#pragma once

#include <netinet/in.h>
#include "daemon/resolver/question.h"

#define ANSWER_MAX 65535

struct answer_address {
	int family;
	uint8_t bytes[sizeof(struct in6_addr)]; /* the rest are zero */
	uint32_t seconds;			/* to live, within the bounds of the keeper */
};

struct answer {
	int code; /* LDNS_RCODE_... */
	size_t n_addresses;
	bool more; /* there were more than RESOLVER_ADDRESSES_MAX, which are not let through */
	struct answer_address addresses[RESOLVER_ADDRESSES_MAX]; /* distinct */
};

/* Reads an answer to this question, whose bytes begin at asked. Returns 0, -EBADMSG if it is
 * malformed or answers something else, or -ELOOP if it has too many CNAME records in a row. */
int answer_read(const uint8_t *bytes, size_t size, const uint8_t *asked,
		const struct question *question, struct answer *ret);

/* Makes *ret, which the caller frees: an answer that answer_read() has read, without the records
 * that have an address that was refused (bit i: the i-th) or did not fit. Returns 0 or -ENOMEM. */
int answer_without(const uint8_t *bytes, size_t size, const struct answer *answer, uint64_t refused,
		   uint8_t **ret, size_t *ret_size);
