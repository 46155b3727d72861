/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/registry.h"

static const struct row {
	const char *name;
	size_t limit; /* offset in struct config_limits */
	size_t use;   /* offset in struct registry_use */
} rows[] = {
#define ROW(name, member)                                     \
	{                                                     \
		name, offsetof(struct config_limits, member), \
			offsetof(struct registry_use, member) \
	}
	[QUOTA_SETS] = ROW("sets", sets),
	[QUOTA_SESSIONS] = ROW("sessions", sessions),
	[QUOTA_CONNECTIONS] = ROW("connections", connections),
	[QUOTA_LINKS] = ROW("links", links),
	[QUOTA_NETWORKS] = ROW("networks", networks),
	[QUOTA_MONITORS] = ROW("monitors", monitors),
	[QUOTA_PORTS] = ROW("publishedPorts", ports),
	[QUOTA_CAPTURES] = ROW("captures", captures),
	[QUOTA_ENTRIES] = ROW("egressEntries", entries),
	[QUOTA_NAMES] = ROW("egressNames", names),
#undef ROW
};
_Static_assert(ARRAY_SIZE(rows) == QUOTA_COUNT, "each quota has a row");

static uint32_t *number_in(struct registry_use *use, enum quota quota)
{
	return (uint32_t *)((char *)use + rows[quota].use);
}

const char *quota_name(enum quota quota)
{
	return rows[quota].name;
}

uint32_t quota_limit(const struct keeper *keeper, enum quota quota)
{
	const char *limits = (const char *)&keeper->config->limits;

	return *(const uint32_t *)(limits + rows[quota].limit);
}

uint32_t quota_used(const struct keeper *keeper, uid_t uid, enum quota quota)
{
	struct registry_use *use = registry_use(keeper->registry, uid);
	uint32_t used = use ? *number_in(use, quota) : 0;

	registry_use_settle(keeper->registry, uid);
	return used;
}

static int refuse(const struct keeper *keeper, enum quota quota, struct failure *failure)
{
	return failure_set(failure, ERROR_LIMIT_EXCEEDED, quota_limit(keeper, quota),
			   quota_name(quota), NULL);
}

int quota_check(const struct keeper *keeper, uid_t uid, enum quota quota, size_t n,
		struct failure *failure)
{
	bool fits = quota_used(keeper, uid, quota) + n <= quota_limit(keeper, quota);

	return uid == 0 || fits ? 0 : refuse(keeper, quota, failure);
}

int quota_take(struct keeper *keeper, uid_t uid, enum quota quota, struct failure *failure)
{
	struct registry_use *use = registry_use(keeper->registry, uid);

	if (!use)
		return failure_from_errno(failure, -ENOMEM, "count what the user has");
	if (uid != 0 && *number_in(use, quota) >= quota_limit(keeper, quota)) {
		registry_use_settle(keeper->registry, uid);
		return refuse(keeper, quota, failure);
	}
	*number_in(use, quota) += 1;
	return 0;
}

void quota_add(struct keeper *keeper, uid_t uid, enum quota quota, int n)
{
	struct registry_use *use = registry_use(keeper->registry, uid);
	uint32_t *number = use ? number_in(use, quota) : NULL;

	if (number)
		*number = n < 0 && *number < (uint32_t)-n ? 0 : *number + (uint32_t)n;
	registry_use_settle(keeper->registry, uid);
}
