/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remembers the destinations outside its list that a set or network reaches while the list is
 * learned (set/learn.c), and the names that lead there. Until the learning ends, the firewall lets
 * the set reach such destinations, and its resolver forwards all names. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/resolver.h"

/* Maximum number of lists of a user that are learned at the same time. Each takes about 40 KiB of
 * the keeper's memory. */
#define LEARNED_LISTS_MAX 64

enum learned_state {
	LEARNED_GROWS,	 /* the set may reach destinations that the list lacks */
	LEARNED_CLOSING, /* learning ends: the resolver forwards only names of the list again; the
			  * firewall may still have its rules for learning */
	LEARNED_DONE,	 /* the firewall has no rules for learning any more */
};

/* Begins to learn the list of the set, which must not be learned already. Returns 0, -ENOMEM,
 * -EUSERS (LEARNED_LISTS_MAX lists of the owner are being learned) or -ENOSPC (RESOLVER_SETS_MAX
 * other sets and networks of the owner have lists with names). */
int egress_learned_begin(struct set *set);
void egress_learned_change(struct set *set, enum learned_state state);
/* Forgets all that was learned for the set's list. Does nothing if the list is not being
 * learned. */
void egress_learned_forget(struct set *set);

/* Returns true if the set's resolver forwards names that are not on the list, because the list is
 * being learned. */
bool egress_learned_forwards(const struct set *set);
/* Returns true if the firewall has rules for learning the set's list, or may have them. */
bool egress_learned_has_rules(const struct set *set);

/* Notes the addresses to which a name leads, from a request of the resolver. This function and the
 * others below (egress_learned_add(), egress_learned_overflow(), egress_learned_tell()) may be
 * called only after egress_learned_begin() and before egress_learned_forget(). */
void egress_learned_note(struct set *set, const struct wire_resolver_allow *allow);
/* Notes the destinations in *refusals, to which packets were let through although the list does not
 * have them. */
void egress_learned_add(struct set *set, const struct task_refusals *refusals);
/* Notes that the kernel had no room to count all destinations: egress_learned_tell() then sets
 * ret->full in all answers. */
void egress_learned_overflow(struct set *set);

/* Fills in *ret with what no call for this set has returned yet: each destination once for each
 * name that leads to its address, or once without a name if none does so far. ret->more: there was
 * no room for all. *ret points into memory of this module, until the next call or
 * egress_learned_forget(). */
void egress_learned_tell(const struct keeper *keeper, struct set *set,
			 struct wire_learned_list *ret);
