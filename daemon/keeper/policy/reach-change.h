/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of lists of egress, as SetEgress asks for them. */
#pragma once

#include "daemon/wire/egress.h"
#include "protocol/error.h"

/*
 * Applies a change to a list: removes entries, and adds those that the list does not have yet. *ret
 * is the new list. It points to the texts of old and change, so these must outlive it. Returns 0,
 * or ERROR_INVALID_VALUE if an entry to be removed is not on the list, or if allow or deny gets
 * more than DESTINATION_TEXTS_MAX entries.
 */
int reach_change(const struct wire_reach *old, const struct wire_egress *change,
		 struct wire_reach *ret, struct failure *failure);
/* Returns true if the list `changed` may let through what the list `old` refuses: if it allows an
 * entry that `old` does not allow, or lacks one that `old` denies. */
bool reach_widens(const struct wire_reach *old, const struct wire_reach *changed);
