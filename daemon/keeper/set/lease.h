/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When sets end by themselves: by time (CLOCK_BOOTTIME, which neither a change of the date nor a
 * suspend stops or moves), with a process (its pid and start time are recorded), with a connection.
 * Time and processes hold over a restart of the daemon, which ends all connections.
 */
#ifndef NSCTL_KEEPER_LEASE_H
#define NSCTL_KEEPER_LEASE_H

#include "daemon/keeper/request/request.h"

/* Makes the clock. 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Puts the lease in the place of the specification's own, and fills in its process as
 * admission_of_lease() does. Returns 0 or an error. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* The set is ready: its time begins to run, from the moment that is recorded. */
void lease_begin(struct keeper *keeper, struct set *set);
/* It is recorded: what its lease hangs on is watched. Its removal may begin at once. */
void lease_resume(struct keeper *keeper, struct set *set);
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* All that one Apply made has one lease: counted anew from now; span 0: as long as it was. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);

#endif
