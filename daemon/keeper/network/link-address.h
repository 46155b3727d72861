/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives addresses to the ends of a planned link. link-address.c also defines the functions of
 * link-plan.h for networks and ways out. */
#pragma once

#include "daemon/keeper/network/link-draft.h"

/* Gives end i its addresses: those that are asked for, or one in each of the network's subnets.
 * Returns 0 or an error. */
int link_address_give(struct link_draft *draft, int i);

/* Returns true if the set is a network, and fills in *ret with the network. */
bool link_address_read_network(const struct set *set, struct wire_network *ret);
