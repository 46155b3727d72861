/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What nsctld-resolver does with questions, with answers, and with what the keeper says. */
#include "daemon/resolver/resolver.h"
#include "tests/unit/resolver-program.h"

/* The set gets an answer when the keeper has let its addresses through, and not before. */
static void test_answer_waits_until_its_addresses_are_let_through(void **state)
{
	struct fixture *f = *state;

	add(f, 9, default_list, 1, &f->udp, NULL);
	ask(&f->udp, "X.b.ORG");
	serve(f->upstreams[0].fd, "X.b.ORG", "x.b.org. 5 A 192.0.2.1");
	receive_allow(f);
	assert_int_equal(f->allow.cookie, 9);
	assert_int_equal(f->allow.version, 5);
	assert_string_equal(f->allow.name, "x.b.org");
	assert_int_equal(f->allow.n_entries, 1);
	assert_int_equal(f->allow.entries[0].index, 1);
	assert_int_equal(f->allow.n_addresses, 1);
	assert_string_equal(f->allow.addresses[0].address, "192.0.2.1");
	assert_int_equal(f->allow.addresses[0].seconds, RESOLVER_SECONDS_MIN);
	assert_false(is_ready(f->udp.client_fd, POLLIN));
	send_allowed(f, 0);
	assert_answered(&f->udp);
}

/* An administrator's names are asked at the host's name servers, the user's own at the set's. */
static void test_each_group_of_names_has_its_own_servers(void **state)
{
	struct fixture *f = *state;
	_cleanup_fd_ int fd = make_list((const char *const[]){"a.org", "*.org", NULL});
	struct wire_resolver_list list = {.cookie = 9, .version = 6, .names_fd = fd, .n_own = 1};
	struct wire_resolver_upstreams upstreams = {
		.cookie = 9,
		.n_servers = 1,
		.servers = {{"127.0.0.1", f->upstreams[0].port}},
		.n_host_servers = 1,
		.host_servers = {{"127.0.0.1", f->upstreams[1].port}},
	};

	add(f, 9, default_list, 1, &f->udp, NULL);
	send_to_resolver(f, RESOLVER_LIST, 0, &wire_resolver_list_layout, &list);
	send_to_resolver(f, RESOLVER_UPSTREAMS, 0, &wire_resolver_upstreams_layout, &upstreams);
	ask(&f->udp, "a.org");
	serve(f->upstreams[0].fd, "a.org", RECORD);
	receive_allow(f);
	assert_int_equal(f->allow.n_entries, 2);
	send_allowed(f, 0);
	assert_answered(&f->udp);
	ask(&f->udp, "b.org");
	serve(f->upstreams[1].fd, "b.org", "b.org. 60 A 192.0.2.1");
	receive_allow(f);
	assert_int_equal(f->allow.entries[0].index, 1);
	send_allowed(f, 0);
	assert_answered(&f->udp);
	assert_false(is_ready(f->upstreams[0].fd, POLLIN));
}

/* While a list is learned, names that it does not have are forwarded to the set's name servers. */
static void test_other_names_are_forwarded_during_learning(void **state)
{
	struct fixture *f = *state;
	_cleanup_fd_ int fd = make_list((const char *const[]){"a.org", NULL}),
			 again_fd = make_list((const char *const[]){"a.org", NULL});
	struct wire_resolver_list list = {.cookie = 9, .version = 6, .names_fd = fd, .every = true};

	add(f, 9, default_list, 1, &f->udp, NULL);
	send_to_resolver(f, RESOLVER_LIST, 0, &wire_resolver_list_layout, &list);
	ask(&f->udp, "other.net");
	serve(f->upstreams[0].fd, "other.net", "other.net. 60 A 192.0.2.1");
	receive_allow(f);
	assert_string_equal(f->allow.name, "other.net");
	assert_int_equal(f->allow.n_entries, 0);
	send_allowed(f, 0);
	assert_answered(&f->udp);
	list.names_fd = again_fd;
	list.every = false;
	send_to_resolver(f, RESOLVER_LIST, 0, &wire_resolver_list_layout, &list);
	ask(&f->udp, "other.net");
	assert_code(&f->udp, LDNS_RCODE_REFUSED);
}

static void test_refused_address_is_left_out(void **state)
{
	struct fixture *f = *state;

	add(f, 9, default_list, 1, &f->udp, NULL);
	ask(&f->udp, "a.org");
	serve(f->upstreams[0].fd, "a.org", "a.org. 60 A 10.0.0.1");
	receive_allow(f);
	send_allowed(f, 1);
	assert_code(&f->udp, LDNS_RCODE_NOERROR);
}

/* A name that is not on the list is sent to no name server. The keeper is told of it, at a limited
 * rate. */
static void test_unlisted_name_is_told_to_the_keeper_only(void **state)
{
	struct fixture *f = *state;
	struct wire_resolver_denied denied;

	add(f, 9, default_list, 1, &f->udp, NULL);
	ask(&f->udp, "Other.ORG");
	assert_code(&f->udp, LDNS_RCODE_REFUSED);
	receive_from_resolver(f, RESOLVER_DENIED, &wire_resolver_denied_layout, &denied);
	assert_int_equal(denied.cookie, 9);
	assert_string_equal(denied.name, "other.org");
	assert_int_equal(denied.questions, 1);
	for (int i = 0; i < 3; i++) {
		ask(&f->udp, "b.org");
		assert_code(&f->udp, LDNS_RCODE_REFUSED);
	}
	ask(&f->udp, "c.org");
	assert_code(&f->udp, LDNS_RCODE_REFUSED);
	/* in one message, unless these questions have taken a second */
	for (uint64_t questions = 0; questions < 3; questions += denied.questions) {
		receive_from_resolver(f, RESOLVER_DENIED, &wire_resolver_denied_layout, &denied);
		assert_string_equal(denied.name, "b.org");
	}
	receive_from_resolver(f, RESOLVER_DENIED, &wire_resolver_denied_layout, &denied);
	assert_string_equal(denied.name, "c.org");
	assert_int_equal(denied.questions, 1);
	/* of many names, each question is counted */
	for (int i = 0; i < 12; i++) {
		char name[] = "a.net";

		name[0] += i;
		ask(&f->udp, name);
		assert_code(&f->udp, LDNS_RCODE_REFUSED);
	}
	for (uint64_t questions = 0; questions < 12; questions += denied.questions)
		receive_from_resolver(f, RESOLVER_DENIED, &wire_resolver_denied_layout, &denied);
	assert_string_equal(denied.name, "l.net");
	assert_false(is_ready(f->upstreams[0].fd, POLLIN));
}

static void test_negative_answer_is_passed_on(void **state)
{
	struct fixture *f = *state;

	add(f, 9, default_list, 1, &f->udp, NULL);
	ask(&f->udp, "a.org");
	make_answer("a.org", LDNS_RR_TYPE_A, receive_question(f->upstreams[0].fd),
		    LDNS_RCODE_NXDOMAIN, NO_RECORDS, &answer);
	send_answer(f->upstreams[0].fd);
	assert_answered(&f->udp);
	assert_false(has_said(f));
}

/* Answers from another address, with another id, or to another question are ignored, and the true
 * answer is accepted. */
static void test_forged_answers_are_ignored(void **state)
{
	struct fixture *f = *state;
	int fd = f->upstreams[0].fd;
	uint16_t id;

	add(f, 9, default_list, 1, &f->udp, NULL);
	ask(&f->udp, "a.org");
	id = receive_question(fd);
	make_answer("a.org", LDNS_RR_TYPE_A, id, 0, (const char *const[]){RECORD, NULL}, &answer);
	/* not by send_answer(): the kernel may refuse it */
	(void)sendto(f->upstreams[1].fd, answer.data, answer.size, 0, (struct sockaddr *)&asker,
		     sizeof(struct sockaddr_in));
	make_answer("a.org", LDNS_RR_TYPE_A, id ^ 1, 0, (const char *const[]){RECORD, NULL},
		    &answer);
	send_answer(fd);
	make_answer("evil.org", LDNS_RR_TYPE_A, id, 0,
		    (const char *const[]){"evil.org. 60 A 192.0.2.66", NULL}, &answer);
	send_answer(fd);
	make_answer("a.org", LDNS_RR_TYPE_A, id, 0,
		    (const char *const[]){"a.org. 60 A 192.0.2.2", NULL}, &answer);
	send_answer(fd);
	receive_allow(f);
	assert_int_equal(f->allow.n_addresses, 1);
	assert_string_equal(f->allow.addresses[0].address, "192.0.2.2");
	send_allowed(f, 0);
	assert_answered(&f->udp);
}

/* One name server is silent, and one is not there. */
static void test_next_server_is_asked_if_one_is_silent(void **state)
{
	struct fixture *f = *state;

	add(f, 9, default_list, 2, &f->udp, NULL);
	ask(&f->udp, "a.org");
	serve(f->upstreams[1].fd, "a.org", RECORD);
	receive_allow(f);
	send_allowed(f, 0);
	assert_answered(&f->udp);
	close_upstream(&f->upstreams[1]);
	ask(&f->udp, "a.org");
	assert_code(&f->udp, LDNS_RCODE_SERVFAIL);
	close_upstream(&f->upstreams[0]);
	ask(&f->udp, "a.org");
	assert_code(&f->udp, LDNS_RCODE_SERVFAIL);
}

static void read_frame(int fd, struct bytes *ret)
{
	uint8_t length[2];

	wait_for(fd, POLLIN);
	assert_int_equal(recv(fd, length, sizeof(length), MSG_WAITALL), sizeof(length));
	ret->size = ldns_read_uint16(length);
	assert_int_equal(recv(fd, ret->data, ret->size, MSG_WAITALL), ret->size);
}

static void write_frame(int fd, const struct bytes *bytes)
{
	uint8_t length[2];

	ldns_write_uint16(length, (uint16_t)bytes->size);
	assert_int_equal(send(fd, length, sizeof(length), MSG_MORE | MSG_NOSIGNAL), 2);
	assert_int_equal(send(fd, bytes->data, bytes->size, MSG_NOSIGNAL), bytes->size);
}

/* Two questions at once on a connection, the second refused. */
static void test_questions_over_tcp_are_answered(void **state)
{
	struct fixture *f = *state;
	int fd;

	add(f, 9, default_list, 1, &f->udp, &f->tcp);
	make_question("other.org", LDNS_RR_TYPE_A, ID, &received);
	make_question("a.org", LDNS_RR_TYPE_A, ID, &question);
	write_frame(f->tcp.client_fd, &question);
	write_frame(f->tcp.client_fd, &received);
	wait_for(f->upstreams[0].listening_fd, POLLIN);
	fd = accept(f->upstreams[0].listening_fd, NULL, NULL);
	read_frame(fd, &received);
	make_answer("a.org", LDNS_RR_TYPE_A, LDNS_ID_WIRE(received.data), 0,
		    (const char *const[]){RECORD, NULL}, &answer);
	write_frame(fd, &answer);
	receive_allow(f);
	send_allowed(f, 0);
	read_frame(f->tcp.client_fd, &received);
	assert_int_equal(LDNS_ID_WIRE(received.data), ID);
	assert_memory_equal(received.data + 2, answer.data + 2, answer.size - 2);
	read_frame(f->tcp.client_fd, &received);
	assert_int_equal(LDNS_RCODE_WIRE(received.data), LDNS_RCODE_REFUSED);
	close(fd);
}

static void test_list_and_servers_are_replaced(void **state)
{
	struct fixture *f = *state;
	_cleanup_fd_ int fd = make_list((const char *const[]){"c.org", NULL});
	struct wire_resolver_list list = {.cookie = 9, .version = 6, .names_fd = fd, .n_own = 1};
	struct wire_resolver_upstreams upstreams = {
		.cookie = 9, .n_servers = 1, .servers = {{"127.0.0.1", f->upstreams[1].port}}};
	struct wire_resolver_remove gone = {9};

	add(f, 9, default_list, 1, &f->udp, NULL);
	send_to_resolver(f, RESOLVER_LIST, 0, &wire_resolver_list_layout, &list);
	send_to_resolver(f, RESOLVER_UPSTREAMS, 0, &wire_resolver_upstreams_layout, &upstreams);
	ask(&f->udp, "c.org");
	serve(f->upstreams[1].fd, "c.org", "c.org. 60 A 192.0.2.1");
	receive_allow(f);
	assert_int_equal(f->allow.version, 6);
	assert_int_equal(f->allow.entries[0].index, 0);
	/* a question in progress ends with its set, and the keeper's answer comes too late */
	send_to_resolver(f, RESOLVER_REMOVE, 0, &wire_resolver_remove_layout, &gone);
	send_allowed(f, 0);
	/* the set's own socket is gone when the resolver's copy was the last */
	f->udp.server_fd = close_fd(f->udp.server_fd);
	do {
		struct pollfd pause = {.fd = -1};

		poll(&pause, 1, 10);
		(void)send(f->udp.client_fd, "", 1, 0);
	} while (!is_ready(f->udp.client_fd, POLLERR));
}

static int connect_and_ask(const struct fixture *f)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(f->tcp.server_fd, (struct sockaddr *)&at, &size), 0);
	connect_to(fd, ntohs(at.sin_port));
	make_question("other.org", LDNS_RR_TYPE_A, ID, &question);
	write_frame(fd, &question);
	return fd;
}

/* A set that has as many connections as it may have waits until one ends. */
static void test_connections_of_a_set_are_bounded(void **state)
{
	struct fixture *f = *state;
	int fds[SET_CONNECTIONS_MAX], one_more;

	add(f, 9, default_list, 1, &f->udp, &f->tcp);
	/* the fixture's own connection is the first */
	for (size_t i = 1; i < ARRAY_SIZE(fds); i++) {
		fds[i] = connect_and_ask(f);
		read_frame(fds[i], &received);
	}
	one_more = connect_and_ask(f);
	/* the resolver is not busy: it answers over UDP */
	ask(&f->udp, "other.org");
	assert_code(&f->udp, LDNS_RCODE_REFUSED);
	assert_false(is_ready(one_more, POLLIN));
	close(fds[1]);
	read_frame(one_more, &received);
	assert_int_equal(LDNS_RCODE_WIRE(received.data), LDNS_RCODE_REFUSED);
	close(one_more);
	for (size_t i = 2; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

/* One set asks more than it may, and its name server is silent. Another set is not delayed. */
static void test_flood_of_one_set_does_not_delay_another(void **state)
{
	struct fixture *f = *state;
	struct inside other = open_inside(SOCK_DGRAM);
	struct wire_resolver_upstreams upstreams = {
		.cookie = 10, .n_servers = 1, .servers = {{"127.0.0.1", f->upstreams[1].port}}};

	add(f, 9, default_list, 1, &f->udp, NULL);
	add(f, 10, default_list, 1, &other, NULL);
	send_to_resolver(f, RESOLVER_UPSTREAMS, 0, &wire_resolver_upstreams_layout, &upstreams);
	for (int i = 0; i < 500; i++)
		ask(&f->udp, i % 2 ? "a.org" : "other.org");
	ask(&other, "a.org");
	serve(f->upstreams[1].fd, "a.org", RECORD);
	do
		receive_any(f);
	while (f->message.header->nlmsg_type != RESOLVER_ALLOW);
	send_allowed(f, 0);
	assert_answered(&other);
	close_inside(&other);
}

static void ask_and_serve(struct fixture *f, const struct inside *inside, size_t times)
{
	for (size_t i = 0; i < times; i++) {
		char name[32], record[64];

		/* an equal question would wait for the answer to the first */
		snprintf(name, sizeof(name), "x%zu.b.org", i);
		snprintf(record, sizeof(record), "%s. 60 A 192.0.2.1", name);
		ask(inside, name);
		serve(f->upstreams[0].fd, name, record);
	}
}

/* A set that has the keeper let many addresses through: the request of another one is sent next,
 * before those that the first one has waiting. */
static void test_sets_take_turns_before_the_keeper(void **state)
{
	struct fixture *f = *state;
	struct inside other = open_inside(SOCK_DGRAM);

	add(f, 9, default_list, 1, &f->udp, NULL);
	add(f, 10, default_list, 1, &other, NULL);
	ask_and_serve(f, &f->udp, 2 * RESOLVER_REQUESTS_MAX);
	for (size_t i = 0; i < RESOLVER_REQUESTS_MAX; i++) {
		receive_allow(f);
		assert_int_equal(f->allow.cookie, 9);
	}
	ask_and_serve(f, &other, 1);
	/* the resolver has seen all of this: it answers at once what was asked last */
	ask(&other, "other.org");
	assert_code(&other, LDNS_RCODE_REFUSED);
	receive_any(f);
	assert_int_equal(f->message.header->nlmsg_type, RESOLVER_DENIED);
	assert_false(has_said(f));
	for (uint32_t request = 1; request <= 2; request++) {
		f->message.header->nlmsg_seq = request;
		send_allowed(f, 0);
		receive_allow(f);
	}
	assert_int_equal(f->allow.cookie, 10);
	close_inside(&other);
}

/* If the keeper breaks a rule, the resolver ends, because an old list must not stay in force. */
static void test_resolver_ends_if_the_keeper_breaks_a_rule(void **state)
{
	struct fixture *f = *state;
	struct wire_resolver_list list = {.cookie = 9, .version = 6, .names_fd = -1};
	int status;

	add(f, 9, default_list, 1, &f->udp, NULL);
	send_to_resolver(f, RESOLVER_LIST, 0, &wire_resolver_list_layout, &list);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
	f->ended = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_answer_waits_until_its_addresses_are_let_through, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_group_of_names_has_its_own_servers,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_names_are_forwarded_during_learning,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused_address_is_left_out, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_unlisted_name_is_told_to_the_keeper_only,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_negative_answer_is_passed_on, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_forged_answers_are_ignored, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_next_server_is_asked_if_one_is_silent, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_questions_over_tcp_are_answered, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_list_and_servers_are_replaced, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_connections_of_a_set_are_bounded, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_flood_of_one_set_does_not_delay_another,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sets_take_turns_before_the_keeper, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_resolver_ends_if_the_keeper_breaks_a_rule,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
