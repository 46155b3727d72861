/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/timerfd.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/set/expiry.h"
#include "daemon/keeper/state/registry.h"

/* fires when the next set expires */
static int timer_fd = -1;
static struct event *timer_event;
static set_expired *on_set_expired;

/* Sets the timer to the time at which the next set expires. Stops the timer if no set expires. */
static void set_timer(struct keeper *keeper)
{
	const struct set *set = registry_first_expiry(keeper->registry);
	struct itimerspec when = {};

	if (set) {
		when.it_value.tv_sec = set->lease.expires / 1000000;
		/* adds 1, because a time of zero would stop the timer */
		when.it_value.tv_nsec = set->lease.expires % 1000000 * 1000 + 1;
	}
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void on_timer(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	uint64_t now = clock_boottime(), times;
	struct set *set;

	(void)!read(fd, &times, sizeof(times));
	while ((set = registry_first_expiry(keeper->registry)) && set->lease.expires <= now) {
		bool by_time = set->lease.span_expires && set->lease.span_expires <= now;

		set->lease.span_expires = set->lease.idle_expires = 0;
		registry_set_expiry(keeper->registry, set, 0);
		on_set_expired(keeper, set, by_time ? "time" : "idle");
	}
	set_timer(keeper);
}

/* Uses a timerfd, because the loop's own timers follow CLOCK_MONOTONIC, which
 * stands still in a suspend. */
int expiry_open(struct keeper *keeper, set_expired *expired)
{
	on_set_expired = expired;
	timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer_fd < 0)
		return negative_errno();
	timer_event = event_new(keeper->loop, timer_fd, EV_READ | EV_PERSIST, on_timer, keeper);
	return timer_event && event_add(timer_event, NULL) == 0 ? 0 : -ENOMEM;
}

void expiry_close(void)
{
	free_event(timer_event);
	timer_event = NULL;
	timer_fd = close_fd(timer_fd);
}

void expiry_settle(struct keeper *keeper, struct set *set)
{
	registry_set_expiry(keeper->registry, set, set_next_expiry(set));
	set_timer(keeper);
}
