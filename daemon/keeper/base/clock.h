/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's clocks, in microseconds. */
#pragma once

#include "base.h"

/* Returns the time since the Unix epoch, for times that users see. */
uint64_t clock_wall(void);
/* Returns the time since the machine booted (CLOCK_BOOTTIME), for leases and deadlines. This clock
 * does not follow changes of the date, and it runs on during a suspend. */
uint64_t clock_boottime(void);
/* Returns the processor time that the keeper has used. */
uint64_t clock_processor(void);
/* Converts microseconds to a struct timeval, for timers of the event loop. */
static inline struct timeval clock_span(uint64_t microseconds)
{
	return (struct timeval){.tv_sec = (time_t)(microseconds / 1000000),
				.tv_usec = (suseconds_t)(microseconds % 1000000)};
}
