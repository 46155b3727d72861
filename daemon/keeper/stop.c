/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/service-manager.h"
#include "daemon/keeper/request/arrival.h"
#include "daemon/keeper/request/front.h"
#include "daemon/keeper/stop.h"
#include "daemon/keeper/workers/operation.h"

/* Maximum time to finish requests in progress: as much as the making of a set may take. */
#define STOP_SECONDS 10
#define LOOK_MICROSECONDS 5000

static struct event *look_event; /* NULL: nsctld is not stopping */
static uint64_t deadline;	 /* CLOCK_BOOTTIME, microseconds */

static bool is_in_flight(const struct keeper *keeper)
{
	return operation_count() > 0 || fronts_are_busy(keeper);
}

static void on_look(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	bool late = clock_boottime() > deadline;

	if (is_in_flight(keeper) && !late)
		return;
	if (late)
		log_warning("not all requests in progress could be finished");
	event_base_loopbreak(keeper->loop);
}

void stop_begin(struct keeper *keeper)
{
	static const struct timeval interval = {.tv_usec = LOOK_MICROSECONDS};

	if (look_event) {
		event_base_loopbreak(keeper->loop);
		return;
	}
	service_manager_stopping();
	arrival_stop(keeper);
	fronts_stop(keeper);
	deadline = clock_boottime() + STOP_SECONDS * UINT64_C(1000000);
	look_event = event_new(keeper->loop, -1, EV_PERSIST, on_look, keeper);
	if (!look_event || event_add(look_event, &interval) < 0)
		event_base_loopbreak(keeper->loop);
}

void stop_end(void)
{
	look_event = free_event(look_event);
}
