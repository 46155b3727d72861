/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <grp.h>
#include <pwd.h>
#include "daemon/keeper/policy/passwd.h"

static bool has_group(const struct peer_identity *identity, gid_t gid)
{
	for (size_t i = 0; i < identity->n_groups; i++)
		if (identity->groups[i] == gid)
			return true;
	return false;
}

static int compare_groups(const void *a, const void *b)
{
	gid_t one = *(const gid_t *)a, other = *(const gid_t *)b;

	return one < other ? -1 : one > other;
}

/* Returns true for an error by which getpwuid(3) reports that there is no such account. */
static bool is_absence(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

int passwd_identity(uid_t uid, gid_t gid, struct peer_identity *ret)
{
	const struct passwd *account;
	int n = PEER_GROUPS_MAX;

	memset(ret, 0, sizeof(*ret));
	ret->uid = uid;
	ret->gid = gid;
	errno = 0;
	account = getpwuid(uid);
	if (!account && uid == 0)
		return 0;
	if (!account)
		return is_absence(errno) ? -ENOENT : -errno;
	if (getgrouplist(account->pw_name, account->pw_gid, ret->groups, &n) < 0)
		return -E2BIG;
	ret->n_groups = n;
	qsort(ret->groups, ret->n_groups, sizeof(*ret->groups), compare_groups);
	if (!has_group(ret, gid))
		ret->gid = account->pw_gid;
	return 0;
}
