/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses of names that a set may reach now, as the firewall has them. */
#pragma once

#include "daemon/keeper/policy/address.h"

/* Addresses that one set may have at a time, and pairs of an address and a service that all sets of
 * a user may have: the firewall has one or two elements for each. */
#define GRANTS_MAX 1024
#define GRANTS_PAIRS_MAX 32768

struct grant {
	struct address address;
	uint32_t services; /* bits: as in struct reach_name */
	uint64_t until;	   /* CLOCK_BOOTTIME, microseconds */
};

struct grants {
	struct grant *items;
	size_t n;
	size_t pairs; /* services of all items */
};

/* Returns the number of services. */
static inline size_t grant_pairs(uint32_t services)
{
	return (size_t)__builtin_popcount(services);
}

/* Returns true if the address has all of these services until this time. */
bool grants_have(const struct grants *grants, const struct address *address, uint32_t services,
		 uint64_t until);
/* Returns true if the address may be added: it is there already, or there is room. */
bool grants_have_room(const struct grants *grants, const struct address *address, size_t more);
/* Adds a grant, or extends the one with this address. Returns 0 or -ENOMEM. */
int grants_add(struct grants *grants, const struct grant *grant);
/* Removes the grants whose time is over. */
void grants_expire(struct grants *grants, uint64_t now);
void grants_clear(struct grants *grants);
