/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c: ids both ways, and failures cut where a character ends. That ids and field names are
 * those of the .varlink files is in test-idl.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "protocol/error.h"

static void test_ids_are_found_both_ways(void **state _unused_)
{
	static const char *const none[] = {
		"",
		"org.nsctl.",
		"org.nsctl.NotFoun",
		"org.nsctl.NotFoundX",
		"NotFound",
		"org.varlink.service.NotFound",
		"org.nsctl.notFound",
	};

	for (int i = ERROR_NONE + 1; i < ERROR_COUNT; i++) {
		enum nsctl_error error = (enum nsctl_error)i;

		assert_non_null(error_id(error));
		assert_non_null(error_fields(error));
		assert_int_equal(error_from_id(error_id(error)), error);
	}
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(error_from_id(none[i]), ERROR_NONE);
	assert_string_equal(error_id(ERROR_NOT_FOUND), "org.nsctl.NotFound");
	assert_string_equal(error_id(ERROR_EXPECTED_MORE), "org.varlink.service.ExpectedMore");
}

static void test_errors_have_their_fields(void **state _unused_)
{
	const struct error_fields *fields = error_fields(ERROR_LIMIT_EXCEEDED);

	assert_string_equal(fields->subject, "limit");
	assert_string_equal(fields->number, "value");
	assert_null(fields->text);
	fields = error_fields(ERROR_BUSY);
	assert_string_equal(fields->subject, "state");
	assert_string_equal(fields->text, "name");
	assert_null(fields->number);
	fields = error_fields(ERROR_EVENTS_LOST);
	assert_null(fields->subject);
	assert_null(fields->text);
	assert_null(fields->number);
}

static void test_failure_is_set_with_its_fields(void **state _unused_)
{
	struct failure failure = {.error = ERROR_BUSY, .text = "old"};

	assert_int_equal(failure_set(&failure, ERROR_EXISTS, 0, "set", "%s-%d", "web", 7),
			 ERROR_EXISTS);
	assert_int_equal(failure.error, ERROR_EXISTS);
	assert_string_equal(failure.subject, "set");
	assert_string_equal(failure.text, "web-7");

	assert_int_equal(failure_set(&failure, ERROR_LIMIT_EXCEEDED, INT64_MAX, NULL, NULL),
			 ERROR_LIMIT_EXCEEDED);
	assert_true(failure.number == INT64_MAX);
	assert_string_equal(failure.subject, "");
	assert_string_equal(failure.text, "");

	/* its own strings as arguments */
	failure_set(&failure, ERROR_BUSY, 0, "creating", "web");
	failure_set(&failure, ERROR_BUSY, 0, failure.text, "%s!", failure.subject);
	assert_string_equal(failure.subject, "web");
	assert_string_equal(failure.text, "creating!");
}

static void test_negative_errno_becomes_a_system_error(void **state _unused_)
{
	static const struct {
		int negative, number;
	} rows[] = {
		{-ENOSPC, ENOSPC}, {-1, 1},  {-4095, 4095},    {-4096, EIO},
		{0, EIO},	   {5, EIO}, {INT32_MIN, EIO},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct failure failure;

		assert_int_equal(failure_from_errno(&failure, rows[i].negative, "mount /proc"),
				 ERROR_SYSTEM);
		assert_int_equal(failure.error, ERROR_SYSTEM);
		assert_int_equal(failure.number, rows[i].number);
		assert_string_equal(failure.subject, "mount /proc");
		assert_string_equal(failure.text, "");
	}
}

/* Tests a string of n bytes 'a', then the character, then more, cut to a buffer of this size. */
static void check_cut(const char *character, size_t size)
{
	char source[512], expected[512];
	size_t m = strlen(character);

	for (size_t n = size - 6; n <= size + 1; n++) {
		struct failure failure;
		size_t kept = n + m <= size - 1 ? n + m : MIN(n, size - 1);
		bool is_subject = size == sizeof(failure.subject);

		memset(source, 'a', sizeof(source));
		memcpy(source + n, character, m);
		source[n + m] = '\0';
		snprintf(expected, sizeof(expected), "%.*s", (int)kept, source);
		failure_set(&failure, ERROR_INVALID_VALUE, 0, is_subject ? source : NULL, "%s",
			    is_subject ? "" : source);
		assert_string_equal(is_subject ? failure.subject : failure.text, expected);
	}
}

static void test_text_is_cut_at_the_end_of_a_character(void **state _unused_)
{
	static const char *const characters[] = {"z", "\xc3\xa4", "\xe2\x82\xac",
						 "\xf0\x9f\x98\x80"};

	for (size_t i = 0; i < ARRAY_SIZE(characters); i++) {
		check_cut(characters[i], sizeof(((struct failure *)NULL)->subject));
		check_cut(characters[i], sizeof(((struct failure *)NULL)->text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_found_both_ways),
		cmocka_unit_test(test_errors_have_their_fields),
		cmocka_unit_test(test_failure_is_set_with_its_fields),
		cmocka_unit_test(test_negative_errno_becomes_a_system_error),
		cmocka_unit_test(test_text_is_cut_at_the_end_of_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
