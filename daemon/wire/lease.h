/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The typed form of a lease: a part of specifications and networks, and of requests that give a
 * lease. A condition that is absent ends nothing. See layout.h for the rules.
 */
#pragma once

#include "daemon/wire/codec.h"

#define SPAN_MAX (UINT64_C(100) * 365 * 24 * 3600 * 1000000) /* a century in microseconds */
#define SPAN_MIN 1000

struct wire_lease {
	uint64_t span; /* microseconds, 0: no end by time */
	bool connection;
	int process_fd; /* a pidfd; the keeper fills in the process's pid and start: */
	uint32_t pid;
	uint64_t start; /* clock ticks since boot */
	int pipe_fd;	/* reading end of a pipe; the keeper fills in the pipe's watcher: */
	bool pipe;	/* the lease has a pipe */
	uint32_t watcher_pid;
	uint64_t watcher_start;
	uint64_t idle; /* microseconds, 0: no end by idleness */
};

extern const struct wire_layout wire_lease_layout;

/* Returns true if the lease has any condition. */
bool wire_lease_is_given(const struct wire_lease *lease);
