/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits how many lines of one kind a user may cause in a minute. Further lines are counted, and
 * the count is reported. This is bookkeeping only: the caller passes the time.
 */
#ifndef NSCTL_KEEPER_LOG_LIMIT_H
#define NSCTL_KEEPER_LOG_LIMIT_H

#include <sys/types.h>
#include "base.h"

#define LOG_LIMIT_MINUTE UINT64_C(60000000) /* microseconds */
/* Users and kinds at a time. Lines of further users are counted together. */
#define LOG_LIMIT_COUNTS 512

struct log_count {
	const char *kind; /* NULL: a free place. A string constant */
	uid_t uid;
	uint64_t since;
	unsigned int written, more;
};

struct log_limit {
	struct log_count counts[LOG_LIMIT_COUNTS];
	unsigned int others;
};

/* Returns true if one more line of this kind may be written for this user; otherwise counts it. */
bool log_limit_admits(struct log_limit *limit, uint64_t now, uid_t uid, const char *kind,
		      unsigned int per_minute);
/* Takes a count whose minute is over and that has not been reported. Returns false if there is
 * none. kind is NULL in the common count of further users. */
bool log_limit_take(struct log_limit *limit, uint64_t now, struct log_count *ret);
/* Returns true if counts are left to be reported, now or later. */
bool log_limit_has_counts(const struct log_limit *limit);

#endif
