/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of nsctld. */
#ifndef NSCTL_KEEPER_OPTIONS_H
#define NSCTL_KEEPER_OPTIONS_H

#include "base.h"

/* Options as given, pointing into argv; NULL: not given, if there is no default. */
struct options {
	const char *config, *socket, *runtime, *state, *cgroup;
	int log_level;
	bool check, purge;
};

/* Returns -1 to go on, else the exit status; a message has been printed then. */
int options_parse(int argc, char **argv, struct options *ret);

#endif
