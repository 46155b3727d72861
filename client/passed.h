/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors above 2 that a command gets because the caller names them: by --fd and
 * --preserve-fds; as /dev/fd/N in the command's words, which is what a shell makes of a process
 * substitution; or, of make's jobserver, in MAKEFLAGS. No other descriptor is passed on.
 */
#pragma once

#include "client/options.h"

/* As many as the daemon takes. */
#define PASSED_MAX 16

struct passed {
	struct {
		int fd, number; /* the caller's, and the command's */
	} rows[PASSED_MAX];
	size_t n;
};

/* Takes the argument of --fd, N or N:M. Returns 0, or a status after reporting the failure. */
int passed_take(struct passed *passed, const struct options *options);
/* Takes every descriptor above 2 that nsctl has inherited, by its number. */
int passed_take_all(struct passed *passed, const struct client *client);
/* Takes the inherited pipes that the command's words (ending with NULL) or its variables (an array
 * of "K=V") name. Leaves out those that --fd passes on under another number. */
void passed_take_named(struct passed *passed, char *const *words, const json_t *environment);
/* Adds them to a call. */
int passed_add(const struct passed *passed, const struct client *client, json_t *parameters,
	       struct call_fds *fds);
