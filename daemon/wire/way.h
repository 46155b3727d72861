/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of ways out: what keeper and makers must agree on. Pure. */
#ifndef NSCTL_WIRE_WAY_H
#define NSCTL_WIRE_WAY_H

#include "daemon/wire/link.h"

/* What each way out takes of a pool: four addresses, of which the host has the second and the set
 * the third. */
#define WAY_ADDRESSES 4

/* The group of all ways' interfaces on the host (IFLA_GROUP), whichever nsctld has made them. */
#define WAY_GROUP 0x6e73

/* Writes the address, with a prefix or without, that lies so many ways further in its pool. ret may
 * be address. */
void way_shift(const char *address, uint32_t ways, char ret[static ADDRESS_SIZE]);

#endif
