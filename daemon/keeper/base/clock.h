/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two clocks that the keeper reads, in microseconds. */
#ifndef NSCTL_KEEPER_CLOCK_H
#define NSCTL_KEEPER_CLOCK_H

#include "base.h"

/* Returns the wall clock's time since the Unix epoch: for what users are shown. */
uint64_t clock_wall(void);
/* Returns the time since the machine booted (CLOCK_BOOTTIME), which neither a change of the date
 * nor a suspend stops or moves: for leases and deadlines. */
uint64_t clock_boottime(void);

#endif
