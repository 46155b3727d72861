/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>
#include "daemon/keeper/base/clock.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

uint64_t clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t clock_boottime(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

uint64_t clock_processor(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}
