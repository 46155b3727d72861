/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A limit of time for a command, as timeout(1) has it: SIGTERM, and SIGKILL a while later. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct time_limit {
	int64_t next; /* the moment of the next signal, in ms of CLOCK_MONOTONIC; -1: none */
	bool expired; /* SIGTERM was due */
};

/* Returns the present moment, in ms of CLOCK_MONOTONIC. */
int64_t time_now(void);

/* Starts a limit of that many seconds; 0: there is none. now: the present moment in ms. */
void time_limit_start(struct time_limit *limit, int64_t seconds, int64_t now);

/* Returns the signal that is due now, once for each, or 0. */
int time_limit_due(struct time_limit *limit, int64_t now);

/* Returns the time from now until the first of these moments, in ms as poll(2) takes it. A moment
 * below 0 is none. Returns -1 if there is none at all. */
int time_until(const int64_t *moments, size_t n, int64_t now);
