/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes sets: for a user, at the end of a lease, to roll back a creation, and to clean up when
 * nsctld starts. The steps:
 *
 *   record the set as removing, wait for workers in its namespaces, remove the sets within it,
 *   let a worker end its processes and unpin its namespaces, delete its record for the next boot,
 *   wait until its commands have ended, delete its record, answer
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Called once: when the set is gone (failure is NULL), or when the removal has failed, even if it
 * will be tried again. */
typedef void set_removed(struct keeper *keeper, const struct failure *failure, void *context);
/* Removes the set, or joins a removal in progress. grace: microseconds between SIGTERM and SIGKILL
 * for its processes; shortens that of a removal in progress, but does not lengthen it. Calls
 * removed(), unless it is NULL, perhaps before returning. */
void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context);
/* Removes the set for a kept request, and answers the request. A request that joins a removal in
 * progress is dropped when its connection ends. A request that begins the removal is not, because
 * it must be logged. */
void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
		    struct request *request);

/* Goes on with the set's removal, if that waits for workers in the set's namespaces, or for a set
 * within this one. Must be called when such a worker has ended, and when a set within this one was
 * made, is gone or could not be removed. */
void remove_go_on(struct keeper *keeper, struct set *set);
/* Finishes the set's removal, and frees the set, if only its commands were left to wait for. Must
 * be called when a command has ended. */
void remove_session_ended(struct keeper *keeper, struct set *set);

/* Deletes a set from memory and disk. Nothing of the set may be left in the kernel. */
void set_forget(struct keeper *keeper, struct set *set);
