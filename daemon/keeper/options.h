/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of nsctld. */
#pragma once

#include "base.h"

/* The options of a command line. config, socket and cgroup are NULL if they are missing. */
struct options {
	const char *config, *socket, *runtime, *state, *cgroup;
	int log_level;
	bool check, purge;
};

/* Parses the command line. Returns -1 if nsctld should go on. After --help, --version or a mistake,
 * prints a message and returns the exit status. */
int options_parse(int argc, char **argv, struct options *ret);
