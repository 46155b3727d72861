/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/time-limit.h"

#include <signal.h>
#include <time.h>

#include "base.h"

/* Between SIGTERM and SIGKILL. */
#define GRACE_MS 10000

int64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void time_limit_start(struct time_limit *limit, int64_t seconds, int64_t now)
{
	limit->next = seconds > 0 ? now + seconds * 1000 : -1;
	limit->expired = false;
}

int time_limit_due(struct time_limit *limit, int64_t now)
{
	if (limit->next < 0 || now < limit->next)
		return 0;
	limit->next = limit->expired ? -1 : now + GRACE_MS;
	if (limit->expired)
		return SIGKILL;
	limit->expired = true;
	return SIGTERM;
}

int time_until(const int64_t *moments, size_t n, int64_t now)
{
	int64_t time = -1;

	for (size_t i = 0; i < n; i++)
		if (moments[i] >= 0 && (time < 0 || moments[i] - now < time))
			time = MAX(moments[i] - now, (int64_t)0);
	return (int)MIN(time, (int64_t)INT_MAX);
}
