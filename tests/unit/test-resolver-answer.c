/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the resolver reads in questions and answers, and what it makes of them. */
#include <arpa/inet.h>
#include "tests/unit/resolver.h"

/* Data of an HTTPS record with the hints 10.0.0.1 and fd00::1, in a form that any ldns reads. */
#define SERVICE "\\# 31 0001 00 0004 0004 0a000001 0006 0010 fd000000000000000000000000000001"

static struct bytes asked, answered;
static struct question question;
static struct answer answer;

static void ask(const char *name, uint16_t type)
{
	make_question(name, type, 7, &asked);
	assert_int_equal(question_read(asked.data, asked.size, &question), 0);
}

static int answer_with(const char *name, uint16_t type, const char *const *records)
{
	make_answer(name, type, 7, LDNS_RCODE_NOERROR, records, &answered);
	return answer_read(answered.data, answered.size, asked.data, &question, &answer);
}

static void assert_address(size_t i, const char *expected, uint32_t seconds)
{
	char text[INET6_ADDRSTRLEN];

	assert_true(i < answer.n_addresses);
	inet_ntop(answer.addresses[i].family, answer.addresses[i].bytes, text, sizeof(text));
	assert_string_equal(text, expected);
	assert_int_equal(answer.addresses[i].seconds, seconds);
}

/* --- questions --- */

static void test_question_is_read(void **state _unused_)
{
	ask("GitHub.COM.", LDNS_RR_TYPE_A);
	assert_string_equal(question.name, "github.com");
	assert_int_equal(question.id, 7);
	assert_int_equal(question.type, LDNS_RR_TYPE_A);
	assert_int_equal(question.end, asked.size);
	assert_false(question.edns);
	ask("a\\.b.c\\000d.org.", LDNS_RR_TYPE_A);
	assert_string_equal(question.name, "a\\046b.c\\000d.org");
	ask(".", LDNS_RR_TYPE_NS);
	assert_string_equal(question.name, "");
}

static void test_wrong_question_is_refused(void **state _unused_)
{
	static const uint16_t types[] = {LDNS_RR_TYPE_ANY, LDNS_RR_TYPE_AXFR, LDNS_RR_TYPE_IXFR};
	uint8_t reply[REPLY_MAX];
	size_t size;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		make_question("github.com", types[i], 7, &asked);
		assert_int_equal(question_read(asked.data, asked.size, &question),
				 LDNS_RCODE_REFUSED);
	}
	make_question("github.com", LDNS_RR_TYPE_A, 7, &asked);
	/* too short, an answer, an update, two questions, no question */
	assert_int_equal(question_read(asked.data, 11, &question), -EBADMSG);
	asked.data[2] ^= 0x80;
	assert_int_equal(question_read(asked.data, asked.size, &question), -EBADMSG);
	asked.data[2] ^= 0x80 | 5 << 3;
	assert_int_equal(question_read(asked.data, asked.size, &question), LDNS_RCODE_NOTIMPL);
	asked.data[2] ^= 5 << 3;
	asked.data[5] = 2;
	assert_int_equal(question_read(asked.data, asked.size, &question), LDNS_RCODE_FORMERR);
	asked.data[5] = 0;
	assert_int_equal(question_read(asked.data, asked.size, &question), LDNS_RCODE_FORMERR);
	/* the answer to that has nothing but a header */
	size = question_refuse(asked.data, &question, LDNS_RCODE_FORMERR, reply);
	assert_int_equal(size, LDNS_HEADER_SIZE);
	assert_int_equal(reply[5], 0);
}

/* A name that points at itself, or into the header. */
static void test_compressed_question_is_refused(void **state _unused_)
{
	for (uint8_t to = 0; to < 20; to++) {
		const uint8_t bytes[] = {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, to, 0, 1, 0, 1};

		assert_int_equal(question_read(bytes, sizeof(bytes), &question),
				 LDNS_RCODE_FORMERR);
	}
}

/* A refusal is a well-formed answer to the question, and has EDNS if the question had. */
static void test_refusal_is_a_well_formed_answer(void **state _unused_)
{
	ldns_pkt *packet = make_packet("GitHub.com", LDNS_RR_TYPE_A, 7);
	uint8_t reply[REPLY_MAX];
	size_t size;

	ldns_pkt_set_edns_udp_size(packet, 4096);
	pack(packet, &asked);
	ldns_pkt_free(packet);
	assert_int_equal(question_read(asked.data, asked.size, &question), 0);
	assert_true(question.edns);
	size = question_refuse(asked.data, &question, LDNS_RCODE_REFUSED, reply);
	assert_int_equal(answer_read(reply, size, asked.data, &question, &answer), 0);
	assert_int_equal(answer.code, LDNS_RCODE_REFUSED);
	assert_int_equal(ldns_wire2pkt(&packet, reply, size), LDNS_STATUS_OK);
	assert_true(ldns_pkt_edns(packet));
	ldns_pkt_free(packet);
}

/* --- answers --- */

static void test_addresses_of_an_answer_are_read(void **state _unused_)
{
	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(answer_with("A.ORG", LDNS_RR_TYPE_A,
				     (const char *const[]){
					     "a.org. 5 A 192.0.2.1", "a.org. 300 A 192.0.2.2",
					     "a.org. 600000 A 192.0.2.3", "a.org. 90 A 192.0.2.1",
					     "b.org. 300 A 192.0.2.4", NULL}),
			 0);
	assert_int_equal(answer.n_addresses, 3);
	assert_address(0, "192.0.2.1", 90);
	assert_address(1, "192.0.2.2", 300);
	assert_address(2, "192.0.2.3", RESOLVER_SECONDS_MAX);
	ask("a.org", LDNS_RR_TYPE_AAAA);
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_AAAA,
				     (const char *const[]){"a.org. 5 AAAA 2001:db8::1", NULL}),
			 0);
	assert_int_equal(answer.n_addresses, 1);
	assert_address(0, "2001:db8::1", RESOLVER_SECONDS_MIN);
}

/* Times to live are kept within bounds; one of 2^31 seconds or more means none. */
static void test_times_to_live_are_bounded(void **state _unused_)
{
	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(
		answer_with("a.org", LDNS_RR_TYPE_A,
			    (const char *const[]){"a.org. 0 A 192.0.2.1", "a.org. 61 A 192.0.2.2",
						  "a.org. 86401 A 192.0.2.3",
						  "a.org. 2147483647 A 192.0.2.4",
						  "a.org. 2147483648 A 192.0.2.5",
						  "a.org. 4294967295 A 192.0.2.6", NULL}),
		0);
	assert_address(0, "192.0.2.1", RESOLVER_SECONDS_MIN);
	assert_address(1, "192.0.2.2", 61);
	assert_address(2, "192.0.2.3", RESOLVER_SECONDS_MAX);
	assert_address(3, "192.0.2.4", RESOLVER_SECONDS_MAX);
	assert_address(4, "192.0.2.5", RESOLVER_SECONDS_MIN);
	assert_address(5, "192.0.2.6", RESOLVER_SECONDS_MIN);
}

/* The records may come in any order, and addresses of other names are left out. */
static void test_aliases_are_followed_in_any_order(void **state _unused_)
{
	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_A,
				     (const char *const[]){
					     "c.net. 60 A 192.0.2.1", "b.net. 60 CNAME C.net.",
					     "a.org. 60 CNAME b.net.", "d.net. 60 CNAME e.net.",
					     "e.net. 60 A 192.0.2.2", NULL}),
			 0);
	assert_int_equal(answer.n_addresses, 1);
	assert_address(0, "192.0.2.1", 60);
	/* a circle */
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_A,
				     (const char *const[]){"a.org. 60 CNAME b.net.",
							   "b.net. 60 CNAME a.org.", NULL}),
			 -ELOOP);
}

static void test_addresses_in_service_records_are_read(void **state _unused_)
{
	ask("a.org", TYPE_HTTPS);
	assert_int_equal(answer_with("a.org", TYPE_HTTPS,
				     (const char *const[]){"a.org. 60 CNAME b.net.",
							   "b.net. 60 TYPE65 " SERVICE,
							   "b.net. 60 TYPE64 " SERVICE, NULL}),
			 0);
	assert_int_equal(answer.n_addresses, 2);
	assert_address(0, "10.0.0.1", 60);
	assert_address(1, "fd00::1", 60);
}

static void test_answers_to_other_questions_are_refused(void **state _unused_)
{
	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(answer_with("b.org", LDNS_RR_TYPE_A, NO_RECORDS), -EBADMSG);
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_AAAA, NO_RECORDS), -EBADMSG);
	assert_int_equal(answer_read(asked.data, asked.size, asked.data, &question, &answer),
			 -EBADMSG);
	/* cut off anywhere, it is none */
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_A,
				     (const char *const[]){"a.org. 60 A 192.0.2.1", NULL}),
			 0);
	for (size_t size = 0; size < answered.size; size++)
		assert_int_equal(answer_read(answered.data, size, asked.data, &question, &answer),
				 -EBADMSG);
}

/* --- what is refused is left out --- */

static void without(uint64_t refused)
{
	_cleanup_free_ uint8_t *rest = NULL;
	size_t size;

	assert_int_equal(
		answer_without(answered.data, answered.size, &answer, refused, &rest, &size), 0);
	assert_true(size <= answered.size);
	assert_int_equal(answer_read(rest, size, asked.data, &question, &answer), 0);
}

static void test_refused_addresses_are_left_out(void **state _unused_)
{
	const char *const records[] = {"a.org. 60 CNAME b.net.", "b.net. 60 A 192.0.2.1",
				       "b.net. 60 A 10.0.0.1",	 "b.net. 60 TYPE65 " SERVICE,
				       "c.net. 60 A 10.0.0.2",	 NULL};

	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_A, records), 0);
	assert_int_equal(answer.n_addresses, 3);
	without(1 << 1);
	assert_int_equal(answer.n_addresses, 1);
	assert_address(0, "192.0.2.1", 60);
	assert_int_equal(answer.code, LDNS_RCODE_NOERROR);
}

/* Addresses for which a message to the keeper has no room are left out. */
static void test_addresses_beyond_the_bound_are_left_out(void **state _unused_)
{
	static char texts[RESOLVER_ADDRESSES_MAX + 6][32];
	const char *records[RESOLVER_ADDRESSES_MAX + 7] = {};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(texts[i], sizeof(texts[i]), "a.org. 60 A 192.0.2.%zu", i);
		records[i] = texts[i];
	}
	ask("a.org", LDNS_RR_TYPE_A);
	assert_int_equal(answer_with("a.org", LDNS_RR_TYPE_A, records), 0);
	assert_int_equal(answer.n_addresses, RESOLVER_ADDRESSES_MAX);
	assert_true(answer.more);
	without(0);
	assert_int_equal(answer.n_addresses, RESOLVER_ADDRESSES_MAX);
	assert_false(answer.more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question_is_read),
		cmocka_unit_test(test_wrong_question_is_refused),
		cmocka_unit_test(test_compressed_question_is_refused),
		cmocka_unit_test(test_refusal_is_a_well_formed_answer),
		cmocka_unit_test(test_addresses_of_an_answer_are_read),
		cmocka_unit_test(test_times_to_live_are_bounded),
		cmocka_unit_test(test_aliases_are_followed_in_any_order),
		cmocka_unit_test(test_addresses_in_service_records_are_read),
		cmocka_unit_test(test_answers_to_other_questions_are_refused),
		cmocka_unit_test(test_refused_addresses_are_left_out),
		cmocka_unit_test(test_addresses_beyond_the_bound_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
