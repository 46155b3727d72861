/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of a planned link's ends. See link-plan.h for those of networks and ways out. */
#ifndef NSCTL_KEEPER_LINK_ADDRESS_H
#define NSCTL_KEEPER_LINK_ADDRESS_H

#include "daemon/keeper/network/link-draft.h"

/* Gives end i its addresses, which are those asked for or one of each of the network's subnets.
 * Returns 0 or an error. */
int link_address_give(struct link_draft *draft, int i);

/* Returns true, and the network, if the set is one. */
bool link_address_has_subnets(const struct set *set, struct wire_network *ret);

#endif
