/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads any bytes as /etc/passwd and /etc/group of a set. What is found is an id, and variables
 * that end within their bounds.
 */
#include <string.h>

#include "daemon/kernel/account.h"
#include "tests/fuzz/fuzz.h"

#define NAME "alice"

static void check_account(char *text)
{
	static const char *const names[ACCOUNT_VARIABLES] = {"HOME=", "SHELL=", "USER=" NAME,
							     "LOGNAME=" NAME};
	static struct account account;
	int r = account_parse(text, NAME, &account);

	must(r == 0 || r == -ENOENT || r == -ENAMETOOLONG);
	if (r < 0)
		return;
	must(account.uid != UINT32_MAX && account.gid != UINT32_MAX);
	for (size_t i = 0; i < ACCOUNT_VARIABLES; i++) {
		const char *variable = account.variables[i];

		must(memchr(variable, '\0', PATH_MAX) && !strpbrk(variable, ":\n"));
		must(strncmp(variable, names[i], strlen(names[i])) == 0);
	}
}

static void check_groups(char *text)
{
	gid_t gid;

	while (account_parse_group(&text, NAME, &gid))
		must(gid != UINT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void (*const checks[])(char *text) = {check_account, check_groups};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		_cleanup_free_ char *text = malloc(size + 1);

		must(text);
		memcpy(text, data, size);
		text[size] = '\0';
		checks[i](text);
	}
	return 0;
}
