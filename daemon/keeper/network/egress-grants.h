/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses to which the names in a list of egress lead (egress-names.h), and which the
 * firewall lets the set or network reach now. A service is a protocol with its ports: see struct
 * destination_service. */
#pragma once

#include "daemon/keeper/policy/address.h"

/* Maximum number of addresses of one set, and of pairs for all sets of a user. A pair is an address
 * and a service at which it may be reached. The firewall's table has one element for a pair, or two
 * if the service is for both TCP and UDP. */
#define GRANTS_MAX 1024
#define GRANTS_PAIRS_MAX 32768

/* An address that a set may reach at these services until this time. */
struct grant {
	struct address address;
	uint32_t services; /* bit i: row i of reach_names.table, of the set's list */
	uint64_t until;	   /* CLOCK_BOOTTIME, microseconds */
};

struct grants {
	struct grant *items;
	size_t n;
	size_t pairs; /* sum of grant_pairs() of all items */
};

/* Returns the number of pairs (see above) of an address with these services, which are bits as in
 * struct grant. */
static inline size_t grant_pairs(uint32_t services)
{
	return (size_t)__builtin_popcount(services);
}

/* Returns true if the set may reach the address at all of these services until this time or
 * longer. */
bool grants_have(const struct grants *grants, const struct address *address, uint32_t services,
		 uint64_t until);
/* Returns true if grants has the address already, or would still have room for it after `more`
 * other addresses were added. */
bool grants_have_room(const struct grants *grants, const struct address *address, size_t more);
/* Adds a grant, or joins it with the grant that has the same address: that one then has the
 * services of both. Returns 0 or -ENOMEM. */
int grants_add(struct grants *grants, const struct grant *grant);
/* Removes the grants whose time is over. now: CLOCK_BOOTTIME in microseconds. */
void grants_expire(struct grants *grants, uint64_t now);
void grants_clear(struct grants *grants);
