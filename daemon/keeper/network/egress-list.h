/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of egress, which say to where a set or network may send packets. Turns the entries in
 * records into lines of a task, and counts the entries of all lists of a user against a limit. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Must be called before the first egress_list_fill() for a new task, which then uses the same
 * memory as the task before. */
void egress_list_begin(void);
/*
 * Fills in the parts of *ret that say to which destinations this set's or network's way out leads.
 * reach: the list in the record. spec: the set's specification, for its name servers. *ret points
 * into memory of this module, until egress_list_begin(). Returns 0, or -ENOSPC if the task has no
 * room for the list; then *ret is a way that leads nowhere. If that was the first list of the task,
 * no task has room for it, and the caller uses *ret. Otherwise a later task may have room.
 */
int egress_list_fill(struct keeper *keeper, const struct set *set, const struct wire_spec *spec,
		     const struct wire_reach *reach, struct task_link *ret);

/* Checks that the owner's limits allow reach as the list of the set or network, and then calls
 * egress_list_count(). Returns 0, or an error such as ERROR_LIMIT_EXCEEDED, with nothing
 * counted. */
int egress_list_hold(struct keeper *keeper, struct set *set, const struct wire_reach *reach,
		     struct failure *failure);
/* Counts the entries of reach for the owner, in place of those that were counted for this set or
 * network before, and calls egress_names_update() for its names. Ignores the limits. */
void egress_list_count(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/* Counts no entries for the set or network any more, and forgets its names and what was learned. */
void egress_list_release(struct keeper *keeper, struct set *set);

/* Fills in *ret with the list in the record of the set or network. *ret points into the record.
 * Unpacks a set's specification into *spec; for a network, *spec stays unchanged. Returns false if
 * there is no list or no record. */
bool egress_list_read(const struct set *set, struct wire_spec *spec, struct wire_reach *ret);
