/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of hosts in a list of egress, and the ports at which each name may be reached. Sets
 * with the same list share one copy, because an administrator's list may have thousands of names.
 */
#pragma once

#include "daemon/keeper/policy/config.h"

#define REACH_NAMES_MAX 10000
#define REACH_SERVICES_MAX 32

struct reach_names {
	size_t n, n_own;
	/* the n names, each followed by a NUL: first the n_own names of the user's own entries,
	 * then those of the configuration; both in alphabetical order, without repetition */
	char *text;
	size_t size;
	uint32_t *services;				      /* of each name; bit i is table[i] */
	struct destination_service table[REACH_SERVICES_MAX]; /* protocols and ports, distinct */
	size_t n_services;
	bool overflow; /* entries were left out: there were too many names, or rows in table */
	/* Lists with the same names and ports, in any order, have the same digest; other lists
	 * almost never do. 0: there are no names. */
	uint64_t digest;

	/* for reach-names.c only */
	struct reach_names *next;
	size_t users;
	uint64_t generation; /* of the configuration */
	char *key;	     /* the allowed entries of the list: see make_key() */
	size_t key_size;
};

/* Finds the names that a list of egress allows, including those of the lists of the configuration
 * that it allows. *ret is NULL if there are none; otherwise the caller releases it with
 * reach_names_release(). Returns 0 or -ENOMEM. */
int reach_names_find(const struct config *config, const struct wire_reach *reach,
		     struct reach_names **ret);
/* Like reach_names_find(), but if there is a list without names, *ret is empty instead of NULL. */
int reach_names_find_all(const struct config *config, const struct wire_reach *reach,
			 struct reach_names **ret);
/* Returns the names for one more holder, which releases them with reach_names_release(). */
struct reach_names *reach_names_share(struct reach_names *names);
/* Releases the names, and frees them if this was their last holder. Accepts NULL. Returns NULL. */
struct reach_names *reach_names_release(struct reach_names *names);
/* Returns true if n, n_own, text, services and table of both are equal. Lists with the same names
 * and ports may be unequal if their entries are in another order. */
bool reach_names_equal(const struct reach_names *a, const struct reach_names *b);
/* Returns true if `names` has all names and ports of `others`. Both may be NULL. */
bool reach_names_cover(const struct reach_names *names, const struct reach_names *others);
