/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon/wire: every layout's table is whole, and values that are made from it go through a socket
 * and come back as they were.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>

#include "base.h"
#include "daemon/wire/message.h"
#include "tests/unit/wire.h"
#include "tests/unit/wire-values.h"

#define SEEDS 20

/* --- the tables --- */

static size_t size_of(const struct wire_field *field)
{
	switch (field->type) {
	case WIRE_BOOL:
		return sizeof(bool);
	case WIRE_U32:
		return sizeof(uint32_t);
	case WIRE_U64:
	case WIRE_I64:
		return sizeof(uint64_t);
	case WIRE_STRING:
		return sizeof(char *);
	case WIRE_FD:
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return sizeof(int);
	case WIRE_NESTED:
		return field->layout->size;
	default:
		return field->limit * field->layout->size;
	}
}

/*
 * No row twice, none on top of another, and no member without a row: that one would be lost on the
 * way without a word. covered has one byte for each of the struct's. Padding never begins where
 * eight bytes do, so four uncovered ones there are a member.
 */
static void check_table(const char *name, const struct wire_layout *layout)
{
	char *covered = calloc(1, layout->size);

	assert_non_null(covered);
	assert_true(layout->n <= 64);
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];

		assert_in_range(field->attribute, 1, WIRE_ITEM - 1);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(field->attribute, layout->fields[j].attribute);
		assert_true(field->offset + size_of(field) <= layout->size);
		for (size_t at = 0; at < size_of(field); at++) {
			if (covered[field->offset + at])
				fail_msg("%s: attribute %u lies on another", name,
					 field->attribute);
			covered[field->offset + at] = 1;
		}
		if (field->type == WIRE_ARRAY)
			memset(covered + field->count_offset, 1, sizeof(size_t));
		if (field->type == WIRE_ARRAY || field->type == WIRE_NESTED)
			check_table(name, field->layout);
		if (field->type == WIRE_STRING || field->type == WIRE_ARRAY)
			assert_true(field->limit > 0);
	}
	for (size_t at = 0; at + 4 <= layout->size; at += 8)
		if (memcmp(covered + at, "\0\0\0", 4) == 0)
			fail_msg("%s: the member at offset %zu has no row", name, at);
	free(covered);
}

static void test_tables_of_layouts_are_whole(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		check_table(layouts[i].name, layouts[i].layout);
}

/* --- through a socket --- */

static void check_round_trip(size_t i, uint64_t number, struct wire_writer *writer,
			     struct wire_message *message, const int sockets[2])
{
	const struct wire_layout *layout = layouts[i].layout;
	char *value = make(layout, number, true), *got = malloc(layout->size);

	assert_non_null(got);
	wire_begin(writer, WIRE_EXEC, WIRE_REPLY | WIRE_CONTINUES, 4711, UINT32_MAX);
	wire_put(writer, layout, value);
	assert_int_equal(wire_send(writer, sockets[0]), 0);
	assert_int_equal(wire_receive(message, sockets[1]), 1);
	assert_int_equal(message->header->nlmsg_type, WIRE_EXEC);
	assert_int_equal(message->header->nlmsg_flags, WIRE_REPLY | WIRE_CONTINUES);
	assert_int_equal(message->header->nlmsg_seq, 4711);
	assert_int_equal(message->header->nlmsg_pid, UINT32_MAX);
	assert_int_equal(message->n_fds, n_made_fds);
	for (size_t j = 0; j < message->n_fds; j++)
		assert_true(fcntl(message->fds[j], F_GETFD) & FD_CLOEXEC);
	memset(got, 0xa5, layout->size);
	if (wire_decode(message, layout, got) != 0 || !same(layout, value, got))
		fail_msg("%s, number %lu: is not what was sent", layouts[i].name,
			 (unsigned long)number);
	close_made_fds();
	free(value);
	free(got);
}

static void test_values_come_back_as_they_were(void **state _unused_)
{
	size_t before = count_fds();
	struct wire_message message;
	struct wire_writer writer;
	int sockets[2];

	make_socket(sockets);
	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&message), 0);
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		for (uint64_t number = 0; number < SEEDS; number++)
			check_round_trip(i, number, &writer, &message, sockets);
	wire_message_done(&message);
	wire_message_done(&message);
	wire_writer_done(&writer);
	wire_writer_done(&writer);
	close(sockets[0]);
	close(sockets[1]);
	assert_int_equal(count_fds(), before);
}

/* A value has one encoding, whatever the buffer contained before, and also after decoding. */
static void test_value_has_one_encoding(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct wire_layout *layout = layouts[i].layout;

		for (uint64_t number = 0; number < SEEDS; number++) {
			char *value = make(layout, number, false), *got = malloc(layout->size);
			void *first, *second;
			size_t first_size, second_size;
			char *dirt = malloc(WIRE_SIZE_MAX);

			assert_true(got && dirt);
			/* the memory that wire_pack() will get from malloc() */
			memset(dirt, 0x5a, WIRE_SIZE_MAX);
			free(dirt);
			assert_int_equal(wire_pack(layout, value, &first, &first_size), 0);
			assert_int_equal(wire_unpack(layout, first, first_size, got), 0);
			assert_true(same(layout, value, got));
			assert_int_equal(wire_pack(layout, got, &second, &second_size), 0);
			if (first_size != second_size || memcmp(first, second, first_size) != 0)
				fail_msg("%s, number %lu: two encodings", layouts[i].name,
					 (unsigned long)number);
			free(first);
			free(second);
			free(value);
			free(got);
		}
	}
}

/* A writer that has written another message before writes the same bytes. */
static void test_reused_writer_leaves_no_old_bytes(void **state _unused_)
{
	struct wire_word word = {"ab"};
	struct wire_writer writer;
	char clean[64];
	size_t size;

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	memset(writer.buffer, 0, sizeof(*writer.buffer));
	wire_begin(&writer, 1, 0, 0, 0);
	wire_put(&writer, &wire_word_layout, &word);
	size = writer.buffer->header.nlmsg_len;
	assert_true(size <= sizeof(clean));
	memcpy(clean, writer.buffer, size);
	memset(writer.buffer, 0xff, sizeof(*writer.buffer));
	wire_begin(&writer, 1, 0, 0, 0);
	wire_put(&writer, &wire_word_layout, &word);
	assert_int_equal(writer.buffer->header.nlmsg_len, size);
	assert_memory_equal(clean, writer.buffer, size);
	wire_writer_done(&writer);
}

/* An empty value is written as nothing, and read back as empty. Empty strings count as absent. */
static void test_empty_value_is_written_as_nothing(void **state _unused_)
{
	struct wire_count empty = {.name = ""};

	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct wire_layout *layout = layouts[i].layout;
		char *value = malloc(layout->size), *got = malloc(layout->size);
		size_t size;
		void *packed;

		assert_true(value && got);
		memset(got, 0xa5, layout->size);
		wire_clear(layout, value);
		assert_int_equal(wire_pack(layout, value, &packed, &size), 0);
		assert_int_equal(size, 0);
		assert_int_equal(wire_unpack(layout, packed, size, got), 0);
		assert_true(same(layout, value, got));
		for (size_t j = 0; j < layout->n; j++)
			if (layout->fields[j].type == WIRE_FD)
				assert_int_equal(*(int *)(void *)(got + layout->fields[j].offset),
						 -1);
		free(packed);
		free(value);
		free(got);
	}
	{
		size_t size;
		void *packed;

		assert_int_equal(wire_pack(&wire_count_layout, &empty, &packed, &size), 0);
		assert_int_equal(size, 0);
		free(packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_of_layouts_are_whole),
		cmocka_unit_test(test_values_come_back_as_they_were),
		cmocka_unit_test(test_value_has_one_encoding),
		cmocka_unit_test(test_reused_writer_leaves_no_old_bytes),
		cmocka_unit_test(test_empty_value_is_written_as_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
