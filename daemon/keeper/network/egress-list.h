/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of egress: turns the entries in records into lines of a task, and counts the entries of a
 * user's sets and networks against a limit. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Begins a new task. Its lists overwrite those of the task before in memory. */
void egress_list_begin(void);
/* Fills in the destinations to which the way out of this set or network leads. reach: the list in
 * its record. *ret points into memory of this module. Returns 0, or -ENOSPC if the task has no room
 * for the list. If the list is the first one of the task, its way then leads nowhere. */
int egress_list_fill(struct keeper *keeper, const struct set *set, const struct wire_spec *spec,
		     const struct wire_reach *reach, struct task_link *ret);

/* Counts the entries of a list that a set or network gets for its owner, if the owner's limits
 * allow that. Returns 0, or ERROR_LIMIT_EXCEEDED. */
int egress_list_hold(struct keeper *keeper, struct set *set, const struct wire_reach *reach,
		     struct failure *failure);
/* Counts the entries of an existing set's or network's list for its owner, whatever the limits. */
void egress_list_count(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
void egress_list_release(struct keeper *keeper, struct set *set);

/* Fills in *ret with the list in the record, into which it points. *spec is storage. Returns false
 * if there is no list. */
bool egress_list_read(const struct set *set, struct wire_spec *spec, struct wire_reach *ret);
