/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/timerfd.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/wire/event.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/* CLOCK_BOOTTIME: expires when the next lease does */
static int timer_fd = -1;
static struct event *timer_event;

/* --- the end --- */

static void expire(struct keeper *keeper, struct set *set, const char *how)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};

	registry_set_expiry(keeper->registry, set, 0);
	if (set->state != SET_READY && set->state != SET_BROKEN)
		return;
	log_operation("leases ended", LOG_INFO, &fields, "lease has ended (%s)", how);
	events_set(set, EVENT_SET_EXPIRED, "lease", how);
	set_remove(keeper, set, 0, NULL, NULL);
}

static void on_process_ended(struct keeper *keeper, struct set *set)
{
	expire(keeper, set, "process");
}

/* --- time --- */

/* Sets the timer to the end of the next lease. */
static void set_timer(struct keeper *keeper)
{
	const struct set *set = registry_first_expiry(keeper->registry);
	struct itimerspec when = {};

	if (set) {
		when.it_value.tv_sec = set->expires / 1000000;
		/* a time of zero would disarm the timer */
		when.it_value.tv_nsec = set->expires % 1000000 * 1000 + 1;
	}
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void on_expired(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	uint64_t now = clock_boottime(), times;
	struct set *set;

	(void)!read(fd, &times, sizeof(times));
	while ((set = registry_first_expiry(keeper->registry)) && set->expires <= now)
		expire(keeper, set, "time");
	set_timer(keeper);
}

/* A timer of the event loop would use CLOCK_MONOTONIC, which stops during a suspend. */
int lease_open(struct keeper *keeper)
{
	timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer_fd < 0)
		return negative_errno();
	timer_event = event_new(keeper->loop, timer_fd, EV_READ | EV_PERSIST, on_expired, keeper);
	if (!timer_event || event_add(timer_event, NULL) < 0)
		return -ENOMEM;
	return 0;
}

void lease_close(void)
{
	if (timer_event)
		event_free(timer_event);
	timer_event = NULL;
	timer_fd = close_fd(timer_fd);
}

int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure)
{
	spec->lease = lease->span;
	spec->lease_connection = lease->connection;
	spec->lease_fd = lease->process_fd;
	return admission_of_lease(request, spec, failure);
}

/* --- connections --- */

void lease_connection_gone(struct keeper *keeper, uint32_t connection)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	while (set) {
		struct set *next = registry_next_set(keeper->registry, set->owner, set->name);

		/* a set in creation is checked when it is ready */
		if (set->lease_connection == connection && set->state == SET_READY)
			expire(keeper, set, "connection");
		set = next;
	}
}

/* --- sets --- */

void lease_begin(struct keeper *keeper, struct set *set)
{
	if (set->lease)
		registry_set_expiry(keeper->registry, set, clock_boottime() + set->lease);
}

void lease_resume(struct keeper *keeper, struct set *set)
{
	if (set->lease)
		set_timer(keeper);
	process_watch_lease(keeper, set, on_process_ended);
}

static int refuse_renewal(const struct set *set, struct failure *failure)
{
	if (set->lease_pid)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   "the set has no lease by time: it ends with process %d",
				   set->lease_pid);
	if (set->lease_connection)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   "the set has no lease by time: it ends with the connection that "
				   "made it");
	return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
			   "the set has no lease by time: it lives until it is removed");
}

/* Returns true if the subject is inside the set, or inside one whose lease is renewed together with
 * it. */
static bool surrounds(struct keeper *keeper, const struct authz_subject *subject,
		      const struct set *set)
{
	const char *name = subject->scope_text;
	const struct set *around =
		name && *name ? registry_find_set(keeper->registry, subject->scope_owner, name)
			      : NULL;

	return around && (around == set || (*set->group && around->owner == set->owner &&
					    strcmp(around->group, set->group) == 0));
}

static void renew(struct keeper *keeper, struct set *set, uint64_t span)
{
	if (span)
		set->lease = span;
	registry_set_expiry(keeper->registry, set, clock_boottime() + set->lease);
	store_write_set(keeper->store, set);
}

void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span)
{
	struct set *set = registry_next_set(keeper->registry, owner, NULL);

	for (; set && set->owner == owner;
	     set = registry_next_set(keeper->registry, owner, set->name))
		if (set->lease && set->state != SET_REMOVING && strcmp(set->group, group) == 0)
			renew(keeper, set, span);
	set_timer(keeper);
}

int on_renew(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	     struct failure *failure)
{
	struct set_view view;
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r == 0)
		r = authz_renewal(&request->subject, surrounds(keeper, &request->subject, set),
				  failure);
	if (r == 0)
		r = check_ready(set->state, set->name, failure);
	if (r)
		return r;
	if (!set->lease)
		return refuse_renewal(set, failure);
	if (*set->group)
		lease_renew_group(keeper, set->owner, set->group, asked->span);
	else
		renew(keeper, set, asked->span);
	set_timer(keeper);
	view_set(keeper, set, true, &view);
	request_done(keeper, request, &wire_set_layout, &view.wire);
	return 0;
}
