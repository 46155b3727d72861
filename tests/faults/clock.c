/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A clock that is set back by a day, as long as the file $NSCTL_CLOCK_BACK is there: preloaded into
 * the daemon. Only CLOCK_REALTIME can be set; the others are the kernel's own.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	const char *path = getenv("NSCTL_CLOCK_BACK");
	int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (r == 0 && clock == CLOCK_REALTIME && path && access(path, F_OK) == 0)
		ret->tv_sec -= DAY;
	return r;
}
