/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of nsctld. */
#pragma once

#include "base.h"

/* The options of a command line. NULL: the option is missing and has no default. */
struct options {
	const char *config, *socket, *runtime, *state, *cgroup;
	int log_level;
	bool check, purge;
};

/* Parses the command line. Returns -1 if nsctld should start. Otherwise prints a message, and
 * returns the exit status. */
int options_parse(int argc, char **argv, struct options *ret);
