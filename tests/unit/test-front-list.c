/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-front as a process, with a keeper of the test's own: lists of many pages, for clients that
 * read them, read them late, or did not ask for more than one.
 */
#include "daemon/wire/message.h"
#include "tests/unit/fake-keeper.h"

static bool put_summary(struct fake_keeper *keeper, const char *name)
{
	static struct wire_summary summary;

	wire_clear(&wire_summary_layout, &summary);
	summary.name = name;
	summary.state = SET_READY;
	return wire_put_item(&keeper->writer, WIRE_ITEM_SUMMARY, &wire_summary_layout, &summary);
}

static bool put_set(struct fake_keeper *keeper, const char *name)
{
	static char root[3000];
	static struct wire_set set;

	memset(root, 'r', sizeof(root) - 1);
	root[0] = '/';
	wire_clear(&wire_set_layout, &set);
	set.id = "0123456789abcdef";
	set.state = SET_READY;
	set.name = name;
	set.spec.given = true;
	set.spec.root_path = root;
	return wire_put_item(&keeper->writer, WIRE_ITEM_SET, &wire_set_layout, &set);
}

/* Answers the request that was received, a List, with 40 sets. */
static void answer_page(struct fake_keeper *keeper, unsigned int page, bool last)
{
	const struct nlmsghdr *header = keeper->message.header;
	struct wire_list cursor = {.after_name = "s"}, asked;
	char name[NAME_SIZE];

	assert_int_equal(wire_decode(&keeper->message, &wire_list_layout, &asked), 0);
	wire_begin(&keeper->writer, WIRE_LIST, WIRE_REPLY, header->nlmsg_seq, header->nlmsg_pid);
	for (unsigned int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "s%u", page * 40 + i);
		assert_true(asked.summary ? put_summary(keeper, name) : put_set(keeper, name));
	}
	if (!last)
		wire_put(&keeper->writer, &wire_list_layout, &cursor);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
}

/*
 * While a client does not read, the front requests nothing more for it, and other clients are
 * served. When it reads, it gets its whole list, in order.
 */
static void test_slow_reader_gets_its_list_and_delays_nobody(void **state)
{
	static const unsigned int pages = 40;
	struct fake_keeper *keeper = *state;
	int slow = keeper_connect(keeper, 13, SCOPE_FULL, NULL);
	int other = keeper_connect(keeper, 14, SCOPE_FULL, NULL);
	unsigned int asked = 0, read = 0, unread = 0;

	client_send(slow, "{\"method\":\"org.nsctl.List\",\"more\":true}");
	for (;;) {
		keeper_receive(keeper, WIRE_LIST, 13);
		answer_page(keeper, asked++, false);
		/* the other's answer comes behind the page: by then the front has asked, or will
		 * not */
		client_send(other, GET_INFO);
		client_expect_info(other);
		if (!is_ready(keeper->requests_fd, POLLIN))
			break;
	}
	/* The client's socket holds about 200 KiB, and a page has about 120 KiB. More pages would
	 * mean that the front keeps them in its memory. */
	assert_in_range(asked, 1, 10);
	unread = asked;
	for (bool more = true; more; read++) {
		struct client_reply reply;
		char name[NAME_SIZE];

		if (unread == 0) {
			keeper_receive(keeper, WIRE_LIST, 13);
			answer_page(keeper, asked, asked + 1 == pages);
			asked++;
			unread++;
		}
		client_receive(slow, &reply);
		unread--;
		(void)snprintf(name, sizeof(name), "s%u", read * 40);
		assert_string_equal(
			json_string_value(json_object_get(
				json_array_get(json_object_get(reply.message.parameters, "sets"),
					       0),
				"name")),
			name);
		more = reply.message.continues;
		client_reply_done(&reply);
	}
	assert_int_equal(read, pages);
	keeper_close_client(keeper, slow, 13);
	keeper_close_client(keeper, other, 14);
}

static void test_list_of_many_pages_needs_more(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 15, SCOPE_FULL, NULL);
	struct client_reply reply;

	client_send(fd, "{\"method\":\"org.nsctl.List\"}");
	keeper_receive(keeper, WIRE_LIST, 15);
	answer_page(keeper, 0, false);
	client_expect(fd, "{\"error\":\"org.varlink.service.ExpectedMore\",\"parameters\":{}}");
	client_send(fd, "{\"method\":\"org.nsctl.List\",\"parameters\":{\"summary\":true}}");
	keeper_receive(keeper, WIRE_LIST, 15);
	answer_page(keeper, 0, true);
	client_receive(fd, &reply);
	assert_int_equal(json_array_size(json_object_get(reply.message.parameters, "sets")), 0);
	assert_int_equal(json_array_size(json_object_get(reply.message.parameters, "summaries")),
			 40);
	client_reply_done(&reply);
	keeper_close_client(keeper, fd, 15);
}

/* --- metrics --- */

#define METRICS "{\"method\":\"io.systemd.Metrics."

/* Reads the next reply, which must be a metric (or family) with this name. Returns whether others
 * follow. */
static bool expect_metric(int fd, const char *name)
{
	struct client_reply reply;
	bool continues;

	client_receive(fd, &reply);
	assert_null(reply.message.error);
	assert_string_equal(json_string_value(json_object_get(reply.message.parameters, "name")),
			    name);
	continues = reply.message.continues;
	client_reply_done(&reply);
	return continues;
}

static void answer_status(struct fake_keeper *keeper)
{
	const struct nlmsghdr *header = keeper->message.header;
	const struct wire_status status = {.started = 1500000};
	const struct wire_count count = {COUNT_USED, "sets", 80};

	wire_begin(&keeper->writer, WIRE_STATUS, WIRE_REPLY, header->nlmsg_seq, header->nlmsg_pid);
	wire_put(&keeper->writer, &wire_status_layout, &status);
	assert_true(wire_put_item(&keeper->writer, WIRE_ITEM_COUNT, &wire_count_layout, &count));
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
}

/* Metrics of the daemon come first, then those of each page of sets, then the number of sets. */
static void test_metrics_come_in_order(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 16, SCOPE_FULL, NULL);
	struct wire_list asked;

	client_send(fd, METRICS "List\",\"more\":true}");
	keeper_receive(keeper, WIRE_STATUS, 16);
	answer_status(keeper);
	assert_true(expect_metric(fd, "org.nsctl.start_time_seconds"));
	assert_true(expect_metric(fd, "org.nsctl.used"));
	for (unsigned int page = 0; page < 2; page++) {
		keeper_receive(keeper, WIRE_LIST, 16);
		assert_int_equal(wire_decode(&keeper->message, &wire_list_layout, &asked), 0);
		assert_true(asked.all_owners && asked.summary && asked.usage);
		assert_int_equal(asked.after_name != NULL, page > 0);
		answer_page(keeper, page, page == 1);
		/* no cgroup tells of memory and time */
		for (unsigned int i = 0; i < 40; i++) {
			assert_true(expect_metric(fd, "org.nsctl.set_state"));
			assert_true(expect_metric(fd, "org.nsctl.set_processes"));
		}
	}
	client_expect(fd, "{\"parameters\":{\"name\":\"org.nsctl.sets\",\"value\":80}}");
	keeper_close_client(keeper, fd, 16);
}

/* Calls that the front answers or refuses without the keeper. */
static void test_front_answers_and_refuses_by_itself(void **state)
{
	int fd = keeper_connect(*state, 17, SCOPE_CONFINED, "a filter");
	unsigned int n = 0;
	struct client_reply reply;
	bool continues = true;

	client_send(fd, METRICS "Describe\",\"more\":true}");
	for (; continues; n++) {
		client_receive(fd, &reply);
		continues = reply.message.continues;
		assert_true(json_is_string(json_object_get(reply.message.parameters, "type")));
		client_reply_done(&reply);
	}
	assert_int_equal(n, 9);
	client_send(fd, METRICS "Describe\"}");
	client_expect(fd, "{\"error\":\"org.varlink.service.ExpectedMore\",\"parameters\":{}}");
	client_send(fd, METRICS "Other\",\"more\":true}");
	client_expect(fd, "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{"
			  "\"method\":\"io.systemd.Metrics.Other\"}}");
	client_send(fd, METRICS "List\",\"more\":true,\"parameters\":{\"a\":1}}");
	client_expect(fd, "{\"error\":\"org.varlink.service.InvalidParameter\","
			  "\"parameters\":{\"parameter\":\"a\"}}");
	client_send(fd, METRICS "List\",\"more\":true}");
	client_expect(fd, "{\"error\":\"org.nsctl.NotPermitted\",\"parameters\":{"
			  "\"what\":\"io.systemd.Metrics.List\",\"reason\":\"a filter\"}}");
	keeper_close_client(*state, fd, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metrics_come_in_order),
		cmocka_unit_test(test_front_answers_and_refuses_by_itself),
		cmocka_unit_test(test_slow_reader_gets_its_list_and_delays_nobody),
		cmocka_unit_test(test_list_of_many_pages_needs_more),
	};

	return cmocka_run_group_tests(tests, keeper_set_up, keeper_tear_down);
}
