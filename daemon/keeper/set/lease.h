/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When sets end by themselves: by time (CLOCK_BOOTTIME, which neither a change of the date nor a
 * suspend stops or moves), with a process (its pid and start time are recorded), with a connection.
 * Time and processes hold over a restart of the daemon, which ends all connections.
 */
#ifndef NSCTL_KEEPER_LEASE_H
#define NSCTL_KEEPER_LEASE_H

#include "daemon/keeper/keeper.h"

/* Makes the clock. 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(struct keeper *keeper);

/* Fills in the process that a lease is for, from what a worker has found of the request's pidfd.
 * Returns 0 or an error. */
int lease_identify(const struct request *request, struct wire_spec *spec, struct failure *failure);
/* The same, with a lease that is not the specification's own in its place. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* The set is ready: its time begins to run, from the moment that is recorded. */
void lease_begin(struct keeper *keeper, struct set *set);
/* It is recorded: what its lease hangs on is watched. Its removal may begin at once. */
void lease_resume(struct keeper *keeper, struct set *set);
/* One has ended: the set is removed. how: time, process or connection. */
void lease_expire(struct keeper *keeper, struct set *set, const char *how);
/* Looks again at which set ends first, and sets the clock. */
void lease_watch(struct keeper *keeper);
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* All that one Apply made has one lease: counted anew from now; span 0: as long as it was. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);
void lease_on_renew(struct keeper *keeper, struct request *request, struct wire_message *message);

#endif
