/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environment.c, and users_account() with a getent of the test's own: which variables of the
 * caller a command gets, and which variables make up the login of another user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base.h"
#include "client/environment.h"

#define PATH_OF_LOGINS "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static struct account somebody = {
	.name = (char *)"somebody", .home = (char *)"/home/somebody", .shell = (char *)"/bin/zsh"};
static struct account nobody = {.home = (char *)"/", .shell = (char *)"/bin/sh"};

#define FORMAT "CMOCKA_MESSAGE_OUTPUT"
static char *format;

/* cmocka looks at its variable after each test. */
static int restore_format(void **state _unused_)
{
	return format ? setenv(FORMAT, format, 1) : 0;
}

/* The caller's variables in the tests, and no others. */
static void set_own(void)
{
	(void)clearenv();
	(void)setenv("TERM", "vt100", 1);
	(void)setenv("HOME", "/root", 1);
	(void)setenv("USER", "root", 1);
	(void)setenv("SHELL", "/bin/csh", 1);
	(void)setenv("PATH", "/opt", 1);
	(void)setenv("TOKEN", "secret", 1);
}

/* expected: "K=V\n..." in any order. */
static void check(const struct environment *environment, const char *expected)
{
	json_t *made = environment_make(environment), *variable;
	size_t i, lines = 0;

	json_array_foreach(made, i, variable) {
		const char *word = json_string_value(variable), *found = strstr(expected, word);

		if (!found || (found > expected && found[-1] != '\n') ||
		    found[strlen(word)] != '\n')
			fail_msg("\"%s\" is not expected", word);
	}
	for (const char *at = expected; *at; at++)
		lines += *at == '\n';
	assert_int_equal(json_array_size(made), lines);
	json_decref(made);
}

static void test_command_gets_the_variables_of_its_caller(void **state _unused_)
{
	json_t *extra = json_pack("[s, s, s, s]", "TOKEN=x", "NEW=1", "NEW=2", "ABSENT");

	set_own();
	check(&(struct environment){.extra = extra},
	      "TERM=vt100\nHOME=/root\nUSER=root\nSHELL=/bin/csh\nPATH=/opt\nTOKEN=x\nNEW=2\n");
	check(&(struct environment){.extra = extra, .clean = true},
	      "TERM=vt100\nHOME=/root\nUSER=root\n" PATH_OF_LOGINS "\nTOKEN=x\nNEW=2\n");
	json_decref(extra);
}

static void test_other_owner_gets_a_login_environment(void **state _unused_)
{
	json_t *none = json_array(), *extra = json_pack("[s, s]", "TOKEN", "HOME=/elsewhere");

	set_own();
	for (int clean = 0; clean < 2; clean++) {
		check(&(struct environment){.account = &somebody, .extra = none, .clean = clean},
		      "TERM=vt100\nHOME=/home/somebody\nUSER=somebody\nLOGNAME=somebody\n"
		      "SHELL=/bin/zsh\n" PATH_OF_LOGINS "\n");
		check(&(struct environment){.account = &nobody, .extra = none, .clean = clean},
		      "TERM=vt100\nHOME=/\nSHELL=/bin/sh\n" PATH_OF_LOGINS "\n");
		/* a variable that is named is passed on */
		check(&(struct environment){.account = &nobody, .extra = extra, .clean = clean},
		      "TERM=vt100\nHOME=/elsewhere\nSHELL=/bin/sh\n" PATH_OF_LOGINS
		      "\nTOKEN=secret\n");
	}
	json_decref(none);
	json_decref(extra);
}

static void test_shell_is_the_users_or_the_default(void **state _unused_)
{
	set_own();
	assert_string_equal(environment_shell(NULL), "/bin/csh");
	assert_string_equal(environment_shell(&somebody), "/bin/zsh");
	(void)setenv("SHELL", "csh", 1);
	assert_string_equal(environment_shell(NULL), DEFAULT_SHELL);
	(void)unsetenv("SHELL");
	assert_string_equal(environment_shell(NULL), DEFAULT_SHELL);
}

/* --- accounts --- */

static char directory[] = "/tmp/nsctl-test-environment.XXXXXX";

/* Sets the output of getent(1). */
static void let_getent_say(const char *text)
{
	char path[sizeof(directory) + sizeof("/getent")];
	FILE *file;

	snprintf(path, sizeof(path), "%s/getent", directory);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncat <<'END'\n%s\nEND\n", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0700), 0);
}

static int setup_getent(void **state _unused_)
{
	char path[sizeof(directory) + sizeof(":/usr/bin:/bin")];

	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", directory);
	return setenv("PATH", path, 1);
}

static int teardown_getent(void **state _unused_)
{
	char path[sizeof(directory) + sizeof("/getent")];

	snprintf(path, sizeof(path), "%s/getent", directory);
	return unlink(path) < 0 || rmdir(directory) < 0 ? -1 : 0;
}

static void test_account_is_read_from_a_passwd_line(void **state _unused_)
{
	static const struct {
		const char *line, *name, *home, *shell;
	} rows[] = {
		{"me:x:1000:100:Me,,,:/home/me:/bin/bash", "me", "/home/me", "/bin/bash"},
		{"me:x:1000:100::/home/me:", "me", "/home/me", "/bin/sh"},
		{"me:x:1000:100:::", "me", "/", "/bin/sh"},
		{"me:x:1000:100::home:bash", "me", "/", "/bin/sh"},
		{"me:x:1000:100::/\xff:/bin/\xff", "me", "/", "/bin/sh"},
		/* a line of another user, an incomplete one, or none */
		{"me:x:1001:100::/home/me:/bin/bash", NULL, "/", "/bin/sh"},
		{"me:x:1000:100::/home/me", NULL, "/", "/bin/sh"},
		{"me:x:one:100::/home/me:/bin/bash", NULL, "/", "/bin/sh"},
		{"", NULL, "/", "/bin/sh"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct account account;

		let_getent_say(rows[i].line);
		users_account(1000, &account);
		if (rows[i].name)
			assert_string_equal(account.name, rows[i].name);
		else
			assert_null(account.name);
		assert_string_equal(account.home, rows[i].home);
		assert_string_equal(account.shell, rows[i].shell);
		users_account_done(&account);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_command_gets_the_variables_of_its_caller,
					  restore_format),
		cmocka_unit_test_teardown(test_other_owner_gets_a_login_environment,
					  restore_format),
		cmocka_unit_test_teardown(test_shell_is_the_users_or_the_default, restore_format),
		cmocka_unit_test_setup_teardown(test_account_is_read_from_a_passwd_line,
						setup_getent, teardown_getent),
	};

	format = getenv(FORMAT) ? strdup(getenv(FORMAT)) : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
