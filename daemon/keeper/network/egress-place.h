/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses at which a resolver answers a set whose list has names. */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Finds the addresses at which the resolver answers in this set: one on loopback or, in a network,
 * the first one of the bridge for each family. "" in ret means that there is none. */
void egress_place_find(const struct set *set, char ret[2][ADDRESS_SIZE]);

/* Returns the number of addresses at which the set, or a member of the network, finds its resolver:
 * 0 without names. *ret is valid as long as the set has names. */
size_t egress_place_servers(const struct set *set, const char *ret[static 2]);
