/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/expiry.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/wire/event.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/* --- the end of a lease --- */

static void expire(struct keeper *keeper, struct set *set, const char *how)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};

	if (set->state != SET_READY && set->state != SET_BROKEN)
		return;
	log_operation("leases ended", LOG_INFO, &fields, "%s %s of %s: lease has ended (%s)",
		      set_what(set), fields.set, user_name(set->owner).text, how);
	events_set(set, EVENT_SET_EXPIRED, "lease", how);
	set_remove(keeper, set, 0, NULL, NULL);
}

static void on_process_ended(struct keeper *keeper, struct set *set)
{
	expire(keeper, set, "process");
}

static void on_watcher_ended(struct keeper *keeper, struct set *set)
{
	expire(keeper, set, "pipe");
}

/* Called when the init of a set in its caller's cgroup has ended, for example because the systemd
 * unit of the caller was stopped. Ends the set's lease. */
static void on_init_ended(struct keeper *keeper, struct set *set)
{
	expire(keeper, set, "cgroup");
}

/* Called when the init has ended in a set that ends with its command: the runner (the process that
 * waits for the command) then kills all processes of the set. Removes the set. */
static void on_runs_init_ended(struct keeper *keeper, struct set *set)
{
	if (set->state == SET_READY)
		set_remove(keeper, set, 0, NULL, NULL);
}

void lease_connection_gone(struct keeper *keeper, uint32_t connection)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);

	while (set) {
		struct set *next = registry_next_set(keeper->registry, set->owner, set->name);

		/* expire() does nothing to a set that is being made: lease_resume() will end its
		 * lease */
		if (set->lease.connection == connection)
			expire(keeper, set, "connection");
		set = next;
	}
}

int lease_open(struct keeper *keeper)
{
	return expiry_open(keeper, expire);
}

void lease_close(void)
{
	expiry_close();
}

/* --- the beginning of a lease --- */

int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure)
{
	spec->lease = *lease;
	return admission_of_lease(request, &spec->lease, failure);
}

void lease_put(struct set *set, const struct wire_lease *lease, const struct request *request)
{
	struct client_connection *connection = request_connection(request);

	registry_put_lease(set, lease);
	set->lease.connection = lease->connection ? request->connection : 0;
	if (connection)
		connection->has_leases |= lease->connection;
}

void lease_begin(struct keeper *keeper, struct set *set)
{
	if (!set->lease.span)
		return;
	set->lease.span_expires = clock_boottime() + set->lease.span;
	expiry_settle(keeper, set);
}

void lease_resume(struct keeper *keeper, struct set *set)
{
	process_watch_init(keeper, set,
			   set->run		 ? on_runs_init_ended
			   : set->callers_cgroup ? on_init_ended
						 : NULL);
	expiry_settle(keeper, set);
	idle_look(keeper, set);
	process_watch_lease(keeper, set, on_process_ended);
	process_watch_watcher(keeper, set, on_watcher_ended);
	/* the connection may have ended while the set was being made */
	if (set->lease.connection && !connection_is_open(keeper, set->lease.connection))
		expire(keeper, set, "connection");
}

/* --- renewal --- */

static int refuse_renewal(const struct set *set, struct failure *failure)
{
	const struct set_lease *lease = &set->lease;
	char process[32];
	const char *end = lease->pid	       ? process
			  : lease->watcher_pid ? "it ends with a pipe"
			  : lease->connection  ? "it ends with the connection that made it"
			  : lease->idle	       ? "it ends when it is idle"
					       : "it lives until it is removed";

	snprintf(process, sizeof(process), "it ends with process %d", lease->pid);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
			   "the %s has no lease by time: %s", set_what(set), end);
}

/* Returns true if the subject, a caller, is inside the set, or inside another set that the same
 * Apply has made. */
static bool surrounds(struct keeper *keeper, const struct authz_subject *subject,
		      const struct set *set)
{
	const char *name = subject->scope_text;
	const struct set *around =
		*name ? registry_find_set(keeper->registry, subject->scope_owner, name) : NULL;

	return around && (around == set || (*set->group && around->owner == set->owner &&
					    strcmp(around->group, set->group) == 0));
}

static void renew(struct keeper *keeper, struct set *set, uint64_t span)
{
	if (set->lease.span && span)
		set->lease.span = span;
	lease_begin(keeper, set);
	idle_restart(keeper, set);
	store_write_set(keeper->store, set);
}

static bool has_lease(const struct set *set)
{
	const struct set_lease *lease = &set->lease;

	return lease->span || lease->idle || lease->pid || lease->watcher_pid || lease->connection;
}

/* Returns the owner's first set or network of the group (id of an Apply) that has a lease and is
 * not being removed or, if `after` is given, the next one after that. Returns NULL if there is
 * none. */
static struct set *next_leased(struct keeper *keeper, uid_t owner, const char *group,
			       const struct set *after)
{
	struct set *at = registry_next_set(keeper->registry, owner, after ? after->name : NULL);

	while (at && at->owner == owner &&
	       (strcmp(at->group, group) != 0 || !has_lease(at) || at->state == SET_REMOVING))
		at = registry_next_set(keeper->registry, owner, at->name);
	return at && at->owner == owner ? at : NULL;
}

void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span)
{
	struct set *at = NULL;

	while ((at = next_leased(keeper, owner, group, at)))
		renew(keeper, at, span);
}

/* Puts the lease into the set's specification, which clients see. Returns 0 or -errno. */
static int put_in_spec(struct set *set, const struct wire_lease *lease)
{
	static struct wire_spec spec;
	int r = wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec);

	if (r < 0)
		return r;
	spec.lease = *lease;
	return registry_repack(&wire_spec_layout, &spec, &set->spec, &set->spec_size);
}

/* Replaces the set's lease by this one, and begins to watch for its end. request: see lease_put().
 * May remove the set at once. Returns 0 or -errno. */
static int replace(struct keeper *keeper, struct set *set, const struct wire_lease *lease,
		   const struct request *request)
{
	int r = put_in_spec(set, lease);

	if (r < 0)
		return r;
	process_watch_end_lease(set);
	pipe_watch_let_go(keeper, set);
	lease_put(set, lease, request);
	lease_begin(keeper, set);
	store_write_set(keeper->store, set);
	lease_resume(keeper, set);
	return 0;
}

int lease_end_with_command(struct keeper *keeper, const struct request *request, struct set *set,
			   struct failure *failure)
{
	struct wire_lease lease;
	int r;

	if (surrounds(keeper, &request->subject, set))
		return failure_set(failure, ERROR_NOT_PERMITTED, 0,
				   "removing what was made together from inside",
				   "the caller is inside set %s", request->subject.scope_text);
	if (set->boot.wanted)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "remove",
				   "cannot be used for set %s: it has boot, so it is made again",
				   set->name);
	wire_clear(&wire_lease_layout, &lease);
	/* the lease by idleness stays: while the command runs, it keeps the other sets of the same
	 * Apply from being idle (are_one() in idle.c) */
	lease.idle = set->lease.idle;
	process_watch_end(set);
	set->run = true;
	r = replace(keeper, set, &lease, request);
	if (r == 0)
		return 0;
	set->run = false;
	lease_resume(keeper, set);
	return failure_from_errno(failure, r, "end the lease");
}

static int replace_group(struct keeper *keeper, const struct request *request, struct set *set,
			 struct wire_lease *lease, struct failure *failure)
{
	int r = set->boot.wanted ? failure_set(failure, ERROR_INVALID_VALUE, 0, "lease",
					       "cannot be combined with boot: a leased %s ends",
					       set_what(set))
				 : admission_of_lease(request, lease, failure);
	struct set *at = NULL;

	if (r)
		return r;
	/* the other sets and networks of the same Apply get this lease, too, if they have any
	 * lease */
	r = replace(keeper, set, lease, request);
	while (r == 0 && *set->group && (at = next_leased(keeper, set->owner, set->group, at)))
		r = at == set ? 0 : replace(keeper, at, lease, request);
	return r < 0 ? failure_from_errno(failure, r, "renew the lease") : 0;
}

static int try_renew(struct keeper *keeper, const struct request *request, struct set *set,
		     struct wire_ask *ask, struct failure *failure)
{
	bool replaces = wire_lease_is_given(&ask->lease);
	int r = authz_renewal(&request->subject, surrounds(keeper, &request->subject, set),
			      failure);

	if (r == 0)
		r = check_ready(set->state, set_shown_name(set), failure);
	if (r)
		return r;
	if (replaces && ask->span)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "seconds",
				   "cannot be combined with lease: set lease.seconds instead");
	if (replaces)
		return replace_group(keeper, request, set, &ask->lease, failure);
	if (!set->lease.span && (!set->lease.idle || ask->span))
		return refuse_renewal(set, failure);
	if (*set->group)
		lease_renew_group(keeper, set->owner, set->group, ask->span);
	else
		renew(keeper, set, ask->span);
	return 0;
}

int lease_renew(struct keeper *keeper, struct request *request, struct set *set,
		struct wire_ask *ask, struct failure *failure)
{
	struct set_view view;
	int r = try_renew(keeper, request, set, ask, failure);

	if (r)
		return r;
	view_set(keeper, set, true, &view);
	request_done(keeper, request, &wire_set_layout, &view.wire);
	return 0;
}

int on_renew(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	     struct failure *failure)
{
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	return r ? r : lease_renew(keeper, request, set, asked, failure);
}
