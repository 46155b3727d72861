/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts the names of hosts in the lists of egress of each user's sets and networks. A list that
 * several sets or networks of a user share (reach_names_share()) counts once, because it is in
 * memory once. Only the files egress-*.c may use this header. */
#pragma once

#include "daemon/keeper/policy/reach-names.h"

/* Note that one more set or network of the user has this list (add), or one less (drop). list may
 * be NULL. Return the number of names by which the user's count grows (add) or shrinks (drop). This
 * is 0 if another set or network of the user has the same list, or if add had no memory for it. */
size_t egress_held_add(uid_t uid, const struct reach_names *list);
size_t egress_held_drop(uid_t uid, const struct reach_names *list);
/* Returns the number of names by which the user's count would grow if a set or network got the list
 * `new` instead of `old`, or 0 if it would not grow. Both lists may be NULL. */
size_t egress_held_growth(uid_t uid, const struct reach_names *old, const struct reach_names *new);
/* Returns the number of sets and networks of the user that have lists with names. */
size_t egress_held_sets(uid_t uid);
