/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions and answers for tests of the resolver, and lists of names. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "daemon/resolver/answer.h"

#define NO_RECORDS ((const char *const[]){NULL})

struct bytes {
	size_t size;
	uint8_t data[ANSWER_MAX];
};

static inline void pack(const ldns_pkt *packet, struct bytes *ret)
{
	uint8_t *wire;

	assert_int_equal(ldns_pkt2wire(&wire, packet, &ret->size), LDNS_STATUS_OK);
	memcpy(ret->data, wire, ret->size);
	free(wire);
}

static inline ldns_pkt *make_packet(const char *name, uint16_t type, uint16_t id)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	ldns_pkt *packet = ldns_pkt_query_new(owner, (ldns_rr_type)type, LDNS_RR_CLASS_IN, LDNS_RD);

	ldns_pkt_set_id(packet, id);
	return packet;
}

static inline void make_question(const char *name, uint16_t type, uint16_t id, struct bytes *ret)
{
	ldns_pkt *packet = make_packet(name, type, id);

	pack(packet, ret);
	ldns_pkt_free(packet);
}

/* records: as in a zone file, ends with NULL. */
static inline void make_answer(const char *name, uint16_t type, uint16_t id, int code,
			       const char *const *records, struct bytes *ret)
{
	ldns_pkt *packet = make_packet(name, type, id);

	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_ra(packet, true);
	ldns_pkt_set_rcode(packet, (uint8_t)code);
	for (; *records; records++) {
		ldns_rr *record;

		assert_int_equal(ldns_rr_new_frm_str(&record, *records, 0, NULL, NULL),
				 LDNS_STATUS_OK);
		ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, record);
	}
	pack(packet, ret);
	ldns_pkt_free(packet);
}

/* A memory file as the keeper makes it. names ends with NULL. */
static inline int make_list(const char *const *names)
{
	int fd = memfd_create("names", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	for (; *names; names++)
		assert_int_equal(write(fd, *names, strlen(*names) + 1), strlen(*names) + 1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), 0);
	return fd;
}
