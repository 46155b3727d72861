/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * subid.c reads the owners of subordinate ids again when the file has changed, and only from a file
 * that root alone can write. As root.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "daemon/keeper/policy/subid.h"

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, 0644), 0);
}

/* Reads the file, after which uid must be a subordinate id of expected; 0: of no user. */
static void check_owner(struct subid_owners *owners, const char *path, uid_t uid, uid_t expected)
{
	uid_t found = 99;

	subid_owners_refresh(owners, path);
	assert_int_equal(subid_owners_find(owners, uid, &found), expected != 0);
	if (expected)
		assert_int_equal(found, expected);
}

static void test_file_is_read_again_after_a_change(void **state _unused_)
{
	char directory[] = "/tmp/test-subid.XXXXXX", path[64];
	struct subid_owners owners = {};

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/subuid", directory);
	check_owner(&owners, path, 3000000001, 0);
	write_file(path, "1000:3000000000:10\n");
	check_owner(&owners, path, 3000000001, 1000);
	write_file(path, "1000:3000000000:10\n1234:3000000010:5\n");
	check_owner(&owners, path, 3000000001, 1000);
	check_owner(&owners, path, 3000000012, 1234);
	assert_int_equal(chmod(path, 0666), 0);
	check_owner(&owners, path, 3000000001, 0);
	assert_int_equal(chmod(path, 0644), 0);
	check_owner(&owners, path, 3000000001, 1000);
	assert_int_equal(unlink(path), 0);
	check_owner(&owners, path, 3000000001, 0);
	subid_owners_done(&owners);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_is_read_again_after_a_change)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
