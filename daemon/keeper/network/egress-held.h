/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of hosts in the lists of each user's sets and networks. A list that several of them
 * share counts once, because it is kept once. Only the files egress-*.c may use this header. */
#pragma once

#include "daemon/keeper/policy/reach-names.h"

/* Note that one more set of the user, or one less, has this list, which may be NULL. Return the
 * number of names that the user gains or loses by that. */
size_t egress_held_add(uid_t uid, const struct reach_names *list);
size_t egress_held_drop(uid_t uid, const struct reach_names *list);
/* Returns by how many names the user would have more if a set got the list new instead of old; both
 * may be NULL. */
size_t egress_held_growth(uid_t uid, const struct reach_names *old, const struct reach_names *new);
/* Returns how many sets and networks of the user have lists with names. */
size_t egress_held_sets(uid_t uid);
