/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon refuses helpers by their mode, kind and owner. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/kernel/spawn.h"

#define ALICE 1000
#define BOB 1001

static void test_only_mode_711_is_accepted(void **state _unused_)
{
	for (uint32_t mode = 0; mode <= 07777; mode++) {
		const char *wrong = spawn_check_program(S_IFREG | mode, 0, 0);
		/* the owner is root, and may have any rights but must have that to execute it */
		bool right = (mode & 07177) == 0111;

		if (right != !wrong)
			fail_msg("%04o: %s", mode, wrong ? wrong : "taken");
	}
}

static void test_only_regular_files_are_accepted(void **state _unused_)
{
	assert_non_null(spawn_check_program(S_IFLNK | 0711, 0, 0));
	assert_non_null(spawn_check_program(S_IFDIR | 0711, 0, 0));
}

static void test_owner_must_be_root_or_the_daemons_own(void **state _unused_)
{
	assert_null(spawn_check_program(S_IFREG | 0711, 0, ALICE));
	assert_null(spawn_check_program(S_IFREG | 0711, ALICE, ALICE));
	assert_non_null(spawn_check_program(S_IFREG | 0711, ALICE, 0));
	assert_non_null(spawn_check_program(S_IFREG | 0711, ALICE, BOB));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_mode_711_is_accepted),
		cmocka_unit_test(test_only_regular_files_are_accepted),
		cmocka_unit_test(test_owner_must_be_root_or_the_daemons_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
