/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses of names that the firewall lets a set reach now. */
#pragma once

#include "daemon/keeper/policy/address.h"

/* Maximum number of addresses of one set, and of pairs of an address and a service of all sets of a
 * user. The firewall has one or two elements for each pair. */
#define GRANTS_MAX 1024
#define GRANTS_PAIRS_MAX 32768

/* An address that a set may reach at these services until this time. */
struct grant {
	struct address address;
	uint32_t services; /* bit i: service table[i] of struct reach_names */
	uint64_t until;	   /* CLOCK_BOOTTIME, microseconds */
};

struct grants {
	struct grant *items;
	size_t n;
	size_t pairs; /* sum of grant_pairs() of all items */
};

/* Returns the number of services, and so of pairs of one address. */
static inline size_t grant_pairs(uint32_t services)
{
	return (size_t)__builtin_popcount(services);
}

/* Returns true if the set may reach the address at all of these services until this time or
 * longer. */
bool grants_have(const struct grants *grants, const struct address *address, uint32_t services,
		 uint64_t until);
/* Returns true if grants has the address, or has room for it after `more` further addresses. */
bool grants_have_room(const struct grants *grants, const struct address *address, size_t more);
/* Adds a grant, or extends the grant with the same address. Returns 0 or -ENOMEM. */
int grants_add(struct grants *grants, const struct grant *grant);
/* Removes the grants whose time is over. now: CLOCK_BOOTTIME in microseconds. */
void grants_expire(struct grants *grants, uint64_t now);
void grants_clear(struct grants *grants);
