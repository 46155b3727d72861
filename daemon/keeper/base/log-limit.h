/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many lines of one kind a user may cause in a minute. The others are counted, and the count is
 * told. Bookkeeping only: time is what the caller says.
 */
#ifndef NSCTL_KEEPER_LOG_LIMIT_H
#define NSCTL_KEEPER_LOG_LIMIT_H

#include <sys/types.h>
#include "base.h"

#define LOG_LIMIT_MINUTE UINT64_C(60000000) /* microseconds */
/* Users and kinds at a time. Lines of yet others are counted as nobody's. */
#define LOG_LIMIT_COUNTS 512

struct log_count {
	const char *kind; /* NULL: a free place. Lives for ever */
	uid_t uid;
	uint64_t since;
	unsigned int written, more;
};

struct log_limit {
	struct log_count counts[LOG_LIMIT_COUNTS];
	unsigned int others;
};

/* Returns whether one more line of this kind may be written for this user; else it is counted. */
bool log_limit_admits(struct log_limit *limit, uint64_t now, uid_t uid, const char *kind,
		      unsigned int per_minute);
/* Takes a count of lines whose minute is over and that is to be told: false when there is none.
 * kind is NULL in the count of lines of nobody's. */
bool log_limit_take(struct log_limit *limit, uint64_t now, struct log_count *ret);
/* Returns whether counts are left to be told, now or later. */
bool log_limit_has_counts(const struct log_limit *limit);

#endif
