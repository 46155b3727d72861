/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Learning what a list lacks. While a list is learned, its chain has rules at its end that count by
 * destination the packets which it would refuse, and accept them. The sets learned4-INTERFACE and
 * learned6-INTERFACE are like those of firewall-refused.h.
 *
 * These rules hold only for interfaces in the set LEARNING, whose elements end by themselves. So
 * the list is closed soon, even if nobody is left to close it. It is closed at once when the table
 * is made anew, because its element does not come back with the table.
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
/* Lets packets pass by these rules for this long from now on; 0: not any more. */
void firewall_learned_for(struct nft *nft, const char *interface, uint64_t milliseconds);
