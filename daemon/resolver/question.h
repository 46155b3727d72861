/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The question that a set sends: what is asked, and what the resolver itself can answer to it. */
#pragma once

#include <ldns/ldns.h>
#include "daemon/wire/resolver.h"

#define QUESTION_MAX 4096 /* bytes; longer ones are not read */
#define REPLY_MAX 512	  /* bytes of an answer without records */
/* The longest name as text: a byte can be written as \DDD. */
#define NAME_TEXT_SIZE (4 * LDNS_MAX_DOMAINLEN + 1)

/* The type of a record, which ldns knows only if it was built with it. */
#define TYPE_SVCB 64
#define TYPE_HTTPS 65

struct question {
	uint16_t id, type;
	size_t end; /* of the header and the question in its bytes */
	bool edns;
	char name[NAME_TEXT_SIZE]; /* in lower case, see name_to_text() in question.c */
};

/* Reads a set's message. Returns 0, the code of the error with which it is to be answered by
 * question_refuse() (LDNS_RCODE_...), or -EBADMSG if it gets no answer. */
int question_read(const uint8_t *bytes, size_t size, struct question *ret);

/* Writes the answer to a question that has this code and no records. Returns its size. */
size_t question_refuse(const uint8_t *bytes, const struct question *question, int code,
		       uint8_t ret[static REPLY_MAX]);

/* Returns true if these are the id and the question of the packet, which is an answer. */
bool question_is_answered_by(const uint8_t *bytes, const struct question *question,
			     const ldns_pkt *packet);

/* Returns true if both are the same name in any case of their letters. */
bool name_equals(const ldns_rdf *name, const ldns_rdf *other);
