/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Users' names to numbers and back, asked of getent(1): nsctl is linked statically and loads no
 * name service modules.
 */
#ifndef NSCTL_CLIENT_RESOLVE_H
#define NSCTL_CLIENT_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "client/print.h"

/* A number is taken as it is; a name is looked up. */
bool resolve_user(const char *word, int64_t *ret);

/* What a login takes from a user's account. */
struct account {
	char *name;  /* NULL: the user has no account */
	char *home;  /* an absolute path */
	char *shell; /* an absolute path */
};

/* Fills in "/" and "/bin/sh" where the account, or what it says, is missing. */
void resolve_account(int64_t id, struct account *ret);
void resolve_account_done(struct account *account);

/* Starts as {0}. */
struct users {
	struct user_name {
		int64_t id;
		char *name; /* NULL: none */
	} * users;
	size_t n;
};

/* The users whose numbers are members called key of objects; by one process, whatever their number.
 */
void resolve_users(struct users *users, const json_t *objects, const char *key);
void resolve_users_done(struct users *users);
#define _cleanup_users_ _cleanup_(resolve_users_done)

/* A cell with the name of the user, or the number. */
void resolve_cell(struct table *table, const struct users *users, const json_t *id);

#endif
