/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts users' names to numbers and back, by getent(1): nsctl is linked statically and loads no
 * name service modules.
 */
#pragma once

#include <jansson.h>
#include "base.h"

/* Finds the number of a user. A word that is a number is used as it is; a name is looked up.
 * Returns false if there is no such user. */
bool users_find(const char *word, int64_t *ret);

/* The parts of an account that a login uses. */
struct account {
	char *name;  /* NULL: no account */
	char *home;  /* an absolute path */
	char *shell; /* an absolute path */
};

/* Finds the account of user id. Fills in "/" and "/bin/sh" if the account or these parts are
 * missing. */
void users_account(int64_t id, struct account *ret);
void users_account_done(struct account *account);

/* A list of users with their names. Initially {0}. */
struct users {
	struct user_name {
		int64_t id;
		char *name; /* NULL: none */
	} * users;
	size_t n;
};

/* Finds the names of the users whose numbers are in the members called key of objects, by one
 * process for all of them. */
void users_load(struct users *users, const json_t *objects, const char *key);
void users_done(struct users *users);
#define _cleanup_users_ _cleanup_(users_done)

/* Returns the name of a user that users_load() has looked up, or NULL. */
const char *users_name(const struct users *users, int64_t id);
