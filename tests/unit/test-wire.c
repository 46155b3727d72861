/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon/wire: every layout goes through a socket and comes back as it was, by values that are made
 * from its own table; every truncation and every flipped bit is refused or harmless.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/wire/message.h"
#include "daemon/wire/tables.h"
#include "daemon/wire/task.h"
#include "tests/unit/wire.h"

#define SEEDS 20
#define STRINGS_SIZE (1 << 20)

static const struct {
	const char *name;
	const struct wire_layout *layout;
} layouts[] = {
	{"connection", &wire_connection_layout},
	{"lane", &wire_lane_layout},
	{"failure", &wire_failure_layout},
	{"spec", &wire_spec_layout},
	{"create", &wire_create_layout},
	{"ask", &wire_ask_layout},
	{"list", &wire_list_layout},
	{"command", &wire_command_layout},
	{"exec", &wire_exec_layout},
	{"run", &wire_run_layout},
	{"namespace", &wire_namespace_layout},
	{"set", &wire_set_layout},
	{"session", &wire_session_layout},
	{"process", &wire_process_layout},
	{"status", &wire_status_layout},
	{"count", &wire_count_layout},
	{"word", &wire_word_layout},
	{"task ready", &task_ready_layout},
	{"task create", &task_create_layout},
	{"task remove", &task_remove_layout},
	{"task start", &task_start_layout},
	{"task inspect", &task_inspect_layout},
	{"task front", &task_front_layout},
	{"task processes", &task_processes_layout},
};

/* --- values made from a table --- */

static uint64_t random_state;
static char strings[STRINGS_SIZE];
static size_t strings_used;
static int made_fds[WIRE_FDS_MAX];
static size_t n_made_fds;

static uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void seed(uint64_t number)
{
	random_state = number * 0x9e3779b97f4a7c15 + 1;
	strings_used = 0;
}

static void close_made_fds(void)
{
	while (n_made_fds > 0)
		close(made_fds[--n_made_fds]);
}

static const char *make_string(size_t limit)
{
	/* now and then as long as it may be */
	size_t size = 1 + random_number() % MIN(limit, (size_t)40);
	char *text = strings + strings_used;

	if (random_number() % 8 == 0)
		size = limit;
	assert_true(strings_used + size + 1 <= STRINGS_SIZE);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(1 + random_number() % 255);
	text[size] = '\0';
	strings_used += size + 1;
	return text;
}

static int make_fd(void)
{
	int fd = memfd_create("test-wire", MFD_CLOEXEC);

	assert_true(fd >= 0 && n_made_fds < WIRE_FDS_MAX);
	made_fds[n_made_fds++] = fd;
	return fd;
}

/* sparse: some members stay as they are. Without fds: none of those. */
static void fill(const struct wire_layout *layout, char *value, bool sparse, bool fds)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];
		void *at = value + field->offset;
		uint64_t limit = field->limit ? field->limit : UINT64_MAX;
		size_t n;

		if (sparse && random_number() % 3 == 0)
			continue;
		switch (field->type) {
		case WIRE_BOOL:
			*(bool *)at = true;
			break;
		case WIRE_U32:
			limit = MIN(limit, (uint64_t)UINT32_MAX);
			*(uint32_t *)at = (uint32_t)(1 + random_number() % limit);
			break;
		case WIRE_U64:
		case WIRE_I64:
			*(uint64_t *)at = 1 + random_number() % limit;
			break;
		case WIRE_STRING:
			*(const char **)at = make_string(field->limit);
			break;
		case WIRE_FD:
			if (fds)
				*(int *)at = make_fd();
			break;
		case WIRE_HANDLE:
		case WIRE_PROCESS:
			/* an index, as in the keeper */
			if (fds)
				*(int *)at = (int)(random_number() % WIRE_FDS_MAX);
			break;
		case WIRE_NESTED:
			fill(field->layout, at, sparse, fds);
			break;
		default:
			n = 1 + random_number() % MIN(field->limit, (uint64_t)3);
			*(size_t *)(void *)(value + field->count_offset) = n;
			for (size_t j = 0; j < n; j++) {
				wire_clear(field->layout, (char *)at + j * field->layout->size);
				fill(field->layout, (char *)at + j * field->layout->size, sparse,
				     fds);
			}
		}
	}
}

static void *make(const struct wire_layout *layout, uint64_t number, bool fds)
{
	void *value = malloc(layout->size);

	assert_non_null(value);
	seed(number);
	wire_clear(layout, value);
	fill(layout, value, number % 2, fds);
	return value;
}

static bool same_file(int a, int b)
{
	struct stat st_a, st_b;

	if (a < 0 || b < 0)
		return a < 0 && b < 0;
	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 && st_a.st_ino == st_b.st_ino &&
	       st_a.st_dev == st_b.st_dev;
}

static bool same(const struct wire_layout *layout, const char *a, const char *b);

static bool same_field(const struct wire_field *field, const char *a, const char *b)
{
	const void *at_a = a + field->offset, *at_b = b + field->offset;
	const char *text_a, *text_b;
	size_t n;

	switch (field->type) {
	case WIRE_BOOL:
		return *(const bool *)at_a == *(const bool *)at_b;
	case WIRE_U32:
		return *(const uint32_t *)at_a == *(const uint32_t *)at_b;
	case WIRE_U64:
	case WIRE_I64:
		return *(const uint64_t *)at_a == *(const uint64_t *)at_b;
	case WIRE_STRING:
		text_a = *(const char *const *)at_a;
		text_b = *(const char *const *)at_b;
		return text_a && text_b ? strcmp(text_a, text_b) == 0 : text_a == text_b;
	case WIRE_FD:
		return same_file(*(const int *)at_a, *(const int *)at_b);
	case WIRE_HANDLE:
	case WIRE_PROCESS:
		return *(const int *)at_a == *(const int *)at_b;
	case WIRE_NESTED:
		return same(field->layout, at_a, at_b);
	default:
		n = *(const size_t *)(const void *)(a + field->count_offset);
		if (n != *(const size_t *)(const void *)(b + field->count_offset))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!same(field->layout, (const char *)at_a + i * field->layout->size,
				  (const char *)at_b + i * field->layout->size))
				return false;
		return true;
	}
}

static bool same(const struct wire_layout *layout, const char *a, const char *b)
{
	for (size_t i = 0; i < layout->n; i++)
		if (!same_field(&layout->fields[i], a, b))
			return false;
	return true;
}

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

static void test_tables(void **state _unused_)
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

static void test_round_trip(void **state _unused_)
{
	size_t before = count_fds();
	struct wire_message message;
	struct wire_writer writer;
	int sockets[2];

	make_socket(sockets);
	assert_int_equal(wire_writer_init(&writer), 0);
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

/* One value, one encoding: whatever was in the buffer before, and again after decoding. */
static void test_pack(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct wire_layout *layout = layouts[i].layout;

		for (uint64_t number = 0; number < SEEDS; number++) {
			char *value = make(layout, number, false), *got = malloc(layout->size);
			void *first, *second;
			size_t first_size, second_size;
			char *dirt = malloc(WIRE_SIZE_MAX);

			assert_true(got && dirt);
			/* what wire_pack() gets from malloc() next */
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

/* The same in a writer that has written something else before: no byte of that goes along. */
static void test_reused_writer(void **state _unused_)
{
	struct wire_word word = {"ab"};
	struct wire_writer writer;
	char clean[64];
	size_t size;

	assert_int_equal(wire_writer_init(&writer), 0);
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

/* Nothing said: nothing written, and read as nothing. Empty strings count as absent. */
static void test_nothing(void **state _unused_)
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

/* --- damage --- */

/* What is taken from damaged bytes must hold together: it can be written again. */
static int decode_damaged(const struct wire_layout *layout, const void *payload, size_t size,
			  char *got)
{
	struct wire_message message;
	struct wire_writer writer;
	int r;

	set_message(&message, payload, size, -1);
	r = wire_decode(&message, layout, got);
	assert_true(r == 0 || r == -EBADMSG);
	if (r == 0) {
		assert_int_equal(wire_writer_init(&writer), 0);
		wire_begin(&writer, 1, 0, 0, 0);
		wire_put(&writer, layout, got);
		assert_false(writer.overflow);
		wire_writer_done(&writer);
	}
	wire_message_done(&message);
	return r;
}

static void test_truncated(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct wire_layout *layout = layouts[i].layout;
		char *value = make(layout, 2, false), *got = malloc(layout->size);
		size_t size, accepted = 0;
		char *packed;

		assert_non_null(got);
		assert_int_equal(wire_pack(layout, value, (void **)&packed, &size), 0);
		for (size_t n = 0; n < size; n++)
			accepted += decode_damaged(layout, packed, n, got) == 0;
		/* only where an attribute ends may a message end */
		assert_true(size == 0 || accepted * 8 <= size);
		free(packed);
		free(value);
		free(got);
	}
}

static void test_flipped(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct wire_layout *layout = layouts[i].layout;
		char *value = make(layout, 3, false), *got = malloc(layout->size);
		size_t size, steps;
		char *packed;

		assert_non_null(got);
		assert_int_equal(wire_pack(layout, value, (void **)&packed, &size), 0);
		/* long strings inside: not each byte of them */
		steps = 1 + size / 2000;
		for (size_t at = 0; at < size; at += at < 2000 ? 1 : steps) {
			for (int bit = 0; bit < 8; bit++) {
				packed[at] = (char)(packed[at] ^ 1 << bit);
				(void)decode_damaged(layout, packed, size, got);
				packed[at] = (char)(packed[at] ^ 1 << bit);
			}
			for (int byte = 0; byte < 2; byte++) {
				char was = packed[at];

				packed[at] = (char)(byte ? 0xff : 0);
				(void)decode_damaged(layout, packed, size, got);
				packed[at] = was;
			}
		}
		free(packed);
		free(value);
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),	cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_pack),	cmocka_unit_test(test_reused_writer),
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
