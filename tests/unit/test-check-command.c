/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c: commands, each with the field for which it is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/check.h"

#define MNT KIND_BIT(KIND_MNT)
#define PID KIND_BIT(KIND_PID)
#define NET KIND_BIT(KIND_NET)
#define UTS KIND_BIT(KIND_UTS)
#define USER KIND_BIT(KIND_USER)

static void clear(struct wire_command *command)
{
	wire_clear(&wire_command_layout, command);
	command->arguments_fd = 0;
}

/* Checks that a command in a set with these kinds is refused for this field; NULL: it is not. */
static void check_row(size_t row, const struct wire_command *command, uint32_t kinds,
		      const char *field)
{
	struct failure failure = {};
	int r = check_command(command, kinds, &failure);

	if (r != (field ? ERROR_INVALID_VALUE : 0) || (r && strcmp(failure.subject, field) != 0))
		fail_msg("row %zu: %d: %s", row, r, failure.subject);
}

/* Descriptors above 2: each number once, and none that is the standard's. */
static void test_passed_descriptors_have_distinct_numbers(void **state _unused_)
{
	static const struct {
		struct wire_passed passed[2];
		size_t n;
		bool bad;
	} rows[] = {
		{{{3, 1}}, 1, false},	     {{{3, 1}, {PASSED_NUMBER_MAX, 2}}, 2, false},
		{{{3, 1}, {3, 2}}, 2, true}, {{{2, 1}}, 1, true},
		{{{3, -1}}, 1, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_command command;

		clear(&command);
		command.n_passed = rows[i].n;
		memcpy(command.passed, rows[i].passed, sizeof(rows[i].passed));
		check_row(i, &command, MNT, rows[i].bad ? "descriptors" : NULL);
	}
}

static void test_wrong_command_is_refused_by_field(void **state _unused_)
{
	static const struct {
		int arguments;
		uint32_t kinds;
		const char *directory, *field;
	} rows[] = {
		{.arguments = 0},
		{.arguments = 0, .kinds = MNT | PID, .directory = "/"},
		{.arguments = 0, .directory = "/a/../b"}, /* its own rights, its own paths */
		{.arguments = -1, .field = "command"},
		{.arguments = 0, .kinds = NET, .field = "namespaces"},
		{.arguments = 0, .kinds = MNT | NET, .field = "namespaces"},
		{.arguments = 0, .directory = "a", .field = "workingDirectory"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_command command;

		clear(&command);
		command.arguments_fd = rows[i].arguments;
		command.kinds = rows[i].kinds;
		command.working_directory = rows[i].directory;
		check_row(i, &command, MNT | PID | UTS, rows[i].field);
	}
}

/* Names of users, and capabilities, are for a user namespace of the set that is entered. */
static void test_names_and_capabilities_need_a_user_namespace(void **state _unused_)
{
	static const struct {
		uint32_t kinds, entered;
		const char *user_name;
		bool has_user, keeps;
		const char *field;
	} rows[] = {
		{.kinds = MNT | USER, .user_name = "alice"},
		{.kinds = MNT | USER, .entered = USER, .user_name = "alice", .keeps = true},
		{.kinds = MNT | USER, .keeps = true, .has_user = true},
		{.kinds = MNT, .has_user = true},
		{.kinds = MNT, .user_name = "alice", .field = "userName"},
		{.kinds = MNT | USER, .entered = MNT, .user_name = "alice", .field = "userName"},
		{.kinds = USER, .user_name = "alice", .has_user = true, .field = "userName"},
		{.kinds = MNT, .keeps = true, .field = "keepCapabilities"},
		{.kinds = MNT | USER, .entered = MNT, .keeps = true, .field = "keepCapabilities"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_command command;

		clear(&command);
		command.kinds = rows[i].entered;
		command.user_name = rows[i].user_name;
		command.has_user = rows[i].has_user;
		command.keep_capabilities = rows[i].keeps;
		check_row(i, &command, rows[i].kinds, rows[i].field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_command_is_refused_by_field),
		cmocka_unit_test(test_names_and_capabilities_need_a_user_namespace),
		cmocka_unit_test(test_passed_descriptors_have_distinct_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
