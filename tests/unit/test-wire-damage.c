/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* daemon/wire: every truncation and every flipped bit is refused or harmless. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/wire/message.h"
#include "tests/unit/wire.h"
#include "tests/unit/wire-values.h"

/* A value decoded from damaged bytes must be consistent: it can be encoded again. */
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
		assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
		wire_begin(&writer, 1, 0, 0, 0);
		wire_put(&writer, layout, got);
		assert_false(writer.overflow);
		wire_writer_done(&writer);
	}
	wire_message_done(&message);
	return r;
}

static void test_truncated_message_is_refused_or_harmless(void **state _unused_)
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

static void test_flipped_bit_is_refused_or_harmless(void **state _unused_)
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
		cmocka_unit_test(test_truncated_message_is_refused_or_harmless),
		cmocka_unit_test(test_flipped_bit_is_refused_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
