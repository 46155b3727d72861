/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of ways out: turns what users have asked for into lines of a task. The entries of a user's
 * sets and networks count against a limit.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Begins a new task. Its lists replace those of the last task in memory. */
void egress_list_begin(void);
/*
 * Fills in the destinations to which the way of this set or network leads: reach, as its record has
 * it. ret points into memory of this module. Returns 0, or -ENOSPC if the task has no room for the
 * list. Then, if it is the task's first list, the way leads nowhere.
 */
int egress_list_fill(struct keeper *keeper, const struct set *set, const struct wire_spec *spec,
		     const struct wire_reach *reach, struct task_link *ret);

/* Counts the entries for the owner of a set or network that is being made. Returns 0, or
 * ERROR_LIMIT_EXCEEDED. */
int egress_list_hold(struct keeper *keeper, struct set *set, const struct wire_reach *reach,
		     struct failure *failure);
/* Counts the entries of an existing set's or network's list, without a limit. */
void egress_list_count(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
void egress_list_release(struct keeper *keeper, struct set *set);

/* Copies the record's list to *ret, which points into the record. Returns false if there is
 * none. */
bool egress_list_read(const struct set *set, struct wire_spec *spec, struct wire_reach *ret);
