/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log-limit.h"

static bool is_over(const struct log_count *count, uint64_t now)
{
	return now - count->since >= LOG_LIMIT_MINUTE;
}

/* Returns the element for this user and kind, or takes a free one for them. Returns NULL if none is
 * free. An element is free if it has no kind, or if its minute is over and it counts no unwritten
 * lines. */
static struct log_count *find(struct log_limit *limit, uint64_t now, uid_t uid, const char *kind)
{
	struct log_count *vacant = NULL;

	for (size_t i = 0; i < LOG_LIMIT_COUNTS; i++) {
		struct log_count *at = &limit->counts[i];

		if (at->kind && at->uid == uid && strcmp(at->kind, kind) == 0)
			return at;
		if (!vacant && (!at->kind || (is_over(at, now) && at->more == 0)))
			vacant = at;
	}
	if (vacant)
		*vacant = (struct log_count){.kind = kind, .uid = uid, .since = now};
	return vacant;
}

bool log_limit_admits(struct log_limit *limit, uint64_t now, uid_t uid, const char *kind,
		      unsigned int per_minute)
{
	struct log_count *count = find(limit, now, uid, kind);

	if (!count) {
		limit->others++;
		return false;
	}
	if (is_over(count, now) && count->more == 0)
		*count = (struct log_count){.kind = kind, .uid = uid, .since = now};
	if (count->written >= per_minute) {
		count->more++;
		return false;
	}
	count->written++;
	return true;
}

bool log_limit_take(struct log_limit *limit, uint64_t now, struct log_count *ret)
{
	for (size_t i = 0; i < LOG_LIMIT_COUNTS; i++) {
		struct log_count *at = &limit->counts[i];

		if (!at->kind || at->more == 0 || !is_over(at, now))
			continue;
		*ret = *at;
		*at = (struct log_count){};
		return true;
	}
	*ret = (struct log_count){.more = limit->others};
	limit->others = 0;
	return ret->more > 0;
}

bool log_limit_has_counts(const struct log_limit *limit)
{
	bool any = limit->others > 0;

	for (size_t i = 0; i < LOG_LIMIT_COUNTS; i++)
		any |= limit->counts[i].kind && limit->counts[i].more > 0;
	return any;
}
