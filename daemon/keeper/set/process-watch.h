/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes that sets depend on, watched by pidfd: their inits, and whom leases are for. One
 * descriptor for each, and one event for all of them. A process that cannot be watched (no
 * descriptor is left) is looked at again at the next start.
 */
#ifndef NSCTL_KEEPER_PROCESS_WATCH_H
#define NSCTL_KEEPER_PROCESS_WATCH_H

#include "daemon/keeper/keeper.h"

/* From now on the set is broken when its init ends, if it has one. */
void vigil_over_init(struct keeper *keeper, struct set *set);
/* Breaks the set now if its init is ending. The pidfd tells of that only when everything else in
 * the pid namespace has ended, which may take its time. */
void vigil_check_init(struct keeper *keeper, struct set *set);
/* From now on the set is removed when whom its lease is for ends, if there is such a lease. */
void vigil_over_lease(struct keeper *keeper, struct set *set);
/* The set is about to be forgotten. */
void vigil_end(struct set *set);

/* The keeper ends. */
void vigil_stop(struct keeper *keeper);

#endif
