/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Quotas: how many objects of each kind a user has, and may have (section [limits] of the
 * configuration). Root may have any number.
 *
 * In all functions, uid is the user whose objects are counted. This is not always the uid of the
 * caller: the connections of a subordinate uid, for instance, count against the user to whom
 * /etc/subuid gives this uid (docs/adr/0018-who-stands-behind.md).
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* The kinds of objects that are counted for each user, in the order of GetStatus. */
enum quota {
	QUOTA_SETS,
	QUOTA_SESSIONS,
	QUOTA_CONNECTIONS,
	QUOTA_LINKS,
	QUOTA_NETWORKS,
	QUOTA_MONITORS,
	QUOTA_PORTS,
	QUOTA_CAPTURES,
	QUOTA_ENTRIES,
	QUOTA_NAMES,
	QUOTA_COUNT,
};

/* Returns the name of the quota in errors and in GetStatus, such as "publishedPorts". */
const char *quota_name(enum quota quota);
/* Returns how many objects each user but root may have. */
uint32_t quota_limit(const struct keeper *keeper, enum quota quota);
/* Returns how many objects this user has. */
uint32_t quota_used(const struct keeper *keeper, uid_t uid, enum quota quota);

/* Checks that the user may have n more objects. Returns 0 or ERROR_LIMIT_EXCEEDED. */
int quota_check(const struct keeper *keeper, uid_t uid, enum quota quota, size_t n,
		struct failure *failure);
/* Checks that the user may have one more object, and counts it. Returns 0, or an error such as
 * ERROR_LIMIT_EXCEEDED, and then counts nothing. */
int quota_take(struct keeper *keeper, uid_t uid, enum quota quota, struct failure *failure);
/* Counts n more objects (n < 0: fewer), without a check of the limit. Does nothing if there is no
 * memory. */
void quota_add(struct keeper *keeper, uid_t uid, enum quota quota, int n);
