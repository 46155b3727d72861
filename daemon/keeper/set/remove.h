/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes sets. A set is recorded as removing. A worker ends its processes and unpins its
 * namespaces. When the exit status of its last command is known, its record is deleted, and
 * requests are answered. All removals go this way: by a user, at the end of a lease, to roll back a
 * creation, and to clean up when nsctld starts. A removal begins when no operation on the set's
 * links is in progress.
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Called once at the end of a removal. failure is NULL if the set is gone. */
typedef void set_removed(struct keeper *keeper, const struct failure *failure, void *context);
/* Removes the set, or joins a removal in progress. grace: microseconds that its processes have to
 * end by themselves; if a removal in progress gives them longer, shortens that. Calls removed(),
 * unless it is NULL, at the end. */
void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context);
/* Removes the set for a kept request, and answers the request. A request that joins a removal is
 * dropped when its connection ends. A request that begins a removal is not, because it must be
 * logged. */
void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
		    struct request *request);

/* Starts the removal of the set, if one waits for operations on the set's links or files of names,
 * or for a set within it. Must be called when such an operation or removal has ended. */
void remove_go_on(struct keeper *keeper, struct set *set);
/* Finishes the removal of the set, if one waits for a command in the set. Must be called when a
 * command has ended. */
void remove_session_ended(struct keeper *keeper, struct set *set);

/* Deletes a set from memory and disk. Must be called when nothing of the set is left in the
 * kernel. */
void set_forget(struct keeper *keeper, struct set *set);
