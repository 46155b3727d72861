/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* capture-file.c: the bytes of a pcap file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/kernel/capture-file.h"

#define ADDRESSES "\1\2\3\4\5\6\7\10\11\12\13\14"

/* A record in the making: its frame, and room for a tag. */
struct making {
	struct capture_record record;
	char frame[32];
};

static void test_file_begins_with_a_pcap_header(void **state _unused_)
{
	const struct capture_file file = capture_file_begin();

	assert_int_equal(sizeof(file), 24);
	assert_int_equal(file.magic, 0xa1b23c4d);
	assert_int_equal(file.major, 2);
	assert_int_equal(file.minor, 4);
	assert_int_equal(file.link, 1);
	/* readers refuse a record that is longer than the file allows */
	assert_true(file.snap >= CAPTURE_SNAP + CAPTURE_TAG);
}

static void test_packet_gets_a_record(void **state _unused_)
{
	const struct capture_packet packet = {
		.time = {1700000000, 999999999}, .captured = 16, .length = 1514};
	struct making making = {.frame = ADDRESSES "\x08\x00xy"};
	char before[sizeof(making.frame)];

	memcpy(before, making.frame, sizeof(before));
	assert_int_equal(capture_file_complete((char *)&making, &packet), 16 + 16);
	assert_int_equal(making.record.seconds, 1700000000);
	assert_int_equal(making.record.nanoseconds, 999999999);
	assert_int_equal(making.record.captured, 16);
	assert_int_equal(making.record.length, 1514);
	assert_memory_equal(making.frame, before, sizeof(before));
}

static void test_vlan_tag_is_put_back_into_the_frame(void **state _unused_)
{
	const struct capture_packet packet = {
		.captured = 16, .length = 16, .tagged = true, .protocol = 0x8100, .tag = 0x2007};
	struct making making = {.frame = ADDRESSES "\x08\x00xy"};

	assert_int_equal(capture_file_complete((char *)&making, &packet), 16 + 20);
	assert_int_equal(making.record.captured, 20);
	assert_int_equal(making.record.length, 20);
	assert_memory_equal(making.frame, ADDRESSES "\x81\x00\x20\x07\x08\x00xy", 20);
}

/* A filter may return any length, so less than the addresses may be left. */
static void test_short_frame_is_not_overrun(void **state _unused_)
{
	static const uint32_t sizes[] = {0, 1, 11, 12};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct capture_packet packet = {
			.captured = sizes[i], .length = 60, .tagged = true, .protocol = 0x8100};
		struct making making = {.frame = ADDRESSES};
		uint32_t added = sizes[i] < 12 ? 0 : CAPTURE_TAG;

		assert_int_equal(capture_file_complete((char *)&making, &packet),
				 16 + sizes[i] + added);
		assert_int_equal(making.record.captured, sizes[i] + added);
		assert_int_equal(making.record.length, 60 + added);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_begins_with_a_pcap_header),
		cmocka_unit_test(test_packet_gets_a_record),
		cmocka_unit_test(test_vlan_tag_is_put_back_into_the_frame),
		cmocka_unit_test(test_short_frame_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
