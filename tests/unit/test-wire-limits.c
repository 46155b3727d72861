/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon/wire, attribute by attribute: which attributes are accepted and which are refused; items;
 * and the limits, for writing and for messages from a socket.
 */
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
#include "daemon/wire/tables.h"
#include "tests/unit/wire.h"

/* --- attribute by attribute --- */

struct small {
	bool flag;
	uint32_t number, any;
	uint64_t large;
	int64_t offset;
	const char *text;
	int file_fd;
	struct wire_word words[2];
	size_t n_words;
	struct wire_word word;
};

/* clang-format off */
static LAYOUT(small,
	BOOL(1, small, flag),
	U32(2, small, number, 10),
	U32(3, small, any, 0),
	U64(4, small, large, 1000),
	I64(5, small, offset, 0),
	STRING(6, small, text, 4),
	FD(7, small, file_fd),
	ARRAY(8, small, words, wire_word, 2),
	NESTED(9, small, word, wire_word),
);
/* clang-format on */

/* An attribute's bytes: little endian, as every machine here; its head, then the data. */
#define A(type, length) (char)(length), 0, (char)(type), 0
#define BYTES(...) (const char[]){__VA_ARGS__}, sizeof((const char[]){__VA_ARGS__})

static const struct {
	const char *what;
	const char *bytes;
	size_t size;
	int result;
} attributes[] = {
	{"flag", BYTES(A(1, 5), 1, 0, 0, 0), 0},
	{"flag without value", BYTES(A(1, 4)), -EBADMSG},
	{"flag, false", BYTES(A(1, 5), 0, 0, 0, 0), -EBADMSG},
	{"flag, two", BYTES(A(1, 5), 2, 0, 0, 0), -EBADMSG},
	{"flag, long", BYTES(A(1, 6), 1, 0, 0, 0), -EBADMSG},
	{"flag twice", BYTES(A(1, 5), 1, 0, 0, 0, A(1, 5), 1, 0, 0, 0), -EBADMSG},
	{"flag, without padding at the end", BYTES(A(1, 5), 1), -EBADMSG},
	{"number", BYTES(A(2, 8), 10, 0, 0, 0), 0},
	{"number, zero", BYTES(A(2, 8), 0, 0, 0, 0), -EBADMSG},
	{"number, too large", BYTES(A(2, 8), 11, 0, 0, 0), -EBADMSG},
	{"number, very large", BYTES(A(2, 8), 1, 0, 0, 1), -EBADMSG},
	{"number, short", BYTES(A(2, 7), 1, 0, 0, 0), -EBADMSG},
	{"number, long", BYTES(A(2, 12), 1, 0, 0, 0, 0, 0, 0, 0), -EBADMSG},
	{"number twice", BYTES(A(2, 8), 1, 0, 0, 0, A(2, 8), 1, 0, 0, 0), -EBADMSG},
	{"any number", BYTES(A(3, 8), -1, -1, -1, -1), 0},
	{"large", BYTES(A(4, 12), 1, 0, 0, 0, 0, 0, 0, 0), 0},
	{"large, zero", BYTES(A(4, 12), 0, 0, 0, 0, 0, 0, 0, 0), -EBADMSG},
	{"large, too large", BYTES(A(4, 12), 1, 0, 0, 0, 1, 0, 0, 0), -EBADMSG},
	{"large, short", BYTES(A(4, 8), 1, 0, 0, 0), -EBADMSG},
	{"offset, negative", BYTES(A(5, 12), -1, -1, -1, -1, -1, -1, -1, -1), 0},
	{"text", BYTES(A(6, 9), 'a', 'b', 'c', 'd', 0, 0, 0, 0), 0},
	{"text, empty", BYTES(A(6, 5), 0, 0, 0, 0), -EBADMSG},
	{"text, nothing", BYTES(A(6, 4)), -EBADMSG},
	{"text, too long", BYTES(A(6, 10), 'a', 'b', 'c', 'd', 'e', 0, 0, 0), -EBADMSG},
	{"text without its NUL", BYTES(A(6, 8), 'a', 'b', 'c', 'd'), -EBADMSG},
	{"text with a NUL inside", BYTES(A(6, 8), 'a', 0, 'c', 0), -EBADMSG},
	{"text with two NULs", BYTES(A(6, 7), 'a', 0, 0, 0), -EBADMSG},
	{"file", BYTES(A(7, 8), 0, 0, 0, 0), 0},
	{"file that did not come along", BYTES(A(7, 8), 1, 0, 0, 0), -EBADMSG},
	{"file, far away", BYTES(A(7, 8), -1, -1, -1, -1), -EBADMSG},
	{"file, short", BYTES(A(7, 5), 0, 0, 0, 0), -EBADMSG},
	{"words", BYTES(A(8, 12), A(1, 6), 'a', 0, 0, 0, A(8, 4)), 0},
	{"words, three", BYTES(A(8, 4), A(8, 4), A(8, 4)), -EBADMSG},
	{"word", BYTES(A(9, 12), A(1, 6), 'a', 0, 0, 0), 0},
	{"word without the padding inside", BYTES(A(9, 10), A(1, 6), 'a', 0, 0, 0), -EBADMSG},
	{"word, empty", BYTES(A(9, 4)), 0},
	{"word twice", BYTES(A(9, 4), A(9, 4)), -EBADMSG},
	{"word, unknown attribute inside", BYTES(A(9, 8), A(2, 4)), -EBADMSG},
	{"word, an item inside", BYTES(A(9, 8), 4, 0, 0, 0x10), -EBADMSG},
	{"word, longer inside than outside", BYTES(A(9, 12), A(1, 9), 'a', 'a', 'a', 'a', 0),
	 -EBADMSG},
	{"word, half an attribute inside", BYTES(A(9, 6), 4, 0, 0, 0), -EBADMSG},
	{"an item beside", BYTES(4, 0, 0, 0x10), 0},
	{"attribute 0", BYTES(A(0, 4)), -EBADMSG},
	{"unknown attribute", BYTES(A(10, 4)), -EBADMSG},
	{"length 0", BYTES(A(1, 0), 1, 0, 0, 0), -EBADMSG},
	{"length below its head", BYTES(A(1, 3), 1, 0, 0, 0), -EBADMSG},
	{"length above the message", BYTES(A(1, 9), 1, 0, 0, 0), -EBADMSG},
	{"bytes behind", BYTES(A(1, 5), 1, 0, 0, 0, 0, 0), -EBADMSG},
	{"half a head", BYTES(4, 0), -EBADMSG},
};

static void test_wrong_attributes_are_refused(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		struct wire_message message;
		struct small small;
		int r;

		set_message(&message, attributes[i].bytes, attributes[i].size,
			    open("/dev/null", O_RDONLY | O_CLOEXEC));
		r = wire_decode(&message, &small_layout, &small);
		if (r != attributes[i].result)
			fail_msg("%s: %d", attributes[i].what, r);
		wire_message_done(&message);
	}
}

/* Packed values contain neither descriptors nor items. */
static void test_unpack_refuses_descriptors_and_items(void **state _unused_)
{
	const struct {
		const char *bytes;
		size_t size;
	} rows[] = {{BYTES(A(7, 8), 0, 0, 0, 0)}, {BYTES(4, 0, 0, 0x10)}, {BYTES(A(10, 4))}};
	struct small small;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		void *aligned = malloc(rows[i].size);

		assert_non_null(aligned);
		memcpy(aligned, rows[i].bytes, rows[i].size);
		assert_int_equal(wire_unpack(&small_layout, aligned, rows[i].size, &small),
				 -EBADMSG);
		free(aligned);
	}
}

/* A layout that holds itself, each element behind the one before: only the depth limit ends it. */
struct deep {
	size_t n_inner;
};
static const struct wire_layout deep_layout;
static const struct wire_field deep_fields[] = {
	{
		.attribute = 1,
		.type = WIRE_ARRAY,
		.limit = 1,
		.offset = sizeof(struct deep),
		.layout = &deep_layout,
	},
};
static const struct wire_layout deep_layout = {
	.size = sizeof(struct deep),
	.n = 1,
	.fields = deep_fields,
};

static void test_depth_is_bounded(void **state _unused_)
{
	static const size_t deepest = 6;
	struct deep deep[64];

	for (uint16_t n = 0; n < ARRAY_SIZE(deep); n++) {
		uint16_t *bytes = malloc(4 * n + 1);

		assert_non_null(bytes);
		for (uint16_t i = 0; i < n; i++) {
			bytes[2 * i] = (uint16_t)(4 * (n - i));
			bytes[2 * i + 1] = 1;
		}
		assert_int_equal(wire_unpack(&deep_layout, bytes, 4 * n, deep),
				 n <= deepest ? 0 : -EBADMSG);
		free(bytes);
	}
}

/* --- items --- */

static void test_items_come_in_order(void **state _unused_)
{
	struct wire_count count = {COUNT_USED, "sets", 1}, got;
	struct wire_word word;
	struct wire_status status = {.started = 1, .cgroup = true}, got_status;
	const struct nlattr *at = NULL;
	struct wire_message message;
	struct wire_writer writer;
	size_t n = 0, received = 0;
	int sockets[2];
	uint32_t size;

	make_socket(sockets);
	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&message), 0);
	wire_begin(&writer, WIRE_STATUS, WIRE_REPLY, 1, 1);
	wire_put(&writer, &wire_status_layout, &status);
	while (wire_put_item(&writer, WIRE_ITEM_COUNT, &wire_count_layout, &count))
		count.value = ++n + 1;
	assert_true(n > 1000);
	/* the one that did not fit has left nothing behind */
	size = writer.buffer->header.nlmsg_len;
	assert_true(size <= WIRE_SIZE_MAX && size > WIRE_SIZE_MAX - 64);
	assert_false(wire_put_item(&writer, WIRE_ITEM_COUNT, &wire_count_layout, &count));
	assert_int_equal(writer.buffer->header.nlmsg_len, size);
	assert_int_equal(wire_send(&writer, sockets[0]), 0);
	assert_int_equal(wire_receive(&message, sockets[1]), 1);
	assert_int_equal(wire_decode(&message, &wire_status_layout, &got_status), 0);
	assert_true(got_status.started == 1 && got_status.cgroup);
	while (wire_next_item(&message, WIRE_ITEM_COUNT, &at, &wire_count_layout, &got) == 1) {
		assert_int_equal(got.value, ++received);
		assert_string_equal(got.name, "sets");
	}
	assert_int_equal(received, n);
	at = NULL;
	assert_int_equal(wire_next_item(&message, WIRE_ITEM_SET, &at, &wire_set_layout, NULL), 0);
	at = NULL;
	/* the same bytes, read with another layout */
	assert_int_equal(wire_next_item(&message, WIRE_ITEM_COUNT, &at, &wire_word_layout, &word),
			 -EBADMSG);
	wire_writer_done(&writer);
	wire_message_done(&message);
	close(sockets[0]);
	close(sockets[1]);
}

/* A message that ends within a word is not completed by bytes of an earlier message. */
static void test_item_ends_with_its_message(void **state _unused_)
{
	const char bytes[] = {10, 0, WIRE_ITEM_COUNT & 0xff, WIRE_ITEM_COUNT >> 8, 6, 0, 2, 0, 'a'};
	struct wire_message message;
	const struct nlattr *at = NULL;
	struct wire_count count;

	for (size_t size = 0; size <= sizeof(bytes); size++) {
		set_message(&message, bytes, size, -1);
		at = NULL;
		assert_int_equal(
			wire_next_item(&message, WIRE_ITEM_COUNT, &at, &wire_count_layout, &count),
			0);
		wire_message_done(&message);
	}
}

/* An item whose descriptors do not fit leaves none of them behind. */
static void test_item_without_room_leaves_no_descriptor(void **state _unused_)
{
	struct wire_namespace namespace = {.kind_number = 1, .descriptor_fd = 0};
	struct wire_writer writer;
	size_t n = 0;

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	wire_begin(&writer, WIRE_OPEN, WIRE_REPLY, 1, 1);
	while (wire_put_item(&writer, WIRE_ITEM_NAMESPACE, &wire_namespace_layout, &namespace))
		n++;
	assert_int_equal(n, WIRE_FDS_MAX);
	assert_int_equal(writer.n_fds, WIRE_FDS_MAX);
	assert_false(writer.overflow);
	wire_writer_done(&writer);
}

/* --- limits --- */

static void test_too_large_message_is_refused(void **state _unused_)
{
	static struct wire_spec spec;
	static char targets[SPEC_MOUNTS_MAX][PATH_MAX];
	struct wire_word word = {"a"};
	struct wire_writer writer;
	size_t size = 4711;
	void *packed = &size;
	int sockets[2];

	make_socket(sockets);
	wire_clear(&wire_spec_layout, &spec);
	spec.n_mounts = SPEC_MOUNTS_MAX;
	for (size_t i = 0; i < SPEC_MOUNTS_MAX; i++) {
		memset(targets[i], 'a', PATH_MAX - 1);
		spec.mounts[i] = (struct spec_mount){.target = targets[i], .source_fd = -1};
	}
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &packed, &size), -EMSGSIZE);
	assert_ptr_equal(packed, &size);
	assert_int_equal(size, 4711);

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	wire_begin(&writer, WIRE_CREATE, 0, 1, 1);
	/* a nested attribute cannot be longer than its length can say */
	wire_put(&writer, &wire_create_layout, &(struct wire_create){.spec = spec});
	assert_true(writer.overflow);
	assert_int_equal(wire_send(&writer, sockets[0]), -EMSGSIZE);
	wire_begin(&writer, WIRE_CREATE, 0, 1, 1);
	for (size_t i = 0; i < 2; i++)
		wire_put(&writer, &wire_spec_layout, &spec);
	assert_true(writer.overflow);
	assert_true(writer.buffer->header.nlmsg_len <= WIRE_SIZE_MAX);
	assert_int_equal(wire_send(&writer, sockets[0]), -EMSGSIZE);
	/* the next message is none the worse for it */
	wire_begin(&writer, WIRE_CREATE, 0, 1, 1);
	wire_put(&writer, &wire_word_layout, &word);
	assert_int_equal(wire_send(&writer, sockets[0]), 0);
	wire_writer_done(&writer);
	close(sockets[0]);
	close(sockets[1]);
}

/* Any bytes, received with n_fds descriptors. */
static void send_raw(int socket_fd, const void *data, size_t size, size_t n_fds)
{
	static char control[CMSG_SPACE(sizeof(int) * 253)];
	struct iovec vector = {(void *)data, size};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};

	if (n_fds) {
		struct cmsghdr *head = (struct cmsghdr *)(void *)control;

		memset(control, 0, sizeof(control));
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		*head = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS,
					 .cmsg_len = CMSG_LEN(sizeof(int) * n_fds)};
		for (size_t i = 0; i < n_fds; i++)
			memcpy(CMSG_DATA(head) + i * sizeof(int), &socket_fd, sizeof(int));
	}
	assert_int_equal(sendmsg(socket_fd, &message, MSG_NOSIGNAL), size);
}

static void test_wrong_length_is_refused(void **state _unused_)
{
	static char bytes[WIRE_SIZE_MAX + 4];
	struct nlmsghdr *header = (struct nlmsghdr *)(void *)bytes;
	struct wire_message message;
	const struct {
		const char *what;
		uint32_t length;
		size_t size, n_fds;
		int result;
	} rows[] = {
		{"a head alone", 16, 16, 0, 1},
		{"the largest", WIRE_SIZE_MAX, WIRE_SIZE_MAX, WIRE_FDS_MAX, 1},
		{"too large", WIRE_SIZE_MAX + 4, WIRE_SIZE_MAX + 4, 0, -EBADMSG},
		{"too large, with files", WIRE_SIZE_MAX, WIRE_SIZE_MAX + 4, 3, -EBADMSG},
		{"half a head", 16, 8, 0, -EBADMSG},
		{"one byte", 1, 1, 1, -EBADMSG},
		{"a length of 0", 0, 16, 2, -EBADMSG},
		{"a length below the head", 8, 16, 2, -EBADMSG},
		{"a length above the message", 17, 16, 2, -EBADMSG},
		{"a very large length", UINT32_MAX, 16, 0, -EBADMSG},
		{"one file too many", 16, 16, WIRE_FDS_MAX + 1, -EBADMSG},
		{"as many files as Linux passes", 16, 16, 253, -EBADMSG},
	};
	size_t before;
	int sockets[2];

	make_socket(sockets);
	assert_int_equal(wire_message_init(&message), 0);
	before = count_fds();
	assert_int_equal(wire_receive(&message, sockets[1]), -EAGAIN);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r;

		*header = (struct nlmsghdr){.nlmsg_len = rows[i].length, .nlmsg_type = 16};
		send_raw(sockets[0], bytes, rows[i].size, rows[i].n_fds);
		r = wire_receive(&message, sockets[1]);
		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].what, r);
		if (r == 1)
			assert_int_equal(message.n_fds, rows[i].n_fds);
		else
			assert_int_equal(count_fds(), before);
	}
	/* a descriptor that was not taken is closed by the next message, or at the end */
	assert_int_equal(count_fds(), before);
	*header = (struct nlmsghdr){.nlmsg_len = 16};
	send_raw(sockets[0], bytes, 16, 3);
	assert_int_equal(wire_receive(&message, sockets[1]), 1);
	assert_int_equal(count_fds(), before + 3);
	send_raw(sockets[0], bytes, 16, 1);
	assert_int_equal(wire_receive(&message, sockets[1]), 1);
	assert_int_equal(count_fds(), before + 1);
	close(sockets[0]);
	assert_int_equal(wire_receive(&message, sockets[1]), 0);
	assert_int_equal(count_fds(), before - 1);
	wire_message_done(&message);
	close(sockets[1]);
}

/* A full socket: nothing is sent, and the message can be sent later. */
static void test_message_can_be_sent_again(void **state _unused_)
{
	struct wire_word word = {"a"};
	struct wire_message message;
	struct wire_writer writer;
	int sockets[2], r, n = 0;

	make_socket(sockets);
	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&message), 0);
	wire_begin(&writer, WIRE_CREATE, 0, 1, 1);
	wire_put(&writer, &wire_word_layout, &word);
	while ((r = wire_send(&writer, sockets[0])) == 0)
		n++;
	assert_int_equal(r, -EAGAIN);
	for (int i = 0; i < n; i++)
		assert_int_equal(wire_receive(&message, sockets[1]), 1);
	assert_int_equal(wire_receive(&message, sockets[1]), -EAGAIN);
	assert_int_equal(wire_send(&writer, sockets[0]), 0);
	close(sockets[1]);
	/* not a signal */
	r = wire_send(&writer, sockets[0]);
	assert_true(r == -EPIPE || r == -ECONNRESET);
	close(sockets[0]);
	wire_writer_done(&writer);
	wire_message_done(&message);
}

/* A descriptor can be taken once; then the message does not close it. */
static void test_descriptor_can_be_taken_once(void **state _unused_)
{
	const char bytes[] = {A(7, 8), 0, 0, 0, 0};
	struct wire_message message;
	struct small small;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	set_message(&message, bytes, sizeof(bytes), fd);
	assert_int_equal(wire_decode(&message, &small_layout, &small), 0);
	assert_int_equal(small.file_fd, fd);
	assert_int_equal(wire_take_fd(&message, -1), -1);
	assert_int_equal(wire_take_fd(&message, fd + 1), -1);
	assert_int_equal(wire_take_fd(&message, fd), fd);
	assert_int_equal(wire_take_fd(&message, fd), -1);
	wire_message_done(&message);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_attributes_are_refused),
		cmocka_unit_test(test_unpack_refuses_descriptors_and_items),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_items_come_in_order),
		cmocka_unit_test(test_item_ends_with_its_message),
		cmocka_unit_test(test_item_without_room_leaves_no_descriptor),
		cmocka_unit_test(test_too_large_message_is_refused),
		cmocka_unit_test(test_wrong_length_is_refused),
		cmocka_unit_test(test_message_can_be_sent_again),
		cmocka_unit_test(test_descriptor_can_be_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
