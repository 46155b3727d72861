/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses of a planned link's ends. Those of networks and ways out: see link-plan.h. */
#ifndef NSCTL_KEEPER_LINK_ADDRESS_H
#define NSCTL_KEEPER_LINK_ADDRESS_H

#include "daemon/keeper/network/link-draft.h"

/* Gives end i its addresses, those that were wished for or one of each of the network's subnets,
 * and its gateway. Returns 0 or an error. */
int draft_give_addresses(struct draft *draft, int i);

#endif
