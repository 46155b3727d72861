/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-front as a process, with a keeper of the test's own: lists of many pages, for clients that
 * read them, read them late, or did not ask for more than one.
 */
#include "daemon/wire/message.h"
#include "tests/unit/fake-keeper.h"

static void answer_page(struct fake_keeper *keeper, unsigned int page, bool last)
{
	const struct nlmsghdr *header = keeper->message.header;
	static char root[3000];
	struct wire_list cursor = {.after_name = "s"};
	static struct wire_set set;
	char name[NAME_SIZE];

	memset(root, 'r', sizeof(root) - 1);
	root[0] = '/';
	wire_clear(&wire_set_layout, &set);
	set.id = "0123456789abcdef";
	set.state = SET_READY;
	set.name = name;
	set.spec.given = true;
	set.spec.root_path = root;
	wire_begin(&keeper->writer, WIRE_LIST, WIRE_REPLY, header->nlmsg_seq, header->nlmsg_pid);
	for (unsigned int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "s%u", page * 40 + i);
		assert_true(wire_put_item(&keeper->writer, WIRE_ITEM_SET, &wire_set_layout, &set));
	}
	if (!last)
		wire_put(&keeper->writer, &wire_list_layout, &cursor);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
}

/*
 * While a client does not read, the front requests nothing more for it, and other clients are
 * served. When it reads, it gets its whole list, in order.
 */
static void test_slow_reader(void **state)
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

static void test_list_without_more(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_list_without_more),
	};

	return cmocka_run_group_tests(tests, keeper_set_up, keeper_tear_down);
}
