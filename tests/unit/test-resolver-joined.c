/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Equal questions, of which nsctld-resolver asks name servers one at a time. */
#include "daemon/resolver/resolver.h"
#include "tests/unit/resolver-program.h"

/* The set gets the answer with its own id, and with the name as it has written it. */
static void assert_answered_as(const struct inside *inside, const char *name, uint16_t id)
{
	make_question(name, LDNS_RR_TYPE_A, id, &question);
	receive(inside->client_fd, &received);
	assert_int_equal(LDNS_ID_WIRE(received.data), id);
	assert_int_equal(LDNS_ANCOUNT(received.data), 1);
	assert_memory_equal(received.data + LDNS_HEADER_SIZE, question.data + LDNS_HEADER_SIZE,
			    question.size - LDNS_HEADER_SIZE);
}

static void ask_as(const struct inside *inside, const char *name, uint16_t id)
{
	make_question(name, LDNS_RR_TYPE_A, id, &question);
	assert_int_equal(send(inside->client_fd, question.data, question.size, 0), question.size);
}

/* Waits until the resolver has read what was sent before. */
static void settle(const struct inside *inside)
{
	ask(inside, "other.org");
	assert_code(inside, LDNS_RCODE_REFUSED);
}

static void receive_allow_only(struct fixture *f)
{
	do
		receive_any(f);
	while (f->message.header->nlmsg_type != RESOLVER_ALLOW);
	assert_int_equal(wire_decode(&f->message, &wire_resolver_allow_layout, &f->allow), 0);
}

/* Two sets ask equal questions. The name server gets one, and each question is answered. */
static void test_equal_questions_are_asked_once(void **state)
{
	struct fixture *f = *state;
	struct inside other = open_inside(SOCK_DGRAM);
	const int upstream = f->upstreams[0].fd;

	add(f, 9, default_list, 1, &f->udp, NULL);
	add(f, 10, default_list, 1, &other, NULL);
	for (uint16_t i = 0; i < 8; i++)
		ask_as(&f->udp, i % 2 ? "A.org" : "a.ORG", i);
	settle(&f->udp);
	ask_as(&other, "a.org", 8);
	settle(&other);
	make_question("a.ORG", LDNS_RR_TYPE_A, 0, &question);
	serve(upstream, "a.ORG", RECORD);
	for (int i = 0; i < 9; i++) {
		receive_allow_only(f);
		send_allowed(f, 0);
	}
	for (uint16_t i = 0; i < 8; i++)
		assert_answered_as(&f->udp, i % 2 ? "A.org" : "a.ORG", i);
	assert_answered_as(&other, "a.org", 8);
	assert_false(is_ready(upstream, POLLIN));
	/* another type is another question, and so is what follows the answer */
	make_question("a.org", LDNS_RR_TYPE_AAAA, 1, &question);
	assert_int_equal(send(f->udp.client_fd, question.data, question.size, 0), question.size);
	receive_question(upstream);
	ask_as(&f->udp, "a.org", 2);
	receive_question(upstream);
	close_inside(&other);
}

/* Questions with different options are asked one after the other. Another set does not wait for all
 * questions of the first. */
static void test_unlike_questions_are_asked_in_turn(void **state)
{
	struct fixture *f = *state;
	struct inside other = open_inside(SOCK_DGRAM);
	const int upstream = f->upstreams[0].fd;

	add(f, 9, default_list, 1, &f->udp, NULL);
	add(f, 10, default_list, 1, &other, NULL);
	for (uint8_t i = 0; i < 3; i++) {
		make_question("a.org", LDNS_RR_TYPE_A, ID, &question);
		/* bits that ask for authentic data, and for no checks */
		question.data[3] = (uint8_t)(i << 4);
		assert_int_equal(send(f->udp.client_fd, question.data, question.size, 0),
				 question.size);
	}
	settle(&f->udp);
	make_question("a.org", LDNS_RR_TYPE_A, ID, &question);
	question.data[3] = 3 << 4;
	assert_int_equal(send(other.client_fd, question.data, question.size, 0), question.size);
	settle(&other);
	for (uint8_t i = 0; i < 4; i++) {
		static const uint8_t expected[] = {0, 3, 1, 2};

		make_question("a.org", LDNS_RR_TYPE_A, ID, &question);
		question.data[3] = (uint8_t)(expected[i] << 4);
		make_answer("a.org", LDNS_RR_TYPE_A, receive_question(upstream), 0,
			    (const char *const[]){RECORD, NULL}, &answer);
		assert_false(is_ready(upstream, POLLIN));
		send_answer(upstream);
		receive_allow_only(f);
		assert_int_equal(f->allow.cookie, expected[i] == 3 ? 10 : 9);
		send_allowed(f, 0);
		assert_answered(expected[i] == 3 ? &other : &f->udp);
	}
	close_inside(&other);
}

/* When a set is removed, equal questions of other sets are still answered. */
static void test_removed_set_does_not_end_others_questions(void **state)
{
	struct fixture *f = *state;
	struct inside other = open_inside(SOCK_DGRAM);
	struct wire_resolver_remove gone = {9};

	add(f, 9, default_list, 1, &f->udp, NULL);
	add(f, 10, default_list, 1, &other, NULL);
	ask(&f->udp, "a.org");
	settle(&f->udp);
	ask(&other, "a.org");
	settle(&other);
	send_to_resolver(f, RESOLVER_REMOVE, 0, &wire_resolver_remove_layout, &gone);
	settle(&other);
	make_question("a.org", LDNS_RR_TYPE_A, ID, &question);
	serve(f->upstreams[0].fd, "a.org", RECORD);
	receive_allow_only(f);
	assert_int_equal(f->allow.cookie, 10);
	send_allowed(f, 0);
	assert_answered(&other);
	close_inside(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_equal_questions_are_asked_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_unlike_questions_are_asked_in_turn, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_removed_set_does_not_end_others_questions,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
