/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the names of hosts in the lists of each user's sets and networks. A list that several of
 * them share counts once, because it is in memory once. Only the files egress-*.c may use this
 * header. */
#pragma once

#include "daemon/keeper/policy/reach-names.h"

/* Record that one more set of the user has this list (add), or one less (drop). list may be NULL.
 * Return the number of names that the user gains or loses by that. */
size_t egress_held_add(uid_t uid, const struct reach_names *list);
size_t egress_held_drop(uid_t uid, const struct reach_names *list);
/* Returns the number of names that the user would gain if a set got the list `new` instead of
 * `old`, and 0 if the user would lose some. Both lists may be NULL. */
size_t egress_held_growth(uid_t uid, const struct reach_names *old, const struct reach_names *new);
/* Returns the number of sets and networks of the user that have lists with names. */
size_t egress_held_sets(uid_t uid);
