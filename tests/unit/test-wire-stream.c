/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages over a pipe: whole, in pieces, more than fit into the pipe, and garbage. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include "base.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"

struct ends {
	int reading, writing;
	struct wire_inbox inbox;
	struct wire_outbox outbox;
	struct wire_writer writer;
	struct wire_message message;
};

static int set_up(void **state)
{
	static struct ends ends;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	ends.reading = fds[0];
	ends.writing = fds[1];
	assert_int_equal(wire_inbox_init(&ends.inbox), 0);
	assert_int_equal(wire_outbox_init(&ends.outbox), 0);
	assert_int_equal(wire_writer_init(&ends.writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init_stream(&ends.message), 0);
	*state = &ends;
	return 0;
}

static int tear_down(void **state)
{
	struct ends *ends = *state;

	ends->reading = close_fd(ends->reading);
	ends->writing = close_fd(ends->writing);
	wire_inbox_done(&ends->inbox);
	wire_outbox_done(&ends->outbox);
	wire_writer_done(&ends->writer);
	wire_message_done(&ends->message);
	return 0;
}

/* A message of some size, which its number tells. */
static void make(struct ends *ends, uint32_t number)
{
	static char text[PATH_MAX];
	const struct wire_ask ask = {.session = "0123456789abcdef", .process_fd = -1};
	struct wire_spec *spec = calloc(1, sizeof(*spec));

	assert_non_null(spec);
	memset(text, 'a', sizeof(text) - 1);
	wire_clear(&wire_spec_layout, spec);
	for (uint32_t i = 0; i < number % 14; i++)
		spec->mounts[spec->n_mounts++] =
			(struct spec_mount){.type = 1, .target = text, .source_fd = -1};
	wire_begin(&ends->writer, WIRE_GET, 0, number, 7);
	wire_put(&ends->writer, &wire_ask_layout, &ask);
	wire_put_item(&ends->writer, WIRE_ITEM_CREATE, &wire_spec_layout, spec);
	assert_false(ends->writer.overflow);
	free(spec);
}

static void expect(struct ends *ends, uint32_t number)
{
	struct wire_ask ask;

	assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message), 1);
	assert_int_equal(ends->message.header->nlmsg_seq, number);
	assert_true(ends->message.of_front);
	assert_int_equal(wire_decode(&ends->message, &wire_ask_layout, &ask), 0);
	assert_string_equal(ask.session, "0123456789abcdef");
	make(ends, number);
	assert_int_equal(ends->message.header->nlmsg_len, ends->writer.buffer->header.nlmsg_len);
	assert_memory_equal(ends->message.header, ends->writer.buffer,
			    ends->writer.buffer->header.nlmsg_len);
}

/* If the writer is faster than the reader, messages that do not fit come later, in order. */
static void test_messages_come_in_order(void **state)
{
	struct ends *ends = *state;
	uint32_t sent = 0, received = 0;

	while (received < 1000) {
		int r = 0;

		while (sent < 1000 && r == 0) {
			make(ends, sent);
			r = wire_outbox_send(&ends->outbox, &ends->writer, ends->writing);
			sent += r == 0;
		}
		assert_true(r == 0 || r == -EAGAIN);
		do
			expect(ends, received++);
		while (wire_inbox_has_message(&ends->inbox));
		r = wire_outbox_flush(&ends->outbox, ends->writing);
		assert_true(r == 0 || r == -EAGAIN);
	}
	assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message), -EAGAIN);
}

static void test_message_may_come_byte_by_byte(void **state)
{
	struct ends *ends = *state;

	make(ends, 3);
	for (size_t i = 0; i < ends->writer.buffer->header.nlmsg_len; i++) {
		assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message),
				 -EAGAIN);
		assert_false(wire_inbox_has_message(&ends->inbox));
		assert_int_equal(write(ends->writing, ends->writer.buffer->bytes + i, 1), 1);
	}
	expect(ends, 3);
}

static void test_end_after_a_message_is_an_end(void **state)
{
	struct ends *ends = *state;

	make(ends, 1);
	assert_int_equal(wire_outbox_send(&ends->outbox, &ends->writer, ends->writing), 0);
	ends->writing = close_fd(ends->writing);
	expect(ends, 1);
	assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message), 0);
}

static void test_end_within_a_message_is_an_error(void **state)
{
	struct ends *ends = *state;

	make(ends, 1);
	assert_int_equal(write(ends->writing, ends->writer.buffer->bytes, 17), 17);
	ends->writing = close_fd(ends->writing);
	assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message), -EBADMSG);
}

/* Lengths that no message has. */
static void test_impossible_lengths_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, 15, WIRE_STREAM_MAX + 1, UINT32_MAX};
	struct ends *ends = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		const struct nlmsghdr header = {.nlmsg_len = lengths[i]};

		assert_int_equal(write(ends->writing, &header, sizeof(header)), sizeof(header));
		assert_int_equal(wire_inbox_receive(&ends->inbox, ends->reading, &ends->message),
				 -EBADMSG);
		wire_inbox_done(&ends->inbox);
		assert_int_equal(wire_inbox_init(&ends->inbox), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_messages_come_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_message_may_come_byte_by_byte, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_end_after_a_message_is_an_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_end_within_a_message_is_an_error, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_impossible_lengths_are_refused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
