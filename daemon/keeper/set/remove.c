/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-reading.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/network/port-sweep.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/capture.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/session-left.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/keeper/workers/spare.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

/* Deadline for the removal of a set, without its grace period. */
#define REMOVE_SECONDS 30
/* Pause before the next attempt at a removal (try_again()), and between the kills after a grace
 * period (on_grace_end()). */
#define AGAIN_SECONDS 1
/* Length of the turn of a removal with a grace period: see send_removal(). */
#define GRACE_TURN_USEC 100000

/* A caller of set_remove() that waits for the removal. */
struct removal_waiter {
	struct removal_waiter *next;
	set_removed *removed;
	void *context;
};

/* A removal in progress, in set->work. */
struct removal {
	struct keeper *keeper;
	struct set *set;
	struct removal_waiter *waiters;
	uint64_t grace, grace_end; /* grace period and its end (CLOCK_BOOTTIME), in microseconds */
	struct event *again;	   /* timer of try_again(); NULL: none yet */
	struct event *kill;	   /* fires when a shortened grace period ends; NULL: none */
	bool within_begun;	   /* remove_within() has begun to remove the sets in this one */
	bool in_loop;		   /* remove_within() is running */
	bool sent;		   /* the task was sent to a worker */
	bool gone;		   /* nothing of the set is left in the kernel */
	bool forgetting;	   /* the set's record for the next boot is being removed */
};

static struct log_fields fields_of(const struct set *set)
{
	return (struct log_fields){.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
}

static void tell_waiters(struct removal *removal, const struct failure *failure)
{
	while (removal->waiters) {
		struct removal_waiter *waiter = removal->waiters;

		removal->waiters = waiter->next;
		if (waiter->removed)
			waiter->removed(removal->keeper, failure, waiter->context);
		free(waiter);
	}
}

/* Continues the removal of the surrounding set, if that is being removed. above: path of the
 * surrounding set, as in struct set; "" or NULL: there is none. Must be called when a set within it
 * is gone, or could not be removed. */
static void go_on_around(struct keeper *keeper, const char *above)
{
	struct set *around = registry_find_at(keeper->registry, above);

	if (around)
		remove_go_on(keeper, around);
}

void set_forget(struct keeper *keeper, struct set *set)
{
	char above[ABOVE_SIZE];
	enum quota quota = set_is_network(set) ? QUOTA_NETWORKS : QUOTA_SETS;
	bool concerns_others = set->links || *set->group;
	uid_t owner = set->owner;

	snprintf(above, sizeof(above), "%s", set->above ? set->above : "");
	session_settle_left(keeper, set);
	process_watch_end(set);
	pipe_watch_let_go(keeper, set);
	link_forget_all(keeper, set);
	resolver_forget(set);
	events_set_removed(set);
	store_remove_set(keeper->store, set->id);
	registry_drop_set(keeper->registry, set);
	quota_add(keeper, owner, quota, -1);
	if (concerns_others)
		idle_look_at_all(keeper, owner);
	go_on_around(keeper, above);
}

static void removed_for(struct keeper *keeper, const struct failure *failure, void *context)
{
	struct request *request = context;

	if (failure)
		request_fail(keeper, request, failure);
	else
		request_done(keeper, request, NULL, NULL);
}

/* Returns true if a request waits for the removal. Then the request is logged, not the removal. */
static bool was_asked_for(const struct removal *removal)
{
	return LIST_FIND(removal->waiters, at, next, at->removed == removed_for);
}

static void removal_free(struct removal *removal)
{
	free_event(removal->again);
	free_event(removal->kill);
	free(removal);
}

/* Ends a removal that has failed. The set is broken, and its owner can remove it again. */
static void give_up_removal(struct removal *removal, const struct failure *failure)
{
	struct log_fields fields = fields_of(removal->set);

	fields.error = failure->error == ERROR_SYSTEM ? failure->number : 0;
	log_by_user("sets not removed", LOG_ERR, &fields, "%s %s of %s: cannot be removed: %s %s",
		    set_what(removal->set), fields.set, user_name(fields.uid).text,
		    failure->subject, failure->text);
	registry_break_set(removal->set, "it could not be removed: %s %s", failure->subject,
			   failure->text);
	removal->set->work = NULL;
	events_set(removal->set, EVENT_SET_BROKEN, "removal", failure->subject);
	tell_waiters(removal, failure);
	go_on_around(removal->keeper, removal->set->above);
	removal_free(removal);
}

/* Finishes the removal if nothing of the set is left in the kernel, its record for the next boot
 * is gone, and all its commands have ended: until then, their runners may still write exit
 * statuses. */
static void finish_removal(struct removal *removal)
{
	struct keeper *keeper = removal->keeper;
	struct log_fields fields = fields_of(removal->set);
	struct failure failure;
	int r;

	if (!removal->gone || removal->forgetting || set_runs_commands(removal->set))
		return;
	r = link_unrecord_all(keeper, removal->set);
	if (r == 0)
		r = store_remove_set(keeper->store, removal->set->id);
	if (r < 0) {
		failure_from_errno(&failure, r, "remove the set's record");
		give_up_removal(removal, &failure);
		return;
	}
	if (!was_asked_for(removal))
		log_operation("sets removed", LOG_INFO, &fields, "%s %s of %s: removed",
			      set_what(removal->set), fields.set, user_name(fields.uid).text);
	keeper->counters.removed++;
	removal->set->work = NULL;
	set_forget(keeper, removal->set);
	fault_point("remove-forgotten");
	tell_waiters(removal, NULL);
	removal_free(removal);
}

static void on_forgotten(struct keeper *keeper _unused_, const struct failure *failure,
			 void *context)
{
	struct removal *removal = context;

	removal->forgetting = false;
	if (failure) {
		give_up_removal(removal, failure);
		return;
	}
	removal->set->boot.recorded = false;
	finish_removal(removal);
}

/* Removes the set's record for the next boot, if it has one, and then finishes the removal. */
static void forget_boot(struct removal *removal)
{
	removal->forgetting = removal->set->boot.recorded;
	if (removal->forgetting)
		boot_forget_set(removal->keeper, removal->set->id, on_forgotten, removal);
	else
		finish_removal(removal);
}

static void begin_removal(struct removal *removal);

static void on_again(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	begin_removal(context);
}

/* Starts the timer for another attempt, tells the waiters of the failure, and returns true. Returns
 * false if a request waits: its user learns of the failure, and may try again. Also returns false
 * if there is no memory. */
static bool try_again(struct removal *removal, const struct failure *failure)
{
	static const struct timeval pause = {.tv_sec = AGAIN_SECONDS};

	if (was_asked_for(removal))
		return false;
	if (!removal->again)
		removal->again = evtimer_new(removal->keeper->loop, on_again, removal);
	if (!removal->again || evtimer_add(removal->again, &pause) < 0)
		return false;
	removal->sent = false;
	tell_waiters(removal, failure);
	return true;
}

/* Returns true if the set's user has no power over its net namespace. Then the user cannot move an
 * interface out of the namespace, and the set's ends of links end with it. */
static bool keeps_ends(const struct set *set)
{
	return !set->adopted && !set->above && !(set->kinds & KIND_BIT(KIND_USER));
}

static void on_removed(struct operation *operation, const struct task_report *report)
{
	struct removal *removal = operation->context;
	struct keeper *keeper = removal->keeper;
	const struct set *set = removal->set;
	bool of_job = set->run || *set->group;
	uid_t owner = set->owner;
	uint32_t kinds = set->kinds;
	struct failure failure;

	if (report->step == STEP_NONE) {
		removal->gone = true;
		if (keeps_ends(set))
			port_sweep_after(keeper, set);
		forget_boot(removal);
		if (of_job)
			spare_after_job(keeper, owner, kinds);
		return;
	}
	task_error(report, &failure);
	if (report->step != STEP_WORKER || !try_again(removal, &failure))
		give_up_removal(removal, &failure);
}

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	const struct removal *removal = operation->context;

	egress_reading_last(removal->set, refusals);
}

static int send_removal(struct removal *removal)
{
	static struct task_remove task;
	struct operation *operation;
	int r;

	wire_clear(&task_remove_layout, &task);
	task.set = view_task_set(removal->set);
	task.keeps_ends = keeps_ends(removal->set);
	task.grace = removal->grace;
	task.init_pid = removal->set->init_pid;
	task.init_start = removal->set->init_start;
	link_fill_remove(removal->keeper, removal->set, &task);
	r = operation_new(removal->keeper, removal->set->owner, TURN_CLEANUP,
			  REMOVE_SECONDS + removal->grace / 1000000, &operation);
	if (r < 0)
		return r;
	/* the turn is short: the removal mostly waits for processes to end, and other operations of
	 * the user need not wait for that */
	if (removal->grace)
		operation->turn_time = (struct timeval){.tv_usec = GRACE_TURN_USEC};
	operation->context = removal;
	operation->refused = on_refused;
	operation->done = on_removed;
	return operation_send(operation, TASK_REMOVE, &task);
}

static bool is_just_within(const struct removal *removal, const struct set *set)
{
	return registry_find_at(removal->keeper->registry, set->above) == removal->set;
}

/* Begins to remove the sets directly within this one, which must be gone first. Returns 0 if there
 * are none, or -EBUSY if one cannot be removed. Returns -EAGAIN if some are still being removed or
 * made: at their end, remove_go_on() is called. */
static int remove_within(struct removal *removal)
{
	struct keeper *keeper = removal->keeper;
	struct set *at = registry_next_set(keeper->registry, removal->set->owner, NULL);
	int r = 0;

	removal->in_loop = true;
	for (; at && at->owner == removal->set->owner;
	     at = registry_next_set(keeper->registry, at->owner, at->name)) {
		if (!is_just_within(removal, at))
			continue;
		if (at->state == SET_BROKEN && !at->work && removal->within_begun)
			r = -EBUSY;
		else if (r == 0)
			r = -EAGAIN;
		if (at->state != SET_CREATING && !at->work && r != -EBUSY)
			set_remove(keeper, at, removal->grace, NULL, NULL);
	}
	removal->in_loop = false;
	removal->within_begun = true;
	return r;
}

/* Sends the removal to a worker, unless that was done before. Does nothing while a worker is at the
 * set's links, files in /etc or resolver's sockets. While sets are left within this one, only
 * begins to remove these. Later, remove_go_on() calls this function again. */
static void begin_removal(struct removal *removal)
{
	struct set *set = removal->set;
	struct failure failure;
	int r;

	if (removal->sent || removal->in_loop || link_any_busy(set) || resolver_is_busy(set) ||
	    egress_names_busy(set))
		return;
	r = registry_has_within(removal->keeper->registry) ? remove_within(removal) : 0;
	if (r == -EAGAIN)
		return;
	removal->sent = true;
	if (r == 0) {
		publish_stop(set);
		egress_names_close(set);
		capture_end_of(set);
		r = send_removal(removal);
	}
	if (r == 0)
		return;
	failure_from_errno(&failure, r, "remove the set");
	give_up_removal(removal, &failure);
}

/* Kills the processes of the set at the end of a grace period that was shortened after the task was
 * sent: the worker would wait for the end of the longer one. */
static void on_grace_end(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	static const struct timeval pause = {.tv_sec = AGAIN_SECONDS};
	struct removal *removal = context;
	_cleanup_fd_ int cgroup_fd = view_open_cgroup(removal->keeper, removal->set);

	if (cgroup_fd >= 0)
		(void)cgroup_kill(cgroup_fd);
	/* a command that is being started may add a process later: kills again after a pause */
	evtimer_add(removal->kill, &pause);
}

/* Lets the grace period end `grace` microseconds from now, unless it ends earlier anyway. If the
 * task was sent, on_grace_end() kills the processes then. Otherwise also shortens the grace periods
 * of removals of sets within the set. */
static void shorten_grace(struct removal *removal, uint64_t grace)
{
	const struct timeval rest = {.tv_sec = grace / 1000000, .tv_usec = grace % 1000000};
	struct keeper *keeper = removal->keeper;
	uid_t owner = removal->set->owner;
	uint64_t end = clock_boottime() + grace;

	if (end >= removal->grace_end)
		return;
	removal->grace = grace;
	removal->grace_end = end;
	if (!removal->kill && removal->sent)
		removal->kill = evtimer_new(keeper->loop, on_grace_end, removal);
	if (removal->kill)
		evtimer_add(removal->kill, &rest);
	if (removal->sent || !registry_has_within(keeper->registry))
		return;
	for (struct set *at = registry_next_set(keeper->registry, owner, NULL);
	     at && at->owner == owner; at = registry_next_set(keeper->registry, owner, at->name))
		if (at->state == SET_REMOVING && at->work && is_just_within(removal, at))
			shorten_grace(at->work, grace);
}

void remove_go_on(struct keeper *keeper _unused_, struct set *set)
{
	if (set->state == SET_REMOVING && set->work)
		begin_removal(set->work);
}

static void stop_waiting(struct keeper *keeper _unused_, struct request *request)
{
	struct removal *removal = request->holder;

	for (struct removal_waiter **at = &removal->waiters; *at; at = &(*at)->next) {
		struct removal_waiter *waiter = *at;

		if (waiter->context != request)
			continue;
		*at = waiter->next;
		free(waiter);
		break;
	}
	request_drop(request);
}

void set_remove(struct keeper *keeper, struct set *set, uint64_t grace, set_removed *removed,
		void *context)
{
	struct removal_waiter *waiter = malloc(sizeof(*waiter));
	struct removal *removal = set->work;
	bool first = !removal;
	struct failure failure;

	if (first)
		removal = calloc(1, sizeof(*removal));
	if (!waiter || !removal) {
		free(waiter);
		if (first)
			free(removal);
		failure_from_errno(&failure, -ENOMEM, "remove the set");
		if (removed)
			removed(keeper, &failure, context);
		return;
	}
	*waiter = (struct removal_waiter){removal->waiters, removed, context};
	removal->waiters = waiter;
	if (!first) {
		shorten_grace(removal, grace);
		return;
	}
	removal->keeper = keeper;
	removal->set = set;
	removal->grace = grace;
	removal->grace_end = clock_boottime() + grace;
	set->work = removal;
	set->state = SET_REMOVING;
	/* an error is ignored, because a full disk must not prevent a removal */
	store_write_set(keeper->store, set);
	fault_point("remove-recorded");
	begin_removal(removal);
}

void set_remove_for(struct keeper *keeper, struct set *set, uint64_t grace, struct request *request)
{
	if (set->work) {
		request->gone = stop_waiting;
		request->holder = set->work;
	}
	set_remove(keeper, set, grace, removed_for, request);
}

void remove_session_ended(struct keeper *keeper _unused_, struct set *set)
{
	if (set->state == SET_REMOVING && set->work)
		finish_removal(set->work);
}

int on_remove(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	      struct failure *failure)
{
	struct request *kept;
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r)
		return r;
	if (set->state == SET_CREATING)
		return failure_set(failure, ERROR_BUSY, 0, "creating", "%s", set->name);
	kept = request_keep(request);
	if (!kept)
		return failure_from_errno(failure, -ENOMEM, "remove the set");
	set_remove_for(keeper, set, asked->grace, kept);
	return 0;
}
