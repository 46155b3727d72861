/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Learning what a list lacks. Meanwhile the list's chain has rules at its end that count the
 * packets which it would refuse, by destination, and accept them. Its sets learned4-INTERFACE and
 * learned6-INTERFACE are as those of firewall-refused.h.
 *
 * These rules only hold for interfaces in the set LEARNING, whose elements end by themselves. So
 * the list is closed again soon when nobody is left to close it, and at once when the table is made
 * anew, as no such element comes back with it.
 */
#pragma once

#include "daemon/kernel/nft.h"

#define FIREWALL_LEARNED "learned" /* begins the names of the sets */

/* Adds these rules to the list's chain, as its last ones, and the sets, unless they exist. refused:
 * the chain for packets from other interfaces. */
void firewall_learned_add(struct nft *nft, const char *list, const char *interface,
			  const char *refused);
/* Adds requests that remove the sets, after their rules. It is no error if there are none. */
void firewall_learned_remove(struct nft *nft, const char *interface);
/* Lets packets pass by these rules for so long from now on. 0: no more. */
void firewall_learned_for(struct nft *nft, const char *interface, uint64_t milliseconds);
