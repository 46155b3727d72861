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

/* A number is taken as it is; a name is looked up. */
bool resolve_user(const char *word, int64_t *ret);

struct user_name {
	int64_t id;
	char *name; /* NULL: none; to be freed */
};

/* Fills in the names of all users, by one process. */
void resolve_names(struct user_name *users, size_t n);

#endif
