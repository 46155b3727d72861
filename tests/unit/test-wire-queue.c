/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages for which a socket has no room wait in order, with their descriptors, up to a bound. */
#include "daemon/wire/message.h"
#include "tests/unit/wire.h"
#include <fcntl.h>
#include "daemon/wire/layout.h"
#include "daemon/wire/queue.h"

/* More messages than a small socket has room for. Each has a descriptor, and many systems let a
 * process have only 1024 that are open or on their way. */
#define MESSAGES 800
#define SMALL (64 << 10)

struct ends {
	int sockets[2];
	struct wire_queue queue;
	struct wire_writer writer;
	struct wire_message message;
};

static int set_up(void **state)
{
	static struct ends ends;
	const int size = SMALL;

	ends = (struct ends){};
	make_socket(ends.sockets);
	assert_int_equal(setsockopt(ends.sockets[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
			 0);
	assert_int_equal(wire_writer_init(&ends.writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&ends.message), 0);
	*state = &ends;
	return 0;
}

static int tear_down(void **state)
{
	struct ends *ends = *state;

	wire_queue_done(&ends->queue);
	wire_writer_done(&ends->writer);
	wire_message_done(&ends->message);
	close(ends->sockets[0]);
	close(ends->sockets[1]);
	return 0;
}

static int send_numbered(struct ends *ends, uint32_t number)
{
	const struct wire_connection wire = {.socket_fd = ends->sockets[0], .reason = "numbered"};

	wire_begin(&ends->writer, WIRE_CONNECTION, 0, number, 0);
	wire_put(&ends->writer, &wire_connection_layout, &wire);
	return wire_queue_send(&ends->queue, &ends->writer, ends->sockets[0]);
}

static void test_queue_keeps_order_and_descriptors(void **state)
{
	struct ends *ends = *state;
	size_t before = count_fds();

	for (uint32_t number = 0; number < MESSAGES; number++)
		assert_int_equal(send_numbered(ends, number), 0);
	assert_false(wire_queue_is_empty(&ends->queue));
	for (uint32_t number = 0; number < MESSAGES; number++) {
		struct wire_connection wire;
		int r = wire_receive(&ends->message, ends->sockets[1]);

		if (r == -EAGAIN) {
			r = wire_queue_flush(&ends->queue, ends->sockets[0]);
			assert_true(r == 0 || r == -EAGAIN);
			r = wire_receive(&ends->message, ends->sockets[1]);
		}
		assert_int_equal(r, 1);
		assert_int_equal(ends->message.header->nlmsg_seq, number);
		assert_int_equal(wire_decode(&ends->message, &wire_connection_layout, &wire), 0);
		assert_true(wire.socket_fd >= 0);
	}
	wire_message_close_fds(&ends->message);
	assert_true(wire_queue_is_empty(&ends->queue));
	assert_int_equal(ends->queue.size, 0);
	assert_int_equal(count_fds(), before);
}

static void test_queue_is_bounded(void **state)
{
	struct ends *ends = *state;
	size_t before = count_fds();
	int r = 0;

	for (uint32_t number = 0; r == 0; number++) {
		struct wire_set set;

		wire_clear(&wire_set_layout, &set);
		set.id = "0123456789abcdef";
		wire_begin(&ends->writer, WIRE_LIST, WIRE_REPLY, number, 1);
		for (int i = 0; i < 4000; i++)
			assert_true(wire_put_item(&ends->writer, WIRE_ITEM_SET, &wire_set_layout,
						  &set));
		r = wire_queue_send(&ends->queue, &ends->writer, ends->sockets[0]);
		assert_true(ends->queue.size <= WIRE_QUEUE_MAX);
		assert_in_range(number, 0, 1000);
	}
	assert_int_equal(r, -EAGAIN);
	wire_queue_done(&ends->queue);
	assert_true(wire_queue_is_empty(&ends->queue));
	assert_int_equal(count_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_queue_keeps_order_and_descriptors, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_queue_is_bounded, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
