/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases, which end sets and networks: by time (expiry.h), when they are idle (idle.h), with a
 * process (recorded by pid and start time), with a pipe (pipe-watch.h), or with a connection,
 * whichever comes first. A restart of nsctld ends all connections, and with them the leases by
 * connection; all other leases survive it.
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Makes the clock of leases. Returns 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Puts lease into the specification, in place of the specification's own, and completes it as
 * admission_of_lease() does. Returns 0 or an error. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* Fills in the set's fields for this lease, which comes from the request. */
void lease_put(struct set *set, const struct wire_lease *lease, const struct request *request);
/* Starts the set's lease by time. Must be called when the set is ready, and
 * before it is recorded. */
void lease_begin(struct keeper *keeper, struct set *set);
/* Watches for the end of the set's lease. Must be called when the set is recorded. May
 * remove the set at once. */
void lease_resume(struct keeper *keeper, struct set *set);
/* Must be called when a connection has ended. Ends the leases by this connection. */
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* Renews the common lease of all sets and networks that an Apply has made. span is the new length
 * from now on; 0: the same as before. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);
/* Renews the lease of this set or network as ask says, or replaces it by another one. Returns 0
 * after answering the request, or an error and *failure. */
int lease_renew(struct keeper *keeper, struct request *request, struct set *set,
		struct wire_ask *ask, struct failure *failure);
/* Replaces the set's lease: the set ends with a command instead. May remove the set at once.
 * Returns 0, or an error and failure. */
int lease_end_with_command(struct keeper *keeper, const struct request *request, struct set *set,
			   struct failure *failure);
