/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of egress. A list says to which destinations a set or network may send packets over its way
 * out (egress.h). Its record (struct wire_reach) has two kinds of entries, those that it allows and
 * those that it denies; wire/destination.h describes them. This module replaces the words "@dns"
 * and "@NAME" in a list by the entries that they stand for, and writes all entries into a task for
 * a worker, one a line. Names of hosts are left out: see egress-names.h. It also counts the entries
 * of all lists of a user against a limit.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Must be called before the first egress_list_fill() for a new task. The lists of this task are
 * then written over those of the task before. */
void egress_list_begin(void);
/*
 * Fills in the members of *ret that say to which destinations this set's or network's way out
 * leads. reach: the list in the record. spec: the set's specification, for its name servers. *ret
 * points into memory of this module, until egress_list_begin().
 *
 * Returns 0, or -ENOSPC if the task has no room for the list. *ret then leads nowhere. If this is
 * the first list of the task, no other task has room for it either, and the caller must send *ret
 * as it is. Otherwise, the caller may add the list to a later task instead.
 */
int egress_list_fill(struct keeper *keeper, const struct set *set, const struct wire_spec *spec,
		     const struct wire_reach *reach, struct task_link *ret);

/* Checks that the owner's limits allow reach as the list of the set or network, and then calls
 * egress_list_count(). Returns 0, or an error such as ERROR_LIMIT_EXCEEDED, with nothing
 * counted. */
int egress_list_hold(struct keeper *keeper, struct set *set, const struct wire_reach *reach,
		     struct failure *failure);
/* Counts the entries of reach against the owner's limit, in place of those that were counted for
 * this set or network before, and calls egress_names_update() for its names. Does not check the
 * limits. */
void egress_list_count(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/* Counts no entries for the set or network any more, and forgets its names and what was learned. */
void egress_list_release(struct keeper *keeper, struct set *set);

/* Fills in *ret with the list in the record of the set or network. *ret points into the record.
 * Unpacks a set's specification into *spec; for a network, *spec stays unchanged. Returns false if
 * the set or network has no list, or no valid record. */
bool egress_list_read(const struct set *set, struct wire_spec *spec, struct wire_reach *ret);
