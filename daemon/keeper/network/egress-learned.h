/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Learning of lists of egress (egress-list.h; the method LearnEgress, set/learn.c). While a list is
 * learned, the firewall also lets the set or network reach destinations that the list lacks, and
 * its resolver forwards the questions for all names. This module remembers these destinations and
 * the names that lead there, for the client that wants to complete the list. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/resolver.h"

/* Maximum number of lists of a user that are learned at the same time. Each takes about 40 KiB of
 * the keeper's memory, and that of its names. */
#define LEARNED_LISTS_MAX 64

enum learned_state {
	LEARNED_GROWS,	 /* the list is learned: destinations that it lacks may be reached */
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

/* Returns true if the set's resolver forwards questions for names that are not on the list to the
 * name servers, because the list is being learned. */
bool egress_learned_forwards(const struct set *set);
/* Returns true if the firewall has rules for learning the set's list, or may have them. */
bool egress_learned_has_rules(const struct set *set);

/* Remembers the name and the addresses in a request of the resolver. This function,
 * egress_learned_add(), egress_learned_overflow() and egress_learned_tell() may be called only
 * between egress_learned_begin() and egress_learned_forget(). */
void egress_learned_note(struct set *set, const struct wire_resolver_allow *allow);
/* Remembers the destinations in *refusals: the list lacks them, but packets were let through to
 * them. */
void egress_learned_add(struct set *set, const struct task_refusals *refusals);
/* Must be called when the kernel had no room to count all destinations. egress_learned_tell() then
 * always sets ret->full. */
void egress_learned_overflow(struct set *set);

/* Fills in *ret with the destinations that were not returned before for this set. Returns each one
 * once for each name that leads to its address; or once without a name, if no name is known to lead
 * there yet. ret->more: there was no room for all, and the next call returns others. *ret points
 * into memory of this module, until the next call or egress_learned_forget(). */
void egress_learned_tell(const struct keeper *keeper, struct set *set,
			 struct wire_learned_list *ret);
