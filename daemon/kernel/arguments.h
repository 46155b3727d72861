/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments and the environment of a command, read from the memfd that a front has filled. */
#pragma once

#include "base.h"

#define ARGUMENTS_ADDED 5

struct arguments {
	void *map; /* the memfd of struct wire_command */
	size_t size;
	char **words;	    /* arguments, NULL, environment, NULL: all point into map */
	char **environment; /* with room for ARGUMENTS_ADDED variables more */
};

/*
 * Reads a memfd, which must be sealed against any change. The file comes from a user, so a file of
 * another kind, which could be cut short or rewritten during the reading, is refused before it is
 * touched. Returns 0 or -errno (-EBADMSG: the contents are no valid struct wire_command). The
 * caller calls arguments_done() in any case.
 */
int arguments_read(int fd, struct arguments *ret);
/* Sets a variable, NAME=VALUE, which must live as long as the environment. arguments_default() does
 * this only if the environment does not have it. */
void arguments_set(char **environment, char *variable);
void arguments_default(char **environment, char *variable);
/* Returns the variable's value, or NULL. */
const char *arguments_value(char *const *environment, const char *name);
void arguments_done(struct arguments *arguments);
