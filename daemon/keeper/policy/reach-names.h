/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of hosts that a list of egress (struct wire_reach: what a set or network may reach)
 * allows, and the services of each name: protocols and ports. Sets and networks with the same list
 * share one struct reach_names, because an administrator's list may have thousands of names.
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
	/* Lists with the same names and services, in any order, have the same digest; other lists
	 * almost never do. 0: there are no names. */
	uint64_t digest;

	/* for reach-names.c only */
	struct reach_names *next;
	size_t users;	     /* number of holders */
	uint64_t generation; /* of the configuration that the names come from */
	char *key;	     /* the allowed entries of the list: see make_key() */
	size_t key_size;
};

/* Finds the names that a list allows, including those in the lists of the configuration that it
 * allows. If it allows none, *ret is NULL. Otherwise the caller releases *ret with
 * reach_names_release(). Returns 0 or -ENOMEM. */
int reach_names_find(const struct config *config, const struct wire_reach *reach,
		     struct reach_names **ret);
/* Like reach_names_find(), but for a list that allows no names, *ret is a struct with n = 0. *ret
 * is NULL only if there is no list (reach->listed is false). */
int reach_names_find_all(const struct config *config, const struct wire_reach *reach,
			 struct reach_names **ret);
/* Adds a holder, which must release the names with reach_names_release(). Returns the names. */
struct reach_names *reach_names_share(struct reach_names *names);
/* Releases the names, and frees them if this was their last holder. Accepts NULL. Returns NULL. */
struct reach_names *reach_names_release(struct reach_names *names);
/* Returns true if n, n_own, text, services and table of both are equal. Lists with the same names
 * and services may be unequal if their entries are in another order. */
bool reach_names_equal(const struct reach_names *a, const struct reach_names *b);
/* Returns true if `names` has all names of `others`, each with all services that it has there.
 * NULL: no names. */
bool reach_names_cover(const struct reach_names *names, const struct reach_names *others);
