/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/inquiry.h"
#include "daemon/keeper/lease.h"
#include "daemon/keeper/lifecycle.h"
#include "daemon/keeper/log.h"
#include "daemon/keeper/monitor.h"

static void on_expired(struct keeper *keeper _unused_, const struct failure *failure _unused_,
		       void *context _unused_)
{
}

static void on_lease(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	uint64_t now = keeper_boottime();
	struct set *set;

	while ((set = registry_first_expiry(keeper->registry)) && set->expires <= now) {
		struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};

		log_line(LOG_INFO, &fields, "lease has ended");
		registry_set_expiry(keeper->registry, set, 0);
		if (set->state == SET_READY || set->state == SET_BROKEN)
			lifecycle_remove(keeper, set, 0, on_expired, NULL);
	}
	lease_watch(keeper);
}

/* The timer counts CLOCK_MONOTONIC, which stands still in a suspend: so it may come late then, but
 * what it looks at is CLOCK_BOOTTIME. It looks again at least every minute while a lease runs. */
void lease_watch(struct keeper *keeper)
{
	const struct set *set = registry_first_expiry(keeper->registry);
	uint64_t now = keeper_boottime(), span;
	struct timeval time;

	if (!keeper->expiry_event)
		keeper->expiry_event = evtimer_new(keeper->loop, on_lease, keeper);
	if (!keeper->expiry_event)
		return;
	evtimer_del(keeper->expiry_event);
	if (!set)
		return;
	span = MIN(set->expires > now ? set->expires - now : 0, UINT64_C(60000000));
	time = (struct timeval){span / 1000000, span % 1000000};
	evtimer_add(keeper->expiry_event, &time);
}

void lease_connection_gone(struct keeper *keeper, uint32_t connection)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	while (set) {
		struct set *next = registry_next_set(keeper->registry, set->owner, set->name);

		/* one that is being made is looked at again when it is ready */
		if (set->lease_connection == connection && set->state == SET_READY)
			lifecycle_remove(keeper, set, 0, on_expired, NULL);
		set = next;
	}
}

void lease_on_renew(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	struct failure failure = {};
	struct set_view view;
	struct wire_ask ask;
	struct set *set;
	int r;

	if (wire_decode(message, &wire_ask_layout, &ask) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "name", NULL);
	else
		r = server_find_set(keeper, request, ask.name, ask.has_owner, ask.owner, &set,
				    &failure);
	if (r == 0 && set->state != SET_READY)
		r = failure_set(&failure, ERROR_BUSY, 0,
				set->state == SET_BROKEN ? "broken" : "removing", "%s", set->name);
	if (r == 0 && !set->lease)
		r = failure_set(&failure, ERROR_INVALID_VALUE, 0, "name",
				"the set has no lease by time: it lives until it is removed");
	if (r) {
		request_fail(keeper, request, &failure);
		return;
	}
	if (ask.span)
		set->lease = ask.span;
	registry_set_expiry(keeper->registry, set, keeper_boottime() + set->lease);
	store_write_set(keeper->store, set);
	lease_watch(keeper);
	inquiry_view(keeper, set, true, &view);
	request_done(keeper, request, &wire_set_layout, &view.wire);
}
