/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of lists of egress (struct wire_reach: what a set or network may reach), as the method
 * SetEgress asks for them. */
#pragma once

#include "daemon/wire/egress.h"
#include "protocol/error.h"

/*
 * Applies a change to a list: removes entries, and adds those that the list does not have yet. *ret
 * is the new list. It points to the texts in old and change, so these must outlive it. Returns 0,
 * or ERROR_INVALID_VALUE if an entry to be removed is not on the list, or if allow or deny would
 * have more than DESTINATION_TEXTS_MAX entries.
 */
int reach_change(const struct wire_reach *old, const struct wire_egress *change,
		 struct wire_reach *ret, struct failure *failure);
/* Returns true if the list `changed` may let through what the list `old` refuses: if it allows an
 * entry that `old` does not allow, or does not deny one that `old` denies. Compares entries only
 * one by one, so an entry within another also counts as new. */
bool reach_widens(const struct wire_reach *old, const struct wire_reach *changed);
