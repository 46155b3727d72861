/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes sets. A set is recorded as removing, a worker ends its processes and unpins its
 * namespaces, and when the exit status of its last command is known, its record is deleted and
 * requests are answered. A removal by a user, the end of a lease, the roll-back of a creation
 * and the clean-up at a start are all this one path. A removal starts when no operation on the
 * set's links is in progress.
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Called once at the end of a removal. failure is NULL if the set is gone. */
typedef void set_removed(struct keeper *keeper, const struct failure *failure, void *context);
/* Removes the set, or joins a removal in progress. grace: time that its processes have to end by
 * themselves, in microseconds. removed may be NULL. */
void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context);
/* Removes the set for a kept request, and answers the request. A request that joins a removal is
 * dropped when its connection ends. The one that begins the removal stays, because it is logged. */
void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
		    struct request *request);

/* Starts a removal that has waited for operations on the set's links. Must be called when none of
 * these is left. */
void remove_go_on(struct keeper *keeper, struct set *set);
/* Must be called when a command in the set has ended. Finishes a removal
 * that has waited for that. */
void remove_session_ended(struct keeper *keeper, struct set *set);

/* Deletes a set from memory and disk, when nothing of the set is left in the kernel. */
void set_forget(struct keeper *keeper, struct set *set);
