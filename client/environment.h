/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The variables that a command is given: the caller's own, or those of another's login. */
#ifndef NSCTL_CLIENT_ENVIRONMENT_H
#define NSCTL_CLIENT_ENVIRONMENT_H

#include <stdbool.h>
#include <jansson.h>
#include "client/resolve.h"

#define DEFAULT_SHELL "/bin/sh"

struct environment {
	bool clean;		       /* --clean-env */
	const struct account *account; /* whose login it is; NULL: the caller goes on */
	const json_t *extra;	       /* the words of --env, K=V or K, in order */
};

/*
 * Returns a new array of "K=V", each K once. A login has TERM from the caller, and nothing else:
 * the caller may be root, and its variables are not another's to read. What is no UTF-8 is left
 * out, and told.
 */
json_t *environment_make(const struct environment *environment);

/* Returns the shell of the login; without one SHELL's, where that is a path. */
const char *environment_shell(const struct account *account);

#endif
