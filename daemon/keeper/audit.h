/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the log says of requests: one line for each that has changed something, for each that was
 * refused, and for each that failed for a reason of ours. Who has made a mistake, or only looks, is
 * told so himself and nobody else. Changes that nobody has asked for are logged where they happen.
 */
#ifndef NSCTL_KEEPER_AUDIT_H
#define NSCTL_KEEPER_AUDIT_H

#include "daemon/keeper/keeper.h"

/* One user's refusals must not drown everybody's log: so many in so long, then they are counted. */
struct audit_limit {
	uint64_t since; /* CLOCK_BOOTTIME */
	unsigned int logged, suppressed;
};

/* Whether one more line may be written; if not, it is counted in limit's suppressed. */
bool audit_may_log(struct audit_limit *limit);

/* "Create"; NULL: none of a client's. */
const char *audit_method(enum wire_op op);

/* session: the one that it has started, or NULL. */
void audit_done(const struct request *request, const char *session);
void audit_failed(const struct request *request, const struct failure *failure,
		  struct audit_limit *limit);

#endif
