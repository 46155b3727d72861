/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.c: streams of messages, split at every byte, at every pair of bytes, and byte by byte; the
 * limit to the byte.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "protocol/frame.h"

#define MESSAGES_MAX 8

struct row {
	const char *bytes;
	size_t n;
	size_t n_messages;
	const char *messages[MESSAGES_MAX];
	const char *rest; /* the bytes of the next message that have arrived */
};

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct row rows[] = {
	{BYTES(""), 0, {NULL}, ""},
	{BYTES("\0"), 1, {""}, ""},
	{BYTES("\0\0\0"), 3, {"", "", ""}, ""},
	{BYTES("abc"), 0, {NULL}, "abc"},
	{BYTES("abc\0"), 1, {"abc"}, ""},
	{BYTES("abc\0d"), 1, {"abc"}, "d"},
	{BYTES("a\0bc\0\0def\0g"), 4, {"a", "bc", "", "def"}, "g"},
	{BYTES("{\"method\":\"a.b.C\"}\0{\"method\":\"a.b.D\"}\0"),
	 2,
	 {"{\"method\":\"a.b.C\"}", "{\"method\":\"a.b.D\"}"},
	 ""},
};

struct reader {
	struct frame frame;
	size_t n_messages;
};

/* Feeds n bytes, and holds each message that they complete against the row. */
static void feed(struct reader *reader, const struct row *row, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t taken = SIZE_MAX;

		assert_int_equal(frame_feed(&reader->frame, bytes, n, &taken), 0);
		assert_in_range(taken, 1, n);
		bytes += taken;
		n -= taken;
		if (!reader->frame.complete) {
			assert_int_equal(n, 0);
			return;
		}
		assert_true(reader->n_messages < row->n_messages);
		assert_string_equal(reader->frame.data, row->messages[reader->n_messages]);
		assert_int_equal(reader->frame.used, strlen(row->messages[reader->n_messages]));
		reader->n_messages++;
		/* complete, it takes nothing */
		assert_int_equal(frame_feed(&reader->frame, "x", 1, &taken), 0);
		assert_int_equal(taken, 0);
		frame_next(&reader->frame);
	}
}

static void check_splits(const struct row *row, size_t first, size_t second, size_t step)
{
	struct reader reader = {.n_messages = 0};

	frame_init(&reader.frame, 64);
	feed(&reader, row, row->bytes, first);
	feed(&reader, row, row->bytes + first, second - first);
	for (size_t i = second; i < row->n; i += step)
		feed(&reader, row, row->bytes + i, MIN(step, row->n - i));
	assert_int_equal(reader.n_messages, row->n_messages);
	assert_int_equal(reader.frame.used, strlen(row->rest));
	assert_false(reader.frame.complete);
	if (reader.frame.used > 0)
		assert_memory_equal(reader.frame.data, row->rest, reader.frame.used);
	frame_done(&reader.frame);
}

static void test_stream_may_be_split_anywhere(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_splits(&rows[i], 0, 0, 1);
		for (size_t first = 0; first <= rows[i].n; first++)
			for (size_t second = first; second <= rows[i].n; second++)
				check_splits(&rows[i], first, second, SIZE_MAX / 2);
	}
}

static void test_empty_feed_does_nothing(void **state _unused_)
{
	struct frame frame;
	size_t taken = SIZE_MAX;

	frame_init(&frame, 10);
	assert_int_equal(frame_feed(&frame, NULL, 0, &taken), 0);
	assert_int_equal(taken, 0);
	assert_null(frame.data);
	frame_next(&frame);
	frame_done(&frame);
	frame_done(&frame);
}

static void test_limit_holds_to_the_byte(void **state _unused_)
{
	static const struct {
		size_t limit, part, rest; /* rest: of the second feed; its NUL comes behind */
		int first, second;
	} limits[] = {
		{10, 10, 0, 0, 0},
		{10, 4, 6, 0, 0},
		{10, 4, 7, 0, FRAME_TOO_LONG},
		{10, 10, 1, 0, FRAME_TOO_LONG},
		{10, 11, 0, FRAME_TOO_LONG, 0},
		{0, 0, 0, 0, 0},
		{0, 0, 1, 0, FRAME_TOO_LONG},
		{1024, 1024, 0, 0, 0},
		{1024, 1023, 1, 0, 0},
	};
	char bytes[2048];

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct frame frame;
		size_t taken = 77;

		memset(bytes, 'x', sizeof(bytes));
		frame_init(&frame, limits[i].limit);
		assert_int_equal(frame_feed(&frame, bytes, limits[i].part, &taken),
				 limits[i].first);
		if (limits[i].first == 0) {
			assert_int_equal(taken, limits[i].part);
			taken = 77;
			bytes[limits[i].rest] = '\0';
			assert_int_equal(frame_feed(&frame, bytes, limits[i].rest + 1, &taken),
					 limits[i].second);
		}
		if (limits[i].first || limits[i].second) {
			assert_int_equal(taken, 77);
			assert_false(frame.complete);
		} else {
			assert_true(frame.complete);
			assert_int_equal(frame.used, limits[i].part + limits[i].rest);
		}
		frame_done(&frame);
	}
}

static void test_refused_before_allocated(void **state _unused_)
{
	struct frame frame;
	size_t taken;
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	frame_init(&frame, sizeof(bytes) - 1);
	assert_int_equal(frame_feed(&frame, bytes, sizeof(bytes), &taken), FRAME_TOO_LONG);
	assert_null(frame.data);
	assert_int_equal(frame.size, 0);
	frame_done(&frame);
}

static void test_largest_message_is_accepted(void **state _unused_)
{
	struct frame frame;
	size_t taken, grown = 0, size = 0;
	char bytes[1021];

	memset(bytes, 'x', sizeof(bytes));
	/* a limit above the largest is the largest */
	frame_init(&frame, SIZE_MAX);
	while (frame.used < FRAME_SIZE_MAX) {
		size_t n = MIN(sizeof(bytes), FRAME_SIZE_MAX - frame.used);

		assert_int_equal(frame_feed(&frame, bytes, n, &taken), 0);
		assert_int_equal(taken, n);
		grown += frame.size != size;
		size = frame.size;
	}
	assert_in_range(grown, 2, 16);
	assert_int_equal(frame_feed(&frame, "x", 1, &taken), FRAME_TOO_LONG);
	assert_int_equal(frame_feed(&frame, "", 1, &taken), 0);
	assert_true(frame.complete);
	assert_int_equal(strlen(frame.data), FRAME_SIZE_MAX);

	/* large buffers are given back, small ones kept */
	frame_next(&frame);
	assert_null(frame.data);
	assert_int_equal(frame.limit, FRAME_SIZE_MAX);
	assert_int_equal(frame_feed(&frame, "ab", 3, &taken), 0);
	assert_string_equal(frame.data, "ab");
	frame_next(&frame);
	assert_non_null(frame.data);
	assert_int_equal(frame.used, 0);
	assert_false(frame.complete);
	frame_done(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_may_be_split_anywhere),
		cmocka_unit_test(test_empty_feed_does_nothing),
		cmocka_unit_test(test_limit_holds_to_the_byte),
		cmocka_unit_test(test_refused_before_allocated),
		cmocka_unit_test(test_largest_message_is_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
