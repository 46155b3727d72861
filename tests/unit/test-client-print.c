/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output for a terminal: every byte and character with an effect on a terminal is escaped, valid
 * text is left alone, and no input makes the decoder read beyond its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "client/print.h"
#include "client/table.h"
#include "client/text.h"

static void test_control_characters_are_escaped(void **state _unused_)
{
	static const struct {
		const char *from, *to;
		size_t columns;
	} rows[] = {
		{"", "", 0},
		{"plain text", "plain text", 10},
		{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 3},
		{"\033[31mred", "\\x1b[31mred", 11},
		{"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", 16},
		{"\x7f", "\\x7f", 4},
		/* C1: a terminal takes U+009B for ESC [ */
		{"\xc2\x9b\x33\x31m", "\\u009b31m", 9},
		/* the same byte alone is no UTF-8 */
		{"\x9b", "\\x9b", 4},
		/* bidirectional: embedding, override, isolate, mark */
		{"\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c",
		 "\\u202a\\u202e\\u2066\\u200f\\u061c", 30},
		{"\xe2\x80\xa8", "\\u2028", 6},
		{"\xef\xbb\xbf", "\\ufeff", 6},
		{"\xf3\xa0\x80\xa0", "\\U000e0020", 10},
		/* cut short, overlong, a surrogate, too large, a lone start */
		{"\xe2\x82", "\\xe2\\x82", 8},
		{"\xf0\x9f\x98", "\\xf0\\x9f\\x98", 12},
		{"\xc0\xaf", "\\xc0\\xaf", 8},
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", 12},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80", 12},
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16},
		{"\xff", "\\xff", 4},
		{"\xe2", "\\xe2", 4},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {0};

		assert_int_equal(text_escape(&text, rows[i].from), rows[i].columns);
		assert_string_equal(text.data, rows[i].to);
	}
}

/* Any two bytes are escaped to a text without control characters, and escaping it again changes
 * nothing. */
static void test_any_two_bytes_are_escaped_to_text(void **state _unused_)
{
	for (unsigned i = 1; i < 0x10000; i++) {
		_cleanup_text_ struct text text = {0}, again = {0};
		char from[] = {(char)(i & 0xff), (char)(i >> 8), '\0'};

		if (from[0] == '\0')
			continue;
		text_escape(&text, from);
		assert_true(utf8_is_valid(text.data));
		for (size_t j = 0; j < text.used; j++)
			assert_true((unsigned char)text.data[j] >= 0x20 && text.data[j] != 0x7f);
		text_escape(&again, text.data);
		assert_string_equal(again.data, text.data);
	}
}

static void test_utf8_is_checked(void **state _unused_)
{
	assert_true(utf8_is_valid(""));
	assert_true(utf8_is_valid("a\xc3\xa9\xf4\x8f\xbf\xbf"));
	assert_false(utf8_is_valid("a\xc3"));
	assert_false(utf8_is_valid("\x80"));
	assert_false(utf8_is_valid("\xed\xbf\xbf"));
}

static void test_words_are_quoted_for_the_shell(void **state _unused_)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{"plain-1.0/x=y", "plain-1.0/x=y"},
		{"", "''"},
		{"exit 3", "'exit 3'"},
		{"$HOME", "'$HOME'"},
		{"it's", "'it'\\''s'"},
		{"'", "''\\'''"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {0};

		text_quote(&text, rows[i].from);
		assert_string_equal(text.data, rows[i].to);
	}
}

static void test_ages_are_printed(void **state _unused_)
{
	static const struct {
		double seconds;
		const char *age;
	} rows[] = {
		{0, "0s"},	{59.9, "59s"}, {119, "119s"},	       {120, "2m"},
		{7199, "119m"}, {7200, "2h"},  {86400 * 2 - 1, "47h"}, {86400 * 2, "2d"},
		{-5, "0s"},	{1e300, "0s"},
	};
	char age[PRINT_SHORT];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_age(rows[i].seconds, age);
		assert_string_equal(age, rows[i].age);
	}
	print_age(__builtin_nan(""), age);
	assert_string_equal(age, "0s");
}

static void test_sizes_are_printed(void **state _unused_)
{
	static const struct {
		int64_t bytes;
		const char *size;
	} rows[] = {
		{0, "0"},
		{1023, "1023"},
		{1024, "1K"},
		{1536, "1.5K"},
		{INT64_C(512) << 20, "512M"},
		{INT64_C(2) << 30, "2G"},
		{INT64_MAX, "8E"},
	};
	char size[PRINT_SHORT];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_size(rows[i].bytes, size);
		assert_string_equal(size, rows[i].size);
	}
}

static void test_table_is_escaped_and_aligned(void **state _unused_)
{
	static const struct column columns[] = {{"NAME", 1, .stays = true},
						{"STATE", 2, .least = 4}};
	struct client client = {.json = false};
	struct options options = {.client = &client};
	_cleanup_table_ struct table table = {0};

	assert_int_equal(table_begin(&table, &options, columns, ARRAY_SIZE(columns)), 0);
	for (int i = 0; i < 500; i++) {
		table_format(&table, "set-%d", i);
		table_cell(&table, i % 2 ? "" : "\033");
	}
	assert_int_equal(table.used, 1000);
	assert_string_equal(table.cells.data + table.index[998].at, "set-499");
	assert_string_equal(table.cells.data + table.index[999].at, "-");
	assert_string_equal(table.cells.data + table.index[1].at, "\\x1b");
	assert_int_equal(table.index[1].width, 4);
}

static void test_text_is_cut_to_a_width(void **state _unused_)
{
	static const struct {
		const char *from;
		size_t columns;
		const char *to;
	} rows[] = {
		{"abc", 4, "abc"},
		{"abc", 3, "abc"},
		{"abc", 2, "a~"},
		{"abc", 1, "~"},
		{"abc", 0, ""},
		{"", 3, ""},
		{"a\xc3\xa9z", 3, "a\xc3\xa9z"},
		{"a\xc3\xa9zz", 3, "a\xc3\xa9~"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {0};

		text_cut(&text, rows[i].from, rows[i].columns, "~");
		assert_string_equal(text.data, rows[i].to);
	}
}

static void test_text_grows(void **state _unused_)
{
	_cleanup_text_ struct text text = {0};
	_cleanup_text_ struct text long_text = {0};

	text_add(&text, "");
	assert_string_equal(text.data, "");
	text_format(&text, "%d-%s", 5, "x");
	assert_string_equal(text.data, "5-x");
	for (int i = 0; i < 10000; i++)
		text_add(&long_text, "0123456789");
	assert_int_equal(long_text.used, 100000);
	assert_int_equal(strlen(long_text.data), 100000);
}

static void test_json_has_no_control_characters(void **state _unused_)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{"", "\"\"\n"},
		{"plain", "\"plain\"\n"},
		{"\x7f", "\"\\u007f\"\n"},
		{"a\x7f\x7f"
		 "b\033",
		 "\"a\\u007f\\u007fb\\u001B\"\n"},
		{"\xc2\x9b\xe2\x80\xae", "\"\\u009B\\u202E\"\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *string = json_string(rows[i].from), *again = NULL;
		_cleanup_free_ char *printed = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&printed, &size);

		assert_non_null(file);
		print_json_to(file, string);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(printed, rows[i].to);
		again = json_loads(printed, JSON_DECODE_ANY, NULL);
		assert_true(json_equal(again, string));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control_characters_are_escaped),
		cmocka_unit_test(test_any_two_bytes_are_escaped_to_text),
		cmocka_unit_test(test_utf8_is_checked),
		cmocka_unit_test(test_words_are_quoted_for_the_shell),
		cmocka_unit_test(test_ages_are_printed),
		cmocka_unit_test(test_sizes_are_printed),
		cmocka_unit_test(test_table_is_escaped_and_aligned),
		cmocka_unit_test(test_text_is_cut_to_a_width),
		cmocka_unit_test(test_text_grows),
		cmocka_unit_test(test_json_has_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
