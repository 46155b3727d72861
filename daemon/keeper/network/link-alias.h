/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a plan about aliases: a set's other names in a network. */
#pragma once

#include "daemon/keeper/network/link-draft.h"

/* Checks that the set at end i has a name of its own in the network at the other end, and so does
 * each of its aliases. Returns 0 or an error. */
int link_alias_check(struct link_draft *draft, int i);
