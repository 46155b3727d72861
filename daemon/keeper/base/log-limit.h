/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits how many lines of one kind a user may cause in a minute. Further lines are counted, so
 * that the log can report their number. This module only keeps the books: the caller passes the
 * time, in microseconds. */
#pragma once

#include "base.h"

#define LOG_LIMIT_MINUTE UINT64_C(60000000) /* microseconds */
/* Number of pairs of user and kind that are counted at a time, each by itself. Lines of further
 * pairs are not written, and share a count. */
#define LOG_LIMIT_COUNTS 512

struct log_count {
	const char *kind; /* a string constant; NULL: this element is free */
	uid_t uid;
	uint64_t since;		    /* when the minute began */
	unsigned int written, more; /* lines of the minute: written, and not written */
};

struct log_limit {
	struct log_count counts[LOG_LIMIT_COUNTS];
	unsigned int others; /* unwritten lines of pairs for which no element was free */
};

/* Returns true if this user may write one more line of this kind, of which per_minute are allowed.
 * Otherwise counts the line as unwritten. */
bool log_limit_admits(struct log_limit *limit, uint64_t now, uid_t uid, const char *kind,
		      unsigned int per_minute);
/* Takes out the count of unwritten lines (ret->more) of a user and kind whose minute is over. If
 * there is none, takes out limit->others (then ret->kind is NULL). Returns false if that is 0,
 * too. */
bool log_limit_take(struct log_limit *limit, uint64_t now, struct log_count *ret);
/* Returns true if there are counts that log_limit_take() will return, now or later. */
bool log_limit_has_counts(const struct log_limit *limit);
