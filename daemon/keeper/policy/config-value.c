/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include "daemon/keeper/policy/config-value.h"

int config_parse_number(const char *text, bool size, uint64_t max, uint64_t *ret)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (size && *end) {
		static const char units[] = "KMG";
		const char *unit = strchr(units, *end);

		if (!unit || end[1] || value > UINT64_MAX >> (10 * (unit - units + 1)))
			return -EINVAL;
		value <<= 10 * (unit - units + 1);
		end++;
	}
	if (*end || value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

/* Parses the number of a user or group. Callers have found no user or group with this text as its
 * name. Returns 0 or -ENOENT. */
static int parse_id(const char *text, uint32_t *ret)
{
	uint64_t number;

	if (config_parse_number(text, false, UINT32_MAX - 1, &number) < 0)
		return -ENOENT;
	*ret = number;
	return 0;
}

int config_find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *account = getpwnam(name);

	if (!account) {
		if (parse_id(name, ret_uid) < 0)
			return -ENOENT;
		*ret_gid = *ret_uid;
		return 0;
	}
	*ret_uid = account->pw_uid;
	*ret_gid = account->pw_gid;
	return 0;
}

static int find_group(const char *name, gid_t *ret)
{
	const struct group *group = getgrnam(name);

	if (!group)
		return parse_id(name, ret);
	*ret = group->gr_gid;
	return 0;
}

/* Inserts an id, and keeps the array sorted. */
static int add_id(uint32_t **ids, size_t *n, uint32_t id)
{
	uint32_t *more = realloc(*ids, (*n + 1) * sizeof(*more));
	size_t at = 0;

	if (!more)
		return -ENOMEM;
	*ids = more;
	while (at < *n && more[at] < id)
		at++;
	memmove(more + at + 1, more + at, (*n - at) * sizeof(*more));
	more[at] = id;
	(*n)++;
	return 0;
}

/* Adds to *who the user, @group, "*" or "host" that the word names. Returns 0, -ENOENT or
 * -ENOMEM. */
static int add_who(const char *word, bool may_be_host, struct config_who *who)
{
	uid_t uid;
	gid_t gid;
	int r;

	if (strcmp(word, "*") == 0) {
		who->everyone = true;
		return 0;
	}
	if (strcmp(word, "host") == 0 && may_be_host) {
		who->host = true;
		return 0;
	}
	if (*word == '@') {
		r = find_group(word + 1, &gid);
		return r < 0 ? r : add_id(&who->gids, &who->n_gids, gid);
	}
	r = config_find_user(word, &uid, &gid);
	return r < 0 ? r : add_id(&who->uids, &who->n_uids, uid);
}

int config_add_who(const char *word, struct config_who *who)
{
	return add_who(word, false, who);
}

void config_who_done(struct config_who *who)
{
	free(who->uids);
	free(who->gids);
	*who = (struct config_who){};
}

int config_parse_who(const char *value, bool may_be_host, struct config_who *who,
		     char unknown[static CONFIG_WORD_SIZE])
{
	char *copy = strdup(value), *rest = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	config_who_done(who);
	while (r == 0 && (word = strsep(&rest, ", \t"))) {
		if (!*word)
			continue;
		r = add_who(word, may_be_host, who);
		if (r == -ENOENT)
			snprintf(unknown, CONFIG_WORD_SIZE, "%s", word);
	}
	free(copy);
	return r;
}

static bool has_id(const uint32_t *ids, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

bool config_who_has(const struct config_who *who, uid_t uid, gid_t gid, const gid_t *groups,
		    size_t n_groups)
{
	if (who->everyone || has_id(who->uids, who->n_uids, uid) ||
	    has_id(who->gids, who->n_gids, gid))
		return true;
	for (size_t i = 0; i < n_groups; i++)
		if (has_id(who->gids, who->n_gids, groups[i]))
			return true;
	return false;
}
