/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The variables of a command: the caller's own, or those of another user's login. */
#pragma once

#include "client/users.h"

#define DEFAULT_SHELL "/bin/sh"

struct options;

struct environment {
	bool clean;		       /* --clean-env */
	const struct account *account; /* of the login; NULL: the caller's environment */
	const json_t *extra;	       /* the words of --env, K=V or K, in order */
	const json_t *unset;	       /* names that are not passed on, unless extra has them */
};

/*
 * Returns a new array of "K=V", with each K once. A login gets only TERM from the caller: the
 * caller may be root, whose variables another user must not read. The variables may contain any
 * bytes.
 */
json_t *environment_make(const struct environment *environment);

/* Adds the variables in the file that --env-file names to extra, as --env would: a line is K=V or
 * K, or is empty, or begins with #. Returns 0, or STATUS_USAGE after reporting what is wrong. */
int environment_read(const struct options *options, json_t *extra);

/* Returns the shell of a login or, without an account, the value of $SHELL. If that is no absolute
 * path, returns DEFAULT_SHELL. */
const char *environment_shell(const struct account *account);
