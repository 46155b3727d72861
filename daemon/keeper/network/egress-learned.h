/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remembers which destinations a set or network has reached while its list was learned
 * (set/learn.c), and which names have led there. Until the learning ends, the set's resolver
 * forwards all names. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/resolver.h"

/* Lists of a user that are learned at a time: each takes about 40 KiB. */
#define LEARNED_LISTS_MAX 64

enum learned_state {
	LEARNED_GROWS,	 /* the set may reach all destinations */
	LEARNED_CLOSING, /* no more names are forwarded; the firewall may still have its rules */
	LEARNED_DONE,
};

/* Begins to learn the set's list: from now on, remembers what the set reaches. Returns 0, -ENOMEM,
 * -EUSERS (the owner already learns LEARNED_LISTS_MAX lists) or -ENOSPC (the owner's resolver has
 * RESOLVER_SETS_MAX other sets). */
int egress_learned_begin(struct set *set);
void egress_learned_change(struct set *set, enum learned_state state);
/* Forgets what was learned for the set's list. Does nothing if nothing was. */
void egress_learned_forget(struct set *set);

/* Returns true if the resolver forwards names that are not on the list. */
bool egress_learned_forwards(const struct set *set);
/* Returns true if the firewall has rules for learning, or may have them. */
bool egress_learned_has_rules(const struct set *set);

/* Notes the addresses that a name leads to. */
void egress_learned_note(struct set *set, const struct wire_resolver_allow *allow);
/* Notes the destinations to which packets were let through. */
void egress_learned_add(struct set *set, const struct task_refusals *refusals);
/* Notes that the firewall could not count all destinations. */
void egress_learned_overflow(struct set *set);

/* Fills in the destinations that were not reported before. Each is reported with every name that
 * leads to its address, or without a name if there is none. ret->more: there was no room for all.
 * *ret points into memory of this module. */
void egress_learned_tell(const struct keeper *keeper, struct set *set,
			 struct wire_learned_list *ret);
