/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of nsctld. */
#ifndef NSCTL_KEEPER_OPTIONS_H
#define NSCTL_KEEPER_OPTIONS_H

#include "base.h"

/* Views into argv; NULL: not said, where there is no default. */
struct options {
	const char *config, *socket, *runtime, *state, *cgroup;
	int log_level;
	bool check, purge;
};

/* -1: go on; else the exit status, and whoever started it has been told. */
int options_parse(int argc, char **argv, struct options *ret);

#endif
