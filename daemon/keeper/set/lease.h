/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases: sets end by time (CLOCK_BOOTTIME, which changes of the date do not affect, and which runs
 * on during a suspend), with a process (its pid and start time are recorded), or with a connection.
 * Leases by time and process survive a restart of the daemon; all connections end with it.
 */
#ifndef NSCTL_KEEPER_LEASE_H
#define NSCTL_KEEPER_LEASE_H

#include "daemon/keeper/request/request.h"

/* Makes the timer. Returns 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Replaces the specification's own lease, and fills in the process like admission_of_lease().
 * Returns 0 or an error. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* To be called when the set is ready, before it is recorded: its time begins to run. */
void lease_begin(struct keeper *keeper, struct set *set);
/* To be called when the set is recorded: watches the process of its lease. This may remove the set
 * at once. */
void lease_resume(struct keeper *keeper, struct set *set);
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* Renews the one lease of everything that an Apply made, from now on. span 0: for as long as
 * before. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);

#endif
