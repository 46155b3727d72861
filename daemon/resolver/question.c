/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include "daemon/resolver/question.h"

#define TYPE_AND_CLASS 4 /* bytes behind the name of a question */
#define MASK_QR 0x80
#define MASK_OPCODE 0x78
#define MASK_RD 0x01
#define MASK_RA 0x80

/* Bytes of an OPT record without options, and of one that says "Prohibited" (RFC 8914). */
static const uint8_t plain_opt[] = {0, 0, LDNS_RR_TYPE_OPT, 1232 >> 8, 1232 & 0xff, 0, 0, 0, 0,
				    0, 0};
static const uint8_t prohibited_opt[] = {
	0, 0, LDNS_RR_TYPE_OPT, 1232 >> 8, 1232 & 0xff, 0, 0, 0, 0, 0, 6, 0, 15, 0, 2, 0, 18};

/* Writes a name in lower case, without a final dot; dots in labels, backslashes and what is not
 * printable as \DDD. */
static void name_to_text(const ldns_rdf *name, char ret[static NAME_TEXT_SIZE])
{
	const uint8_t *at = ldns_rdf_data(name), *end = at + ldns_rdf_size(name);
	char *to = ret;

	while (at < end && *at) {
		const uint8_t *label_end = at + 1 + *at;

		if (label_end > end)
			break;
		if (to > ret)
			*to++ = '.';
		for (at++; at < label_end; at++)
			if (*at == '.' || *at == '\\' || *at <= ' ' || *at >= 0x7f)
				to += snprintf(to, 5, "\\%03u", *at);
			else
				*to++ = (char)tolower(*at);
	}
	*to = '\0';
}

bool name_equals(const ldns_rdf *name, const ldns_rdf *other)
{
	const uint8_t *left = ldns_rdf_data(name), *right = ldns_rdf_data(other);

	if (ldns_rdf_size(name) != ldns_rdf_size(other))
		return false;
	/* the length of a label is below 64, and no letter */
	for (size_t i = 0; i < ldns_rdf_size(name); i++)
		if (tolower(left[i]) != tolower(right[i]))
			return false;
	return true;
}

/* Returns true if the packet has one question and, besides EDNS, nothing else. Anything else in it
 * would go to the name server as well. */
static bool is_plain(const uint8_t *bytes, const ldns_pkt *packet)
{
	return LDNS_QDCOUNT(bytes) == 1 && LDNS_ANCOUNT(bytes) == 0 && LDNS_NSCOUNT(bytes) == 0 &&
	       LDNS_ARCOUNT(bytes) <= 1 && ldns_rr_list_rr_count(ldns_pkt_question(packet)) == 1 &&
	       ldns_rr_list_rr_count(ldns_pkt_additional(packet)) == 0 && !ldns_pkt_tsig(packet);
}

/* Returns true for a type of data. Returns false for zone transfers and for ANY: their answers have
 * many messages, or any size. */
static bool is_ordinary(uint16_t type)
{
	return type != 0 && type != LDNS_RR_TYPE_OPT && (type < 128 || type > 255);
}

static int read_packet(const uint8_t *bytes, size_t size, const ldns_pkt *packet,
		       struct question *ret)
{
	const ldns_rr *asked;
	const ldns_rdf *name;
	size_t length;

	if (!is_plain(bytes, packet))
		return LDNS_RCODE_FORMERR;
	asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	name = ldns_rr_owner(asked);
	length = ldns_rdf_size(name);
	/* a compressed name would refer to the header, which we change */
	if (LDNS_HEADER_SIZE + length + TYPE_AND_CLASS > size ||
	    memcmp(bytes + LDNS_HEADER_SIZE, ldns_rdf_data(name), length) != 0)
		return LDNS_RCODE_FORMERR;
	ret->end = LDNS_HEADER_SIZE + length + TYPE_AND_CLASS;
	ret->type = (uint16_t)ldns_rr_get_type(asked);
	ret->edns = ldns_pkt_edns(packet);
	name_to_text(name, ret->name);
	return ldns_rr_get_class(asked) == LDNS_RR_CLASS_IN && is_ordinary(ret->type)
		       ? 0
		       : LDNS_RCODE_REFUSED;
}

int question_read(const uint8_t *bytes, size_t size, struct question *ret)
{
	ldns_pkt *packet = NULL;
	int r = LDNS_RCODE_FORMERR;

	*ret = (struct question){.end = LDNS_HEADER_SIZE};
	if (size < LDNS_HEADER_SIZE || size > QUESTION_MAX || bytes[2] & MASK_QR)
		return -EBADMSG;
	ret->id = LDNS_ID_WIRE(bytes);
	if (bytes[2] & MASK_OPCODE)
		return LDNS_RCODE_NOTIMPL;
	if (ldns_wire2pkt(&packet, bytes, size) == LDNS_STATUS_OK)
		r = read_packet(bytes, size, packet, ret);
	ldns_pkt_free(packet);
	return r;
}

size_t question_refuse(const uint8_t *bytes, const struct question *question, int code,
		       uint8_t ret[static REPLY_MAX])
{
	const bool prohibited = code == LDNS_RCODE_REFUSED;
	const uint8_t *opt = prohibited ? prohibited_opt : plain_opt;
	size_t size = question->end;

	memcpy(ret, bytes, size);
	ret[2] = (uint8_t)(MASK_QR | (bytes[2] & (MASK_OPCODE | MASK_RD)));
	ret[3] = (uint8_t)(MASK_RA | code);
	memset(ret + 4, 0, LDNS_HEADER_SIZE - 4);
	ret[LDNS_QDCOUNT_OFF + 1] = size > LDNS_HEADER_SIZE;
	if (question->edns) {
		ret[LDNS_ARCOUNT_OFF + 1] = 1;
		memcpy(ret + size, opt, prohibited ? sizeof(prohibited_opt) : sizeof(plain_opt));
		size += prohibited ? sizeof(prohibited_opt) : sizeof(plain_opt);
	}
	return size;
}

bool question_is_answered_by(const uint8_t *bytes, const struct question *question,
			     const ldns_pkt *packet)
{
	const ldns_rr_list *asked = ldns_pkt_question(packet);
	const ldns_rr *first = ldns_rr_list_rr(asked, 0);
	ldns_rdf *name;
	bool same;

	if (!ldns_pkt_qr(packet) || ldns_pkt_get_opcode(packet) != LDNS_PACKET_QUERY ||
	    ldns_rr_list_rr_count(asked) != 1 || ldns_rr_get_type(first) != question->type ||
	    ldns_rr_get_class(first) != LDNS_RR_CLASS_IN)
		return false;
	name = ldns_dname_new_frm_data(
		(uint16_t)(question->end - LDNS_HEADER_SIZE - TYPE_AND_CLASS),
		bytes + LDNS_HEADER_SIZE);
	same = name && name_equals(name, ldns_rr_owner(first));
	ldns_rdf_deep_free(name);
	return same;
}
