/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.c and kind.c as tables: each string with whether it fits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <string.h>
#include <linux/sched.h>

#include "base.h"
#include "protocol/kind.h"
#include "protocol/name.h"

#define TEN "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define BYTES_240 SIXTY SIXTY SIXTY SIXTY

struct row {
	const char *string;
	bool valid;
};

static void check_rows(const struct row *rows, size_t n, bool (*is_valid)(const char *))
{
	for (size_t i = 0; i < n; i++)
		if (is_valid(rows[i].string) != rows[i].valid)
			fail_msg("row %zu: \"%s\"", i, rows[i].string);
}

static void test_names_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"a", true},	    {"0", true},     {"web", true},	   {"a.b_c-d", true},
		{"a..b", true},	    {"hosts", true}, {SIXTY "aaaa", true}, {SIXTY "aaaaa", false},
		{BYTES_240, false}, {"host", false}, {"", false},	   {".", false},
		{"..", false},	    {"-a", false},   {"a-", false},	   {"_a", false},
		{"a_", false},	    {".a", false},   {"a.", false},	   {"A", false},
		{"aB", false},	    {"a/b", false},  {"../a", false},	   {"a b", false},
		{"a\n", false},	    {"a\nb", false}, {"a\tb", false},	   {"a\033[0mb", false},
		{"a:b", false},	    {"a%sb", false}, {"\xc3\xa4", false},  {"a\xc3\xa4z", false},
		{"a\xffz", false},
	};

	check_rows(rows, ARRAY_SIZE(rows), name_is_valid);
}

static void test_ids_of_sessions_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"0123456789abcdef", true},
		{"ffffffffffffffff", true},
		{"0123456789abcde", false},
		{"0123456789abcdef0", false},
		{"0123456789ABCDEF", false},
		{"0123456789abcdeg", false},
		{"0123456789abcde ", false},
		{"0x23456789abcdef", false},
		{"-123456789abcdef", false},
		{"0123456789abcde\n", false},
		{"", false},
		{"../3456789abcdef", false},
	};

	check_rows(rows, ARRAY_SIZE(rows), id_is_valid);
}

static void test_host_names_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"a", true},
		{"A", true},
		{"9", true},
		{"web-1.example.org", true},
		{"a--b", true},
		{SIXTY "aaa", true},
		{SIXTY ".aaa", true},
		/* 64 bytes fit sethostname(2), but no label has more than 63 */
		{SIXTY "aaaa", false},
		{SIXTY ".aaaa", false},
		{"", false},
		{".", false},
		{".a", false},
		{"a.", false},
		{"a..b", false},
		{"-a", false},
		{"a-", false},
		{"a.-b", false},
		{"a-.b", false},
		{"a_b", false},
		{"a b", false},
		{"a\n", false},
		{"a/b", false},
		{"\xc3\xa4", false},
	};

	check_rows(rows, ARRAY_SIZE(rows), hostname_is_valid);
}

static void test_keys_of_labels_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"a", true},	     {"A", true},	    {"ci.example.org/job_id-1", true},
		{SIXTY "aaa", true}, {SIXTY "aaaa", false}, {"", false},
		{"/a", false},	     {"a/", false},	    {".a", false},
		{"a b", false},	     {"a=b", false},	    {"a,b", false},
		{"a\n", false},	     {"\xc3\xa4", false},
	};

	check_rows(rows, ARRAY_SIZE(rows), label_key_is_valid);
}

static void test_values_of_labels_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"", true},
		{" ", true},
		{"a = \"b\" \\ $(c)", true},
		{BYTES_240 TEN "aaaaaa", true},
		{BYTES_240 TEN "aaaaaaa", false},
		{BYTES_240 TEN "aaaa\xc3\xa4", true},
		{BYTES_240 TEN "aaaaa\xc3\xa4", false},
		/* the first and the last character of each length */
		{"\xc2\xa0", true},
		{"\xdf\xbf", true},
		{"\xe0\xa0\x80", true},
		{"\xef\xbf\xbd", true},
		{"\xf0\x90\x80\x80", true},
		{"\xf4\x8f\xbf\xbf", true},
		/* controls */
		{"\x01", false},
		{"a\n", false},
		{"a\tb", false},
		{"\033[31m", false},
		{"\x1f", false},
		{"\x7f", false},
		{"\xc2\x80", false},
		{"\xc2\x9b", false},
		{"\xc2\x9f", false},
		/* bidi overrides, and their neighbours */
		{"\xe2\x80\xa9", true},
		{"\xe2\x80\xaa", false},
		{"\xe2\x80\xae", false},
		{"\xe2\x80\xaf", true},
		{"\xe2\x81\xa5", true},
		{"\xe2\x81\xa6", false},
		{"\xe2\x81\xa9", false},
		{"\xe2\x81\xaa", true},
		/* not UTF-8: a stray or missing byte, overlong, a surrogate, too large */
		{"\x80", false},
		{"\xbf", false},
		{"\xc3", false},
		{"\xc3z", false},
		{"\xe2\x82", false},
		{"\xf0\x9f\x98", false},
		{"\xc0\x80", false},
		{"\xc1\xbf", false},
		{"\xe0\x9f\xbf", false},
		{"\xf0\x8f\xbf\xbf", false},
		{"\xed\xa0\x80", false},
		{"\xed\xbf\xbf", false},
		{"\xf4\x90\x80\x80", false},
		{"\xf8\x88\x80\x80\x80", false},
		{"\xfe", false},
		{"\xff", false},
	};

	check_rows(rows, ARRAY_SIZE(rows), label_value_is_valid);
}

static void test_paths_are_checked(void **state _unused_)
{
	static const struct row rows[] = {
		{"/", true},
		{"/a", true},
		{"/a/", true},
		{"/a//b", true},
		{"/.a/..b/c./d../...", true},
		{"/with space/\xc3\xa4", true},
		{"", false},
		{"a", false},
		{"./a", false},
		{"/.", false},
		{"/..", false},
		{"/./a", false},
		{"/../a", false},
		{"/a/.", false},
		{"/a/..", false},
		{"/a/./b", false},
		{"/a/../b", false},
		{"/a//../b", false},
		{"/a\n", false},
		{"/a\033b", false},
		{"/a\xff", false},
	};
	char path[PATH_MAX + 1];

	check_rows(rows, ARRAY_SIZE(rows), path_is_valid);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[PATH_MAX - 1] = '\0';
	assert_true(path_is_valid(path));
	path[PATH_MAX - 1] = 'a';
	path[PATH_MAX] = '\0';
	assert_false(path_is_valid(path));
}

static void test_kinds_have_names_and_flags(void **state _unused_)
{
	static const struct {
		const char *name;
		int flag;
	} rows[KIND_COUNT] = {
		{"mnt", CLONE_NEWNS},	     {"pid", CLONE_NEWPID},   {"net", CLONE_NEWNET},
		{"uts", CLONE_NEWUTS},	     {"user", CLONE_NEWUSER}, {"ipc", CLONE_NEWIPC},
		{"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
	};
	int all = 0;

	for (unsigned i = 0; i < KIND_COUNT; i++) {
		enum kind kind = (enum kind)i;

		assert_string_equal(kind_name(kind), rows[i].name);
		assert_int_equal(kind_clone_flag(kind), rows[i].flag);
		assert_int_equal(kind_clone_flags(KIND_BIT(i)), rows[i].flag);
		assert_int_equal(kind_from_name(rows[i].name), kind);
		all |= rows[i].flag;
	}
	assert_int_equal(kind_clone_flags(KIND_ALL), all);
	assert_int_equal(kind_clone_flags(UINT32_MAX), all);
	assert_int_equal(kind_clone_flags(0), 0);
	assert_int_equal(kind_clone_flags(KIND_DEFAULT), all & ~(CLONE_NEWUSER | CLONE_NEWTIME));
	assert_int_equal(kind_from_name(""), KIND_COUNT);
	assert_int_equal(kind_from_name("mn"), KIND_COUNT);
	assert_int_equal(kind_from_name("mntx"), KIND_COUNT);
	assert_int_equal(kind_from_name("NET"), KIND_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_checked),
		cmocka_unit_test(test_ids_of_sessions_are_checked),
		cmocka_unit_test(test_host_names_are_checked),
		cmocka_unit_test(test_keys_of_labels_are_checked),
		cmocka_unit_test(test_values_of_labels_are_checked),
		cmocka_unit_test(test_paths_are_checked),
		cmocka_unit_test(test_kinds_have_names_and_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
