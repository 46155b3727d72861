/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a set ends: it is recorded as removing, a worker ends its processes and unpins its
 * namespaces, its record is deleted, and requests are answered. A removal by a user, the roll-back
 * of a creation and the clean-up at start are this one path. It waits until no operation on the
 * set's links is in progress, and ends when the last command's exit status is known.
 */
#ifndef NSCTL_KEEPER_REMOVE_H
#define NSCTL_KEEPER_REMOVE_H

#include "daemon/keeper/request/request.h"

typedef void set_removed(struct keeper *keeper, const struct failure *failure, void *context);
/* Removes the set, or joins a removal in progress. grace is in microseconds. removed (may be NULL)
 * is called once, with failure NULL if the set is gone. */
void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context);
/* Removes the set for a kept request, which is answered. The request that begins the removal is
 * also logged, and so is kept when its connection ends. */
void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
		    struct request *request);

/* To be called when no operation on the set's links is left: a removal may have waited for that. */
void remove_go_on(struct keeper *keeper, struct set *set);
/* To be called when a session of the set has ended. */
void remove_session_ended(struct keeper *keeper, struct set *set);

/* Deletes a set from memory and disk, when the kernel has nothing of it. */
void set_forget(struct keeper *keeper, struct set *set);

#endif
