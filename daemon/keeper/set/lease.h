/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases: sets and networks end by time (expiry.h), when they are idle (idle.h), with a process
 * (its pid and start time are recorded), with a pipe (pipe-watch.h), or with a connection,
 * whichever comes first. All but leases by connection survive a restart of the daemon, which ends
 * all connections.
 */
#ifndef NSCTL_KEEPER_LEASE_H
#define NSCTL_KEEPER_LEASE_H

#include "daemon/keeper/request/request.h"

/* Makes the timer. Returns 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Replaces the specification's own lease, and fills in the processes like admission_of_lease().
 * Returns 0 or an error. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* Gives the set this lease, which the request has asked for. */
void lease_put(struct set *set, const struct wire_lease *lease, const struct request *request);
/* To be called when the set is ready, before it is recorded: its time begins to run. */
void lease_begin(struct keeper *keeper, struct set *set);
/* To be called when the set is recorded: watches the process of its lease. This may remove the set
 * at once. */
void lease_resume(struct keeper *keeper, struct set *set);
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* Renews the one lease of everything that an Apply made, from now on. span 0: for as long as
 * before. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);
/* Renews the lease of this set or network for the request, or gives it another one. Returns 0 when
 * that is answered, or an error and *failure. */
int lease_renew(struct keeper *keeper, struct request *request, struct set *set,
		struct wire_ask *ask, struct failure *failure);

#endif
