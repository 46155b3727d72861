/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of ways out, as keeper and makers both compute them. Pure functions. */
#pragma once

#include "daemon/wire/link.h"

/* Number of addresses in a pool that each way takes. The host has the second of them, the set the
 * third. */
#define WAY_ADDRESSES 4

/* The group of all ways' interfaces on the host (IFLA_GROUP), whichever nsctld has made them. */
#define WAY_GROUP 0x6e73

/* Adds the size of this many ways to an address, and writes the result to ret, with the prefix
 * length of address, if it has one. So the function finds the next address in the pool. ret may be
 * address. */
void way_shift(const char *address, uint32_t ways, char ret[static ADDRESS_SIZE]);
