/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes that sets depend on, watched by pidfd: the init of a set, and the process that its
 * lease is for. Each has a descriptor of its own, and one event serves all of them. A process that
 * cannot be watched, because no descriptor is left, is looked at again at the next start.
 */
#ifndef NSCTL_KEEPER_PROCESS_WATCH_H
#define NSCTL_KEEPER_PROCESS_WATCH_H

#include "daemon/keeper/base/keeper.h"

/* From now on the set is broken when its init ends, if it has one. */
void process_watch_init(struct keeper *keeper, struct set *set);
/* Breaks the set now if its init is ending. The pidfd tells of that only when everything else in
 * the pid namespace has ended, which may take its time. */
void process_watch_check_init(struct keeper *keeper, struct set *set);

typedef void process_ended(struct keeper *keeper, struct set *set);
/* Calls ended, perhaps at once, when the process that the set's lease is for has ended, if there is
 * one. */
void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended);

/* Ends what watches a set that is about to be forgotten. */
void process_watch_end(struct set *set);

/* Ends all: the keeper stops. */
void process_watch_stop(struct keeper *keeper);

#endif
