/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/subids.h"

#include "client/parse.h"
#include "client/users.h"

/* Parses a line, OWNER:FIRST:COUNT, of one of two owners. name may be NULL. */
static bool take_line(char *line, const char *number, const char *name, int64_t *ret_first,
		      int64_t *ret_count)
{
	const char *owner = strsep(&line, ":"), *first = strsep(&line, ":");

	if (!line || (strcmp(owner, number) != 0 && (!name || strcmp(owner, name) != 0)))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return parse_number(first, 0, UINT32_MAX, ret_first) &&
	       parse_number(line, 1, UINT32_MAX, ret_count);
}

bool subids_first(const char *path, uid_t uid, int64_t *ret_first, int64_t *ret_count)
{
	_cleanup_(users_account_done) struct account account;
	_cleanup_file_ FILE *file = fopen(path, "re");
	char line[512], number[16];

	users_account(uid, &account);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)uid);
	while (file && fgets(line, sizeof(line), file))
		if (take_line(line, number, account.name, ret_first, ret_count))
			return true;
	return false;
}
