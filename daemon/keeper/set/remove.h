/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a set ends: recorded as removing, its processes ended and its namespaces unpinned by a
 * worker, forgotten, answered. A removal by a user, the roll-back of a creation and the clean-up at
 * start are this one path. It waits until nothing is being done to the set's links any more, and it
 * is over when the last command's exit status is known.
 */
#ifndef NSCTL_KEEPER_REMOVE_H
#define NSCTL_KEEPER_REMOVE_H

#include "daemon/keeper/request/request.h"

typedef void set_removed(struct keeper *keeper, const struct failure *failure, void *context);
/* Removes the set, or joins in its removal; grace in microseconds. removed (NULL: nothing) is
 * called once, with failure NULL if the set is gone. */
void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context);
/* Removes the set for a kept request, which is answered. The request that begins the removal is
 * also told to the log, and so stays when its connection goes. */
void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
		    struct request *request);

/* A removal may have waited for this: nothing is being done to the set's links any more ... */
void remove_go_on(struct keeper *keeper, struct set *set);
/* ... or one of its sessions has ended. */
void remove_session_ended(struct keeper *keeper, struct set *set);

/* Forgets a set of which the kernel has nothing, in memory and on disk. */
void set_forget(struct keeper *keeper, struct set *set);

#endif
