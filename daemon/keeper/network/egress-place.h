/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses at which a resolver (egress-resolver.h) answers a set, or the members of a network,
 * whose list of egress has names of hosts. */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Finds the addresses at which the resolver answers in this set: one on loopback or, in a network,
 * the first one of the bridge for each family. Both texts in ret must be empty before the call, and
 * stay empty where there is no address. */
void egress_place_find(const struct set *set, char ret[2][ADDRESS_SIZE]);

/* Fills in ret with the addresses at which the set, or a member of the network, finds its resolver.
 * Returns their number: 0 if the list has no names. The texts are valid as long as the list has
 * names. */
size_t egress_place_servers(const struct set *set, const char *ret[static 2]);
